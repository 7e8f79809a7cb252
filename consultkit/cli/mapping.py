"""consultkit mapping export, import, review: the actor mapping and Excel, both ways."""

from __future__ import annotations

import contextlib
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consultkit.cli import leaving, root
from consultkit.cli.common import agreed, hidden, item, readable
from consultkit.files import DELIVERIES, MAPPING, MAX_BYTES, Source, WorkspaceError, locked, write_all
from consultkit.i18n import N_, _, ngettext, speaking
from consultkit.load import load
from consultkit.model import ActorMapping, Project

if TYPE_CHECKING:
    from consultkit.exchange.actors import Import, Told
    from consultkit.exchange.table import Change

HELP = (
    N_("One row an actor. Change, add, write “to remove” under Review; then `consultkit mapping import`."),
    N_("Several regions or sectors in a cell: “;” between them. A value per region: “Gao: declined”."),
    N_("No person's name, phone or e-mail here: this file travels."),
    N_("An emptied cell empties the value; a deleted row deletes nothing."),
)


def export(
    file: Annotated[Path, typer.Argument(help=_("The file to write: .xlsx or .csv."))],
    with_appointments: Annotated[
        bool,
        typer.Option("--with-appointments", help=_("With the appointments, which tell where you are.")),
    ] = False,
    deliver: Annotated[
        str | None,
        typer.Option(metavar="TO", help=_("Names it for sending to an organisation, and logs it.")),
    ] = None,
) -> int:
    """Writes the actors as a spreadsheet for the commissioner."""
    from consultkit.deliveries import delivery, logged, sending_name
    from consultkit.exchange.table import columns, rows
    from consultkit.rules.fidelity import coded

    project = load(root())
    mapping = readable(project)
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise typer.BadParameter(_("The file must end in .xlsx or .csv."))
    if persons := leaving.receiver(project, deliver):
        return leaving.refuse(persons)
    with speaking(project.language):
        if deliver is not None:
            file = file.with_name(sending_name(project, [_("Mapping")], file.suffix))
        keys = columns(with_appointments)
        outputs = _tables(project, mapping, file, keys)
        said = "\n\n".join(str(cell) for row in rows(mapping, keys) for cell in row)
        found = leaving.leaks(project, outputs, {MAPPING: said})
    texts = rows(mapping, [key for key in keys if key != "id"])
    if any(True for row in texts for cell in row for _code in coded(project, str(cell))):
        message = _("The code of a note, beside an actor, tells who was consulted.")
        print(f"{MAPPING}: {message} {_('`consultkit check` tells where it stands.')}", file=sys.stderr)
        return 1
    if found:
        return leaving.refuse(found)
    with locked(project.root) if deliver else contextlib.nullcontext():
        files: dict[str, bytes | str] = {}
        if deliver:
            sent = delivery(project, file.name, outputs[file.name], to=deliver, kind="mapping")
            with speaking(project.language):
                files[str(project.root / DELIVERIES)] = logged(project.root, [sent])
        write_all(Path(), files | {str(file.parent / name): data for name, data in outputs.items()})
    number = len(mapping.actors)
    said = ngettext("{file}: {number} actor.", "{file}: {number} actors.", number)
    print(said.format(file=file, number=number))
    if not project.names_checked:
        print(_("Names not checked: the identities are not at hand."))
    return 0


def import_(
    file: Annotated[Path, typer.Argument(help=_("An export, a 3W file, anybody's list: .xlsx or .csv."))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Shows the changes, writes nothing."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Writes without asking."))] = False,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help=_('What a heading or a word means: "Zones d\'intervention=regions", "Mopty=mopti".')
        ),
    ] = None,
) -> int:
    """Reads actors from a spreadsheet; shows what changes, asks, writes."""
    from consultkit.exchange import spreadsheet
    from consultkit.exchange.actors import read_list
    from consultkit.exchange.people import with_people, write_together

    given = dict(_pair(text) for text in maps or ())
    sheets = spreadsheet.read(file)
    with contextlib.nullcontext() if dry_run else locked(root()):
        project = load(root())
        read = read_list(_editable(project), project.sources[MAPPING].text, sheets, given)
        code = _show(project, read)
        persons = with_people(project, read.persons)
        if dry_run or not (read.changes or persons):
            return code
        if not agreed(yes, _("Write these changes?"), default=False):
            print(_("Nothing was written; --yes writes it."))
            return 1
        write_together(project.root, {MAPPING: _checked_text(project, read)}, persons)
    print(_("{file} is written; `consultkit check` tells what is left to do.").format(file=MAPPING))
    return code


