"""Rows of anybody's list against a mapping; an export read again changes nothing."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultkit.exchange.actors import Import, read_list
from consultkit.exchange.spreadsheet import Column, Page, Sheet, read, to_csv, to_xlsx
from consultkit.exchange.table import columns, rows, same, values_of
from consultkit.exchange.vocabulary import CHOICES, HEADINGS, LABELS, Vocabulary, choice, day, heading_key
from consultkit.exchange.yaml_edit import dump
from consultkit.files import Source, WorkspaceError
from consultkit.i18n import catalogue, use
from consultkit.model import ActorMapping
from consultkit.parse.mapping import parse_mapping

BASE = """\
campaign: {title: T, language: fr, start: 2023-06-12}
regions:
  - {id: mopti, name: Mopti, code: ML05}
  - {id: gao, name: Gao, code: ML07}
  - {id: tombouctou, name: Tombouctou, code: ML06}
actor_types:
  - {id: osc, name: Organisation de la société civile}
  - {id: ongn, name: ONG nationale}
  - {id: ongi, name: ONG internationale}
  - {id: onu, name: Agence des Nations unies}
sectors:
  - {id: eau, name: "Eau, hygiène et assainissement"}
  - {id: education, name: Éducation}
  - {id: cohesion, name: Cohésion sociale et paix}
actors:
  # les nôtres
  - id: tamat
    name: "Association Tamat"   # agréée
    acronym: ATA
    type: osc
    regions: [gao]
    status: scheduled
    appointment: 2023-06-20
    review: confirmed
  - {id: alkafo, name: Réseau Alkafo, type: ongn, regions: [gao, mopti], status: {gao: scheduled, mopti: identified}}
