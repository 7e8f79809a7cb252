"""What git is about to commit, as a tree that can be loaded like the disk."""

from __future__ import annotations

import subprocess
from functools import cached_property
from pathlib import Path

from consultkit.files import MAPPING, READ_FOLDERS, WorkspaceError
from consultkit.i18n import _


class StagedTree:
    """The index of the git repository that holds a workspace."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        try:
            result = subprocess.run(
                ["git", "-C", str(self.root), *arguments], input=stdin, capture_output=True, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            message = _("--staged needs git, and a campaign that git keeps (`git init`).")
            raise WorkspaceError(message) from error
        return result.stdout

    @cached_property
    def entries(self) -> dict[str, tuple[str, str]]:
        """Path relative to the root -> (mode, blob)."""
        found = {}
        for record in self._git("ls-files", "--stage", "-z", "--", ".").split(b"\0"):
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
        output = self._git("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in blobs).encode())
        found, position = {}, 0
        for blob in blobs:
            end = output.index(b"\n", position)
            size = int(output[position:end].split()[-1])
            found[blob] = output[end + 1 : end + 1 + size]
            position = end + 2 + size
        return found

    def read(self, name: str) -> bytes:
        """A staged file's bytes."""
        return self._blobs[self.entries[name][1]]

    def escapes(self, name: str) -> bool:
        """A staged link: what it leads to is not part of the commit."""
        return self.entries[name][0] == "120000"
