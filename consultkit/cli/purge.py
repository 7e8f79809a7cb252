"""consultkit purge: removes private/, build/ and .consultkit/, and says what may remain."""

from __future__ import annotations

import shutil
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.cli.common import agreed
from consultkit.files import locked
from consultkit.i18n import _, ngettext

FOLDERS = ("private", "build", ".consultkit")


def purge(yes: Annotated[bool, typer.Option("--yes", help=_("Does not ask."))] = False) -> int:
    """Removes what identifies people, once the campaign is over."""
    workspace = root()
    found = [workspace / name for name in FOLDERS if (workspace / name).is_dir()]
    if not found:
        print(_("There is nothing to remove."))
        return 0
    for folder in found:
        number = sum(1 for path in folder.rglob("*") if path.is_file())
        print(
            "  - "
            + ngettext("{folder}/ ({n} file)", "{folder}/ ({n} files)", number).format(
                folder=folder.name, n=number
            )
        )
    if not agreed(yes, _("Remove them for good?"), default=False):
        print(_("Nothing was removed. --yes removes without asking."))
        return 1
    with locked(workspace):
        for folder in found:
            if folder.is_symlink():
                folder.unlink()
            elif folder.name != ".consultkit":
                shutil.rmtree(folder)
    shutil.rmtree(workspace / ".consultkit", ignore_errors=True)
    print(_("Removed."))
    print(
        _(
            "What may remain: copies that were sent (notes/livraisons.yaml lists them), backups, other "
            "computers, git's history if private/ was ever committed (`consultkit check --history` "
            "tells), and traces on this disk, which only disk encryption or a new disk puts out of reach."
        )
    )
    return 0
