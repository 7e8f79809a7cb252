"""consultkit report: the report in Word and PDF, refused where it would say what it must not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consultkit.cli import day_given, root
from consultkit.diagnostic import Diagnostic, Severity
from consultkit.files import WorkspaceError, locked, place_at, write_atomic
from consultkit.i18n import _, ngettext, speaking
from consultkit.load import load
from consultkit.model import Project
from consultkit.rules import run, select
from consultkit.text import did_you_mean, listing

if TYPE_CHECKING:
    from consultkit.report.build import Built


class Format(StrEnum):
    """What a document may be written as."""

    DOCX = "docx"
    PDF = "pdf"
    HTML = "html"
    MD = "md"


class Edition(StrEnum):
    """Who may read a document."""

    SHARED = "shared"
    INTERNAL = "internal"


class Kind(StrEnum):
    """Which document."""

    REPORT = "report"
    PROGRESS = "progress"
    LESSONS = "lessons"


NAMES = {
    "fr": {Kind.REPORT: "rapport", Kind.PROGRESS: "avancement", Kind.LESSONS: "lecons"},
    "en": {Kind.REPORT: "report", Kind.PROGRESS: "progress", Kind.LESSONS: "lessons"},
}


def report(
    to: Annotated[
        list[Format] | None, typer.Option(help=_("docx, pdf, html or md; may be repeated."))
    ] = None,
    edition: Annotated[
        Edition, typer.Option(help=_("shared may leave the team; internal may not."))
    ] = Edition.SHARED,
    region: Annotated[str | None, typer.Option(help=_("One region's report."))] = None,
    kind: Annotated[Kind, typer.Option(help=_("Which document."))] = Kind.REPORT,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help=_("For progress: what is new since that day."))
    ] = None,
    deliver: Annotated[
        str | None,
        typer.Option(metavar="TO", help=_("Names it for sending to an organisation, and logs it.")),
    ] = None,
    verify: Annotated[
        Path | None,
        typer.Option(help=_("Tells whether a delivered Word file still says what the notes say.")),
    ] = None,
    out: Annotated[Path | None, typer.Option(help=_("The folder to write to; build by default."))] = None,
    force: Annotated[bool, typer.Option("--force", help=_("In spite of errors, marked as a draft."))] = False,
    open_it: Annotated[bool, typer.Option("--open", help=_("Opens it when it is made."))] = False,
) -> int:
    """Makes the report in Word and PDF."""
    project = load(root())
    if verify is not None:
        return _verify(project, verify, edition)
    _known_region(project, region)
    refusals = _refusals(project, kind, region)
    if refusals and (not force or project.mapping is None):
        return _refuse(project, refusals)
    formats = [str(f) for f in dict.fromkeys(to or [Format.DOCX, Format.PDF])]
    day = day_given(since) if since else None
    with _progress(_("Making the document…")):
        from consultkit.report.build import build_report

        with _template_faults():
            built = build_report(
                project, edition=edition, kind=kind, region=region or "", since=day, force=bool(refusals),
                names_checked=project.names_checked,
            )  # fmt: skip
        outputs = _render(
            project, built, formats, NAMES[project.language][kind] + (f"-{region}" if region else "")
        )
        leaks = _leaks(project, built, outputs)
    if leaks:
        print(_("Refused: a known identity would leave."), file=sys.stderr)
        for leak in leaks:
            print(f"  {leak}", file=sys.stderr)
        return 1
    written = _write(project, outputs, out, deliver, kind, region, built)
    _tell(project, built, written)
    if open_it and written:
        _open(written[0])
    return 0


def _known_region(project: Project, region: str | None) -> None:
    if region is not None and project.mapping and region not in project.mapping.region_by_id:
        known = project.mapping.region_by_id
        message = _("No {what} has the id “{id}”.").format(what=_("region"), id=region)
        raise WorkspaceError(f"{message} {did_you_mean(region, known) or listing(known)}")


def _refusals(project: Project, kind: Kind, region: str | None) -> list[Diagnostic]:
    """The errors, coverage aside, in the files that the document reads."""
    problems = [d for d in select(run(project), ignored=["C"]) if d.severity is Severity.ERROR]
    lessons = {document.file for document in project.lessons}
    across = {document.file for document in project.syntheses if not document.region}

    def reads(file: str) -> bool:
        if not file.startswith("notes/"):
            return not file.startswith("private/")
        if region:
            return file.startswith(f"notes/{region}/")
        return kind is Kind.REPORT or file in lessons or file.count("/") > 1 or file not in across

    return [problem for problem in problems if reads(problem.place.file)]


def _refuse(project: Project, refusals: list[Diagnostic]) -> int:
    from consultkit.output.diagnostics import as_lines
    from consultkit.output.terminal import say, terminal_width

    say(as_lines(refusals, project.sources, terminal_width()))
    n = len(refusals)
    print(
        ngettext("Refused: {n} error to mend first.", "Refused: {n} errors to mend first.", n).format(n=n),
        file=sys.stderr,
    )
    print(_("--force makes it all the same, marked as a draft."), file=sys.stderr)
    return 1


@contextmanager
def _template_faults() -> Iterator[None]:
    from consultkit.report.compose import TemplateFault

    try:
        yield
    except TemplateFault as fault:
        raise WorkspaceError(str(fault)) from None


def _render(project: Project, built: Built, formats: list[str], name: str) -> dict[str, bytes]:
    from consultkit.report.render import RenderError, render

    try:
        rendered = render(
            built.document, formats, templates=project.root / "templates", workspace=project.root
        )
    except RenderError as error:
        raise WorkspaceError(str(error)) from None
    return {f"{name}.{suffix}": data for suffix, data in rendered.items()}


def _leaks(project: Project, built: Built, outputs: Mapping[str, bytes]) -> list[str]:
    """Known persons in what is about to be written, and organisations that asked not to be named."""
    from consultkit.privacy.gate import leaks
    from consultkit.privacy.organisations import organisation_matcher
    from consultkit.rules.privacy import hidden_actors, matcher

    found = [str(leak) for leak in leaks(outputs, matcher(project) if project.identities else None)]
    hidden = hidden_actors(project)
    if hidden and project.mapping:
        text = built.document.markdown
        named = [actor.name for actor in project.mapping.actors if actor.id not in hidden]
        for name in sorted((*built.presence, *named), key=len, reverse=True):
            text = text.replace(name, "")
        owners = {hit.owner for hit in organisation_matcher(project.mapping, hidden).search(text)}
        message = _("An organisation that asked not to be named ({owner}) stands in the text.")
        found += [message.format(owner=owner) for owner in sorted(owners)]
    return found


def _write(
    project: Project, outputs: dict[str, bytes], out: Path | None, deliver: str | None, kind: Kind, region: str | None,
    built: Built,
) -> list[Path]:  # fmt: skip
    from consultkit.deliveries import delivery, organisation_word, record, sending_name

    folder = out if out is not None else project.root / "build"
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(_("{path} is a file, not a folder.").format(path=folder))
    with locked(project.root):
        written = []
        for name, data in outputs.items():
            write_atomic(folder / name, data)
            written.append(folder / name)
        if deliver is not None:
            if not organisation_word(deliver):
                raise WorkspaceError(_("Name the organisation that receives it, not a person or an address."))
            title = NAMES[project.language][kind].capitalize()
            place = project.mapping.region_by_id[region].name if region and project.mapping else ""
            entries = []
            for name, data in outputs.items():
                sent = sending_name(project, [title, place], Path(name).suffix)
                write_atomic(folder / sent, data)
                written.append(folder / sent)
                entries.append(
                    delivery(
                        project, sent, data, to=deliver, kind=kind, notes=built.notes, region=region or ""
                    )
                )
            with speaking(project.language):
                record(project.root, entries)
    return written


def _tell(project: Project, built: Built, written: list[Path]) -> None:
    """What was made, and what a reader must know of it."""
    for path in written:
        print(f"  + {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
    if built.provisional:
        print(_("Provisional: consultations are missing (`consultkit status`)."))
    if not project.names_checked:
        print(_("Names were not checked: the identities cannot be read here. The first page says so."))
    from consultkit.report.render import missing_characters

    for source in project.sources.values():
        for index, char in missing_characters(source.text)[:5]:
            place = place_at(source.text, index, source.file)
            message = _("{place}: no font has this character; it is printed as [U+{code}].")
            print(message.format(place=place, code=f"{ord(char):04X}"), file=sys.stderr)


@contextmanager
def _progress(text: str) -> Iterator[None]:
    """A moving sign on long work, where a terminal shows it."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def _open(path: Path) -> None:
    try:
        if os.name == "nt":
            os.startfile(path)  # type: ignore[attr-defined,unused-ignore]
        else:
            command = "open" if sys.platform == "darwin" else "xdg-open"
            subprocess.Popen([command, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        print(_("{path} could not be opened from here.").format(path=path), file=sys.stderr)


def _verify(project: Project, path: Path, edition: Edition) -> int:
    raise WorkspaceError(str((project.root, path, edition)))
