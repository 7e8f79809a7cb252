"""consultkit synthesis: lays down a synthesis, with what the notes say ready to paste."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.cli.common import blanked, region_named, sound
from consultkit.files import locked, write_atomic
from consultkit.i18n import _, speaking
from consultkit.load import load
from consultkit.scaffold import campaign_synthesis_file, is_frame, synthesis_file


def synthesis(
    region: Annotated[
        str | None, typer.Argument(help=_("A region; across regions where none is named."))
    ] = None,
    out: Annotated[Path | None, typer.Option(help=_("Another file to write it to."))] = None,
) -> int:
    """Lays down a synthesis, with what the notes say ready to paste."""
    with locked(root()):
        project = load(root())
        mapping, guide = sound(project)
        region = region_named(mapping, region)
        with speaking(project.language):
            planned = synthesis_file(project, guide, region) if region else campaign_synthesis_file(project)
        target = out if out is not None else project.root / planned.path
        if target.exists() and not is_frame(target.read_bytes()):
            message = _("{path} exists and stays as it is. --out FILE writes the material elsewhere.")
            print(message.format(path=out or planned.path))
            return 1
        write_atomic(target, blanked(project, planned.content.decode()))
    print(f"  + {out or planned.path}")
    print(_("What the notes say stands there as comments: copy what you use, in your own words around it."))
    return 0
