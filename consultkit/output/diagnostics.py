"""Diagnostics as text for a terminal, as JSON, as GitHub annotations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from consultkit.coverage import Coverage
from consultkit.diagnostic import Diagnostic, Severity, has_errors
from consultkit.files import Source
from consultkit.i18n import N_, _, ngettext
from consultkit.output.terminal import Line, clip, pad, printable, width_of, wrap

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
NAMES = {Severity.ERROR: N_("error"), Severity.WARNING: N_("warning"), Severity.INFO: N_("info")}


def as_lines(
    diagnostics: Sequence[Diagnostic],
    sources: Mapping[str, Source],
    width: int,
    secret: Collection[tuple[str, int]] = (),
) -> Iterable[Line]:
    """Each diagnostic with its line and a caret; lines that hold a privacy find are never shown.

    `secret` are more such lines, by file and number.
    """
    secret = {*secret, *((d.place.file, d.place.line) for d in diagnostics if d.secret)}
    for diagnostic in diagnostics:
        place = diagnostic.place
        yield [
            (printable(str(place)), "bold"), (" ", ""),
            (_(NAMES[diagnostic.severity]), STYLES[diagnostic.severity]), (f" {diagnostic.code}", "dim"),
        ]  # fmt: skip
        for line in wrap(printable(diagnostic.message), width, "  "):
            yield [(line, "")]
        source = sources.get(place.file)
        if source is not None and (place.file, place.line) not in secret:
            yield from _excerpt(diagnostic, source, width)
        if diagnostic.help:
            for line in wrap("→ " + printable(diagnostic.help), width, "  "):
                yield [(line, "green")]
        yield [("", "")]


def _excerpt(diagnostic: Diagnostic, source: Source, width: int) -> Iterable[Line]:
    """The line and a caret under the value, cut to the terminal's width around it."""
    line = source.line(diagnostic.place.line)
    if not line.strip():
        return
    number = str(diagnostic.place.line)
    column = min(diagnostic.place.column - 1, len(line))
    room = max(20, width - len(number) - 6)
    start = 0
    if width_of(line) > room and column > room * 2 // 3:
        start = column - room // 3
    before = ("…" if start else "") + printable(line[start:column])
    marked = printable(line[column : column + diagnostic.place.length])
    shown = clip(before + printable(line[column:]), room)
    carets = max(1, min(width_of(marked), room - width_of(before)))
    yield [(f"  {number} │ ", "dim"), (shown, "")]
    yield [
        (" " * (len(number) + 3) + "│ ", "dim"),
        (" " * width_of(before) + "^" * carets, STYLES[diagnostic.severity]),
    ]


def summary(diagnostics: Sequence[Diagnostic], notes: int) -> Line:
    """One line: how many errors, warnings and infos, in how many notes."""
    counts = Counter(d.severity for d in diagnostics)
    read = ngettext("{n} note read", "{n} notes read", notes).format(n=notes)
    if not diagnostics:
        return [(_("No problem found."), "bold green"), (f" {read}.", "")]
    forms = {
        Severity.ERROR: ngettext("{n} error", "{n} errors", counts[Severity.ERROR]),
        Severity.WARNING: ngettext("{n} warning", "{n} warnings", counts[Severity.WARNING]),
        Severity.INFO: ngettext("{n} info", "{n} infos", counts[Severity.INFO]),
    }
    parts = [forms[s].format(n=counts[s]) for s in Severity if counts[s]]
    style = "bold red" if has_errors(diagnostics) else "bold"
    return [(", ".join(parts) + ".", style), (f" {read}.", "")]


def coverage_lines(rows: Sequence[Coverage], width: int) -> Iterable[Line]:
    """The table of coverage: done, draft and missing against the minimum, per region."""
    if not rows:
        return
    heads = [_("Region"), _("done"), _("minimum"), _("drafts"), _("missing"), _("actors")]
    cells = [[r.name, str(r.done), str(r.minimum), str(r.draft), str(r.missing), str(r.actors)] for r in rows]
    total = [_("Total")] + [str(sum(int(row[i]) for row in cells)) for i in range(1, 6)]
    table = [heads, *cells, total]
    widths = [max(width_of(printable(row[i])) for row in table) for i in range(6)]
    columns = _columns(widths, width)
    widths[0] = min(widths[0], max(8, width - sum(widths[i] + 2 for i in columns)))
    for index, row in enumerate(table):
        style = "bold" if index in (0, len(table) - 1) else ""
        line: Line = [(pad(clip(printable(row[0]), widths[0]), widths[0]), style)]
        for i in columns:
            short = i == 4 and index > 0 and row[i] != "0"
            line.append(("  " + pad(row[i], widths[i], right=True), "red" if short else style))
        yield line


def _columns(widths: Sequence[int], width: int) -> list[int]:
    """The columns of numbers that fit beside the region's name, those that matter most kept longest."""
    wanted = [1, 2, 4, 3, 5]
    while len(wanted) > 1 and 8 + sum(widths[i] + 2 for i in wanted) > width:
        wanted.pop()
    return sorted(wanted)


def as_json(diagnostics: Sequence[Diagnostic], rows: Sequence[Coverage]) -> str:
    """The object that `check --format json` prints."""
    return json.dumps(
        {
            "version": 1,
            "ok": not has_errors(diagnostics),
            "problems": [
                {
                    "code": d.code, "severity": str(d.severity), "file": d.place.file, "line": d.place.line,
                    "column": d.place.column, "message": d.message, "help": d.help,
                }
                for d in diagnostics
            ],
            "coverage": coverage_json(rows),
        },
        ensure_ascii=False,
        indent=1,
    )  # fmt: skip


def coverage_json(rows: Sequence[Coverage]) -> list[dict[str, object]]:
    """Coverage as the contract's JSON has it."""
    return [
        {"region": r.region, "name": r.name, "minimum": r.minimum, "done": r.done, "draft": r.draft,
         "actors": r.actors, "missing": r.missing}
        for r in rows
    ]  # fmt: skip


def as_github(diagnostics: Iterable[Diagnostic]) -> str:
    """Workflow annotations, one a line."""
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
    return "".join(
        f"::{levels[d.severity]} file={_escape(d.place.file, ',:')},line={d.place.line},col={d.place.column},"
        f"title={d.code}::{_escape(d.message + (' ' + d.help if d.help else ''))}\n"
        for d in diagnostics
    )


def _escape(text: str, more: str = "") -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    for char in more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text
