"""consultkit check: every fault, on its line, in one run."""

from __future__ import annotations

import glob
import os
import posixpath
import sys
from collections.abc import Collection, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from consultkit.cli import Options, root
from consultkit.cli.common import hidden, show, told
from consultkit.coverage import coverage
from consultkit.diagnostic import Diagnostic, Severity, has_errors
from consultkit.files import WorkspaceError, find_root, locked, write_atomic
from consultkit.i18n import _
from consultkit.load import load
from consultkit.model import Project
from consultkit.output import diagnostics as output
from consultkit.output.terminal import printable, say, terminal_width, wrap
from consultkit.privacy.vault import LOCKED, PLAIN
from consultkit.repository.staged import StagedTree, tracked
from consultkit.repository.surroundings import look
from consultkit.rules import BY_CODE, run, select
from consultkit.rules.privacy import matcher
from consultkit.text import did_you_mean

LETTERS = "WMGNCFPT"


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help=_("Files or folders; everything by default."))
    ] = None,
    format: Annotated[Format, typer.Option(help=_("How problems are printed."))] = Format.TEXT,
    chosen: Annotated[
        list[str] | None, typer.Option("--select", help=_("Only these codes, or their leading letters."))
    ] = None,
    ignored: Annotated[list[str] | None, typer.Option("--ignore", help=_("All but these codes."))] = None,
    no_coverage: Annotated[
        bool, typer.Option("--no-coverage", help=_("Leaves coverage out, during field work."))
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help=_("Warnings count as errors."))] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help=_("Mends what is safe to mend, and says what it did."))
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help=_("Looks for private data in all of git's history."))
    ] = False,
    staged: Annotated[
        bool, typer.Option("--staged", help=_("Looks at what git is about to commit."))
    ] = False,
) -> int:
    """Checks everything, or the named files."""
    around = staged and not (paths or history) and Options.root is None and find_root(Path.cwd()) is None
    found = _staged_around() if around else None
    workspaces, others = ([root()], []) if found is None else found
    select_only, ignore = _codes(chosen), _codes(ignored) + (["C"] if no_coverage else [])
    checked = []
    for workspace in workspaces:
        wanted = _wanted(workspace, paths or [])
        if history:
            return _history(workspace)
        if fix:
            fix_files(workspace, wanted, quiet=format is not Format.TEXT)
        project = _read(workspace, staged=staged)
        problems = [d for d in select(run(project), select_only, ignore) if among(d.place.file, wanted)]
        checked.append(_Checked(project, problems, wanted, folder=_from_here(workspace) if around else ""))
    if others:
        checked += _beside_others(others, select_only, ignore)
    _show(checked, format, coverage_too=not (paths or no_coverage))
    return int(any(has_errors(one.problems) or (strict and one.warns) for one in checked))


class _Checked(NamedTuple):
    """A campaign that was checked: what is wrong in the files that were wanted (None: in all)."""

    project: Project
    problems: list[Diagnostic]
    wanted: list[str] | None
    folder: str = ""

    def from_here(self) -> list[Diagnostic]:
        """The problems, their files named from the folder in which the command runs."""
        if self.folder in ("", "."):
            return self.problems
        files = (posixpath.normpath(f"{self.folder}/{d.place.file}") for d in self.problems)
        return [
            d._replace(place=d.place._replace(file=file))
            for d, file in zip(self.problems, files, strict=True)
        ]

    @property
    def warns(self) -> bool:
        """Whether any problem is a warning."""
        return any(d.severity is Severity.WARNING for d in self.problems)


def _staged_around() -> tuple[list[Path], list[Path]] | None:
    """The campaigns of the repository around, of which something is staged, and the other ones.

    None where there is no repository.
    """
    from consultkit.repository.git import refusal
    from consultkit.repository.staged import staged_campaigns, unanswered

    here = Path.cwd()
    found = staged_campaigns(here)
    if found is None and refusal(here) is not None:
        raise unanswered(here, "")
    return found


def _from_here(folder: Path) -> str:
    return Path(os.path.relpath(folder)).as_posix()


def _beside_others(workspaces: list[Path], select_only: list[str], ignore: list[str]) -> Iterator[_Checked]:
    """Campaigns of which nothing is staged, but whose identities are in what is staged around them."""
    from consultkit.repository.beside import outside

    for workspace in workspaces:
        project = load(workspace)
        search = matcher(project).search if project.identities else None
        alone = replace(project, sources={}, files=(), faults=tuple(outside(workspace, search)))
        problems = run(alone, (BY_CODE["P001"], BY_CODE["P004"]))
        if problems := select(problems, select_only, ignore):
            yield _Checked(alone, problems, wanted=[], folder=_from_here(workspace))


def _read(workspace: Path, *, staged: bool) -> Project:
    """A campaign, from the disk or as staged, with what lies around it and beside its files."""
    from consultkit.repository.beside import beside, outside

    index = StagedTree(workspace) if staged else tracked(workspace)
    project = load(workspace, tree=index if staged else None)
    search = matcher(project).search if project.identities else None
    faults = look(workspace, index)
    faults += beside(project, search, index, staged=staged)
    faults += outside(workspace, search) if staged else []
    return replace(project, faults=(*project.faults, *faults))


def fix_files(workspace: Path, wanted: list[str] | None, *, quiet: bool = False) -> None:
    """Mends the files of a workspace, or those wanted, each written whole; shows what it did."""
    from consultkit.fix import mended

    with locked(workspace):
        project = load(workspace)
        for name, text, changes in mended(project):
            if not among(name, wanted):
                continue
            write_atomic(workspace / name, text)
            for place, change in [] if quiet else changes:
                print(_("mended {place}: {change}").format(place=place, change=hidden(project, change)))


