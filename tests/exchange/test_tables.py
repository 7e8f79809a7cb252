"""Tidy tables: the same rows in every format, within attribution and consent."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from campaigns import A, Campaign, N

from consultkit.cli import main
from consultkit.disclose import INTERNAL, SHARED
from consultkit.exchange import tables
from consultkit.exchange.records import Records
from consultkit.i18n import speaking
from consultkit.load import load
from consultkit.report.share import build_share

ROOT = Path(__file__).parents[2]
THREE = [A("sigi"), A("tamat"), A("wuro")]
ACTORS = [
    *THREE,
    A("ong1", "ong", name="Réseau Kanu", acronym="RK", regions=("gao", "mopti")),
    A("p1", kind="person"),
]


@pytest.fixture(autouse=True)
def french():
    with speaking("fr"):
        yield


def rows(project, table, edition=SHARED, region=""):
    return list(tables.rows(Records(project, edition, region), table))


@pytest.fixture
def project(tmp_path):
    notes = [
        N("G-1", ("tamat",), share=True),
        N("G-2", ("ong1",), share=True, attribution="role", place="Fafa", role="Trésorière"),
        N("G-3", ("sigi",), share=False),
        N("G-4", ("wuro",), share=True, quote=False, attribution="region"),
    ]
    return Campaign(notes, ACTORS).load(tmp_path)


def by_attribution(project, edition=SHARED):
    return {row["attribution"].split(",")[0]: row for row in rows(project, "consultations", edition)}


def test_the_shared_rows_are_those_that_share_gives_and_under_its_numbers(project):
    index = build_share(project).documents["index.docx"].markdown
    shared = [line.split("|")[1:3] for line in index.splitlines() if "consultation-" in line]
    found = rows(project, "consultations")
    assert [row["consultation"] for row in found] == ["01", "02", "03"]
    assert [(f"{int(number):02}", who.strip()) for number, who in shared] == [
        (row["consultation"], row["attribution"]) for row in found
    ]


def test_a_row_says_no_more_than_its_attribution(project):
    found = by_attribution(project)
    named, typed, placed = found["trésorière"], found["une organisation de la société civile"], found["une personne consultée"]  # fmt: skip
    assert named["organisation"] == "Réseau Kanu" and named["type"] == "ONG nationale"
    assert typed["organisation"] == "" and typed["type"] == "Organisation de la société civile"
    assert placed["organisation"] == placed["type"] == ""
    assert {row["month"] for row in found.values()} == {"2023-06"}
    assert not {"date", "place", "interviewer", "follow_up_of", "actor"} & set(named)


def test_in_the_team_there_are_codes_and_the_day_and_place_of_named_organisations_alone(project):
    found = {row["consultation"]: row for row in rows(project, "consultations", INTERNAL)}
    assert list(found) == ["G-1", "G-2", "G-3", "G-4"]
    assert (found["G-2"]["date"], found["G-2"]["place"]) == ("2023-06-20", "Fafa")
    assert (found["G-1"]["date"], found["G-1"]["place"], found["G-1"]["month"]) == ("", "", "2023-06")


def test_below_the_organisation_only_the_number_of_persons_is_told(project):
    key = {row["attribution"].split(",")[0]: row["consultation"] for row in rows(project, "consultations")}
    people = {row["consultation"]: row for row in rows(project, "participants")}
    full = people[key["trésorière"]]
    assert (full["role"], full["gender"], full["age"], full["count"]) == ("Trésorière", "f", "adult", 1)
    hidden = people[key["une personne consultée"]]
    assert (hidden["role"], hidden["gender"], hidden["age"], hidden["count"]) == ("", "", "", 1)


def test_answers_codings_and_quotations(project):
    key = by_attribution(project)["une organisation de la société civile"]["consultation"]
    answers = {row["question"]: row for row in rows(project, "answers") if row["consultation"] == key}
    assert answers["mandat"]["held_back"] is True and answers["mandat"]["answer"] == ""
    assert answers["activites"]["answer"] == (
        "On répare des puits.\n\n«\u00a0On ne passe plus après seize heures.\u00a0»"
    )
    (coding,) = (row for row in rows(project, "codings") if row["consultation"] == key)
    assert (coding["theme"], coding["kind"], coding["passage"]) == ("formation", "need", "Nous n’avons jamais été formés")  # fmt: skip
    assert (coding["section"], coding["question"], coding["spoken"]) == (
        "besoins-prioritaires",
        "besoins",
        False,
    )
    quoted = rows(project, "quotations")
    assert {row["quotation"] for row in quoted} == {"On ne passe plus après seize heures."}
    assert len(quoted) == 2  # of three consultations one may not be quoted


def test_actors_are_organisations_present_without_ids_or_statuses_outside(project):
    shared, internal = rows(project, "actors"), rows(project, "actors", INTERNAL)
    assert [row["name"] for row in shared] == ["Organisation sigi", "Organisation tamat", "Organisation wuro", "Réseau Kanu"]  # fmt: skip
    assert shared[-1] == {"name": "Réseau Kanu", "acronym": "RK", "type": "ONG nationale", "regions": "Gao ; Mopti", "cercles": "", "sectors": ""}  # fmt: skip
    assert internal[-1]["actor"] == "ong1"
    assert [row["name"] for row in rows(project, "actors", region="mopti")] == ["Réseau Kanu"]


@pytest.mark.parametrize("edition", [SHARED, INTERNAL])
def test_every_format_holds_the_same_rows_and_the_dictionary_every_column(project, edition):
    records = Records(project, edition)
    names = list(tables.TABLES)
    book = openpyxl.load_workbook(io.BytesIO(tables.to_xlsx(records, names, False)), read_only=True)
    files = tables.to_csv(records, names, "donnees.csv", False)
    lines = [
        json.loads(line)
        for line in tables.to_jsonl(records, names, "d.jsonl", False)["d.jsonl"].decode("utf-8").splitlines()
    ]
    for table in names:
        expected = list(tables.rows(records, table))
        as_text = [
            [str(v).lower() if isinstance(v, bool) else str(v) for v in row.values()] for row in expected
        ]
        cells = [[cell or "" for cell in row] for row in book[table].iter_rows(values_only=True)]
        assert cells == [tables.columns(table, records.internal), *as_text]
        data = files["donnees.csv" if table == "consultations" else f"donnees-{table}.csv"]
        assert data.startswith(b"\xef\xbb\xbf")
        assert (
            list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))[1:] == as_text
        )
        assert [line for line in lines if line["table"] == table] == [
            {"table": table} | row for row in expected
        ]
    told = {(line["of"], line["column"]) for line in lines if line["table"] == "dictionary"}
    assert {(table, column) for table in names for column in tables.columns(table, records.internal)} <= told


def test_formulas_are_text_and_the_bytes_are_the_same(tmp_path):
    note = N("G-1", ("tamat",), share=True, answer="=HYPERLINK(1;2)", need="[@SUM(A1)]{.acces} dit-il.")
    project = Campaign([note], THREE).load(tmp_path)
    made = tables.to_xlsx(Records(project, SHARED), ["answers"], False)
    assert made == tables.to_xlsx(Records(load(tmp_path), SHARED), ["answers"], False)
    sheet = openpyxl.load_workbook(io.BytesIO(made))["answers"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    data = tables.to_csv(Records(project, SHARED), ["codings"], "x.csv", False)["x.csv"].decode("utf-8-sig")
    assert ";'@SUM(A1);" in data


def test_the_repositorys_campaign_exports_every_format(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    for name in ("d.xlsx", "d.csv", "d.jsonl"):
        assert main(["export", str(tmp_path / name), "--lang", "en"]) == 0
    assert "held back" in capsys.readouterr().out
    assert main(["export", str(tmp_path / "codages.csv"), "--table", "codings", "--edition", "internal"]) == 0
    assert main(["export", str(tmp_path / "q.jsonl"), "--table", "quotations"]) == 0
    made = {path.name for path in tmp_path.iterdir()}
    for name in ("codages-dictionary.csv", "q-dictionary.jsonl"):
        assert "noms non contrôlés" in (tmp_path / name).read_text("utf-8")
    alone = {"q.jsonl", "q-dictionary.jsonl", "codages.csv", "codages-dictionary.csv"}
    assert made == {"d.xlsx", "d.jsonl", "d.csv"} | alone | {
        f"d-{table}.csv"
        for table in ("participants", "answers", "codings", "quotations", "actors", "dictionary")
    }
    text = (tmp_path / "d.jsonl").read_text("utf-8")
    project = load(ROOT)
    assert not [note.id for note in project.notes if f'"{note.id}"' in text]
    codes = {row["theme"] for row in rows(project, "codings", INTERNAL)}
    assert codes <= set(project.theme_by_id) and len(codes) > 5


def test_a_name_at_the_start_of_a_line_is_found_in_json_too(tmp_path, monkeypatch):
    note = N("G-1", ("tamat",), share=True, answer="Bien.\n\nFictivard l’a dit.")
    monkeypatch.chdir(Campaign([note], THREE).load(tmp_path).root)
    (tmp_path / "private").mkdir()
    (tmp_path / "private/identities.yaml").write_text(
        "identities:\n  - note: G-1\n    name: Zan Fictivard\n", "utf-8"
    )
    assert main(["export", "a.jsonl", "--force"]) == 1
    assert not (tmp_path / "a.jsonl").exists()
