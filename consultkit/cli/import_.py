"""consultkit import: submissions of the guide's form become draft notes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.cli.common import hidden, item, keep, sound
from consultkit.files import locked
from consultkit.i18n import N_, _, ngettext
from consultkit.load import load

KINDS = {
    "new": N_("new notes: {n}"),
    "filled": N_("empty notes filled: {n}"),
    "updated": N_("notes renewed, which nobody had edited: {n}"),
    "same": N_("already imported: {n}"),
    "differs": N_("corrected since, in notes that were edited (left as they are): {n}"),
}


def import_(
    file: Annotated[Path, typer.Argument(help=_("Submissions: .csv, .xlsx or .json of KoboToolbox or ODK."))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Shows what would be written."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Writes without asking."))] = False,
) -> int:
    """Makes draft notes of submissions of the guide's form."""
    from consultkit.exchange import drafts
    from consultkit.exchange.submissions import read_submissions

    with locked(root()):
        project = load(root())
        mapping, guide = sound(project)
        read = read_submissions(file, project, mapping, guide)
        outcomes = drafts.plan(project, guide, read.drafts)
        print(ngettext("{n} submission read.", "{n} submissions read.", read.count).format(n=read.count))
        for kind, count in Counter(outcome.kind for outcome in outcomes).items():
            print("  " + _(KINDS[kind]).format(n=count))
        for line in (*read.problems, *read.told):
            item("  ! ", hidden(project, line))
        code = keep(project, outcomes, dry_run, yes)
        return 1 if read.problems else code
