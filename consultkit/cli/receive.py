"""consultkit receive: merges a pack into this copy of the campaign, by id; shows before it writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from consultkit import deliveries, progress
from consultkit.cli import root
from consultkit.cli.common import agreed, show
from consultkit.files import DELIVERIES, MAPPING, WorkspaceError, decode, locked, write_all
from consultkit.i18n import _, ngettext, reason
from consultkit.load import load
from consultkit.model import Delivery, Project
from consultkit.output.terminal import printable
from consultkit.parse.mapping import parse_deliveries
from consultkit.team.exchanged import BOTH, Event, Plan, plan, read_copy
from consultkit.team.packing import MAX_PACK, Pack, from_bytes, of_campaign, opened
from consultkit.team.past import knowledge
from consultkit.team.units import parse
from consultkit.team.versions import LEDGER, as_text


def receive(
    file: Annotated[Path, typer.Argument(help=_("The pack that was received."))],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Shows what would change, and changes nothing."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Does not ask."))] = False,
) -> int:
    """Merges a pack into this copy of the campaign, by id."""
    workspace = root()
    pack = from_bytes(opened(_read(file)))
    with locked(workspace):
        copy = read_copy(workspace)
        project = load(workspace)
        _same_campaign(project, pack)
        planned = plan(workspace, copy, knowledge(workspace, copy), pack)
        log = _new_deliveries(project, pack)
        _show(planned.events, len(log))
        if dry_run:
            return 0
        if (planned.files or log) and not agreed(yes, _("Write this?"), default=True):
            print(_("Nothing was written. --yes writes without asking."))
            return 1
        _write(workspace, planned, log)
    failed = _problems(workspace, planned)
    return 1 if failed or any(event.kind == BOTH for event in planned.events) else 0


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_PACK + 1)
    except OSError as error:
        message = _("{path} cannot be read ({reason}).")
        raise WorkspaceError(message.format(path=file, reason=reason(error))) from error


def _same_campaign(project: Project, pack: Pack) -> None:
    if of_campaign(project).campaign != pack.campaign:
        message = _("This pack is of another campaign: “{title}”, begun {start}. Nothing was changed.")
        raise WorkspaceError(message.format(title=printable(pack.title), start=printable(pack.start) or "?"))


def _new_deliveries(project: Project, pack: Pack) -> list[Delivery]:
    """What the other side delivered and the log here lacks."""
    source = decode(pack.files.get(DELIVERIES, b""), DELIVERIES, [])
    have = {(entry.sha256, entry.to) for entry in project.deliveries}
    received = parse_deliveries(source, []) if source else ()
    return [entry for entry in received if entry.sha256 and (entry.sha256, entry.to) not in have]


def _show(listed: Sequence[Event], log: int) -> None:
    for event in listed:
        detail = f" ({event.detail})" if event.detail else ""
        print("  " + printable(f"{_(event.kind):<13} {event.what}{detail}"))
    if log:
        message = ngettext("{n} delivery added to the log", "{n} deliveries added to the log", log)
        print("  " + message.format(n=log))
    if not listed and not log:
        print(_("Nothing new: this copy already has all of it."))
    twice = [event for event in listed if event.kind == BOTH]
    if any(event.what.endswith(".md") for event in twice):
        print(_("Where both sides wrote, both versions stay, one beside the other."))
        print(_("Two talks that took the same id: `consultkit renumber` gives one the next free id."))
        print(_("Two versions of one text: bring what the first lacks into it, then delete the other file."))
    if any(not event.what.endswith(".md") for event in twice):
        print(
            _("In mapping.yaml, what was received stands in a comment with ≠: keep one, delete the comment.")
        )


def _write(workspace: Path, planned: Plan, log: list[Delivery]) -> None:
    """All files and what this copy now knows, or nothing: a run cut short is simply run again."""
    files: dict[str, bytes | str | None] = {}
    for name, data in planned.files.items():
        path = workspace / name
        crlf = data is not None and path.is_file() and b"\r\n" in path.read_bytes()
        files[name] = data.replace(b"\n", b"\r\n") if data is not None and crlf else data
    if log:
        files[DELIVERIES] = deliveries.logged(workspace, log)
    write_all(workspace, {**files, LEDGER: as_text(planned.ledger)})


def _problems(workspace: Path, planned: Plan) -> bool:
    """Tells the problems in what was received, and the deliverables still missing."""
    from consultkit.diagnostic import has_errors
    from consultkit.rules import run, select

    project = load(workspace)
    lines = _received_lines(planned)
    problems = [
        d
        for d in select(run(project), ignored=["C"])
        if planned.files.get(d.place.file) is not None and (d.place.file != MAPPING or d.place.line in lines)
    ]
    if problems:
        print(_("In what was received:"))
        show(project, problems)
    missing = [deliverable for deliverable, delivered in progress.due(project) if not delivered]
    if missing:
        print(_("Deliverables still missing:"))
    for deliverable in missing:
        day = deliverable.due.isoformat() if deliverable.due else ""
        print(f"  {day:10} {deliverable.id}")
    return has_errors(problems)


def _received_lines(planned: Plan) -> set[int]:
    """The lines of mapping.yaml that hold what was received; what stood there before is not told again."""
    received = {event.what for event in planned.events}
    layout = parse((planned.files.get(MAPPING) or b"").decode("utf-8"))
    return {
        entry.line + number
        for section in layout.sections
        for entry in section.entries
        if f"{section.name} {entry.id}" in received
        for number in range(entry.text.count("\n"))
    }
