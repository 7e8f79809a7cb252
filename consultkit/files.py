"""The workspace on disk: its layout, strict reading, atomic writing."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from consultkit.diagnostic import Fault, Place
from consultkit.i18n import _

MAPPING = "mapping.yaml"
DELIVERIES = "notes/livraisons.yaml"
THEMES = "guides/themes.yaml"
EXCEPTIONS = "notes/exceptions.yaml"
MAX_BYTES = 4_000_000
_SMALL = 64_000  # bytes, read at once
_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # a pipe is not waited for
READ_FOLDERS = ("guides", "notes", "templates")

_PACKAGE = Path(__file__).parent
# A text without its small letters, spaces and accents is an eighth of it. What is looked for in every text,
# and found in few, is looked for there, eight times faster. Signs that stand together in a text still do.
_TELLING = {  # bytes of marks that are looked for, and of digits that are not ours
    *range(0x80, 0xA0), *range(0xA6, 0xAF), *b"\xb0\xba\xbe\xbf\xc2\xd8\xd9\xdb\xdf\xe0\xe1\xe2\xea\xef\xf0",
}  # fmt: skip
_PLAIN = bytes({*b"abcdefghijklmnopqrstuvwxyz '", *range(128, 256)} - _TELLING)
_CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 13)) + b"\x7f"
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_MARKS = re.compile(rb"\xe2(?:\x80[\x8e\x8f\xa8-\xae]|\x81[\xa6-\xa9])")  # U+200E–202E, U+2066–2069
_BREAKS = "\x85\u2028\u2029\ufffe\uffff"  # YAML would take the first three for line ends
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_INVISIBLE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BREAKS}{_BIDI}]")
_CONFLICT = re.compile(r"^[ \t]*(<{7}|>{7}|\|{7}(?=[ \t]\S)|={7}(?=[ \t]*$))(?=[ \t]|$)", re.MULTILINE)
MAX_TOLD = 50  # of one kind of fault in one file
_LEFTOVER = re.compile(r"\..+\.\w+\.tmp\Z")
_NOT_ON_WINDOWS = re.compile(
    r'[<>:"\\|?*\x00-\x1f\ud800-\udfff]|[. ](?:/|\Z)|(?:^|/)(?:con|prn|aux|nul|com\d|lpt\d)(?:[./]|\Z)',
    re.IGNORECASE,
)


class WorkspaceError(Exception):
    """The run cannot go on; the message is a whole sentence with a way out."""


def defaults_dir(kind: str) -> Path:
    """The shipped `guides` or `templates`: the checkout's own folder where there is one, else the wheel's."""
    beside = _PACKAGE.parent / kind
    if beside.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return beside
    return _PACKAGE / "_defaults" / kind


def find_root(start: Path) -> Path | None:
    """The nearest folder at or above `start` that holds mapping.yaml."""
    here = start.resolve()
    return next((folder for folder in (here, *here.parents) if (folder / MAPPING).is_file()), None)


class Source:
    """A text file as read: `text` has \\n line ends and no byte order mark.

    `original` is the text with its control and direction marks, where it has any: `text` is then without.
    The text is held as `data`, its UTF-8 bytes (half the memory, and the quicker to look through), beside
    its `signs`, which are all of it that is no plain word.
    """

    __slots__ = ("bom", "crlf", "data", "file", "original", "signs")

    def __init__(
        self, file: str, text: str | bytes, crlf: bool = False, bom: bool = False, original: str = ""
    ) -> None:
        self.file = file
        self.data = text if isinstance(text, bytes) else to_bytes(text)
        self.signs = signs_of(self.data)
        self.crlf = crlf
        self.bom = bom
        self.original = original

    def signs_from(self, start: int) -> bytes:
        """The signs of the text from a byte on."""
        return self.signs[len(signs_of(self.data[:start])) :]

    @property
    def text(self) -> str:
        """The text; made anew each time it is asked for."""
        return to_text(self.data)

    def line(self, number: int) -> str:
        """One line as written, 1-based, without its end; empty past the last."""
        lines = (self.original or self.text).split("\n")
        return lines[number - 1] if 0 < number <= len(lines) else ""


def signs_of(data: bytes) -> bytes:
    """A text in UTF-8 without its small letters, spaces and accents."""
    return data.translate(None, _PLAIN)


def to_bytes(text: str) -> bytes:
    """A text in UTF-8; whatever a text can hold passes."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """What `to_bytes` was given."""
    return data.decode("utf-8", "surrogatepass")


class Tree(Protocol):
    """Where files come from: the disk, or what git is about to commit."""

    def names(self) -> Iterable[str]:
        """The paths of all files in the folders that are read, relative to the root, with `/`."""

    def read(self, name: str) -> bytes:
        """One file's bytes; OSError where it cannot be read."""

    def escapes(self, name: str) -> bool:
        """Whether the file is a link that leads out of the workspace."""


