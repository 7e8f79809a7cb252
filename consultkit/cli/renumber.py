"""consultkit renumber: another id for a note, wherever it is named."""

from __future__ import annotations

from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.files import locked
from consultkit.i18n import _
from consultkit.load import load


def renumber(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_("The note's id; its file, where two have it."))],
    new: Annotated[str, typer.Argument(metavar="NEW", help=_("The id that it gets."))],
) -> int:
    """Gives a note another id: renames its file and rewrites every citation, all of it or nothing."""
    from consultkit.renumber import plan, write

    with locked(root()):
        project = load(root())
        changes = plan(project, old, new)
        write(project.root, changes)
    print(f"  {changes.source} → {changes.target}")
    for name in changes.files:
        if name != changes.target:
            print(f"  ~ {name}")
    for name in changes.left:
        message = _("{file} may still name {id}: look which note is meant, and change it there.")
        print(message.format(file=name, id=changes.old))
    return 0
