"""Spreadsheets read within limits and written so that no text acts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from consultkit.exchange.spreadsheet import Column, Page, clean, column_name, read, to_csv, to_xlsx
from consultkit.files import WorkspaceError
from consultkit.i18n import use

FORMULAS = [
    '=HYPERLINK("http://x","y")',
    "+223 76",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "'=1",
    "''+2",
    "plain",
    "l’eau",
]


@pytest.fixture(autouse=True)
def english():
    use("en")


def refused(path: Path) -> str:
    with pytest.raises(WorkspaceError) as error:
        read(path)
    return str(error.value)


def book(path: Path, *cells: tuple[int, int, object]) -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("Acteurs")
        for row, column, value in cells:
            sheet.write(row, column, value)
    return path


def test_cells_know_their_place(tmp_path: Path) -> None:
    (sheet,) = read(book(tmp_path / "a.xlsx", (2, 1, "x"), (3, 27, 45097)))
    assert sheet.cell(0, 0) == "Acteurs!B3"
    assert sheet.cell(1, 26) == "Acteurs!AB4"
    assert clean(sheet.rows[1][26]) == "45097"
    assert [column_name(i) for i in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(" a \r\n\n b\u00a0 c\u200b ", "a\nb c"), (3.0, "3"), (3.5, "3.5"), (True, "true"), (dt.datetime(2023, 6, 20), "2023-06-20"),
     ("e\u0301", "é"), ("", ""), (dt.date(2023, 6, 20), "2023-06-20")],
)  # fmt: skip
def test_clean(value: object, text: str) -> None:
    assert clean(value) == text


def test_what_would_act_as_a_formula_is_text(tmp_path: Path) -> None:
    data = to_csv([FORMULAS])
    assert data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert all(cell[0] not in "=+-@\t" for cell in row)
    (tmp_path / "a.csv").write_bytes(data)
    assert read(tmp_path / "a.csv")[0].rows == [FORMULAS]
    page = Page("P", [Column("=A1", 10, ("=x", "+y"))], [[text] for text in FORMULAS])
    workbook = openpyxl.load_workbook(io.BytesIO(to_xlsx([page], "t", "Lists")))
    cells = [cell for sheet in workbook for row in sheet for cell in row if cell.value]
    assert len(cells) == 1 + len(FORMULAS) + 3
    assert {cell.data_type for cell in cells} == {"s"}
    assert workbook["P"].freeze_panes == "A2"
    assert workbook["P"].auto_filter.ref == "A1:A10"
    assert workbook["P"].data_validations.dataValidation[0].formula1 == "'Lists'!$A$2:$A$3"


def test_same_bytes_each_time() -> None:
    pages = [Page("P", [Column("a", 10, ("x",))], [["1"], ["é"]])]
    assert to_xlsx(pages, "t", "L") == to_xlsx(pages, "t", "L")


@given(
    st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12), min_size=2, max_size=5)
)
def test_csv_and_xlsx_give_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, row: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("x")
    row = ["first", *row, "last"]
    (folder / "a.csv").write_bytes(to_csv([row], ";"))
    assert list(map(clean, read(folder / "a.csv")[0].rows[0])) == list(map(clean, row))
    (folder / "a.xlsx").write_bytes(to_xlsx([Page("P", [Column(cell) for cell in row], [])], "t", "L"))
    assert list(map(clean, read(folder / "a.xlsx")[0].rows[0])) == list(map(clean, row))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_people_have_it(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = (
        delimiter.join(["Région", "Type", '"a, b ; c"'])
        + "\r\n"
        + delimiter.join(["Ségou", "œ", "x"])
        + "\r\n"
    )
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert read(tmp_path / "a.csv")[0].rows == [["Région", "Type", "a, b ; c"], ["Ségou", "œ", "x"]]


def test_merged_cells_are_filled(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Acteur", "Région"])
        sheet.write_column(1, 0, ["a", "b", "c"])
        sheet.merge_range(1, 1, 2, 1, "Gao")
    assert read(tmp_path / "a.xlsx")[0].rows == [["Acteur", "Région"], ["a", "Gao"], ["b", "Gao"], ["c", ""]]


def test_formulas_give_their_result_or_their_cell(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Ma liste"
    workbook.active.append(["Acteur", "=1+1"])
    workbook.save(tmp_path / "a.xlsx")
    (sheet,) = read(tmp_path / "a.xlsx")
    assert sheet.name == "Ma liste"
    assert sheet.unresolved == {"B1"}


def test_ods_old_xls_and_passwords_are_told(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", (0, 0, "Acteur"), (1, 0, "é"))
    for kind in ("ods", "xls"):
        subprocess.run(["soffice", f"-env:UserInstallation=file://{tmp_path}/lo", "--headless", "--convert-to", kind, "--outdir", tmp_path, path], capture_output=True, check=True)  # fmt: skip
        assert ".xlsx" in refused(tmp_path / f"a.{kind}")
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    assert "password" in refused(locked)


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def replaced(path: Path, name: str, change) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    return zipped(path, parts | {name: change(parts[name])})


def test_bombs_are_not_opened(tmp_path: Path) -> None:
    bomb = zipped(
        tmp_path / "bomb.xlsx",
        {"xl/worksheets/sheet1.xml": bytes(1), **{f"p{i}": bytes(90_000_000) for i in range(5)}},
    )
    assert bomb.stat().st_size < 1_000_000
    assert "hostile" in refused(bomb)
    lying = bytearray(zipped(tmp_path / "lying.xlsx", {"xl/workbook.xml": bytes(1_000_000)}).read_bytes())
    at = lying.rindex(b"PK\x01\x02") + 24
    lying[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "lying.xlsx").write_bytes(lying)
    assert "spreadsheet" in refused(tmp_path / "lying.xlsx")


def test_a_far_corner_does_not_fill_memory(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", (0, 0, "Acteur"), (1_048_575, 16_383, "x"))
    assert "1048576" in refused(path)
    other = replaced(book(tmp_path / "b.xlsx", (0, 0, "x")), "xl/worksheets/sheet1.xml", lambda data: data.replace(b'r="A1"', b"r='XFD1048576'"))  # fmt: skip
    assert "16384" in refused(other)


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [("a.xlsx", b"PK\x03\x04garbage", "spreadsheet"), ("a.xlsx", b"\x00\x01\x02", "spreadsheet"), ("a.csv", b"\x00\x01\x02\x00", "spreadsheet"),
     ("a.csv", b"", "empty"), ("a.pdf", b"%PDF", "spreadsheet"), ("a.csv", b"x" * 30_000_001, "MB")],
)  # fmt: skip
def test_garbage_is_told(tmp_path: Path, name: str, data: bytes, word: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert word in refused(tmp_path / name)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert "opened" in refused(tmp_path / "none.xlsx")
    assert "opened" in refused(tmp_path)
