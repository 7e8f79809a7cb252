"""Spreadsheets: .xlsx and .csv read within limits and written, where no text is a formula.

What is read are rows of cells that know their sheet and cell. What is written has the same bytes each time.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from consultkit import archives
from consultkit.exchange.incoming import incoming, protected
from consultkit.files import WorkspaceError
from consultkit.i18n import _

MAX_FILE = 30_000_000
MAX_UNPACKED = 400_000_000
MAX_CELLS = 4_000_000
MAX_CELL_TEXT = 32_767  # Excel's own
EPOCH = dt.datetime(2000, 1, 1)  # the date that written files carry, so that their bytes are the same

_REFERENCE = re.compile(rb"""\sr=["']([A-Za-z]{1,4})(\d{1,8})["']""")
HEADING = {"bold": True, "bg_color": "#1F3A4D", "font_color": "#FFFFFF", "text_wrap": True}
_NO_RESULT = re.compile(
    rb"""<c\s[^>]*?r="([A-Z]+\d+)"[^>]*>\s*<f[^>]*>[^<]+</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>"""
)
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069"
    r"\ufeff\ufffe\uffff\ud800-\udfff]"
)
_ACTS = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows of values (text, number, bool, date; "" where empty) from cell (top, left), 0-based."""

    name: str
    rows: list[list[Any]]
    top: int = 0
    left: int = 0
    unresolved: frozenset[str] = frozenset()  # cells whose formula has no stored result

    def cell(self, row: int, column: int) -> str:
        """Where a value stands, as a person looks for it: “Acteurs!B7”."""
        return f"{self.name}!{column_name(column + self.left)}{row + self.top + 1}"


def column_name(index: int) -> str:
    """0 is A, 26 is AA."""
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(index))


def clean(value: object) -> str:
    """A cell's value as text: one Unicode form, no control mark, no needless space; lines stay."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, float) and value.is_integer():
        text = str(int(value))
    elif isinstance(value, dt.datetime):
        text = value.date().isoformat()
    else:
        text = str(value)
    if text.isascii() and text.isalnum():
        return text
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def read(path: Path) -> list[Sheet]:
    """The sheets of a file; raises WorkspaceError with a sentence where it cannot or must not be read."""
    data = incoming(path, MAX_FILE)
    if data.startswith(b"PK"):
        sheets = _read_workbook(path.name, data)
    elif path.suffix.lower() in (".csv", ".tsv", ".txt"):
        sheets = [Sheet(path.name, _read_csv(path.name, data))]
    else:
        raise WorkspaceError(_unreadable(path.name))
    if not any(sheet.rows for sheet in sheets):
        raise WorkspaceError(_("{file} is empty.").format(file=path.name))
    return sheets


def _unreadable(name: str) -> str:
    return _("{file} is no spreadsheet that can be read: save it again as .xlsx or .csv.").format(file=name)


def _too_large(name: str) -> str:
    message = _("{file} unpacks to more than a list can be: it is damaged or hostile, and is not opened.")
    return message.format(file=name)


def _read_workbook(name: str, data: bytes) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    unresolved = _vetted(name, data)
    sheets = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for title in book.sheet_names:
            sheet = book.get_sheet_by_name(title)
            rows = sheet.to_python(skip_empty_area=True)
            top, left = sheet.start or (0, 0)
            _fill_merged(rows, sheet.merged_cell_ranges or (), top, left)
            sheets.append(Sheet(title, rows, top, left, frozenset(unresolved.get(title, ()))))
    except (CalamineError, OSError, ValueError) as error:
        raise WorkspaceError(_unreadable(name)) from error
    return sheets


