"""Earlier versions of the guide: in guides/archive/, beside it in guides/, or in git's history of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from consultkit.files import WorkspaceError, decode
from consultkit.guide.diff import newest
from consultkit.i18n import _
from consultkit.model import Guide, Project
from consultkit.parse.guide import parse_guide
from consultkit.repository import git

ARCHIVE = "guides/archive"


@dataclass(frozen=True)
class Earlier:
    """A version of the guide as found: `data` are its bytes, empty where the archive already has it."""

    guide: Guide
    data: bytes = b""

    @property
    def archive_name(self) -> str:
        """Where it is kept."""
        name = re.sub(r"[^\w.-]+", "-", f"{self.guide.id or 'guide'}-{self.guide.version}")
        return f"{ARCHIVE}/{name}.md"


class Versions:
    """The versions of a project's guide that are at hand, looked for where the nearest places have none."""

    def __init__(self, project: Project, guide: Guide) -> None:
        self.project, self.guide = project, guide

    def find(self, version: str) -> Earlier | None:
        """A version by its name."""
        if version in self.project.archive:
            return Earlier(self.project.archive[version])
        return self._elsewhere.get(version)

    def previous(self) -> Earlier | None:
        """The newest version that is not the present one."""
        known = {*self.project.archive, *self._elsewhere} - {self.guide.version}
        return self.find(newest(known)) if known else None

    def named(self, name: str) -> Earlier:
        """A version by its name, a file's path, or a revision of git; WorkspaceError where none is found."""
        for path in (Path(name), self.project.root / name):
            if path.is_file():
                return self._required(path.read_bytes(), name)
        found = self.find(name)
        if found is not None:
            return found
        asked = ["show", "--end-of-options", f"{name}:./{self.guide.file}"]
        data = git.ask(self.project.root, *asked)
        if data is None:
            message = _(
                "“{name}” is no file, no version of the guide and no revision in which git has {file}."
            )
            raise WorkspaceError(message.format(name=name, file=self.guide.file))
        return self._required(data, name)

    def _required(self, data: bytes, name: str) -> Earlier:
        guide = _parsed(data, name)
        if guide is None or not guide.sections:
            raise WorkspaceError(_("{file} cannot be read as a guide.").format(file=name))
        archived = guide.version in self.project.archive or not guide.version
        return Earlier(guide, b"" if archived else data)

    @cached_property
    def _elsewhere(self) -> dict[str, Earlier]:
        """Versions in other files of guides/ and in git, the newest of each."""
        found: dict[str, Earlier] = {}
        for name, data in self._candidates():
            guide = _parsed(data, name)
            if guide and guide.sections and (guide.id == self.guide.id or name == self.guide.file):
                found.setdefault(guide.version, Earlier(guide, data))
        return found

    def _candidates(self) -> Iterator[tuple[str, bytes]]:
        root = self.project.root
        for path in sorted((root / "guides").glob("*.md")):
            name = f"guides/{path.name}"
            if name != self.guide.file and not path.is_symlink():
                yield name, path.read_bytes()
        past = [(name, blob) for name, blob in git.past(root, "guides") if name.endswith(".md")]
        texts = git.contents(root, [blob for _name, blob in past])
        yield from zip((name for name, _blob in past), texts, strict=False)  # nothing is read without git


def _parsed(data: bytes, name: str) -> Guide | None:
    source = decode(data, name, [])
    return parse_guide(source, [], [], []) if source else None
