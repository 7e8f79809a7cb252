"""What git keeps, read whatever its name says: the texts of a file's bytes, and which files are private."""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterator
from urllib.parse import unquote

from consultkit.i18n import N_, _

MAX_SEARCHED = 32_000_000  # bytes of one file

_AGE = (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd")
_ELSEWHERE = b"version https://git-lfs.github.com/spec/"
_ENCODED = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_MARKED_UP = frozenset({".html", ".htm", ".xhtml", ".json", ".jsonl", ".geojson", ".xml", ".svg"})
_RUNS = re.compile(rb"(?:[\t\x20-\x7e]|\xc3[\x80-\xbf]){5,}")  # letters in what is no text
SAMPLE = 4_096
MAX_PATTERNS = 4_000_000  # characters of a text in which numbers and addresses are looked for

TOO_LARGE = N_("it is too large")
CLOSED = N_("it is an archive or a document that cannot be opened here")
KEPT_ELSEWHERE = N_("git-lfs keeps it elsewhere")


class UnreadableError(Exception):
    """Bytes whose texts cannot be had; the message is one of the reasons above, and holds nothing of them."""


def private(path: str) -> bool:
    """Whether a path is one of a private file: below private/ at any depth, or named as the identities."""
    parts = path.casefold().split("/")
    return "private" in parts[:-1] or parts[-1].startswith(("identities.yaml", "identities.yml"))


def may_be_public(path: str, data: bytes | None) -> bool:
    """Whether a private file may be in git all the same: it is encrypted, or keeps an empty folder."""
    if data is None:
        return False
    return encrypted(data) or (path.endswith("/.gitkeep") and not data.strip())


def encrypted(data: bytes) -> bool:
    """Whether these bytes are an age file, by what they begin with and not by a name."""
    return data.startswith(_AGE)


def is_text(data: bytes) -> bool:
    """Whether these bytes begin as a text does, in any encoding, and not as a document or an archive."""
    return not data.startswith((*_ZIP, *_PACKED, b"%PDF-")) and decoded(data[:SAMPLE]) is not None


def texts(data: bytes, name: str) -> Iterator[tuple[str, str]]:
    """Every text of a file, as (part, text): no part where the lines are the file's own.

    Raises UnreadableError for what cannot be searched, or not to its end.
    """
    if len(data) > MAX_SEARCHED:
        raise UnreadableError(_(TOO_LARGE))
    if data.startswith(_ELSEWHERE):
        raise UnreadableError(_(KEPT_ELSEWHERE))
    if data.startswith(_PACKED):
        raise UnreadableError(_(CLOSED))
    if data.startswith(_ZIP) or b"%PDF-" in data[:1024]:
        yield from _document(data, ".zip" if data.startswith(_ZIP) else ".pdf")
    elif not encrypted(data):
        yield from _text(data, name)


def _document(data: bytes, suffix: str) -> Iterator[tuple[str, str]]:
    from consultkit.privacy import readback

    try:
        for part, text in readback.texts(data, suffix):
            yield part or suffix[1:], text
    except Exception:  # of somebody's file: its readers stumble in ways of their own
        raise UnreadableError(_(CLOSED)) from None


def _text(data: bytes, name: str) -> Iterator[tuple[str, str]]:
    text = decoded(data)
    if text is None:
        yield "", b"\n".join(_RUNS.findall(data.replace(b"\0", b""))).decode("utf-8", "replace")
        return
    yield "", text
    if "%" in text and (addresses := unquote(text)) != text:
        yield "", addresses
    suffix = "." + name.rsplit(".", 1)[-1].lower()
    if suffix in _MARKED_UP:  # as its readers see it: entities, escapes and addresses undone
        from consultkit.privacy import readback

        with contextlib.suppress(Exception):  # its own words were searched above
            for part, shown in readback.texts(text.encode("utf-8", "replace"), suffix):
                yield part or suffix[1:], shown


def decoded(data: bytes) -> str | None:
    """Bytes as text, in whatever encoding they are; None where they are no text. Lines end with \\n."""
    encoding = next((name for mark, name in _ENCODED if data.startswith(mark)), None) or _guessed(data)
    if encoding is None:
        return None
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding if encoding.startswith("utf-16") else "latin-1", "replace")
    return text.replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n")


def _guessed(data: bytes) -> str | None:
    if b"\0" not in data:
        return "utf-8"
    head = data[:SAMPLE]
    low, high = head[::2].count(0), head[1::2].count(0)
    if max(low, high) * 5 > len(head) and min(low, high) * 20 < len(head):
        return "utf-16-le" if high > low else "utf-16-be"
    return "utf-8" if data.count(0) * 100 < len(data) and _is_utf8(data) else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