"""


@pytest.fixture(autouse=True)
def english():
    use("en")


def mapping(text: str = BASE) -> ActorMapping:
    faults: list = []
    found = parse_mapping(Source("mapping.yaml", text), faults, [], [])
    assert found is not None
    assert not faults
    return found


def imported(*table: list, maps: dict[str, str] | None = None, text: str = BASE, name: str = "L") -> Import:
    return read_list(mapping(text), text, [Sheet(name, [list(row) for row in table])], maps or {})


def after(done: Import, text: str = BASE) -> ActorMapping:
    return mapping(done.text(text))


HEAD = ["Organisation", "Type", "Régions", "Secteurs"]


@pytest.mark.parametrize(
    ("cell", "regions", "cercles", "outside"),
    [
        ("Kidal, Menaka, Gao et Tombouctou", ("gao", "tombouctou"), (), ("Kidal", "Ménaka")),
        ("Sikasso-Bougouni - Mopti", ("mopti",), (), ("Sikasso", "Bougouni")),
        ("GAO\n  mopti ", ("gao", "mopti"), (), ()),
        ("Gao Tombouctou Kidal", ("gao", "tombouctou"), (), ("Kidal",)),
        ("ML07 / ML-5", ("gao", "mopti"), (), ()),
        ("District de Bamako ; région de Gao", ("gao",), (), ("Bamako",)),
        ("Taoudénié, Gao", ("gao",), (), ("Taoudénit",)),
        ("Bandjagara", ("mopti",), ("Bandiagara",), ()),
        ("cercle de Gourma-Rharous", ("tombouctou",), ("Gourma-Rharous",), ()),
        ("Tomboctou", ("tombouctou",), (), ()),
        ("Tout le Mali", ("mopti", "gao", "tombouctou"), (), ()),
    ],
)
def test_regions_as_people_write_them(cell: str, regions: tuple, cercles: tuple, outside: tuple) -> None:
    found = Vocabulary(mapping(), {}).read("regions", cell)
    assert (found.values, found.cercles, found.problems) == ([*regions], [*cercles], [])
    assert all(any(f"“{name}” is no region" in said for said in found.warnings) for name in outside)


def test_what_is_near_nothing_is_told_and_can_be_named() -> None:
    found = Vocabulary(mapping(), {}).read("regions", "Zblork ; Gao")
    assert found.values == ["gao"]
    assert "Zblork" in found.problems[0]
    assert Vocabulary(mapping(), {"zblork": "mopti"}).read("regions", "Zblork").values == ["mopti"]
    assert "76" not in Vocabulary(mapping(), {}).read("regions", "Mr X 76 12 34 56").problems[0]


@pytest.mark.parametrize(
    ("cell", "type_"),
    [("437", "ongi"), ("21", "ongi"), ("447", "onu"), ("International NGO", "ongi"), ("ONG Nationale", "ongn"), ("ONG locale", "ongn"),
     ("UN", "onu"), ("agence onusienne", "onu"), ("OSC", "osc"), ("ORGANISATION DE LA SOCIETE CIVILE", "osc"), ("ongn", "ongn"), ("CSO", "osc")],
)  # fmt: skip
def test_types_by_name_and_code(cell: str, type_: str) -> None:
    assert Vocabulary(mapping(), {}).read("type", cell).values == [type_]


def test_a_type_that_could_be_two_is_asked() -> None:
    found = Vocabulary(mapping(), {}).read("type", "ONG")
    assert found.values == []
    assert found.problems


@pytest.mark.parametrize(
    ("cell", "sectors"),
    [("Eau, hygiène et assainissement, éducation", ("eau", "education")), ("WSH; EDU", ("eau", "education")),
     ("appui à la scolarisation des filles", ("education",)), ("Cohesion sociale/Paix", ("cohesion",)), ("EHA + conflits", ("eau", "cohesion"))],
)  # fmt: skip
def test_sectors_in_free_text(cell: str, sectors: tuple) -> None:
    assert Vocabulary(mapping(), {}).read("sectors", cell).values == [*sectors]


@pytest.mark.parametrize(
    "text", ["2023-06-20", "20/06/2023", "20.06.23", "mardi 20 juin 2023", "45097", "20 June 2023", "2023-06-20T00:00:00", "June 20th, 2023"]
)  # fmt: skip
def test_dates(text: str) -> None:
    assert day(text) == dt.date(2023, 6, 20)


@pytest.mark.parametrize("text", ["06/20/2023", "demain", "31/02/2023", "12"])
def test_no_dates(text: str) -> None:
    assert day(text) is None


@pytest.mark.parametrize("language", ["fr", "en"])
def test_headings_and_words_of_an_export_are_read_in_both_languages(language: str) -> None:
    said = catalogue(language).gettext
    for key, (title, _width) in HEADINGS.items():
        assert heading_key(said(title)) == key
    for key, enum in CHOICES.items():
        for value in enum.values:
            assert choice(key, said(LABELS[value])) == value


@pytest.mark.parametrize(
    ("heading", "key"),
    [("Nom de l'organisation / Organization name", "name"), ("#org+name", "name"), ("#adm1+code", "regions"), ("#sector+fr", "sectors"),
     ("Zones d’intervention", "regions"), ("RESPONSABLE", "person"), ("N° de téléphone", "person"), ("E-mail", "person"), ("Statut du contact", "status"),
     ("Secteurs d'activités", "sectors"), ("Budget", ""), ("#status", ""), ("Date de début", "")],
)  # fmt: skip
def test_headings_of_others(heading: str, key: str) -> None:
    assert heading_key(heading) == key


def test_a_3w_file_makes_one_actor_of_many_rows() -> None:
    done = imported(
        ["3W Mali"],
        ["Org", "Acr", "Type", "P1", "Admin 1", "Cluster", "État"],
        ["#org+name", "#org+acronym", "#org+type", "#adm1+code", "#adm1+name", "#sector", "#status"],
        ["Kura", "KUR", 437, "ML07", "GAO", "WSH", "planifié"],
        ["Kura", "KUR", 437, "ML05", "Mopti", "EDU", "planifié"],
        ["Kura", "KUR", 437, "ML02", "Koulikoro", "EDU", "planifié"],
        ["Loin", "LOI", 447, "ML02", "Koulikoro", "EDU", "planifié"],
        [],
        ["", "", "", "ML07", "", "", ""],
    )
    assert [change.actor for change in done.changes] == ["kur"]
    assert done.final["kur"] == {"id": "kur", "name": "Kura", "acronym": "KUR", "type": "ongi", "regions": ("gao", "mopti"),
                                 "sectors": ("eau", "education"), "review": "new"}  # fmt: skip
    assert [told.place for told in done.told if told.error] == ["L!A9"]


def test_an_export_with_changes_changes_that_alone() -> None:
    base = mapping()
    table = [[HEADINGS[key][0] for key in columns(True)], *rows(base, columns(True))]
    at = {key: index for index, key in enumerate(columns(True))}
    table[1][at["acronym"]] = ""
    table[1][at["name"]] = "Association Tamat Plus"
    table[1][at["review"]] = "à retirer"
    table[2][at["status"]] = "Gao : refusé ; Mopti: contacté"
    table[2][at["sectors"]] = "Éducation"
    table.append(["", "Nouvelle", *[""] * 13])
    table[3][at["type"]], table[3][at["regions"]] = "ONG nationale", "Gao ; Mopti"
    done = imported(*table)
    new = after(done)
    assert {(c.actor, c.key) for c in done.changes} == {
        ("tamat", "acronym"), ("tamat", "name"), ("tamat", "review"), ("alkafo", "status"), ("alkafo", "sectors"), ("nouvelle", "")
    }  # fmt: skip
    assert new.actor_by_id["tamat"].review == "remove"
    assert values_of(new.actor_by_id["alkafo"])["status"] == {"gao": "declined", "mopti": "contacted"}
    text = done.text(BASE)
    assert "name: Association Tamat Plus   # agréée" in text
    assert "  # les nôtres\n" in text


def test_another_list_fills_in_and_never_overrules_what_was_agreed() -> None:
    done = imported(
        [*HEAD, "Sigle", "Statut"],
        ["ASSOCIATION TAMAT", "ONG nationale", "Mopti", "Paix", "XX", "contacté"],
        ["Reseau Alkafoo", "", "Gao", "", "", ""],
        ["Autre nom", "OSC", "Gao", "", "ATA", ""],
    )
    tamat = done.final["tamat"]
    assert (tamat["type"], tamat["acronym"], tamat["regions"], tamat["sectors"]) == (
        "osc",
        "ATA",
        ("gao", "mopti"),
        ("cohesion",),
    )
    assert tamat["status"] == {"gao": "scheduled", "mopti": "contacted"}
    assert tamat["review"] == "updated"
    assert not any(told.error for told in done.told)
    assert sum("is taken as" in told.message for told in done.told) == 2
    assert done.final.keys() == {"tamat", "alkafo"}


def test_a_status_counts_in_the_regions_of_its_row() -> None:
    done = imported(
        [*HEAD, "Statut"], ["N", "OSC", "Gao", "", "planifié"], ["N", "OSC", "Mopti", "", "injoignable"]
    )
    assert done.final["n"]["status"] == {"gao": "scheduled", "mopti": "unreachable"}


def test_a_region_taken_away_takes_its_values_along() -> None:
    done = imported(["Id", "Organisation", "Régions"], ["alkafo", "Réseau Alkafo", "Mopti"])
    assert done.final["alkafo"]["regions"] == ("mopti",)
    assert done.final["alkafo"]["status"] == {"mopti": "identified"}
    assert after(done).actor_by_id["alkafo"].regions == ("mopti",)


def test_what_is_not_understood_leaves_the_rest() -> None:
    done = imported(
        ["Id", "Organisation", "Type", "Régions", "Statut", "Rendez-vous", "Commentaires"],
        [
            "tamat",
            "Association Tamat",
            "Zblork",
            "Gao ; Zblork",
            "consulté",
            "un jour",
            "appeler le 76 12 34 56",
        ],
        ["", "Sans région", "OSC", "", "", "", ""],
        ["", "", "OSC", "Gao", "", "", ""],
        ["", "Bon", "OSC", "Gao", "", "", "#REF!"],
    )
    assert [told.place for told in done.told if told.error] == [
        "L!C2",
        "L!D2",
        "L!F2",
        "L!G2",
        "L!A4",
        "L!G5",
        "L!A3",
    ]
    assert done.final["tamat"] == done.before["tamat"]
    assert "bon" in done.final
    assert "76" not in " ".join(told.message for told in done.told)


def test_a_cell_that_is_not_understood_empties_nothing() -> None:
    text = BASE.replace(
        "    review: confirmed\n", "    review: confirmed\n    priority: high\n    comment: oui\n"
    )
    done = imported(
        ["Id", "Organisation", "Priorité", "Commentaires"],
        ["tamat", "Association Tamat", "zblork", ""],
        text=text,
    )
    assert [told.place for told in done.told] == ["L!C2"]
    assert (done.final["tamat"]["priority"], "comment" in done.final["tamat"]) == ("high", False)


def test_persons_go_apart() -> None:
    done = imported(
        [*HEAD, "Nom", "Prénom", "Contact", "Tél"],
        ["Bon", "OSC", "Gao", "", "Fictif", "Awa", "Awa : 76 12 34 56, awa@example.org", "66 00 00 00"],
    )
    assert done.persons == [
        {"actor": "bon", "name": "Fictif Awa", "phone": "76 12 34 56", "email": "awa@example.org"},
        {"actor": "bon", "phone": "66 00 00 00"},
    ]
    assert "Fictif" not in done.text(BASE) + str(done.changes) + str(done.told)


def test_two_persons_are_two() -> None:
    done = imported(
        [*HEAD, "Responsable", "Point focal"],
        ["Bon", "OSC", "Gao", "", "Mme Awa Fictive", "Directeur régional : Bakary Fictif (bf@example.org)"],
        ["Bien", "OSC", "Gao", "", "M. Ali Fictif / Mme Ada Fictive", "70 00 00 01 / 70 00 00 02"],
    )
    assert done.persons == [
        {"actor": "bon", "name": "Awa Fictive", "email": "bf@example.org"},
        {"actor": "bon", "name": "Bakary Fictif"},
        {"actor": "bien", "name": "Ali Fictif", "phone": "70 00 00 01"},
        {"actor": "bien", "name": "Ada Fictive", "phone": "70 00 00 02"},
    ]


def test_what_is_free_text_holds_no_number_and_near_sectors_are_told() -> None:
    done = imported(
        [*HEAD, "Cercles"], ["Bon", "OSC", "Gao", "Édukation ; Zblork ; eau", "Ansongo, chez Awa 76 12 34 56"]
    )
    assert done.final["bon"]["sectors"] == ("education", "eau")
    assert "cercles" not in done.final["bon"]
    assert [(told.place, told.error) for told in done.told] == [
        ("L!D2", False),
        ("L!D2", True),
        ("L!E2", True),
    ]


def test_a_person_is_not_named_in_the_mapping() -> None:
    done = imported([*HEAD, "Nature"], ["Awa Fictive", "OSC", "Gao", "", "personne"])
    assert not done.changes
    assert "Awa" not in str(done.told)


def test_sheets_named_after_regions_and_wrong_sheets() -> None:
    sheet = [["Acteur", "Type"], ["Bon", "OSC"]]
    assert imported(*sheet, name="Région de Gao").final["bon"]["regions"] == ("gao",)
    with pytest.raises(WorkspaceError, match="form"):
        Import(mapping(), [Sheet("survey", [["type", "name"]]), Sheet("choices", [["name"]])], {})
    with pytest.raises(WorkspaceError, match="Budget"):
        imported(["a", "b"], [1, 2], name="Budget")
    assert (
        imported(["X", "Type", "Lieux"], ["Bon", "OSC", "Gao"], maps={"X": "name", "Lieux": "regions"}).final[
            "bon"
        ]["name"]
        == "Bon"
    )


def test_ids_are_free_and_never_numbers() -> None:
    done = imported(
        HEAD,
        ["Tamat", "OSC", "Gao", ""],
        ["3 R", "OSC", "Gao", ""],
        ["ɛŋ", "OSC", "Gao", ""],
        ["Union de la paix (UP)", "OSC", "Gao", ""],
    )
    assert list(done.final)[2:] == ["tamat-2", "acteur-3-r", "acteur", "up"]


# Random mappings: an export read again changes nothing, whatever the texts hold.
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\ufeff\ufffe\uffff"), min_size=1, max_size=14).map(str.strip).filter(bool)  # fmt: skip
NAME = st.one_of(
    TEXT, st.sampled_from(["=1+1", "Gao : x", "a ; b", "+223", "Tamat (ATA)", "Mopti: y\nGao: z", "'=x"])
)


def per_region(value):
    return st.one_of(
        value, st.fixed_dictionaries({"gao": value}), st.fixed_dictionaries({"gao": value, "mopti": value})
    )


ACTOR = st.fixed_dictionaries(
    {"name": NAME, "type": st.sampled_from(["osc", "ongn", "zz"]), "regions": st.lists(st.sampled_from(["gao", "mopti", "goa"]), min_size=1, max_size=3)},
    optional={
        "acronym": NAME, "kind": st.sampled_from(["organisation", "person", "group"]), "cercles": st.lists(NAME, max_size=2),
        "sectors": st.lists(st.sampled_from(["eau", "education", "xx"]), max_size=3), "priority": st.sampled_from(["high", "medium"]),
        "status": per_region(st.sampled_from(["identified", "scheduled", "declined"])), "reason": per_region(NAME),
        "appointment": per_region(st.just("2023-06-20")), "comment": NAME, "review": st.sampled_from(["new", "remove"]),
    },
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(ACTOR, min_size=1, max_size=4),
    st.sampled_from([".xlsx", ".csv"]),
    st.booleans(),
    st.sampled_from(["fr", "en"]),
)
def test_export_then_import_is_the_identity(
    actors: list, kind: str, appointments: bool, language: str
) -> None:
    use(language)
    text = BASE[: BASE.index("actors:\n")] + "actors:\n"
    for number, actor in enumerate(actors):
        text += f"  - id: a{number}\n" + "".join(
            f"    {key}: {dump(value)}\n" for key, value in actor.items()
        )
    base = mapping(text)
    heads = [catalogue(language).gettext(HEADINGS[key][0]) for key in columns(appointments)]
    table = rows(base, columns(appointments))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{kind}"
        path.write_bytes(
            to_csv([heads, *table], ";")
            if kind == ".csv"
            else to_xlsx([Page("A", [Column(h) for h in heads], table)], "t", "L")
        )
        done = Import(base, read(path), {})
    assert done.changes == []
    assert done.text(text) == text
    assert not done.told


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["", "", "tamat", "neuf"]),
                          st.one_of(NAME, st.sampled_from(["Tamat", "Union A", "Union B", "Union-B", "Union A (UA)"])),
                          st.sampled_from(["OSC", "ONG nationale", "437", ""]), st.sampled_from(["Gao", "Mopti, Gao", "Kidal", "Bandjagara", ""]),
                          st.sampled_from(["eau", "", "zzz"]), st.sampled_from(["", "ATA", "UA"]),
                          st.sampled_from(["", "planifié", "Gao : refusé"]), st.one_of(NAME, st.just(""))), max_size=5))  # fmt: skip
def test_the_same_file_twice_changes_nothing(table: list) -> None:
    """Whatever stands in it: rows that name one actor twice with other words, by id, name or acronym."""
    use("en")
    head = ["Id", *HEAD, "Sigle", "Statut", "Commentaires"]
    first = imported(head, *table)
    text = first.text(BASE)
    new = mapping(text)
    assert all(same(values_of(actor), first.final[id_]) for id_, actor in new.actor_by_id.items())
    assert imported(head, *table, text=text).changes == []


def test_two_rows_that_name_one_new_actor_are_one() -> None:
    done = imported(
        [*HEAD, "Commentaires"], ["Union (UP)", "OSC", "Gao", "", "un"], ["union", "", "Mopti", "", "deux"]
    )
    assert done.final["up"] == {"id": "up", "name": "Union", "acronym": "UP", "type": "osc",
                                "regions": ("gao", "mopti"), "comment": "un", "review": "new"}  # fmt: skip
    assert [(told.place, told.error) for told in done.told] == [("L!E3", False)]
