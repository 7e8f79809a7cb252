"""A first look never says other than the whole reading: headers entry by entry, headings and passages in bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultkit.files import Source
from consultkit.load import load
from consultkit.model import Guide, Note
from consultkit.parse import note as notes
from consultkit.parse.familiar import familiar
from consultkit.parse.inline import spans
from consultkit.parse.markdown import scan
from consultkit.rules import glance
from consultkit.rules.answers import answered, is_empty
from consultkit.schema.types import Data, Released

ROOT = Path(__file__).parents[2]
ENTRIES = ["id: GAO-01", "actor: tamat", "actor: [tamat, alkafo]", "region: gao", "status: done", "status: draft",
           "status:", "date: 2023-06-20", "date:", "place: Gao", 'place: "Gao', "place: Gao # là", "mode: phone",
           "mode: pigeon", "# une note", "", "  suite", "- role: x", "participants:\n  - role: A\n    count: 2\n  -",
           "participants:\n- {role: B}", "consent:\n  given: true\n  quote: false", "consent: {given: oui}", "---x",
           "minutes: 75", "minutes: beaucoup", "place: |\n  Gao\n\n", "%YAML 1.1", "lieu: Gao", "readback: &a 2023-06-20",
           "attribution: none", "place: a: b", "\tplace: x"]  # fmt: skip
LINES = ["# A", "## Un titre {#un}", "### Deux ? {#deux .required}", " ## Trois {#trois}", "#quatre", "### cinq {six}",
         "===", "---", " --", "```", "~~~", "> dit", ">", "> « Oui »", ">> x", "- une", "* deux", "1. trois", "",
         "Les gens ont peur mais ils continuent d’aller au marché chaque jour.", "à compléter", "[un]{.acces} et",
         "[un\ndeux]{.acces .off}", "[un\n> deux]{.acces}", "[un]{.autre}", "{.perdu}", "[ouvert", "`[x]{.y}`", "\\[a]{.b}",
         "<!-- # caché\n### plus -->", "<!-- a", "-->===", "…… …… …… …… …… …… …… …… ……", "× × × × × × × × × ×",
         "| a [b]{.acces} |", "\t# tab", "   ### sept {#sept}", "_ _ _ _ _ _ _ _ _ _"]  # fmt: skip


KEYS = ("id", "actor", "date", "role", "given", "quote", "participants", "consent", "status", "minutes")


def facts(data: Data | Released) -> object:
    """A record's values and places, those below it included."""
    values = {key: data.get(key) for key in KEYS}
    inside = {
        key: [facts(item) for item in value] if isinstance(value, tuple) and value and isinstance(value[0], Data)
        else facts(value) if isinstance(value, Data) else value
        for key, value in values.items()
    }  # fmt: skip
    return inside, {key: (data.has(key), data.place(key)) for key in KEYS}


@given(st.lists(st.sampled_from(ENTRIES), max_size=9))
def test_a_familiar_header_reads_as_the_whole(entries: list[str]) -> None:
    text = "---\n" + "".join(f"{entry}\n" for entry in ["id: A", "region: gao", *entries]) + "---\n\nTexte.\n"
    source = Source("notes/gao/A.md", text)
    quick = notes._familiar(source, [])
    if quick is None:
        return
    faults: list[object] = []
    whole = notes._note(source, notes.split(source, "note", faults), faults, faults)  # type: ignore[arg-type]
    assert faults == []
    for name in ("id", "actors", "date", "place_name", "participants", "consent", "status", "minutes"):
        assert getattr(quick, name) == getattr(whole, name)
    assert facts(quick.data) == facts(whole.data)


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_what_is_seen_at_once_is_so(lines: list[str]) -> None:
    text = "\n".join(lines)
    body = scan(text, "f", 1, [])
    if body.outline is None:
        return
    assert body.outline.headings == tuple((part.heading.id, part.heading.text) for part in body.parts)
    for index, part in enumerate(body.parts):
        assert index in body.unseen or answered(part, QUESTION)
    if glance.words_in_quotes(body):
        assert not any(block.kind == "quote" and is_empty(block) for block in body.blocks())
    if glance.plainly_coded(body, frozenset({b"acces", b"off"})):
        read = [spans(block.text) for block in body.blocks() if block.kind != "code"]
        assert not any(stray for _found, stray in read)
        coded = [span for found, _stray in read for span in found]
        assert all({*span.classes} <= {"acces", "off"} and not span.id for span in coded)


GUIDE = load(ROOT).guide
assert isinstance(GUIDE, Guide)
QUESTION = next(iter(GUIDE.questions.values()))


@pytest.mark.parametrize("note", load(ROOT).notes, ids=lambda note: note.id)
def test_notes_of_the_repository_are_familiar(note: Note) -> None:
    source = (ROOT / note.file).read_text("utf-8")
    assert familiar(source.split("---\n")[1]) is not None
    assert note.body.outline is not None
    assert glance.like_guide(note, GUIDE)
