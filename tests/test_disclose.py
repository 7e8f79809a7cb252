"""What may be said of whom, edition by edition."""

from __future__ import annotations

from pathlib import Path

import pytest
from campaigns import A, Campaign, N
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultkit import i18n
from consultkit.disclose import INTERNAL, SHARED, Disclosure
from consultkit.evidence import ledger, statements
from consultkit.i18n import speaking
from consultkit.quotation import ID  # noqa: F401 (the ids below follow it)
from consultkit.report.build import build_report

THREE = [A("sigi"), A("tamat"), A("wuro")]


@pytest.fixture(autouse=True)
def french():
    with speaking("fr"):
        yield
    assert i18n.language() != "xx"


def one(tmp_path: Path, note: N, actors: list[A] | None = None, edition: str = SHARED):
    project = Campaign([note], actors or THREE).load(tmp_path)
    return project, Disclosure(project, edition), project.note_by_id[note.id]


@pytest.mark.parametrize(
    ("attribution", "said"),
    [
        ("role", "coordinatrice, Organisation tamat, région de Gao, juin 2023"),
        ("organisation", "Organisation tamat, région de Gao, juin 2023"),
        ("type", "une organisation de la société civile, région de Gao, juin 2023"),
        ("region", "une personne consultée, région de Gao, juin 2023"),
        ("none", ""),
    ],
)
def test_the_attribution_follows_the_cap(tmp_path, attribution, said):
    _project, disclosure, note = one(tmp_path, N("G-1", ("tamat",), attribution=attribution))
    assert disclosure.attribution(note) == said


def test_a_type_shared_by_fewer_than_three_falls_to_the_region(tmp_path):
    actors = [A("tamat"), A("sigi"), A("ailleurs", regions=("mopti",))]
    _project, disclosure, note = one(tmp_path, N("G-1", ("tamat",)), actors)
    assert disclosure.level(note) == "region"
    assert disclosure.attribution(note) == "une personne consultée, région de Gao, juin 2023"


def test_actors_of_several_types_heard_together_fall_to_the_region(tmp_path):
    actors = [*THREE, A("ong1", "ong"), A("ong2", "ong"), A("ong3", "ong")]
    _project, disclosure, note = one(tmp_path, N("G-1", ("tamat", "ong1")), actors)
    assert disclosure.level(note) == "region"


def test_several_roles_are_not_told_since_nobody_knows_who_spoke(tmp_path):
    note = N("G-1", ("tamat",), attribution="role")
    text = note.text().replace(
        "count: 1}\n", 'count: 1}\n  - {role: "Trésorier", gender: m, age: adult, count: 1}\n'
    )
    project = Campaign([], THREE, {"notes/gao/G-1.md": text}).load(tmp_path)
    assert Disclosure(project).attribution(project.notes[0]) == "Organisation tamat, région de Gao, juin 2023"


@pytest.mark.parametrize(
    "change",
    [{"status": "draft"}, {"given": False}, {"withdrawn": "2023-07-01"}, {"attribution": "none"}],
)
def test_a_note_that_may_not_be_used_says_nothing(tmp_path, change):
    _project, disclosure, note = one(tmp_path, N("G-1", ("tamat",), **change), edition=INTERNAL)
    assert disclosure.level(note) == "none"
    assert disclosure.attribution(note) == ""
    assert disclosure.note(note) is None
    assert not disclosure.quotable(note)


def shown(disclosure, note) -> str:
    found = disclosure.note(note)
    assert found is not None
    pieces = [found.attribution, *(v for _l, v in found.facts), *(p.title + p.markdown for p in found.parts)]
    return "\n".join(pieces)


def test_below_the_organisation_the_note_hides_who_speaks(tmp_path):
    actors = [A("tamat", name="Association Wuruntaki", acronym="AWRT"), A("sigi"), A("wuro")]
    answer = "Chez Wuruntaki, l’AWRT dit : [assez]{.off} on répare. <!-- secret -->"
    note = N("G-1", ("tamat",), answer=answer, place="Fafa", role="Trésorière")
    _project, disclosure, read = one(tmp_path, note, actors, INTERNAL)
    text = shown(disclosure, read)
    for hidden in (
        "Wuruntaki",
        "AWRT",
        "Fafa",
        "Trésorière",
        "assez",
        "secret",
        "éleveurs",
        "20 juin",
        "Femmes",
    ):
        assert hidden not in text
    assert "[l’organisation]" in text
    assert "on répare" in text
    assert [part.id for part in disclosure.note(read).parts if part.held_back] == ["mandat"]


