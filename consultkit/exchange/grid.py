"""The grid that analysts lay on the table: questions × consultations of a region, passages in colour."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from consultkit.exchange.qdpx import COLOURS
from consultkit.exchange.records import Answer, Consultation, Records, Words
from consultkit.exchange.spreadsheet import HEADING, check_length, workbook
from consultkit.i18n import _
from consultkit.report.words import KINDS

_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
Run = tuple[str, str]  # the kind of the theme, or nothing; the words


def to_xlsx(records: Records, draft: bool) -> bytes:
    """A sheet a region after the legend; all cells are text, and the bytes the same each time."""
    output = io.BytesIO()
    book = workbook(output, records.title)
    styles = _styles(book)
    _legend(book.add_worksheet(_("Legend")), records, draft, styles)
    used = {_("Legend").casefold()}
    for region, name in records.regions.items():
        heard = [one for one in records.consultations if one.region == region]
        if heard:
            _region(book.add_worksheet(_sheet_name(name, region, used)), records, heard, styles)
    book.close()
    return output.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    """Formats by name; those of passages have the name of their themes' kind."""
    around = {"text_wrap": True, "valign": "top"}
    styles = {kind: book.add_format({"bold": True, "font_color": c, **around}) for kind, c in COLOURS.items()}
    return styles | {
        "cell": book.add_format({**around, "border": 1, "border_color": "#BFC7CC"}),
        "head": book.add_format({**HEADING, **around}),
        "section": book.add_format({"bold": True, "bg_color": "#DCE6EC", **around}),
        "question": book.add_format({"bold": True, **around}),
    }


def _legend(sheet: Any, records: Records, draft: bool, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 70)
    lines = [(mark, "question") for mark in records.marks(draft)]
    lines += [(_("Coded passages have the colour of their theme:"), "cell")]
    lines += [(_(name), kind) for kind, name in KINDS.items()]
    for row, (text, style) in enumerate(lines):
        sheet.write_string(row, 0, text, styles[style])


def _sheet_name(name: str, region: str, used: set[str]) -> str:
    found = _NOT_IN_SHEET_NAMES.sub(" ", name).strip()[:31] or region[:31]
    if found.casefold() in used:
        found = f"{found[:20]} {region[:10]}"
    used.add(found.casefold())
    return found


def _region(sheet: Any, records: Records, heard: Sequence[Consultation], styles: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.repeat_rows(0)
    sheet.set_row(0, 60)
    sheet.repeat_columns(0)
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, len(heard), 48)
    sheet.write_string(0, 0, _("Question"), styles["head"])
    for column, one in enumerate(heard, 1):
        sheet.write_string(0, column, f"{one.title}\n{one.facts['attribution']}", styles["head"])
    for row, (section, question, text) in enumerate(_lines(records, heard), 1):
        sheet.write_string(row, 0, text, styles["question" if question else "section"])
        height = _height(text, 32)
        for column, one in enumerate(heard, 1):
            below = [a for a in one.answers if (a.section, a.question) == (section, question)]
            runs = [run for run in _runs(below, text, records) if run[1]]
            _cell(sheet, row, column, runs, styles)
            height = max(height, _height("".join(words for _kind, words in runs), 46))
        sheet.set_row(row, height)


def _height(text: str, width: int) -> int:
    """Points that a text takes in a column of so many characters; a row has 409 at most."""
    return min(409, 3 + 15 * sum(1 + len(line) // width for line in text.split("\n")))


def _lines(records: Records, heard: Sequence[Consultation]) -> Iterator[tuple[str, str, str]]:
    """The guide's sections and questions, then what stands in the notes under other headings."""
    known: dict[tuple[str, str], str] = {}
    for section in records.project.guide.sections if records.project.guide else ():
        known[section.id, ""] = section.title
        known |= {(section.id, question.id): question.text for question in section.questions}
    for one in heard:
        for answer in one.answers:
            if answer.blocks:
                known.setdefault((answer.section, answer.question), answer.heading or _("Other words"))
    return ((section, question, text) for (section, question), text in known.items())


def _runs(answers: Sequence[Answer], title: str, records: Records) -> Iterator[Run]:
    """What a cell holds: runs of words, coded ones with the kind of their first theme."""
    pieces: list[list[Run]] = []
    for answer in answers:
        if answer.held_back:
            pieces.append([("", _("Answer held back: it would tell who speaks."))])
        elif len(answers) > 1 and answer.blocks and answer.heading != title:
            pieces.append([("", answer.heading)])
        pieces += [list(_block(block, records)) for block in answer.blocks]
    for number, piece in enumerate(pieces):
        if number:
            yield "", "\n"
        yield from piece


def _block(block: Words, records: Records) -> Iterator[Run]:
    text, moved = block.marked()
    position = 0
    for coded in block.coded:
        start, end = max(position, coded.start + moved), coded.end + moved
        if start < end:  # a passage within another has the outer one's colour
            yield "", text[position:start]
            yield records.themes[coded.themes[0]].kind, text[start:end]
            position = end
    yield "", text[position:]


def _cell(sheet: Any, row: int, column: int, runs: list[Run], styles: dict[str, Any]) -> None:
    check_length(sheet, row, column, sum(len(words) for _kind, words in runs))
    if len(runs) < 2:
        kind, words = runs[0] if runs else ("", "")
        sheet.write_string(row, column, words, styles[kind or "cell"])
        return
    fragments = [piece for kind, words in runs for piece in ([styles[kind], words] if kind else [words])]
    sheet.write_rich_string(row, column, *fragments, styles["cell"])
