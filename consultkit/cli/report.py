"""consultkit report: the report in Word and PDF, refused where it would say what it must not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consultkit.cli import day_given, leaving, root
from consultkit.cli.common import errors, hidden, region_named, show
from consultkit.diagnostic import Diagnostic
from consultkit.files import DELIVERIES, WorkspaceError, locked, place_at, write_all
from consultkit.i18n import _, ngettext, reason, speaking
from consultkit.load import load
from consultkit.model import Project

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
    region = region_named(project.mapping, region) if project.mapping else region
    if persons := leaving.receiver(project, deliver):
        return leaving.refuse(persons)
    if verify is not None:
        return _verify(project, verify, region)
    refusals = _refusals(project, kind, region)
    if refusals and (not force or project.mapping is None):
        return refuse(project, refusals, forcible=project.mapping is not None)
    if refusals and (named := _named_beside(project, refusals)):
        return refuse(project, named)
    formats = [str(f) for f in dict.fromkeys(to or [Format.DOCX, Format.PDF])]
    day = day_given(since) if since else None
    if refusals:
        from consultkit.disclose import without_open_comments

        project = without_open_comments(project)
    with _progress(_("Making the document…")):
        from consultkit.report.build import build_report

        with document_faults(project):
            built = build_report(
                project, edition=edition, kind=kind, region=region or "", since=day, force=bool(refusals),
                names_checked=project.names_checked,
            )  # fmt: skip
            outputs = _rendered(project, built, formats)
        leaks = _leaks(project, built, outputs)
    if leaks:
        return leaving.refuse(leaks)
    written = _write(project, outputs, out, deliver, kind, region, built)
    if deliver is not None and edition is Edition.INTERNAL:
        print(_("This was the internal edition: it says more than may leave."), file=sys.stderr)
    _tell(project, built, written)
    if open_it and written:
        _open(written[0])
    return 0


def _rendered(project: Project, built: Built, formats: list[str]) -> dict[str, bytes]:
    """The document in these formats, by the names of their files; the team's report with its evidence."""
    from consultkit.report.render import render

    made = render(built.document, formats, templates=project.root / "templates", workspace=project.root)
    name = NAMES[project.language][Kind(built.kind)] + (f"-{built.region}" if built.region else "")
    outputs = {f"{name}.{suffix}": data for suffix, data in made.items()}
    if built.edition == Edition.INTERNAL and built.kind == Kind.REPORT:
        from consultkit.report.proof import evidence

        outputs["evidence.json"] = evidence(project, built)
    return outputs


def _refusals(project: Project, kind: Kind, region: str | None) -> list[Diagnostic]:
    """The errors, coverage aside, in the files that the document reads."""
    reads = _reads(project, kind, region)
    return [problem for problem in errors(project) if reads(problem.place.file)]


def _named_beside(project: Project, refusals: list[Diagnostic]) -> list[Diagnostic]:
    """Of the errors, organisations named beside a note that does not allow it: nothing overrides these."""
    from consultkit.rules.privacy import named_beside

    places = {finding.place for finding in named_beside(project)}
    return [problem for problem in refusals if problem.code == "P007" and problem.place in places]


def _reads(project: Project, kind: Kind, region: str | None) -> Callable[[str], bool]:
    """Which files a document reads, by their names."""
    lessons = {document.file for document in project.lessons}
    across = {document.file for document in project.syntheses if not document.region}

    def reads(file: str) -> bool:
        if not file.startswith("notes/"):
            return not file.startswith("private/")
        if region:
            return file.startswith(f"notes/{region}/")
        return kind is Kind.REPORT or file in lessons or file.count("/") > 1 or file not in across

    return reads


def refuse(project: Project, refusals: list[Diagnostic], *, forcible: bool = False) -> int:
    """Tells the errors that must be mended before anything is made."""
    show(project, refusals)
    n = len(refusals)
    message = ngettext("Refused: {n} error to mend first.", "Refused: {n} errors to mend first.", n)
    print(message.format(n=n), file=sys.stderr)
    if forcible:
        print(_("--force makes it all the same, marked as a draft."), file=sys.stderr)
    return 1


@contextmanager
def document_faults(project: Project) -> Iterator[None]:
    """A template that cannot be used, or a document that cannot be made, ends the run with a sentence.

    It may hold the name of a picture or a word of a template: known identities are blanked in it.
    """
    from consultkit.report.compose import TemplateFault
    from consultkit.report.errors import RenderError

    try:
        yield
    except (TemplateFault, RenderError) as fault:
        raise WorkspaceError(hidden(project, _placed(project, fault))) from None


def _placed(project: Project, fault: Exception) -> str:
    """What is wrong with a document, after the place of the picture that is the cause."""
    source = getattr(fault, "source", "")
    for file, written in project.sources.items() if source else ():
        at = written.text.find(f"]({source}")
        if at >= 0:
            return f"{place_at(written.text, at, file)} {fault}"
    return str(fault)