def test_from_the_organisation_on_place_date_and_answers_are_shown(tmp_path):
    actors = [A("tamat", name="Association Wuruntaki"), A("sigi"), A("wuro")]
    note = N(
        "G-1",
        ("tamat",),
        attribution="organisation",
        place="Fafa",
        answer="Wuruntaki répare.",
        role="Trésorière",
    )
    _project, disclosure, read = one(tmp_path, note, actors, INTERNAL)
    text = shown(disclosure, read)
    for told in ("Wuruntaki répare", "Fafa", "20 juin 2023", "éleveurs"):
        assert told in text
    assert "Trésorière" not in text


def test_a_heading_below_an_identifying_question_is_hidden_with_it(tmp_path):
    note = N("G-1", ("tamat",), identifying="Oui.\n\n#### Détail\n\nNous sommes trois à Bourem.")
    _project, disclosure, read = one(tmp_path, note, edition=INTERNAL)
    text = shown(disclosure, read)
    assert "Bourem" not in text
    assert "On répare des puits" in text


def test_an_open_passage_kept_off_takes_its_answer_with_it(tmp_path):
    note = N("G-1", ("tamat",), answer="Voici. [Un secret\n\nqui court]{.off} encore.")
    _project, disclosure, read = one(tmp_path, note, edition=INTERNAL)
    assert "court" not in shown(disclosure, read)
    assert "Un secret" not in shown(disclosure, read)


def test_confidential_notes_are_annexed_nowhere_and_still_attributed(tmp_path):
    _project, disclosure, note = one(
        tmp_path, N("G-1", ("tamat",), sensitivity="confidential"), edition=INTERNAL
    )
    assert disclosure.note(note) is None
    assert disclosure.attribution(note) == "une organisation de la société civile, région de Gao, juin 2023"


def test_the_shared_edition_shows_a_note_only_where_that_was_agreed(tmp_path):
    _project, disclosure, note = one(tmp_path / "a", N("G-1", ("tamat",)))
    assert disclosure.note(note) is None
    _project, disclosure, note = one(tmp_path / "b", N("G-1", ("tamat",), share=True))
    found = disclosure.note(note)
    assert found is not None
    assert found.id == ""
    assert "AM" not in [value for _label, value in found.facts]


def quoted(project, disclosure, text: str) -> str:
    proof = next(
        ledger(project).prove(q) for s in project.syntheses for item in statements(s) for q in item.quotations
    )
    note = project.note_by_id[proof.passage.note]
    assert proof.holds, text
    return disclosure.attribution(note, proof)


TRANSLATED = "Boro kulu ga koy\n\n> [Tout le monde est parti]{.translation}"


def test_translated_words_say_so_and_name_a_language_many_spoke(tmp_path):
    notes = [N(f"G-{i}", ("tamat",), language="ses", quoted=TRANSLATED) for i in (1, 2, 3)]
    files = {
        "notes/gao/synthese.md": "---\nkind: synthesis\nregion: gao\n---\n\n## O {#organisation}\n\n« Tout le monde est parti » [@G-1].\n"
    }
    project = Campaign(notes, THREE, files).load(tmp_path)
    assert quoted(project, Disclosure(project), "").endswith(", juin 2023, propos traduits du songhay")


def test_a_language_that_would_single_a_talk_out_is_not_named_in_the_shared_edition(tmp_path):
    files = {
        "notes/gao/synthese.md": "---\nkind: synthesis\nregion: gao\n---\n\n## O {#organisation}\n\n« Tout le monde est parti » [@G-1].\n"
    }
    project = Campaign([N("G-1", ("tamat",), language="ar", quoted=TRANSLATED)], THREE, files).load(tmp_path)
    assert quoted(project, Disclosure(project), "").endswith(", propos traduits")
    assert quoted(project, Disclosure(project, INTERNAL), "").endswith(", propos traduits de l’arabe")


def test_the_words_spoken_are_not_passed_off_as_their_translation(tmp_path):
    files = {
        "notes/gao/synthese.md": "---\nkind: synthesis\nregion: gao\n---\n\n## O {#organisation}\n\n« Boro kulu ga koy » [@G-1].\n"
    }
    note = N("G-1", ("tamat",), language="ses", verbatim="translated", quoted=TRANSLATED)
    project = Campaign([note], THREE, files).load(tmp_path)
    assert quoted(project, Disclosure(project), "").endswith("juin 2023")


def test_notes_taken_by_hand_are_not_passed_off_as_recordings_in_the_team(tmp_path):
    files = {
        "notes/gao/synthese.md": "---\nkind: synthesis\nregion: gao\n---\n\n## O {#organisation}\n\n« On ne passe plus après seize heures » [@G-1].\n"
    }
    project = Campaign([N("G-1", ("tamat",))], THREE, files).load(tmp_path)
    assert quoted(project, Disclosure(project, INTERNAL), "").endswith("propos notés à la main")


