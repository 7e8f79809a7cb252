"""consultkit share: the detailed notes whose consent allows it, in one ZIP, after the gate."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consultkit.cli import leaving, root
from consultkit.cli.common import errors
from consultkit.cli.report import document_faults, refuse, shown_path
from consultkit.diagnostic import Diagnostic
from consultkit.files import DELIVERIES, WorkspaceError, locked, write_all
from consultkit.i18n import _, ngettext, speaking
from consultkit.load import load
from consultkit.model import Project

if TYPE_CHECKING:
    from consultkit.report.render import Document
    from consultkit.report.share import Shared

NAMES = {"fr": "partage.zip", "en": "share.zip"}


def share(
    without_identities: Annotated[
        bool, typer.Option("--without-identities", help=_("Although names cannot be checked here."))
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(metavar="ORG", help=_("Names it for sending to an organisation, and logs it.")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("The ZIP to write; in build/ by default."))
    ] = None,
) -> int:
    """Puts the detailed notes whose consent allows it into one ZIP."""
    from consultkit.deliveries import delivery, logged, sending_name

    project = load(root())
    if persons := leaving.receiver(project, to):
        return leaving.refuse(persons)
    if not project.names_checked and not without_identities:
        message = _("The identities cannot be read here, so names cannot be checked.")
        raise WorkspaceError(f"{message} {_('Unlock or mend them, or add --without-identities.')}")
    refusals = _refusals(project)
    if refusals or project.mapping is None:
        return refuse(project, refusals)
    from consultkit.report.share import build_share

    with document_faults(project), speaking(project.language):
        shared = build_share(project)
    if not shared.notes:
        print(
            _("Nothing to share: no finished note has consent.share and is not confidential."),
            file=sys.stderr,
        )
        return 1
    data = _render(project, shared)
    name = sending_name(project, [_("Notes")], ".zip") if to is not None else NAMES[project.language]
    target = out or project.root / "build" / name
    leaving.refuse_own(project, target)
    leaks = _leaks(project, shared, target.name, data)
    if leaks:
        return leaving.refuse(leaks)
    with locked(project.root):
        files: dict[str, bytes | str] = {}
        if to is not None:
            entry = delivery(project, target.name, data, to=to, kind="notes", notes=shared.notes)
            with speaking(project.language):
                files[str(project.root / DELIVERIES)] = logged(project.root, [entry])
        files[str(target)] = data  # after its entry: what was sent is never unknown
        write_all(Path(), files)
    n = len(shared.notes)
    print(shown_path(target))
    print(ngettext("{n} note shared.", "{n} notes shared.", n).format(n=n))
    if not project.names_checked:
        print(_("Names were not checked: the identities cannot be read here. The first page says so."))
    return 0


def _refusals(project: Project) -> list[Diagnostic]:
    """The errors, coverage aside, in the files that are read for it."""
    from consultkit.disclose import Disclosure

    disclosure = Disclosure(project)
    shown = {note.file for note in project.notes if disclosure.annexed(note)}
    files = ((problem, problem.place.file) for problem in errors(project))
    return [p for p, file in files if file in shown or not file.startswith(("notes/", "private/"))]


def _render(project: Project, shared: Shared) -> bytes:
    """The ZIP; pandoc's processes run side by side."""
    from consultkit.report.render import render
    from consultkit.report.word import packed

    templates = project.root / "templates"

    def docx(document: Document) -> bytes:
        return render(document, ["docx"], templates=templates, workspace=project.root)["docx"]

    with document_faults(project), ThreadPoolExecutor(4) as pool:
        made = dict(zip(shared.documents, pool.map(docx, shared.documents.values()), strict=True))
    return packed({name: made[name] for name in sorted(made)})


def _leaks(project: Project, shared: Shared, name: str, data: bytes) -> list[str]:
    """Known persons, hidden organisations, numbers and addresses in what is about to leave."""
    said = {document: content.markdown for document, content in shared.documents.items()}
    return leaving.leaks(project, {name: data}, said) + leaving.named(project, said)