def shown_path(path: Path) -> str:
    """A file that was written, as seen from here."""
    return f"  + {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}"


def _leaks(project: Project, built: Built, outputs: Mapping[str, bytes]) -> list[str]:
    """Known persons, hidden organisations, numbers and addresses in what would be written."""
    made, where = built.document, _("the document")
    around = (made.title, made.subtitle, *made.cover, made.banner, *(f.alt for f in made.figures.values()))
    said = {where: "\n\n".join((made.markdown, *around)), **leaving.styles(project)}
    found = leaving.leaks(project, outputs, said)
    traced = {name: data.decode() for name, data in outputs.items() if name == "evidence.json"}
    return found + leaving.named(
        project, {where: f"{made.title}\n\n{made.subtitle}\n\n{made.markdown}", **traced}, built.presence
    )


def _write(
    project: Project,
    outputs: dict[str, bytes],
    out: Path | None,
    deliver: str | None,
    kind: Kind,
    region: str | None,
    built: Built,
) -> list[Path]:
    from consultkit.deliveries import delivery, logged, sending_name

    folder = out if out is not None else project.root / "build"
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(_("{path} is a file, not a folder.").format(path=folder))
    with locked(project.root):
        files: dict[Path, bytes | str] = {folder / name: data for name, data in outputs.items()}
        outputs.pop("evidence.json", None)
        if deliver is not None:
            title = NAMES[project.language][kind].capitalize()
            place = project.mapping.region_by_id[region].name if region and project.mapping else ""
            entries = []
            for name, data in outputs.items():
                sent = sending_name(project, [title, place], Path(name).suffix)
                files[folder / sent] = data
                entries.append(
                    delivery(
                        project, sent, data, to=deliver, kind=kind, notes=built.notes, region=region or ""
                    )
                )
            with speaking(project.language):  # the log comes first: what was sent is never unknown
                files = {project.root / DELIVERIES: logged(project.root, entries), **files}
        write_all(Path(), {str(path): data for path, data in files.items()})
    return [path for path in files if path != project.root / DELIVERIES]


def _tell(project: Project, built: Built, written: list[Path]) -> None:
    """What was made, and what a reader must know of it."""
    from consultkit.output.terminal import tell

    for path in written:
        print(shown_path(path))
    if built.provisional and built.kind == Kind.REPORT:
        tell(_("Provisional: consultations are missing (`consultkit status`)."))
    if not project.names_checked:
        tell(_("Names were not checked: the identities cannot be read here. The first page says so."))
    from consultkit.report.fonts import missing_characters

    reads = _reads(project, Kind(built.kind), built.region)
    shown = {char for _index, char in missing_characters(built.document.markdown)}
    for source in project.sources.values() if shown else ():
        found = missing_characters(source.text) if reads(source.file) else []
        for index, char in [pair for pair in found if pair[1] in shown][:5]:
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


def _verify(project: Project, path: Path, region: str | None) -> int:
    """Tells what became of the quotations of a delivered Word file."""
    from consultkit.output.terminal import Line, say, terminal_width, wrap
    from consultkit.report.verify import VerifyError, verify

    try:
        result = verify(path.read_bytes(), project, region=region or "")
    except (OSError, VerifyError) as error:
        why = str(error) if isinstance(error, VerifyError) else reason(error)
        raise WorkspaceError(_("{path} cannot be verified: {reason}").format(path=path, reason=why)) from None
    width, lines = terminal_width(), list[Line]()
    for altered in result.altered:
        lines.append([(_("Altered (paragraph {n}):").format(n=altered.paragraph), "bold red")])
        lines += [[(line, "")] for line in wrap(hidden(project, altered.text), width, "  ")]
        for delivered, written in altered.differences:
            change = _("“{written}” became “{delivered}”").format(
                written=written or "∅", delivered=delivered or "∅"
            )
            lines.append([("  " + hidden(project, change), "")])
        lines.append([("  " + str(altered.quotation.place), "dim")])
    for added in result.added:
        style = "yellow" if added.note else "bold red"
        where = _("it stands in {id}").format(id=added.note) if added.note else _("no note holds it")
        lines.append([(_("Added (paragraph {n}): {where}.").format(n=added.paragraph, where=where), style)])
        lines += [[(line, "")] for line in wrap(hidden(project, added.text), width, "  ")]
    for lost in result.lost:
        lines.append([(_("No longer there: {place}").format(place=lost.place), "yellow")])
        lines += [[(line, "")] for line in wrap(hidden(project, lost.text), width, "  ")]
    kept = ngettext(
        "{n} quotation agrees with the notes.", "{n} quotations agree with the notes.", result.kept
    )
    say([*lines, [(kept.format(n=result.kept), "bold green" if result.faithful else "bold")]])
    return 0 if result.faithful and not result.lost else 1