def _vetted(name: str, data: bytes) -> dict[str, list[str]]:
    """Unpacks a workbook once within limits, as the reader does not; cells without a result, by sheet.

    A ZIP that lies about its sizes fails its own checksums here. One cell at XFD1048576 would make the reader
    hold the whole rectangle.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > 5000 or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise WorkspaceError(_too_large(name))
            if any(entry.flag_bits & 1 for entry in entries):
                raise WorkspaceError(protected(name))
            read = ((entry.filename, archive.read(entry)) for entry in entries)
            parts = {file: content for file, content in read if file.endswith((".xml", ".rels"))}
        return _uncomputed(name, parts)
    except (*archives.FAULTS, ElementTree.ParseError) as error:
        raise WorkspaceError(_unreadable(name)) from error


def _uncomputed(name: str, parts: dict[str, bytes]) -> dict[str, list[str]]:
    """Cells whose formula has no result, by sheet: workbook.xml names sheets, its relations their files."""
    sheets = ElementTree.fromstring(parts["xl/workbook.xml"]).iterfind(".//{*}sheet")
    relations = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    files = {tag.get("Id"): "xl/" + tag.get("Target", "").removeprefix("/xl/") for tag in relations}
    titles = {files.get(id_): tag.get("name", "") for tag in sheets
              for key, id_ in tag.attrib.items() if key.endswith("}id")}  # fmt: skip
    found: dict[str, list[str]] = {}
    for file, content in parts.items():
        if "worksheets/" in file:
            _check_extent(name, content)
            cells = _NO_RESULT.finditer(content) if b"<f" in content else ()
            found[titles.get(file, file)] = [match[1].decode() for match in cells]
    return found


def _check_extent(name: str, content: bytes) -> None:
    from xlsxwriter.utility import xl_cell_to_rowcol

    places = set(_REFERENCE.findall(content))
    rows = max((int(row) for _column, row in places), default=0)
    corners = {column.decode().upper() + "1" for column, _row in places}
    width = max((xl_cell_to_rowcol(corner)[1] + 1 for corner in corners), default=0)
    if rows * width > MAX_CELLS:
        message = _("{file} has a sheet of {rows} rows and {columns} columns: keep the list alone on it.")
        raise WorkspaceError(message.format(file=name, rows=rows, columns=width))


def _fill_merged(rows: list[list[Any]], ranges: Iterable[Any], top: int, left: int) -> None:
    """Gives every cell of a merged range the value that the range shows."""
    for (row, column), (last_row, last_column) in ranges:
        if row < top or column < left or row - top >= len(rows) or column - left >= len(rows[row - top]):
            continue
        value = rows[row - top][column - left]
        for line in rows[row - top : last_row - top + 1]:
            for index in range(column - left, min(last_column - left + 1, len(line))):
                line[index] = value


def _read_csv(name: str, data: bytes) -> list[list[Any]]:
    """A CSV file as people have them: UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab."""
    text = _decoded(name, data)
    head = text[:20_000]
    first = next((line for line in head.splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", first)
    delimiter = max(";,\t|", key=lambda sign: (outside.count(sign), first.count(sign)))
    csv.field_size_limit(10_000_000)
    try:
        rows = [
            [re.sub(r"^'(?='*[=+\-@\t\r])", "", cell) for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise WorkspaceError(_unreadable(name)) from error
    if sum(map(len, rows)) > MAX_CELLS:
        raise WorkspaceError(_too_large(name))
    return rows


def _decoded(name: str, data: bytes) -> str:
    codecs = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for codec in codecs:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise WorkspaceError(_unreadable(name))


def to_csv(rows: Iterable[Iterable[str]], delimiter: str = ",") -> bytes:
    """Rows as CSV for Excel: UTF-8 with a byte order mark; what would act as a formula gets an apostrophe."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([["'" + cell if _ACTS.match(cell) else cell for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + output.getvalue().encode("utf-8")


@dataclass(frozen=True, slots=True)
class Column:
    """A column to write: heading, width in characters, choices, whether anything else is a mistake."""

    heading: str
    width: int = 16
    choices: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet to write: frozen headings with filters above rows of text."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


def to_xlsx(pages: Sequence[Page], title: str, lists: str) -> bytes:
    """Pages as .xlsx, all cells text, the same bytes each time; `lists` names the sheet of choices."""
    output = io.BytesIO()
    book = workbook(output, title)
    heading, body = book.add_format(HEADING), book.add_format({"text_wrap": True, "valign": "top"})
    chosen = [(page, column) for page in pages for column in page.columns if column.choices]
    sheets = [book.add_worksheet(page.name) for page in pages]
    side = book.add_worksheet(lists) if chosen else None
    for number, (_page, column) in enumerate(chosen):
        _write(side, [[choice] for choice in (column.heading, *column.choices)], body, 0, number)
    for page, sheet in zip(pages, sheets, strict=True):
        _write(sheet, [[column.heading for column in page.columns]], heading)
        _write(sheet, page.rows, body, 1)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(page.rows)), max(0, len(page.columns) - 1))
        for index, column in enumerate(page.columns):
            sheet.set_column(index, index, column.width)
            if column.choices:
                name = column_name(chosen.index((page, column)))
                source = f"='{lists}'!${name}$2:${name}${len(column.choices) + 1}"
                options = {"validate": "list", "source": source, "show_error": column.strict}
                options["error_type"] = "warning"
                sheet.data_validation(1, index, len(page.rows) + 500, index, options)
    book.close()
    return output.getvalue()


def workbook(output: io.BytesIO, title: str) -> Any:
    """A workbook to write; it bears no date of its own."""
    import xlsxwriter

    book = xlsxwriter.Workbook(output, {"in_memory": True})
    book.set_properties({"title": title, "created": EPOCH})
    return book


def check_length(sheet: Any, row: int, column: int, length: int) -> None:
    """Refuses what Excel would cut."""
    if length > MAX_CELL_TEXT:
        message = _("A text of {number} characters is too long for a cell ({cell}): export to .csv.")
        cell = f"{sheet.name}!{column_name(column)}{row + 1}"
        raise WorkspaceError(message.format(number=length, cell=cell))


def _write(sheet: Any, rows: Iterable[Sequence[str]], style: Any, first: int = 0, column: int = 0) -> None:
    for number, row in enumerate(rows, first):
        for index, text in enumerate(row, column):
            check_length(sheet, number, index, len(text))
            if text:
                sheet.write_string(number, index, text, style)
