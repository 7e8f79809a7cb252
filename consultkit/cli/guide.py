"""consultkit guide: the interview guide on paper and on phones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import leaving, root
from consultkit.cli.common import sound, unknown
from consultkit.cli.guide_upgrade import diff, feedback, upgrade
from consultkit.files import WorkspaceError, write_atomic
from consultkit.i18n import N_, _
from consultkit.load import load
from consultkit.model import ActorType, Guide, Project
from consultkit.output.terminal import tell


def export(
    file: Annotated[Path, typer.Argument(help=_("guide.xlsx (phones), guide.docx or guide.pdf (to print)."))],
    type_: Annotated[
        str | None, typer.Option("--type", help=_("Only the questions asked of this type of actor."))
    ] = None,
) -> int:
    """Writes the guide for phones (.xlsx, XLSForm), or to print and to type in (.docx, .pdf)."""
    project = load(root())
    mapping, guide = sound(project)
    kind: ActorType | None = None
    if type_ is not None:
        kind = mapping.type_by_id.get(type_)
        if kind is None:
            raise unknown(_("type"), type_, mapping.type_by_id)
    suffix = file.suffix.lower()
    if suffix == ".xlsx" and kind is None:
        from consultkit.exchange.xlsform import next_version

        version, data = next_version(file, project, mapping, guide)
        said = _("{file}: the form of the guide, version {version}.").format(file=file, version=version)
        said += "\n" + _("Send it to KoboToolbox or ODK Central; `consultkit import` reads what comes back.")
    elif suffix == ".xlsx":
        raise WorkspaceError(_("The form asks each actor the questions of its type: leave --type out."))
    elif suffix in (".docx", ".pdf"):
        from consultkit.cli.report import document_faults
        from consultkit.exchange.word_guide import render_guide

        with document_faults(project):
            data = render_guide(project, guide, suffix[1:], kind)
        said = _("{file}: the guide, to print or to type in.").format(file=file)
    else:
        raise WorkspaceError(_("{file}: name a file that ends in .xlsx, .docx or .pdf.").format(file=file))
    if found := _leaks(project, guide, file.name, data):
        return leaving.refuse(found)
    write_atomic(file, data)
    print(said)
    if not project.names_checked:
        tell(_("Names were not checked: the identities cannot be read here."))
    return 0


def _leaks(project: Project, guide: Guide, name: str, data: bytes) -> list[str]:
    """Known persons in what is about to leave, numbers and addresses in what the guide says."""
    pieces = [guide.title, guide.introduction]
    for section in guide.sections:
        pieces.append(section.title)
        for question in section.questions:
            pieces += [question.text, *question.options, *question.probes, *question.advice]
    return leaving.leaks(project, {name: data}, {guide.file: "\n\n".join(pieces), **leaving.styles(project)})


COMMANDS = {
    "export": (export, N_("Writes the guide for phones (.xlsx), or to print (.docx, .pdf).")),
    "upgrade": (upgrade, N_("Carries every note over to the guide's present version.")),
    "diff": (diff, N_("Tells what changed between two versions of the guide.")),
    "feedback": (feedback, N_("What the field says of the guide, question by question.")),
}