def _history(workspace: Path) -> int:
    """Tells what git still holds, by place, what was not looked at, and how to have it removed."""
    from consultkit.repository.history import look_back

    project = load(workspace)
    found = look_back(workspace, matcher(project) if project.identities else None, project.allowed)
    for remnant in found.remnants:
        place = f"{remnant.path}:{remnant.line}".replace("\n", "\\n")
        print(printable(f"{place} {remnant.object[:10]} {remnant.what}"))
    if not project.names_checked:
        print(_("Names were not checked: the identities cannot be read here."))
    for sentence in found.unseen:
        print(printable(sentence.replace("\n", "\\n")))
    if found.remnants:
        _say_how_to_remove({remnant.kind for remnant in found.remnants})
        return 1
    if found.unseen or not project.names_checked:
        print(_("Nothing dangerous was found in what could be looked at of git's history."))
    else:
        print(_("Nothing dangerous was found in git's history."))
    return 0


def _say_how_to_remove(kinds: Collection[str]) -> None:
    """How to take out of history what is of these kinds, and what that does not mend."""
    ways = {
        "private": _("Files of private/: git filter-repo --invert-paths --path FILE"),
        "text": _("Words in texts: git filter-repo --replace-text LIST (the files stay, the words go)"),
        "message": _("Words in messages: git filter-repo --replace-message LIST"),
        "name": _("Names of files: git filter-repo --path-rename OLD:NEW"),
        "document": _(
            "Documents: commit one without the name, then git filter-repo --strip-blobs-with-ids IDS "
            "(a file with the ids told above, which `git rev-parse` gives in full)"
        ),
        "ref": _("Branches and tags: give them another name, and delete the old one on the server too."),
        "reflog": _("The reflog and stashes stay in this copy alone, and go with it."),
    }
    print(_("Deleting a file does not take it out of history. Have it removed:"))
    print(_("1. Mend the present files and commit them. Tell your team to stop pushing."))
    print(_("2. Make a fresh clone, which git-filter-repo wants, and run there:"))
    for kind, way in ways.items():
        if kind in kinds:
            print(f"   {way}")
    if {"text", "message"}.intersection(kinds):
        how = _("LIST is a file outside the repository, a line for each way a name is written: NAME==>•••")
        print(f"   {how}")
    print(_("3. Run `consultkit check --history` there. Have the server forget the old objects."))
    print(_("4. Every copy must be cloned anew and the old one deleted: if pushed, it brings all back."))
    print(_("What was pushed is to be considered read: warn whoever is named there."))


def _codes(words: list[str] | None) -> list[str]:
    """Codes of rules or their first letters, as given on the command line."""
    codes = ",".join(words or []).upper().replace(",", " ").split()
    for code in codes:
        if code not in LETTERS and not any(known.startswith(code) for known in BY_CODE):
            help = did_you_mean(code, BY_CODE) or _("Known: {names}.").format(names=", ".join(LETTERS))
            message = _("No rule has the code “{code}”.").format(code=code)
            raise typer.BadParameter(f"{message} {help}")
    return codes


def among(file: str, wanted: list[str] | None) -> bool:
    """Whether a file is one of those wanted, or lies in a folder that is; None for everything."""
    return wanted is None or any(file == name or file.startswith(name + "/") for name in wanted)


def _wanted(workspace: Path, paths: list[Path]) -> list[str] | None:
    """The named paths relative to the root; None for everything."""
    wanted = []
    for path in paths:
        full = (path if path.exists() else workspace / path).resolve()
        if not full.exists():
            notes = workspace.glob(
                f"notes/*/{glob.escape(path.stem)}.md"
            )  # its id, or the file without its folder
            near = next((note.relative_to(workspace).as_posix() for note in notes), None)
            help = " " + _("Did you mean “{near}”?").format(near=near) if near else ""
            raise WorkspaceError(_("{path} does not exist.").format(path=path) + help)
        if not full.is_relative_to(workspace.resolve()):
            raise WorkspaceError(_("{path} lies outside the campaign.").format(path=path))
        if full == workspace.resolve():
            return None
        wanted.append(full.relative_to(workspace.resolve()).as_posix())
    return wanted or None


def _show(checked: list[_Checked], format: Format, *, coverage_too: bool) -> None:
    """Prints what was found, campaign by campaign; a campaign looked for around has its folder's name."""
    if format is Format.TEXT:
        for one in checked:
            if one.folder:
                say([[(_("Campaign {folder}").format(folder=printable(one.folder)), "bold")], [("", "")]])
            _say(one, coverage_too=coverage_too and one.wanted is None)
        if not checked:
            print(_("Nothing of a campaign is staged in this repository."))
        return
    problems = list(dict.fromkeys(d for one in checked for d in told(one.project, one.from_here())))
    if format is Format.JSON:
        print(output.as_json(problems, [row for one in checked for row in coverage(one.project)]))
    else:
        sys.stdout.write(output.as_github(problems))


def _say(one: _Checked, *, coverage_too: bool) -> None:
    width = terminal_width()
    project = one.project
    read = [*project.unread_notes, *(note.file for note in project.notes)]
    show(project, one.problems)
    say([output.summary(one.problems, sum(among(file, one.wanted) for file in read))])
    if not project.names_checked and project.notes:
        known = any((project.root / name).exists() for name in (PLAIN, LOCKED))
        said = _("Names were not checked: the identities cannot be read here.")
        absent = _("Names were not checked: note who was heard with `consultkit identities edit`.")
        say([[(line, "yellow")] for line in wrap(said if known else absent, width)])
    if coverage_too:
        say([[("", "")], *output.coverage_lines(coverage(project), width)])