def review(
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE|REV", help=_("Since that day or git revision; else the last delivery.")),
    ] = None,
) -> int:
    """What changed in the mapping, for the meeting with the commissioner."""
    from consultkit.exchange.review import compare, earlier

    project = load(root())
    mapping = readable(project)
    try:
        revision, before = earlier(project.root, since)
    except WorkspaceError as error:
        if since is not None:
            raise
        print(error)
    else:
        told = compare(mapping, before)
        print(_("Since {since}:").format(since=since or revision or _("the beginning")))
        for actor in told.added:
            item("+ ", hidden(project, f"{actor.id} · {actor.name}"), "green")
        for actor, changes in told.changed:
            _show_changes(project, f"{actor.id} · {actor.name}", changes)
        for actor in told.gone:
            item("- ", hidden(project, f"{actor.id} · {actor.name}"), "red")
        if not (told.added or told.changed or told.gone):
            print(_("  No change."))
    _show_states(project, mapping)
    return 0


COMMANDS = {
    "export": (export, N_("Writes the actors as .xlsx or .csv, for Excel.")),
    "import": (import_, N_("Reads actors from a spreadsheet: shows the changes, asks, writes.")),
    "review": (review, N_("What changed since a date or a git revision.")),
}


def _editable(project: Project) -> ActorMapping:
    """The mapping, where its text can be edited at the places that its nodes give."""
    mapping = readable(project)
    source = project.sources[MAPPING]
    ids = [actor.id.casefold() for actor in mapping.actors]
    faults = (fault for fault in project.faults if fault.place.file == MAPPING)
    broken = any(fault.kind in ("yaml-colon", "yaml-duplicate") for fault in faults)
    if broken or source.original or len(set(ids)) < len(ids):
        raise WorkspaceError(_("mapping.yaml has errors: mend what `consultkit check` tells of it first."))
    return mapping


def _pair(text: str) -> tuple[str, str]:
    left, equals, right = text.rpartition("=")
    if not equals or not left.strip() or not right.strip():
        raise typer.BadParameter(_('--map takes "Heading=key", not “{text}”.').format(text=text))
    return left.strip(), right.strip()


def _tables(project: Project, mapping: ActorMapping, file: Path, keys: list[str]) -> dict[str, bytes]:
    """The file to write by its name; what must be said of a .csv stands in a text beside it."""
    from consultkit.exchange import spreadsheet as sheet
    from consultkit.exchange.table import rows
    from consultkit.exchange.vocabulary import CHOICES, HEADINGS, LABELS

    body = rows(mapping, keys)
    lines = [_(line) for line in HELP] + ([] if project.names_checked else [_("Names not checked.")])
    if file.suffix.lower() == ".csv":
        heads = [_(HEADINGS[key][0]) for key in keys]
        made = {file.name: sheet.to_csv([heads, *body], ";" if project.language == "fr" else ",")}
        beside = {f"{file.stem}-{_('README')}.txt": "\r\n".join([*lines, ""]).encode()}
        return made if project.names_checked else made | beside
    choices = {key: tuple(_(LABELS[value]) for value in enum.values) for key, enum in CHOICES.items()}
    choices |= {
        "type": tuple(one.name for one in mapping.actor_types),
        "regions": tuple(one.name for one in mapping.regions),
        "sectors": tuple(one.name for one in mapping.sectors),
    }
    strict = ("type", "kind", "priority", "review")
    columns = [
        sheet.Column(_(HEADINGS[key][0]), HEADINGS[key][1], choices.get(key, ()), key in strict)
        for key in keys
    ]
    about = sheet.Page(_("Instructions"), [sheet.Column(_("Instructions"), 100)], [[line] for line in lines])
    pages = [sheet.Page(_("Actors"), columns, body), about]
    return {file.name: sheet.to_xlsx(pages, mapping.campaign.title, _("Lists"))}


