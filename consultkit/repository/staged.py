"""What git is about to commit, as a tree that can be loaded like the disk."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from consultkit.files import MAPPING, READ_FOLDERS, WorkspaceError
from consultkit.i18n import _
from consultkit.repository import git


class StagedTree:
    """The index of the git repository that holds a workspace."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def entries(self) -> dict[str, tuple[str, str]]:
        """Path relative to the root -> (mode, blob); submodules, which are no files, aside."""
        found = _entries(self.root, ".")
        if found is None:
            raise unanswered(self.root, _("--staged needs git, and a campaign that git keeps (`git init`)."))
        return found

    def names(self) -> list[str]:
        """The staged files that are read."""
        folders = tuple(f"{folder}/" for folder in READ_FOLDERS)
        return sorted(name for name in self.entries if name == MAPPING or name.startswith(folders))

    @cached_property
    def _blobs(self) -> dict[str, bytes | None]:
        blobs = list(dict.fromkeys(self.entries[name][1] for name in self.names()))
        return dict(zip(blobs, git.held(self.root, blobs), strict=True))

    def read(self, name: str) -> bytes:
        """A staged file's bytes; OSError where git does not have them."""
        data = self._blobs[self.entries[name][1]]
        if data is None:
            raise OSError(errno.ENOENT, _("git does not have its content here"))
        return data

    def escapes(self, name: str) -> bool:
        """A staged link: what it leads to is not part of the commit."""
        return self.entries[name][0] == git.LINK

    def contents(self, names: Sequence[str], largest: int) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of these staged files, each content read once; None where git has not got them."""
        paths: dict[str, list[str]] = {}
        for name in names:
            paths.setdefault(self.entries[name][1], []).append(name)
        for same, data in zip(paths.values(), git.held(self.root, list(paths), largest), strict=True):
            for name in same:
                yield name, data


def tracked(root: Path) -> StagedTree | None:
    """What git tracks of a workspace; None where there is no repository, or git does not answer."""
    tree = StagedTree(root)
    found = _entries(root, ".") if git.repository(root) is not None else None
    if found is None:
        return None
    tree.entries = found  # asked once, and not again
    return tree


def staged_campaigns(folder: Path) -> tuple[list[Path], list[Path]] | None:
    """The campaigns of the repository around a folder of which something is staged, and its other ones.

    None where there is no repository, or git does not answer.
    """
    top = git.line(folder, "rev-parse", "--show-toplevel")
    if not top:
        return None
    names, folders = _changed(Path(top)), campaign_folders(Path(top))
    homes = [home for home in folders if (Path(top) / home).is_dir()]
    touched = {home_of(name, folders) for name in names}
    return (
        [Path(top) / home for home in homes if home in touched],
        [Path(top) / home for home in homes if home not in touched],
    )


def staged_outside(root: Path) -> tuple[StagedTree, list[str]] | None:
    """What is staged in the repository around a campaign and lies in no campaign; None where nothing is."""
    top = git.line(root, "rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() == root.resolve():
        return None
    tree = StagedTree(Path(top))
    homes = {*campaign_folders(tree.root), git.line(root, "rev-parse", "--show-prefix").rstrip("/")}
    names = [name for name in _changed(tree.root) if home_of(name, homes) is None]
    held = [name for name in names if name in tree.entries]
    return (tree, held) if held else None


def _changed(repository: Path) -> list[str]:
    listed = git.ask(repository, "diff", "--cached", "--name-only", "--no-renames", "-z") or b""
    return [name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name]


def campaign_folders(repository: Path) -> list[str]:
    """The folders of a repository that hold a mapping.yaml which git tracks; the top one is empty."""
    entries = _entries(repository, f":(glob)**/{MAPPING}") or {}
    return sorted({name.rpartition("/")[0] for name in entries})


def home_of(name: str, homes: Iterable[str]) -> str | None:
    """The innermost of these folders in which a file lies."""
    around = [home for home in homes if not home or name.startswith(f"{home}/")]
    return max(around, key=len, default=None)


def _entries(root: Path, *paths: str) -> dict[str, tuple[str, str]] | None:
    listed = git.ask(root, "ls-files", "--stage", "-z", "--", *paths)
    if listed is None:
        return None
    found = {}
    for record in listed.split(b"\0"):
        if record:
            meta, name = record.split(b"\t", 1)
            mode, blob, _stage = meta.decode().split()
            if mode != git.SUBMODULE:
                found[name.decode("utf-8", "surrogateescape")] = (mode, blob)
    return found


def unanswered(root: Path, needed: str) -> WorkspaceError:
    """What to say where git does not answer: its own reason and the way out, else what is needed."""
    refused = git.refusal(root)
    if refused is None:
        return WorkspaceError(needed)
    message = _("git does not answer in this folder: {reason}.").format(reason=refused.reason)
    return WorkspaceError(f"{message} {refused.help}".strip())
