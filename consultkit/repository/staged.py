"""What git is about to commit, as a tree that can be loaded like the disk."""

from __future__ import annotations

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
        """Path relative to the root -> (mode, blob)."""
        listed = git.ask(self.root, "ls-files", "--stage", "-z", "--", ".")
        if listed is None:
            raise WorkspaceError(_("--staged needs git, and a campaign that git keeps (`git init`)."))
        found = {}
        for record in listed.split(b"\0"):
            if record:
                meta, name = record.split(b"\t", 1)
                mode, blob, _stage = meta.decode().split()
                found[name.decode("utf-8", "surrogateescape")] = (mode, blob)
        return found

    def names(self) -> list[str]:
        """The staged files that are read."""
        folders = tuple(f"{folder}/" for folder in READ_FOLDERS)
        return sorted(name for name in self.entries if name == MAPPING or name.startswith(folders))

    @cached_property
    def _blobs(self) -> dict[str, bytes]:
        blobs = [self.entries[name][1] for name in self.names()]
        return dict(zip(blobs, git.contents(self.root, blobs), strict=True))

    def read(self, name: str) -> bytes:
        """A staged file's bytes."""
        return self._blobs[self.entries[name][1]]

    def escapes(self, name: str) -> bool:
        """A staged link: what it leads to is not part of the commit."""
        return self.entries[name][0] == "120000"