def _show(project: Project, read: Import) -> int:
    """Shows the changes and what is told; 1 where something could not go in."""
    by_actor: dict[str, list[Change]] = defaultdict(list)
    for change in read.changes:
        by_actor[change.actor].append(change)
    for id_, changes in by_actor.items():
        if changes[0].key:
            _show_changes(project, f"{id_} · {read.final[id_]['name']}", changes)
        else:
            item("+ ", hidden(project, f"{id_} · {changes[0].after}"), "green")
    added = sum(not change.key for change in read.changes)
    summary = _("{added} added, {changed} changed.") if by_actor else _("The mapping says all this already.")
    print(summary.format(added=added, changed=len(by_actor) - added))
    if persons := len(read.persons):
        message = ngettext(
            "{number} person: kept in private/ alone.", "{number} persons: kept in private/ alone.", persons
        )
        print(message.format(number=persons))
    _show_told(project, read.told)
    return 1 if any(told.error for told in read.told) else 0


def _show_changes(project: Project, actor: str, changes: Iterable[Change]) -> None:
    from consultkit.exchange.vocabulary import HEADINGS

    item("~ ", hidden(project, actor), "yellow")
    for change in changes:
        before, after = (" / ".join(text.split("\n")) or "–" for text in (change.before, change.after))
        item(f"    {_(HEADINGS[change.key][0])}: ", hidden(project, f"{before} → {after}"), "dim")


def _show_told(project: Project, told: Iterable[Told]) -> None:
    """Errors, then remarks; what is told of many cells once."""
    places: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for one in told:
        places[not one.error, one.message].append(one.place)
    for (remark, message), cells in sorted(places.items(), key=lambda pair: pair[0][0]):
        where = ", ".join(dict.fromkeys(cells[:3])) + (f" … ({len(cells)})" if len(cells) > 3 else "")
        item("· " if remark else "! ", hidden(project, f"{where} {message}"), "dim" if remark else "red")


def _show_states(project: Project, mapping: ActorMapping) -> None:
    """The actors by the state agreed with the commissioner."""
    from consultkit.exchange.vocabulary import CHOICES, LABELS

    for state in ("", *CHOICES["review"].values):
        ids = [actor.id for actor in mapping.actors if actor.review == state]
        if ids:
            label = _(LABELS[state]) if state else _("not reviewed")
            shown = hidden(project, ", ".join(ids))
            item(_("{label} ({n}):").format(label=label, n=len(ids)) + " ", shown, "bold")


def _checked_text(project: Project, read: Import) -> bytes:
    """The new mapping.yaml, with the byte order mark and the line ends that the file had."""
    source = project.sources[MAPPING]
    text = _checked(read, read.text(source.text))
    data = (text.replace("\n", "\r\n") if source.crlf else text).encode("utf-8")
    data = b"\xef\xbb\xbf" + data if source.bom else data
    if len(data) > MAX_BYTES:
        message = _("{file} would become too large to be read. Nothing was changed.")
        raise WorkspaceError(message.format(file=MAPPING))
    return data


def _checked(read: Import, text: str) -> str:
    """The new text, once it is sure that it says what was shown and nothing else."""
    from consultkit.exchange.actors import layout_problem
    from consultkit.exchange.table import same, values_of
    from consultkit.parse.mapping import parse_mapping

    mapping = parse_mapping(Source(MAPPING, text), [], [], [])
    found = {actor.id: values_of(actor) for actor in mapping.actors} if mapping else {}
    if found.keys() != read.final.keys() or not all(
        same(found[id_], values) for id_, values in read.final.items()
    ):
        raise WorkspaceError(layout_problem())
    return text
