"""consultkit check: every fault, on its line, in one run."""

from __future__ import annotations

import glob
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.coverage import coverage
from consultkit.diagnostic import Diagnostic, Severity, has_errors
from consultkit.files import WorkspaceError, locked, write_atomic
from consultkit.i18n import _
from consultkit.load import load
from consultkit.model import Project
from consultkit.output import diagnostics as output
from consultkit.output.terminal import printable, say, terminal_width
from consultkit.repository.surroundings import look
from consultkit.rules import BY_CODE, run, select
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
    workspace = root()
    wanted = _wanted(workspace, paths or [])
    select_only, ignore = _codes(chosen), _codes(ignored) + (["C"] if no_coverage else [])
    if history:
        return _history(workspace)
    if fix:
        fix_files(workspace, wanted, quiet=format is not Format.TEXT)
    if staged:
        from consultkit.repository.staged import StagedTree

        project = load(workspace, tree=StagedTree(workspace))
    else:
        project = load(workspace)
    project = replace(project, faults=(*project.faults, *look(workspace)))
    problems = [d for d in select(run(project), select_only, ignore) if among(d.place.file, wanted)]
    if format is Format.JSON:
        print(output.as_json(problems, coverage(project)))
    elif format is Format.GITHUB:
        sys.stdout.write(output.as_github(problems))
    else:
        _say(project, problems, wanted, coverage_too=wanted is None and not no_coverage)
    failed = has_errors(problems) or (strict and any(d.severity is Severity.WARNING for d in problems))
    return 1 if failed else 0


def fix_files(workspace: Path, wanted: list[str] | None, *, quiet: bool = False) -> None:
    """Mends the files of a workspace, or those wanted, each written whole; shows what it did."""
    from consultkit.fix import mended

    with locked(workspace):
        for name, text, changes in mended(load(workspace)):
            if not among(name, wanted):
                continue
            write_atomic(workspace / name, text)
            for place, change in [] if quiet else changes:
                print(_("mended {place}: {change}").format(place=place, change=printable(change)))


def _history(workspace: Path) -> int:
    """Tells what git still holds, by place, and how to have it removed."""
    from consultkit.repository.history import remnants
    from consultkit.rules.privacy import matcher

    project = load(workspace)
    found = list(remnants(workspace, matcher(project) if project.identities else None, project.allowed))
    for remnant in found:
        print(f"{remnant.path}:{remnant.line} {remnant.blob[:10]} {remnant.what}")
    if not project.names_checked:
        print(_("Names were not checked: the identities cannot be read here."))
    if not found:
        print(_("Nothing dangerous was found in git's history."))
        return 0
    print(_("Deleting a file does not take it out of history. Have it removed:"))
    print(_("1. Tell your team to stop pushing. 2. Run: git filter-repo --invert-paths --path FILE"))
    print(_("3. Every copy must be cloned anew; the server must be asked to forget the old objects."))
    print(_("Until then, treat what stood there as known."))
    return 1


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


def _say(
    project: Project, problems: list[Diagnostic], wanted: list[str] | None, *, coverage_too: bool
) -> None:
    width = terminal_width()
    read = [*project.unread_notes, *(note.file for note in project.notes)]
    say(output.as_lines(problems, project.sources, width))
    say([output.summary(problems, sum(among(file, wanted) for file in read))])
    if coverage_too:
        say([[("", "")], *output.coverage_lines(coverage(project), width)])