def test_english_attributions(tmp_path):
    project = Campaign([N("G-1", ("tamat",), attribution="region")], THREE, language="en").load(tmp_path)
    with speaking("en"):
        assert (
            Disclosure(project).attribution(project.notes[0]) == "a person consulted, Gao region, June 2023"
        )


# Nothing exceeds its attribution: random campaigns, marker words, both editions.

MARKS = [
    f"{a}{b}"
    for a in ("Zok", "Wur", "Fenk", "Mbil", "Dzug", "Kpat")
    for b in ("arabe", "untaki", "iroxo", "elompu")
]


@st.composite
def random_notes(draw):
    notes, actors = [], []
    for index in range(draw(st.integers(1, 5))):
        ids = [f"a{index}x{n}" for n in range(draw(st.integers(1, 2)))]
        for n, id_ in enumerate(ids):
            mark = MARKS[(index * 2 + n) % len(MARKS)]
            kind = draw(st.sampled_from(["osc", "osc", "osc", "ong"]))
            actors.append(A(id_, kind, name=f"Association {mark}", acronym=f"QX{index}{n}W", kind="group"))
        notes.append(
            N(
                f"NUM-{index}7", tuple(ids),
                attribution=draw(st.sampled_from(["role", "organisation", "type", "region", "none"])),
                status=draw(st.sampled_from(["done", "validated", "done", "draft"])),
                given=draw(st.sampled_from([True, True, True, False])), quote=draw(st.booleans()), share=draw(st.booleans()),
                withdrawn=draw(st.sampled_from(["", "", "", "2023-07-01"])),
                sensitivity=draw(st.sampled_from(["restricted", "confidential"])),
                date=f"2023-06-{13 + index}", place=f"Lieu{MARKS[-1 - index]}", role=f"Role{MARKS[-1 - index]}",
                identifying=f"Identifiant{index} parle.",
                answer=f"Resume{index} {actors[-1].name} et {actors[-1].acronym}. [Cache{index}]{{.off}} <!-- Comm{index} -->",
                quoted=f"Parole{index} de gens de {actors[-1].name.split()[1]}" if draw(st.booleans()) else f"Parole{index} dite ici",
            )
        )  # fmt: skip
    return notes, actors


def expected_level(note: N, actors: list[A]) -> str:
    if note.status == "draft" or not note.given or note.withdrawn:
        return "none"
    if note.attribution != "type":
        return note.attribution
    types = {actor.type for actor in actors if actor.id in note.actors}
    crowd = sum(actor.type in types for actor in actors)
    return "type" if len(types) == 1 and crowd >= 3 else "region"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random_notes())
def test_nothing_of_a_note_exceeds_its_attribution(tmp_path_factory, found):
    notes, actors = found
    body = "## O {#organisation}\n\n" + "\n\n".join(
        f"Constat{i} [@{note.id}]. « Parole{i} dite ici » [@{note.id}]. Voir {note.id}."
        for i, note in enumerate(notes)
    )
    files = {"notes/gao/synthese.md": f"---\nkind: synthesis\nregion: gao\nstatus: done\n---\n\n{body}\n"}
    project = Campaign(notes, actors, files).load(tmp_path_factory.mktemp("c"))
    for edition in (SHARED, INTERNAL):
        built = build_report(project, edition=edition, force=True)
        drawn = "".join(figure.svg + figure.alt for figure in built.document.figures.values())
        text = built.document.markdown + drawn + " ".join(built.document.cover)
        for index, note in enumerate(notes):
            check(text, edition, note, index, expected_level(note, actors), actors)


def check(text: str, edition: str, note: N, index: int, level: str, actors: list[A]) -> None:
    """No mark of a note stands where its level does not allow it; findings in the author's words all do."""
    internal, named = edition == INTERNAL, level in ("organisation", "role")
    annexed = internal and level != "none" and note.sensitivity != "confidential"
    mine = [actor for actor in actors if actor.id in note.actors]
    allowed = {
        f"Cache{index}": False,
        f"Comm{index}": False,
        f"Identifiant{index}": annexed and named,
        f"Resume{index}": annexed,
        note.place: annexed and named,
        note.role: level == "role",
        f"{int(note.date[-2:])}\u00a0juin 2023": annexed and named,
        f"{int(note.date[-2:])} juin 2023": annexed and named,
        note.id: internal
        and level != "none"
        or (internal and note.status == "draft" or f"Voir {note.id}" in text),
        f"Parole{index}": annexed
        or (level != "none" and note.quote)
        or f"Parole{index} de" not in note.quoted,
        **{actor.acronym: annexed and named for actor in mine},
        **{actor.name.split()[1]: named for actor in mine},
    }
    if not internal:
        allowed[note.id] = False
    if level == "none" or not (note.quote or annexed):
        allowed[f"Parole{index}"] = False
    for mark, may in allowed.items():
        assert may or mark not in text, (edition, level, mark)
    assert f"Constat{index}" in text
