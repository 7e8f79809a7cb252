"""consultkit purge: removes private/, build/ and .consultkit/, and says what may remain."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.cli.common import agreed
from consultkit.files import locked
from consultkit.i18n import _, ngettext, reason
from consultkit.output.terminal import printable
from consultkit.repository import git
from consultkit.scratch import clear, in_memory

FOLDERS = ("private", "build", ".consultkit")
OWN = ".consultkit"


def purge(yes: Annotated[bool, typer.Option("--yes", help=_("Does not ask."))] = False) -> int:
    """Removes what identifies people, once the campaign is over."""
    workspace = root()
    found = [workspace / name for name in FOLDERS if os.path.lexists(workspace / name)]
    if not found:
        print(_("There is nothing to remove."))
        return 0
    for path in found:
        print(f"  - {_described(path)}")
    if not agreed(yes, _("Remove them for good?"), default=False):
        print(_("Nothing was removed. --yes removes without asking."))
        return 1
    links = {path.name: _target(path) for path in found if path.is_symlink() and path.exists()}
    left = _removed(workspace, found)
    for folder in (None, in_memory()):
        clear(folder)  # what killed runs left
    gone = [path.name for path in found if not os.path.lexists(path)]
    if gone:
        print(_("Removed: {names}.").format(names=", ".join(gone)))
    for name, why in left:
        print(_("Not removed: {path} ({reason}).").format(path=printable(name), reason=why), file=sys.stderr)
    for name, target in links.items():
        message = _("{name} was a link: what it led to remains, in {path}. Remove it yourself.")
        print(message.format(name=name, path=printable(target)), file=sys.stderr)
    print(_in_git(workspace))
    print(
        _(
            "What else may remain: copies that were sent (notes/livraisons.yaml lists them), backups, other "
            "computers, and traces on this disk, which only disk encryption or a new disk puts out of reach."
        )
    )
    return 1 if left or links else 0


def _described(path: Path) -> str:
    """What is about to be removed: a folder with the number of its files, a file, or a link."""
    if path.is_symlink():
        return _("{name}, a link to {path} (the link alone)").format(
            name=path.name, path=printable(_target(path))
        )
    if not path.is_dir():
        return _("{name}, a file").format(name=path.name)
    number = sum(len(files) for _folder, _folders, files in os.walk(path))
    return ngettext("{folder}/ ({n} file)", "{folder}/ ({n} files)", number).format(
        folder=path.name, n=number
    )


def _target(link: Path) -> str:
    """Where a link leads, as far as it does."""
    try:
        return str(link.resolve())
    except (OSError, RuntimeError):  # to itself
        return str(link)


def _removed(workspace: Path, found: list[Path]) -> list[tuple[str, str]]:
    """Removes all that can be; the paths that remain, each with the reason. The lock goes last."""
    left: list[tuple[str, str]] = []
    own = workspace / OWN
    if os.path.lexists(own) and not own.is_dir():
        _remove(own, left)  # a file, or a link to nothing: no lock can lie in it
    with locked(workspace):
        for path in found:
            if path.name != OWN:
                _remove(path, left)
    if own.is_symlink():
        (own / "lock").unlink(missing_ok=True)  # the one thing there that is this run's
    _remove(own, left)
    return [(Path(path).relative_to(workspace).as_posix(), why) for path, why in left]


def _remove(path: Path, left: list[tuple[str, str]]) -> None:
    """Removes a file, a link or a folder with all below it; tells what resists."""
    before = len(left)
    try:
        if path.is_dir() and not path.is_symlink():
            for below in sorted(path.iterdir()):
                _remove(below, left)
            if len(left) == before:
                path.rmdir()
        else:
            _unlink(path)
    except OSError as error:
        left.append((str(path), reason(error)))


def _unlink(path: Path) -> None:
    """Removes a file; Windows keeps one that is marked as read-only, so that the mark goes first."""
    try:
        path.unlink()
    except PermissionError:
        if os.name != "nt":
            raise
        path.chmod(stat.S_IWRITE)
        path.unlink()


def _in_git(workspace: Path) -> str:
    """What git still holds of private/, asked of git itself; encrypted files aside."""
    paths = ("--", "private", ":(exclude,glob)private/**/*.age", ":(exclude)private/.gitkeep")
    if git.ask(workspace, "rev-parse", "--git-dir") is None:
        return _(
            "Whether git ever held private/ cannot be told here: git is absent, "
            "or does not track this folder."
        )
    kept = git.line(workspace, "ls-files", *paths) or git.line(
        workspace, "log", "--all", "--reflog", "-n1", "--format=%h", *paths
    )
    if kept:
        return _(
            "git still holds files of private/, and gives them back to whoever has the repository: "
            "`consultkit check --history` tells which, and how to have them removed."
        )
    return _("No commit of this copy of the repository holds files of private/, encrypted ones aside.")
