"""consultkit synthesis: lays down a synthesis, with what the notes say ready to paste."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.files import WorkspaceError, locked, write_atomic
from consultkit.i18n import _, speaking
from consultkit.load import load
from consultkit.scaffold import campaign_synthesis_file, synthesis_file
from consultkit.text import did_you_mean, listing


def synthesis(
    region: Annotated[
        str | None, typer.Argument(help=_("A region; across regions where none is named."))
    ] = None,
    out: Annotated[Path | None, typer.Option(help=_("Another file to write it to."))] = None,
) -> int:
    """Lays down a synthesis, with what the notes say ready to paste."""
    with locked(root()):
        project = load(root())
        if project.mapping is None or project.guide is None or not project.guide.sound:
            raise WorkspaceError(_("The mapping or the guide cannot be read: `consultkit check` says why."))
        if region is not None and region not in project.mapping.region_by_id:
            known = project.mapping.region_by_id
            message = _("No {what} has the id “{id}”.").format(what=_("region"), id=region)
            raise WorkspaceError(f"{message} {did_you_mean(region, known) or listing(known)}")
        with speaking(project.language):
            planned = (
                synthesis_file(project, project.guide, region) if region else campaign_synthesis_file(project)
            )
        target = out if out is not None else project.root / planned.path
        if target.exists():
            print(
                _("{path} exists and stays as it is. --out FILE writes the material elsewhere.").format(
                    path=target
                )
            )
            return 1
        write_atomic(target, planned.content)
    print(f"  + {out or planned.path}")
    print(_("What the notes say stands there as comments: copy what you use, in your own words around it."))
    return 0
