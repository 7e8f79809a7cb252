"""The grid: questions × consultations, answers in the cells, passages in the colour of their theme."""

from __future__ import annotations

import io

import openpyxl
import pytest
from campaigns import A, Campaign, N
from openpyxl.cell.rich_text import CellRichText, TextBlock

from consultkit.cli import main
from consultkit.disclose import INTERNAL, SHARED
from consultkit.exchange import grid
from consultkit.exchange.qdpx import COLOURS
from consultkit.exchange.records import Records
from consultkit.i18n import _, speaking

THREE = [A("sigi", regions=("gao", "mopti")), A("tamat"), A("wuro")]


@pytest.fixture(autouse=True)
def french():
    with speaking("fr"):
        yield


@pytest.fixture
def project(tmp_path):
    notes = [
        N(
            "G-1",
            ("tamat",),
            share=True,
            need="=Non, [jamais]{.formation}.\n\n> [La [route]{.formation} est coupée]{.acces}.",
        ),
        N("G-2", ("wuro",)),
        N(
            "M-1",
            ("sigi",),
            region="mopti",
            share=True,
            attribution="region",
            need="#### Détail {#detail}\n\nUn mot.",
        ),
    ]
    return Campaign(notes, THREE).load(tmp_path)


def book(project, edition=INTERNAL, region=""):
    data = grid.to_xlsx(Records(project, edition, region), draft=False)
    return openpyxl.load_workbook(io.BytesIO(data), rich_text=True)


def column(sheet, number):
    return {row[0].value: str(row[number].value or "") for row in sheet.iter_rows()}


def test_a_sheet_a_region_a_column_a_consultation_a_line_a_question(project):
    found = book(project)
    assert found.sheetnames == [_("Legend"), "Gao", "Mopti"]
    gao = found["Gao"]
    assert gao.freeze_panes == "B2"
    assert [cell.value.split("\n")[0] for cell in gao[1]][1:] == ["G-1", "G-2"]
    assert [row[0].value for row in gao.iter_rows()][1:] == [
        "Organisation", "Qui êtes-vous ?", "Que faites-vous ?", "Besoins", "De quoi avez-vous besoin ?",
        "Observations", "Comment était-ce ?",
    ]  # fmt: skip
    assert gao.row_dimensions[6].height > 15 and all(cell.alignment.wrap_text for cell in gao[3])
    assert book(project, region="mopti").sheetnames == [_("Legend"), "Mopti"]


def test_coded_passages_have_the_colour_of_their_themes_kind(project):
    cell = next(
        row[1] for row in book(project)["Gao"].iter_rows() if row[0].value == "De quoi avez-vous besoin ?"
    )
    assert isinstance(cell.value, CellRichText)
    assert str(cell.value) == "=Non, jamais.\n«\u00a0La route est coupée.\u00a0»"
    coloured = [
        (b.text, "#" + b.font.color.rgb[2:]) for b in cell.value if isinstance(b, TextBlock) and b.font.b
    ]
    assert coloured == [("jamais", COLOURS["need"]), ("La route est coupée", COLOURS["challenge"])]
    assert cell.data_type == "s"


def test_the_shared_grid_has_no_code_and_only_what_may_leave(project):
    found = book(project, SHARED)
    heads = [cell.value for sheet in found.worksheets[1:] for cell in sheet[1]]
    assert [head for head in heads if head != _("Question")] == [
        "Consultation 01\nune organisation de la société civile, région de Gao, juin 2023",
        "Consultation 02\nune personne consultée, région de Mopti, juin 2023",
    ]
    assert column(found["Gao"], 1)["Qui êtes-vous ?"] == _("Answer held back: it would tell who speaks.")
    assert column(found["Mopti"], 1)["Détail"] == "Un mot."


def test_the_same_campaign_gives_the_same_bytes(project):
    assert grid.to_xlsx(Records(project, INTERNAL), False) == grid.to_xlsx(Records(project, INTERNAL), False)


def test_the_command_writes_one_regions_grid(project, monkeypatch, capsys):
    monkeypatch.chdir(project.root)
    assert main(["export", "grille.xlsx", "--grid", "--region", "gao", "--edition", "internal"]) == 0
    assert openpyxl.load_workbook("grille.xlsx").sheetnames[1:] == ["Gao"]
    assert main(["export", "x.xlsx", "--grid", "--region", "goa", "--lang", "en"]) == 2
    assert "gao" in capsys.readouterr().err
