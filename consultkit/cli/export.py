"""consultkit export: for programs of qualitative analysis or as tables; only what consent lets out."""

from __future__ import annotations

import gc
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consultkit.cli import leaving, root
from consultkit.cli.common import errors, region_named
from consultkit.cli.report import Edition, refuse
from consultkit.diagnostic import Diagnostic
from consultkit.files import locked, write_all
from consultkit.i18n import _, ngettext, speaking
from consultkit.load import load
from consultkit.model import Project
from consultkit.text import did_you_mean, listing

if TYPE_CHECKING:
    from consultkit.exchange.records import Records

KINDS = (".qdpx", ".xlsx", ".csv", ".jsonl")
_GUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # its letters may happen to be a name's


def export(
    file: Annotated[Path, typer.Argument(help=_("The file to write: .qdpx, .xlsx, .csv or .jsonl."))],
    grid: Annotated[
        bool, typer.Option("--grid", help=_("Questions × consultations, to lay on the table (.xlsx)."))
    ] = False,
    region: Annotated[str | None, typer.Option(help=_("One region's consultations."))] = None,
    edition: Annotated[
        Edition, typer.Option(help=_("shared may leave the team; internal may not."))
    ] = Edition.SHARED,
    table: Annotated[str | None, typer.Option(help=_("One table alone, for instance codings."))] = None,
    force: Annotated[bool, typer.Option("--force", help=_("In spite of errors, marked as a draft."))] = False,
) -> int:
    """Writes the consultations for NVivo, MAXQDA, ATLAS.ti or QualCoder, or as tables."""
    from consultkit.exchange.records import Records

    suffix = file.suffix.lower()
    _check_wishes(suffix, grid, table)
    project = load(root())
    region = region_named(project.mapping, region) if project.mapping else region
    refusals = _refusals(project, region)
    if project.mapping is None or (refusals and not force):
        return refuse(project, refusals, forcible=project.mapping is not None)
    gc.disable()  # as in load: there is no cycle to find
    with speaking(project.language):
        records = Records(project, edition, region or "")
        outputs = _made(records, file.name, suffix, grid, table, bool(refusals))
        leaks = _leaks(project, records, outputs)
    if leaks:
        return leaving.refuse(leaks)
    with locked(project.root):
        write_all(file.parent, outputs)
    _tell(project, records, [file.parent / name for name in outputs])
    return 0


def _check_wishes(suffix: str, grid: bool, table: str | None) -> None:
    from consultkit.exchange.tables import TABLES

    if suffix not in KINDS:
        raise typer.BadParameter(_("The file must end in .qdpx, .xlsx, .csv or .jsonl."))
    if grid and suffix != ".xlsx":
        raise typer.BadParameter(_("With --grid the file must end in .xlsx."))
    if table is not None and (grid or suffix == ".qdpx"):
        raise typer.BadParameter(_("--table goes with .xlsx, .csv and .jsonl, without --grid."))
    if table is not None and table not in TABLES:
        message = _("There is no table “{name}”.").format(name=table)
        raise typer.BadParameter(f"{message} {did_you_mean(table, TABLES) or listing(TABLES)}")


def _refusals(project: Project, region: str | None) -> list[Diagnostic]:
    """The errors, coverage aside, in the files that the export reads: no synthesis, no template."""
    written = {document.file for document in (*project.syntheses, *project.lessons)}

    def reads(file: str) -> bool:
        if file.startswith("notes/") and region and file.count("/") > 1:
            return file.startswith(f"notes/{region}/") and file not in written
        return not file.startswith(("private/", "templates/")) and file not in written

    return [problem for problem in errors(project) if reads(problem.place.file)]


def _made(
    records: Records, name: str, suffix: str, grid: bool, table: str | None, draft: bool
) -> dict[str, bytes]:
    from consultkit.exchange import grid as grids
    from consultkit.exchange import qdpx, tables

    wanted = [table] if table else list(tables.TABLES)
    if suffix == ".qdpx":
        return {name: qdpx.to_qdpx(records, draft)}
    if suffix == ".csv":
        return tables.to_csv(records, wanted, name, draft)
    if suffix == ".jsonl":
        return tables.to_jsonl(records, wanted, name, draft)
    return {name: grids.to_xlsx(records, draft) if grid else tables.to_xlsx(records, wanted, draft)}


def _leaks(project: Project, records: Records, outputs: Mapping[str, bytes]) -> list[str]:
    """Known persons, hidden organisations, numbers and addresses in what would be written."""
    said = {_("the export"): records.said()}
    read = {name: text for item in outputs.items() for name, text in _readable(*item).items()}
    return leaving.leaks(project, read, said) + leaving.named(project, said)


def _readable(name: str, data: bytes) -> dict[str, bytes]:
    """An output as the gate reads it: without what is no word, and would be taken for one."""
    stem = Path(name).stem
    if not name.lower().endswith(".qdpx"):
        return {name: data}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        project, *texts = map(archive.read, archive.namelist())
    return {f"{stem}.qde": _GUID.sub(b"", project), f"{stem}.txt": b"\n".join(texts)}


def _tell(project: Project, records: Records, written: list[Path]) -> None:
    """What was made, what it does not hold, and what a reader must know of it."""
    for path in written:
        print(f"  + {path}")
    n = len(records.consultations)
    print(ngettext("{n} consultation exported.", "{n} consultations exported.", n).format(n=n))
    if records.left_out:
        n = records.left_out
        message = ngettext(
            "{n} more is held back: consent, attribution or confidentiality.",
            "{n} more are held back: consent, attribution or confidentiality.",
            n,
        )
        hint = "" if records.internal else _("For the team: --edition internal.")
        print(f"{message.format(n=n)} {hint}".strip())
    if not project.names_checked:
        print(_("Names not checked: the identities are not at hand."))
