"""The guide as an XLSForm: pyxform, which the servers use, makes a form of it without a warning."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from pyxform.xls2xform import convert
from sample_campaign import ROOT, campaign

from consultkit.cli import main
from consultkit.exchange import xlsform
from consultkit.load import load


def rows(path: Path, sheet: str) -> list[dict[str, str]]:
    heads, *lines = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [
        {head: cell for head, cell in zip(heads, line, strict=True) if cell is not None} for line in lines
    ]


@pytest.fixture
def form(tmp_path, monkeypatch) -> Path:
    campaign(tmp_path / "c")
    monkeypatch.chdir(tmp_path / "c")
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    assert main(["guide", "export", "guide.xlsx"]) == 0
    return tmp_path / "c" / "guide.xlsx"


@pytest.mark.parametrize("english", [True, False])
def test_pyxform_makes_a_form_without_a_warning(tmp_path, english):
    project = campaign(tmp_path / "c", english=english)
    (tmp_path / "guide.xlsx").write_bytes(
        xlsform.build(project, project.mapping, project.guide, "2023061201")
    )
    made = convert(str(tmp_path / "guide.xlsx"), validate=False)
    assert made.warnings == []
    assert made.xform.count('<translation lang="') == (2 if english else 1)
    assert 'version="2023061201"' in made.xform


def test_the_campaign_of_the_repository_makes_a_form_without_a_warning(tmp_path):
    project = load(ROOT)
    (tmp_path / "guide.xlsx").write_bytes(
        xlsform.build(project, project.mapping, project.guide, "2023061201")
    )
    assert convert(str(tmp_path / "guide.xlsx"), validate=False).warnings == []


def test_consent_comes_first_and_everything_else_waits_for_it(form):
    survey = rows(form, "survey")
    assert [row["name"] for row in survey[:2]] == ["note_introduction", "note_consent_given"]
    assert survey[1]["required"] == "yes"
    asked = {row["name"] for row in survey}
    assert {"note_consent_quote", "note_consent_share", "note_attribution"} <= asked
    depth = 0
    for row in survey[2:]:
        depth -= row["type"].startswith("end_")
        if depth == 0 and not row["type"].startswith("end_"):
            assert row.get("relevant") == "${note_consent_given} = 'yes'", row
        depth += row["type"].startswith("begin_")


def test_questions_carry_probes_types_and_two_languages(form):
    survey = {row["name"]: row for row in rows(form, "survey")}
    projects = survey["projets"]
    assert projects["relevant"] == "selected('onu ongi ongn', ${note_type})"
    assert "• Combien de temps durent-ils ?" in projects["guidance_hint::Français (fr)"].replace(
        "\u202f", " "
    ).replace("\xa0", " ")
    assert projects["label::English (en)"] != projects["label::Français (fr)"]
    assert survey["mandat"]["required"] == "yes" and "required" not in projects
    assert survey["frequence_analyse"]["type"] == "select_one list_frequence_analyse"
    assert not [row for row in survey.values() if re.match("geo|barcode|image|audio", row["type"])]


def test_the_actor_is_chosen_among_those_of_the_region(form):
    survey = {row["name"]: row for row in rows(form, "survey")}
    actors = {row["name"]: row for row in rows(form, "choices") if row["list_name"] == "actors"}
    assert survey["note_actor"]["choice_filter"] == "selected(regions, ${note_region})"
    assert actors["sigi"]["regions"] == "gao mopti" and actors["tamat"]["type"] == "ongi"
    assert "_other" in actors


def test_the_version_stays_while_nothing_changes_then_goes_up(form):
    before = form.read_bytes()
    version = rows(form, "settings")[0]["version"]
    assert re.fullmatch(r"20\d{6}01", version)
    assert main(["guide", "export", "guide.xlsx"]) == 0
    assert form.read_bytes() == before
    mapping = form.with_name("mapping.yaml")
    mapping.write_text(
        mapping.read_text("utf-8") + "  - {id: neuf, name: Neuf, type: ongi, regions: [gao]}\n", "utf-8"
    )
    assert main(["guide", "export", "guide.xlsx"]) == 0
    assert int(rows(form, "settings")[0]["version"]) == int(version) + 1


def test_names_that_the_form_uses_itself_are_never_a_questions(tmp_path):
    project = campaign(tmp_path / "c", english=False)
    guide = tmp_path / "c" / "guides" / "guide-entretien.md"
    guide.write_text(
        guide.read_text("utf-8").replace("{#publics", "{#note-region").replace("{#tensions", "{#start"),
        "utf-8",
    )
    project = load(tmp_path / "c")
    assert xlsform.names_of(project.guide)["note-region"] == "q_note_region"
    (tmp_path / "guide.xlsx").write_bytes(
        xlsform.build(project, project.mapping, project.guide, "2023061201")
    )
    assert convert(str(tmp_path / "guide.xlsx"), validate=False).warnings == []


@pytest.mark.parametrize(
    "arguments", [["guide.odt"], ["guide.xlsx", "--type", "ongi"], ["guide.docx", "--type", "ong"]]
)
def test_what_cannot_be_exported_is_said_and_nothing_is_written(form, arguments, capsys):
    form.unlink()
    assert main(["guide", "export", *arguments]) == 2
    assert capsys.readouterr().err.startswith("consultkit: ")
    assert not list(form.parent.glob("guide.*"))
