"""REFI-QDA: valid, deterministic, offsets true in code points, and nothing in it that consent keeps in."""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path

import pytest
from campaigns import A, Campaign, N
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from consultkit.cli import main
from consultkit.disclose import INTERNAL, SHARED, Disclosure
from consultkit.exchange.qdpx import to_qdpx
from consultkit.exchange.records import Records, clean
from consultkit.i18n import _, speaking
from consultkit.load import load
from consultkit.parse.inline import spans

ROOT = Path(__file__).parents[2]
XSD = Path(os.environ.get("REFI_QDA_XSD") or ROOT.parent / "shared/data/REFI-QDA-Project.xsd")
NS = {"q": "urn:QDA-XML:project:1.0"}
THREE = [A("sigi"), A("tamat"), A("wuro")]
MANY = (
    "[Kɔrɔ ɛ ɲ ŋ]{.formation} puis [سلام عليكم]{.acces .ecoute} et [𞤀𞤣𞤤𞤢𞤥 😀]{.formation}, [é́ fin]{.acces}."
)


@pytest.fixture(autouse=True)
def french():
    with speaking("fr"):
        yield


def made(project, edition=SHARED) -> bytes:
    return to_qdpx(Records(project, edition), draft=False)


def opened(data: bytes):
    """The project's tree, and its texts by the identifier of their source."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    tree = etree.fromstring(files.pop("project.qde"))
    return tree, {name[len("sources/") : -len(".txt")]: data.decode("utf-8") for name, data in files.items()}


def codings(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    """Every coded passage as a program reads it: the words between its offsets, the names of its codes."""
    tree, texts = opened(data)
    names = {code.get("guid"): code.get("name") for code in tree.iterfind(".//q:Code", NS)}
    found = []
    for source in tree.iterfind(".//q:TextSource", NS):
        assert source.get("plainTextPath") == f"internal://{source.get('guid')}.txt"
        text = texts[source.get("guid")]
        for selection in source.iterfind("q:PlainTextSelection", NS):
            words = text[int(selection.get("startPosition")) : int(selection.get("endPosition"))]
            codes = [names[ref.get("targetGUID")] for ref in selection.iterfind("q:Coding/q:CodeRef", NS)]
            found.append((words, tuple(codes)))
    return found


def valid(data: bytes) -> None:
    if not XSD.is_file():
        pytest.skip("the schema REFI-QDA-Project.xsd is not at hand (REFI_QDA_XSD)")
    etree.XMLSchema(etree.parse(str(XSD))).assertValid(opened(data)[0])


@pytest.mark.parametrize("edition", [SHARED, INTERNAL])
def test_it_is_valid(tmp_path, edition):
    notes = [N(f"G-{i}", ("tamat",), share=i != 2, answer=MANY, attribution=a) for i, a in enumerate(["type", "region", "role"])]  # fmt: skip
    valid(made(Campaign(notes, THREE).load(tmp_path), edition))


def test_the_repositorys_campaign_is_valid_and_every_shown_passage_is_there():
    project = load(ROOT)
    data = made(project, INTERNAL)
    valid(data)
    disclosure = Disclosure(project, INTERNAL)
    shown = [disclosure.note(note) for note in project.notes]
    expected = sum(
        "theme" in span.classes
        for note in shown
        if note
        for part in note.parts
        for span in spans(part.markdown)[0]
    )
    assert len(codings(data)) == expected > 300


@pytest.mark.parametrize("edition", [SHARED, INTERNAL])
def test_with_nothing_to_tell_it_is_valid_still(tmp_path, edition):
    data = made(Campaign([], THREE, {"guides/themes.yaml": "themes: []\n"}).load(tmp_path), edition)
    valid(data)
    assert opened(data)[1] == {}


def test_offsets_are_true_for_every_script_and_lines_end_in_one_sign(tmp_path):
    answer = MANY + "\r\nencore une ligne\r\n\r\n- une [liste]{.acces}\r\n- deux\r\n"
    data = made(Campaign([N("G-1", ("tamat",), share=True, answer=answer)], THREE).load(tmp_path))
    assert codings(data)[:5] == [
        ("Kɔrɔ ɛ ɲ ŋ", ("Formation",)),
        ("سلام عليكم", ("Accès", "Écoute")),
        ("𞤀𞤣𞤤𞤢𞤥 😀", ("Formation",)),
        ("é́ fin", ("Accès",)),
        ("liste", ("Accès",)),
    ]
    (text,) = opened(data)[1].values()
    assert "\r" not in text and "\ufeff" not in text
    assert ", é́ fin. encore une ligne\n" in text


def test_passages_in_quotes_within_passages_and_in_emphasis_keep_their_place(tmp_path):
    need = "> **On [a [tout]{.acces} dit]{.formation}** et\n> *[rien]{.ecoute}* [n’est]{.mark} fait.\n\n[a\\*b &amp; c]{.acces}"
    data = made(Campaign([N("G-1", ("tamat",), share=True, need=need)], THREE).load(tmp_path))
    assert codings(data) == [
        ("a tout dit", ("Formation",)),
        ("tout", ("Accès",)),
        ("rien", ("Écoute",)),
        ("a*b & c", ("Accès",)),
    ]
    (text,) = opened(data)[1].values()
    assert "«\u00a0On a tout dit et rien n’est fait.\u00a0»" in text


@given(st.lists(st.text(st.characters(exclude_characters="[]{}\\`*_~<>&#!|\"'", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20), min_size=1, max_size=5))  # fmt: skip
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_words_the_offsets_give_them_back(tmp_path_factory, words):
    words = [" ".join(f"a{word}b".split()) for word in words]
    answer = "Voici " + ", ".join(f"[{word}]{{.formation}}" for word in words) + "."
    project = Campaign([N("G-1", ("tamat",), share=True, answer=answer, need="Rien.")], THREE).load(tmp_path_factory.mktemp("c"))  # fmt: skip
    found = [words for words, _codes in codings(made(project))]
    blocks = [block.text for block in project.notes[0].body.blocks()]
    written = [text[span.inner_start : span.inner_end] for text in blocks for span in spans(text)[0]]
    assert found == [clean(words) for words in written]
    assert len(found) == len(words)


def test_the_same_campaign_gives_the_same_bytes_and_cases_have_their_variables(tmp_path):
    notes = [N("G-1", ("tamat",), share=True), N("G-2", ("sigi",), share=True, attribution="region")]
    project = Campaign(notes, THREE).load(tmp_path)
    data = made(project)
    assert data == made(load(project.root))
    tree, _texts = opened(data)
    names = {v.get("guid"): v.get("name") for v in tree.iterfind(".//q:Variable", NS)}
    cases = [
        {names[v[0].get("targetGUID")]: v[1].text for v in case.iterfind("q:VariableValue", NS)}
        for case in tree.iterfind(".//q:Case", NS)
    ]
    common = {_("Region"): "Gao", _("Mode"): "in-person", _("Month"): "2023-06"}
    assert sorted(cases, key=len) == [common, common | {_("Actor type"): "Organisation de la société civile"}]
    groups = {g.get("name"): [c.get("name") for c in g.iterfind("q:Code", NS)] for g in tree.iterfind(".//q:Codes/q:Code", NS)}  # fmt: skip
    assert groups == {"Besoins": ["Formation"], "Défis": ["Accès"], "Bonnes pratiques": ["Écoute"]}


def everything(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(name + archive.read(name).decode("utf-8") for name in archive.namelist())


def test_the_shared_edition_tells_no_code_and_nothing_made_of_one(tmp_path):
    notes = [N(f"GAO-{i}", ("tamat",), share=True, answer=f"Réponse {i}.") for i in range(1, 6)]
    project = Campaign(notes, THREE).load(tmp_path)
    shared, internal = opened(made(project)), opened(made(project, INTERNAL))
    for word in ("GAO-", "2023-06-20", "tamat", "AM\n"):
        assert word not in everything(made(project))
    assert not set(shared[1]) & set(internal[1])
    assert [c.get("name") for c in shared[0].iterfind(".//q:Case", NS)] == [
        f"Consultation {i:02}" for i in range(1, 6)
    ]
    answers = [re.search(r"Réponse (\d)", text)[1] for text in shared[1].values()]
    assert answers != sorted(answers)  # the order is that of a hash, not of the codes


KEPT_IN = ("Un secret", "éleveurs", "Wuruntaki")


@pytest.mark.parametrize("edition", [SHARED, INTERNAL])
def test_what_is_kept_off_identifies_or_names_reaches_neither_edition(tmp_path, edition):
    answer = "Chez Wuruntaki [Un secret]{.off} on [répare]{.formation}."
    actors = [A("tamat", name="Association Wuruntaki"), A("sigi"), A("wuro")]
    data = made(Campaign([N("G-1", ("tamat",), share=True, answer=answer)], actors).load(tmp_path), edition)
    assert not [word for word in KEPT_IN if word in everything(data)]
    assert ("répare", ("Formation",)) in codings(data)
    assert "Réponse non montrée" in everything(data)


@pytest.mark.parametrize("edition", [SHARED, INTERNAL])
@pytest.mark.parametrize("change", [{"status": "draft"}, {"given": False}, {"withdrawn": "2023-07-01"}, {"attribution": "none"}])  # fmt: skip
def test_a_note_that_may_not_be_used_is_not_there(tmp_path, edition, change):
    data = made(Campaign([N("G-1", ("tamat",), share=True, **change)], THREE).load(tmp_path), edition)
    assert opened(data)[1] == {} and "<Case " not in everything(data)


def test_a_confidential_note_is_a_case_without_text_in_the_team_and_nothing_outside(tmp_path):
    project = Campaign([N("G-1", ("tamat",), share=True, sensitivity="confidential")], THREE).load(tmp_path)
    assert opened(made(project))[1] == opened(made(project, INTERNAL))[1] == {}
    assert "<Case " not in everything(made(project)) and "<Case " in everything(made(project, INTERNAL))


def test_a_name_that_swallowed_markup_costs_the_coding_and_not_the_words(tmp_path):
    actors = [A("tamat", name="Association Wuruntaki Fondo"), A("sigi"), A("wuro")]
    note = N("G-1", ("tamat",), share=True, answer="Avec [Wuruntaki]{.formation} Fondo, on creuse.")
    data = made(Campaign([note], actors).load(tmp_path))
    assert "on creuse" in everything(data) and "Wuruntaki" not in everything(data)


# The command


@pytest.fixture
def campaign(tmp_path, monkeypatch):
    project = Campaign([N("GAO-1", ("tamat",), share=True)], THREE).load(tmp_path)
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    return project.root


def test_a_known_identity_refuses_it_and_nothing_is_written(campaign, capsys):
    (campaign / "private").mkdir()
    identities = campaign / "private/identities.yaml"
    identities.write_text("identities:\n  - note: GAO-1\n    name: Zantigui Fictivard\n", "utf-8")
    note = campaign / "notes/gao/GAO-1.md"
    assert main(["export", "a.qdpx"]) == 0
    before = (campaign / "a.qdpx").read_bytes()
    note.write_text(note.read_text("utf-8").replace("On répare", "FICTIVARD répare"), "utf-8")
    for name in ("a.qdpx", "a.xlsx", "a.csv", "a.jsonl", "b.qdpx"):
        assert main(["export", name, "--force"]) == 1
    assert main(["export", "c.xlsx", "--grid", "--force"]) == 1
    said = capsys.readouterr()
    assert "fictiv" not in (said.out.split("P001")[0] + said.err).lower()
    assert (campaign / "a.qdpx").read_bytes() == before
    assert {path.name for path in campaign.iterdir() if path.is_file()} == {"mapping.yaml", "a.qdpx"}


def test_errors_in_what_is_read_refuse_it_and_force_marks_a_draft(campaign):
    note = campaign / "notes/gao/GAO-1.md"
    note.write_text(note.read_text("utf-8").replace("mode: in-person", "mode: pigeon"), "utf-8")
    assert main(["export", "a.qdpx"]) == 1 and not (campaign / "a.qdpx").exists()
    assert main(["export", "a.qdpx", "--force"]) == 0
    assert "Brouillon" in everything((campaign / "a.qdpx").read_bytes())


def test_coverage_and_syntheses_do_not_refuse_it(campaign):
    mapping = campaign / "mapping.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("minimum: 1", "minimum: 9"), "utf-8")
    (campaign / "notes/gao/synthese.md").write_text(
        "---\nkind: synthesis\nregion: gao\n---\n\n[@GAO-77]\n", "utf-8"
    )
    assert main(["check"]) == 1
    assert main(["export", "a.qdpx"]) == 0


def test_wrong_wishes_are_usage_errors(campaign, capsys):
    for words in (["a.docx"], ["a.csv", "--grid"], ["a.qdpx", "--table", "codings"], ["a.csv", "--table", "coding"], ["a.qdpx", "--region", "goa"]):  # fmt: skip
        assert main(["export", *words, "--lang", "en"]) == 2
    assert "Did you mean “codings”?" in capsys.readouterr().err


def test_names_unchecked_are_said_in_the_file(campaign):
    assert main(["export", "a.qdpx"]) == 0
    assert "noms non contrôlés" in everything((campaign / "a.qdpx").read_bytes())