@dataclass(frozen=True)
class DiskTree:
    """The working tree of a workspace."""

    root: Path
    links: set[str] = field(default_factory=set)

    def names(self) -> list[str]:
        found: list[str] = [MAPPING] if (self.root / MAPPING).is_file() else []
        if (self.root / MAPPING).is_symlink():
            self.links.add(MAPPING)
        for folder in READ_FOLDERS:
            self._walk(str(self.root / folder), folder, found)
        return found

    def _walk(self, path: str, name: str, found: list[str]) -> None:
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            below = f"{name}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                self.links.add(below)
            if entry.is_dir(follow_symlinks=False):
                self._walk(entry.path, below, found)
            elif entry.is_symlink() or entry.is_file():
                found.append(below)

    def read(self, name: str) -> bytes:
        # A path as text and no file object: thousands of small files are opened twice as quickly.
        handle = os.open(f"{self.root}/{name}", _READING)
        try:
            parts = [os.read(handle, _SMALL)]
            while len(parts[-1]) == _SMALL and len(parts) * _SMALL <= MAX_BYTES:
                parts.append(os.read(handle, _SMALL))
            return b"".join(parts)
        finally:
            os.close(handle)

    def escapes(self, name: str) -> bool:
        if name not in self.links:
            return False
        return not inside(self.root, self.root / name)


def read_regular(path: Path) -> bytes:
    """A file's bytes; OSError where it cannot be read, or is no regular file (a pipe would be waited for)."""
    handle = os.open(path, _READING)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, _("it is no regular file"))
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def read_source(tree: Tree, name: str, faults: list[Fault]) -> Source | None:
    """A file as strict UTF-8, with what is wrong about its bytes; None where it cannot be read."""
    try:
        if tree.escapes(name):
            message = _("This link leads out of the workspace and is not followed.")
            faults.append(Fault("file-link", Place(name), message, _("Put the file itself here.")))
            return None
        data = tree.read(name)
    except OSError as error:
        reason = error.strerror or str(error)
        faults.append(
            Fault(
                "file-unreadable",
                Place(name),
                _("This file cannot be opened: {reason}.").format(reason=reason),
            )
        )
        return None
    return decode(data, name, faults)


