"""What several commands do: the mapping and the guide they need, lines for the screen, drafts written."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from consultkit.diagnostic import Diagnostic, Severity
from consultkit.files import WorkspaceError
from consultkit.i18n import _
from consultkit.model import ActorMapping, Guide, Project
from consultkit.output.terminal import ask, printable, say, terminal_width, width_of, wrap
from consultkit.text import did_you_mean, fold, listing

if TYPE_CHECKING:
    from consultkit.exchange.drafts import Outcome


def readable(project: Project) -> ActorMapping:
    """The mapping; WorkspaceError where it cannot be read."""
    if project.mapping is None:
        raise WorkspaceError(_("mapping.yaml cannot be read: `consultkit check` says why."))
    return project.mapping


def sound(project: Project) -> tuple[ActorMapping, Guide]:
    """The mapping and the guide; WorkspaceError where one cannot be read."""
    mapping = readable(project)
    if project.guide is None or not project.guide.sound:
        raise WorkspaceError(_("The interview guide cannot be read: `consultkit check` says why."))
    return mapping, project.guide


def region_named(mapping: ActorMapping, named: str | None) -> str | None:
    """The id of the region named by its id or its name; WorkspaceError where the mapping has none."""
    ids = {fold(word): region.id for region in mapping.regions for word in (region.name, region.id)}
    if named is not None and fold(named) not in ids:
        raise unknown(_("region"), named, mapping.region_by_id)
    return ids[fold(named)] if named is not None else None


def unknown(what: str, id_: str, known: Iterable[str], otherwise: str = "") -> WorkspaceError:
    """What to say of an id that nothing has: the nearest, else what to do, else those that there are."""
    message = _("No {what} has the id “{id}”.").format(what=what, id=id_)
    return WorkspaceError(f"{message} {did_you_mean(id_, known) or otherwise or listing(known)}")


def errors(project: Project) -> list[Diagnostic]:
    """What must be mended before anything is made: the errors, coverage aside."""
    from consultkit.rules import run, select

    return [d for d in select(run(project), ignored=["C"]) if d.severity is Severity.ERROR]


def hidden(project: Project, text: str) -> str:
    """A line for the screen, known identities blanked."""
    return printable(blanked(project, text))


def show(project: Project, problems: Sequence[Diagnostic]) -> None:
    """Prints problems with their lines, known identities blanked and what is secret not quoted."""
    from consultkit.output.diagnostics import as_lines
    from consultkit.rules.privacy import secret_lines

    secret = secret_lines(project, (d.place.file for d in problems))
    say(as_lines(told(project, problems), project.sources, terminal_width(), secret))


def told(project: Project, problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The problems with known identities blanked in the names of their files; rules blot what they say."""
    file = functools.cache(functools.partial(blanked, project))
    return [d._replace(place=d.place._replace(file=file(d.place.file))) for d in problems]


def blanked(project: Project, text: str) -> str:
    """The text with “[…]” where a known identity stands."""
    if not project.identities:
        return text
    from consultkit.rules.privacy import matcher

    return matcher(project).blotted(text, "[…]")


def item(mark: str, text: str, style: str = "") -> None:
    """Prints a text beside a mark; on a terminal folded at words."""
    text = printable(text)
    room = terminal_width() - width_of(mark)
    lines = wrap(text, room) if sys.stdout.isatty() and room > 20 else [text]
    for number, line in enumerate(lines):
        say([[(mark if number == 0 else " " * width_of(mark), style), (line, "")]])


def agreed(yes: bool, question: str, *, default: bool) -> bool:
    """Whether to write: --yes, or a person at a terminal who says so; where there is none, nobody does."""
    return yes or (sys.stdin.isatty() and ask(question, default=default))


def keep(project: Project, outcomes: Sequence[Outcome], dry_run: bool, yes: bool) -> int:
    """Shows differences, asks, then writes notes and identities; the exit code."""
    from consultkit.exchange import drafts
    from consultkit.exchange.people import with_people, write_together

    for outcome in outcomes:
        for line in outcome.difference:
            print("  " + hidden(project, line))
    private = with_people(project, drafts.people(outcomes))
    code = 1 if any(outcome.kind == "differs" for outcome in outcomes) else 0
    files: Mapping[str, str] = {outcome.path: outcome.text for outcome in outcomes if outcome.writes}
    if not files and private is None:
        print(_("Nothing to write."))
    elif dry_run:
        print(_("Nothing was written (--dry-run)."))
    elif not agreed(yes, _("Write?"), default=True):
        print(_("Nothing was written. Add --yes to write."))
    else:
        write_together(project.root, files, private)
        if private is not None:
            print(_("Names, phones and addresses were kept in {path}.").format(path=private[0]))
        print("".join(f"  + {path}\n" for path in files) + _("Read them over, then run `consultkit check`."))
    return code
