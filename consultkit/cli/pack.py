"""consultkit pack: a region's work in one file, encrypted for the recipients; its size is told before."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import leaving, root
from consultkit.cli.common import agreed, readable, region_named
from consultkit.files import DELIVERIES, WorkspaceError, locked, write_atomic
from consultkit.i18n import _, ngettext
from consultkit.load import load
from consultkit.model import Project
from consultkit.team.exchanged import extract, known, read_copy
from consultkit.team.packing import Pack, of_campaign, to_bytes
from consultkit.team.past import knowledge
from consultkit.team.versions import write_ledger


def pack(
    region: Annotated[
        list[str] | None, typer.Option(help=_("This region's work only; may be repeated. All by default."))
    ] = None,
    out: Annotated[Path | None, typer.Option(help=_("The file; in build/ by default."))] = None,
    plain: Annotated[bool, typer.Option("--plain", help=_("Without encryption."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Does not ask."))] = False,
) -> int:
    """Makes one file of a region's mapping entries, notes, synthesis and lessons, to send."""
    workspace = root()
    with locked(workspace):
        copy = read_copy(workspace)
        project = load(workspace)
        regions = [
            id_ for id_ in dict.fromkeys(region_named(readable(project), one) for one in region or ()) if id_
        ]
        ledger = known(knowledge(workspace, copy), copy)
        packed = _complete(project, extract(copy, ledger, regions, (d.file for d in project.lessons)))
        name = "-".join([_("pack"), *(regions or ["campagne"]), project.today.isoformat()])
        target = out or workspace / "build" / f"{name}.zip{'' if plain else '.age'}"
        leaving.refuse_own(project, target)
        if _leaks(project, packed, target.name):
            return 1
        data = to_bytes(packed) if plain else _sealed(project, to_bytes(packed))
        _tell(packed, target, len(data), plain)
        if not agreed(yes, _("Write it?"), default=True):
            print(_("Nothing was written. --yes writes without asking."))
            return 1
        write_ledger(workspace, ledger)
        write_atomic(target, data)
    print(_("{path} is ready to send. On the other side: `consultkit receive FILE`.").format(path=target))
    return 0


def _complete(project: Project, extracted: Pack) -> Pack:
    """The pack with the campaign's name on it and the log of what was delivered."""
    base = of_campaign(project)
    log = project.root / DELIVERIES
    files = dict(extracted.files) | ({DELIVERIES: log.read_bytes()} if log.is_file() else {})
    return replace(extracted, title=base.title, start=base.start, files=files)


def _leaks(project: Project, packed: Pack, name: str) -> bool:
    """Tells the known identities in what would leave, its name included; nothing overrides that."""
    found = leaving.leaks(project, {**packed.files, f"{name}.txt": b""}, {})
    for leak in found:
        print(leak, file=sys.stderr)
    if found:
        print(_("Nothing was packed: take the identities out of these files first."), file=sys.stderr)
    elif not project.names_checked:
        print(_("Names were not checked: the identities cannot be read here."), file=sys.stderr)
    return bool(found)


def _sealed(project: Project, data: bytes) -> bytes:
    from consultkit.privacy.encryption import EncryptionError, encrypt
    from consultkit.privacy.vault import recipients

    try:
        return encrypt(data, recipients(project))
    except EncryptionError as error:
        raise WorkspaceError(f"{error} {_('Or --plain: whoever gets the file can then read it.')}") from None


def _tell(packed: Pack, target: Path, size: int, plain: bool) -> None:
    number = sum(1 for name in packed.files if name.endswith(".md"))
    kilo, mega = _("kB"), _("MB")
    shown = f"{max(1, round(size / 1000))} {kilo}" if size < 1_000_000 else f"{size / 1e6:.1f} {mega}"
    files = ngettext("{n} document", "{n} documents", number).format(n=number)
    print(_("{name}: {files} and the mapping, {size}.").format(name=target.name, files=files, size=shown))
    if plain:
        print(_("It is not encrypted: whoever gets the file can read it."))
