"""consultkit import: submissions of the guide's form become draft notes."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.cli.note import sound
from consultkit.exchange import drafts
from consultkit.exchange.people import with_people
from consultkit.files import locked, write_atomic
from consultkit.i18n import N_, _, ngettext
from consultkit.load import load
from consultkit.model import Project
from consultkit.output.terminal import ask, printable
from consultkit.privacy.matcher import Hit

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
            print("  ! " + hidden(project, line))
        code = keep(project, outcomes, dry_run, yes)
        return 1 if read.problems else code


def keep(project: Project, outcomes: list[drafts.Outcome], dry_run: bool, yes: bool) -> int:
    """Shows differences, asks, then writes notes and identities; the exit code."""
    for outcome in outcomes:
        for line in outcome.difference:
            print("  " + hidden(project, line))
    private = with_people(project, drafts.people(outcomes))
    code = 1 if any(outcome.kind == "differs" for outcome in outcomes) else 0
    writing = [outcome for outcome in outcomes if outcome.writes]
    if not writing and private is None:
        print(_("Nothing to write."))
        return code
    if dry_run:
        print(_("Nothing was written (--dry-run)."))
        return code
    if not yes and not (sys.stdin.isatty() and ask(_("Write?"), default=True)):
        print(_("Nothing was written. Add --yes to write."))
        return code
    drafts.write(project, outcomes)
    if private is not None:
        write_atomic(project.root / private[0], private[1], mode=0o600)
        print(_("Names, phones and addresses were kept in {path}.").format(path=private[0]))
    for outcome in writing:
        print(f"  + {outcome.path}")
    print(_("Read them over, then run `consultkit check`."))
    return code


def hidden(project: Project, text: str) -> str:
    """A line for the screen, known identities blanked."""
    for hit in reversed(_search(project)(text)):
        text = text[: hit.start] + "[…]" + text[hit.end :]
    return printable(text)


@functools.lru_cache(maxsize=1)
def _search(project: Project) -> Callable[[str], list[Hit]]:
    if not project.identities:
        return lambda text: []
    from consultkit.rules.privacy import matcher

    return matcher(project).search