def decode(data: bytes, name: str, faults: list[Fault]) -> Source | None:
    """Bytes as a source, faults told; None where they are no text."""
    if len(data) > MAX_BYTES:
        message = _("This file is larger than {size} MB: it is no note.").format(size=MAX_BYTES // 1_000_000)
        faults.append(
            Fault("file-size", Place(name), message, _("Split it, or move it out of the campaign."))
        )
        return None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        message = _("This file is UTF-16: it must be UTF-8.")
        faults.append(Fault("file-encoding", Place(name), message, _("Save it again as “UTF-8”.")))
        return None
    bom = data.startswith(b"\xef\xbb\xbf")
    if bom:
        data = data[3:]
        faults.append(
            Fault(
                "file-bom",
                Place(name),
                _("This file begins with a byte order mark; it is accepted and ignored."),
            )
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = _("This file is not UTF-8: the byte {byte} cannot be read.").format(
            byte=f"0x{data[error.start]:02X}"
        )
        help = _("Save it again as “UTF-8” (in Excel or Notepad: Save as, encoding UTF-8).")
        faults.append(Fault("file-encoding", Place(name, line, column), message, help))
        return None
    crlf = b"\r" in data
    if crlf:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        data = to_bytes(text)
    source = Source(name, data, crlf, bom)
    if b"\0" in source.signs:
        message = _("A NUL byte stands here: this file is damaged, or is no text.")
        place = place_at(text, text.index("\0"), name)
        faults.append(Fault("file-control", place, message, _("Take an older copy, or delete the byte.")))
        return None
    if _may_conflict(source.signs) and _find_conflicts(text, name, faults):
        return None
    if _is_clean(source.signs):
        return source
    return Source(name, _without_invisible(text, name, faults), crlf, bom, text)


def _is_clean(signs: bytes) -> bool:
    """Whether no control or direction mark stands among the signs of a text."""
    if len(signs.translate(None, _CONTROLS)) != len(signs):
        return False
    rare = b"\xd8\x9c" in signs or b"\xef\xbf\xbe" in signs or b"\xef\xbf\xbf" in signs  # U+061C, FFFE, FFFF
    return not (rare or _C1.search(signs) or _MARKS.search(signs))


def _may_conflict(signs: bytes) -> bool:
    return b"<<<<<<<" in signs or b">>>>>>>" in signs or b"=======" in signs or b"|||||||" in signs


def _without_invisible(text: str, name: str, faults: list[Fault]) -> str:
    """Tells control and direction marks, and takes them out so that the rest can be read."""
    for match in itertools.islice(_INVISIBLE.finditer(text), MAX_TOLD):
        code = f"{ord(match[0]):04X}"
        if match[0] in _BIDI:
            message = _("An invisible character that turns the direction of text (U+{code}) stands here.")
            kind, help = "file-bidi", _("Delete it: it can make a text read as another.")
        else:
            message = _("A control character (U+{code}) stands here.")
            kind, help = "file-control", _("Delete it.")
        faults.append(Fault(kind, place_at(text, match.start(), name), message.format(code=code), help))
    return _INVISIBLE.sub(lambda match: " " if match[0] in _BREAKS else "", text)


def _find_conflicts(text: str, name: str, faults: list[Fault]) -> bool:
    """Tells each merge conflict; a file that has one says two things, and is read no further."""
    found = list(_CONFLICT.finditer(text))
    begun = [match for match in found if match[1][0] == "<"] or found[:1]
    message = _("A merge conflict was left here.")
    help = _("Keep one of the two versions and delete the lines with <<<<<<<, ======= and >>>>>>>.")
    faults += [Fault("file-conflict", place_at(text, m.start(1), name, 7), message, help) for m in begun]
    return bool(found)


def place_at(text: str, index: int, file: str, length: int = 1) -> Place:
    """The place of a character of a text."""
    start = text.rfind("\n", 0, index) + 1
    return Place(file, text.count("\n", 0, index) + 1, index - start + 1, length)


def bad_windows_name(name: str) -> bool:
    """Whether Windows could not store a file of that path."""
    return _NOT_ON_WINDOWS.search(name) is not None


def inside(root: Path, target: Path) -> bool:
    """Whether a path, links followed, lies inside the root, among what may leave it."""
    try:
        found, home = target.resolve(), root.resolve()
    except (OSError, RuntimeError):  # a link that leads to itself
        return False
    return found.is_relative_to(home) and found.relative_to(home).parts[:1] not in _KEPT_IN


_KEPT_IN = (("private",), ("build",), (".consultkit",), (".git",))


def write_atomic(path: Path, data: bytes | str, *, mode: int | None = None) -> None:
    """Writes a file whole or not at all: aside, synced, then moved over the old one.

    Raises WorkspaceError where the place is a link, read-only or full; the old file is then untouched.
    """
    write_all(path.parent, {path.name: data}, mode=mode)


def write_all(
    root: Path, files: Mapping[str, bytes | str | None], private: str = "", *, mode: int | None = None
) -> None:
    """Writes files (None: takes one away), all or none; the private one is readable by its owner alone.

    All are written aside before the first takes its place: a full disk changes nothing. Where one cannot
    take its place, those that did give way to what was there before.
    """
    aside: dict[Path, str] = {}
    try:
        for name, data in files.items():
            if data is not None:
                with _told(root / name):
                    owned = 0o600 if name == private else mode
                    aside[root / name] = _write_aside(root / name, data, owned)
        _put_in_place([root / name for name in files], aside)
    finally:
        for temporary in aside.values():
            with contextlib.suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the system refuses of a file, as a sentence."""
    try:
        yield
    except OSError as error:
        help = _("Close the file if it is open elsewhere, or check the folder and the free space.")
        reason = error.strerror or str(error)
        sentence = _("{path} could not be written ({reason}). Nothing was changed.").format(
            path=path, reason=reason
        )
        raise WorkspaceError(f"{sentence} {help}") from error


def _write_aside(path: Path, data: bytes | str, mode: int | None) -> str:
    """Writes a file beside its place; where it was written."""
    import tempfile  # with what it brings along, a tenth of the start of a command that writes nothing

    if path.is_symlink():
        raise WorkspaceError(_("{path} is a link; it is not written through.").format(path=path))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode("utf-8") if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode_for(path, mode))  # noqa: PTH101
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    return temporary


def _put_in_place(paths: Sequence[Path], aside: Mapping[Path, str]) -> None:
    """Moves what was written aside over the old files and takes the others away; all or none."""
    before: dict[Path, tuple[bytes, int] | None] = {}
    try:
        for path in paths:
            with _told(path):
                if len(paths) > 1:
                    there = path.is_file()
                    before[path] = (path.read_bytes(), path.stat().st_mode & 0o777) if there else None
                if path in aside:
                    os.replace(aside[path], path)  # noqa: PTH105
                else:
                    path.unlink(missing_ok=True)
                _sync_folder(path.parent)
    except BaseException as error:
        left = _put_back({path: old for path, old in before.items() if not _waits(aside.get(path))})
        if left:
            message = _("{paths} could not be put back as before: compare with a copy, then run this again.")
            raise WorkspaceError(message.format(paths=", ".join(left))) from error
        raise


def _waits(temporary: str | None) -> bool:
    """Whether a file that was written aside still lies there."""
    return temporary is not None and os.path.lexists(temporary)


def _put_back(before: Mapping[Path, tuple[bytes, int] | None]) -> list[str]:
    """Gives files their old bytes, or takes them away where there were none; those that it cannot."""
    left = []
    for path, old in before.items():
        try:
            if old is None:
                path.unlink(missing_ok=True)
            else:
                os.replace(_write_aside(path, *old), path)  # noqa: PTH105
        except (OSError, WorkspaceError):
            left.append(str(path))
    return left


def remove_leftovers(folder: Path) -> int:
    """Removes what writes that were cut short left in a folder; how many. The workspace is held."""
    number = 0
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for path in list(folder.iterdir()):
            if _LEFTOVER.match(path.name) and (path.is_symlink() or path.is_file()):
                path.unlink()
                number += 1
    return number


def _mode_for(path: Path, mode: int | None) -> int:
    if mode is not None:
        return mode
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    """Makes the move itself durable where the system can sync a folder (Windows cannot)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Holds the workspace for one writing command; a second one is refused with a sentence.

    The lock is the system's own on an open file, so that a killed run leaves none behind.
    """
    folder = root / ".consultkit"
    try:
        folder.mkdir(exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise WorkspaceError(
            _("The folder {path} cannot be written ({reason}).").format(path=folder, reason=error.strerror)
        ) from error
    try:
        if not try_lock(handle):
            raise WorkspaceError(
                _("Another consultkit is writing in this campaign. Try again when it is done.")
            )
        yield
    finally:
        os.close(handle)


def try_lock(handle: int) -> bool:
    """Takes the system's lock on an open file; whether it was free."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
