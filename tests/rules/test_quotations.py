"""Quotations: what the comparison sets aside passes; any other change of a word is named."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seeded import campaign, write

from consultkit.evidence import Quotation, ledger
from consultkit.load import load
from consultkit.quotation import fragments, holds, normalise
from consultkit.rules import run

ROOT = Path(__file__).parents[2]
SPOKEN = (
    "> On dit : « l'accès, c'est fini »… Alors, l’eau *manque* à [tous les jeunes]{.formation}, dit-elle."
)
PLAIN = "On dit : « l’accès, c’est fini »… Alors, l’eau manque à tous les jeunes, dit-elle"
SYNTH = "notes/gao/synthese.md"

BENIGN = {
    "as written": PLAIN,
    "final full stop": PLAIN + ".",
    "final ellipsis": PLAIN + "…",
    "first letter's case": "o" + PLAIN[1:],
    "straight apostrophes": PLAIN.replace("’", "'"),
    "modifier apostrophes": PLAIN.replace("’", "ʼ"),
    "English quotation marks": PLAIN.replace("« ", "“").replace(" »", "”"),
    "straight quotation marks": PLAIN.replace("« ", '"').replace(" »", '"'),
    "no-break spaces": PLAIN.replace(" :", "\u00a0:").replace("« ", "«\u00a0").replace(" »", "\u202f»"),
    "no spaces": PLAIN.replace(" :", ":").replace("« ", "«").replace(" »", "»"),
    "a line end": PLAIN.replace("Alors, ", "Alors,\n"),
    "two spaces": PLAIN.replace("Alors, ", "Alors,  "),
    "dots for an ellipsis": PLAIN.replace("…", "..."),
    "emphasis": PLAIN.replace("fini", "**fini**").replace("eau", "_eau_"),
    "theme spans": PLAIN.replace("manque", "[manque]{.acces}"),
    "two themes": PLAIN.replace("manque", "[manque]{.acces .formation}"),
    "a comment": PLAIN.replace("manque", "manque<!-- relu -->"),
    "decomposed accents": unicodedata.normalize("NFD", PLAIN),
    "a cut": PLAIN.replace("c’est fini »… Alors, ", "[…] "),
    "a cut in dots": PLAIN.replace("c’est fini »… Alors, ", "[...] "),
    "two cuts": "On dit […] l’eau manque […] jeunes",
    "a cut at the start": "[…] l’eau manque à tous",
    "a cut at the end": "Alors, l’eau manque […]",
    "added words": PLAIN.replace("l’eau", "l’eau [du puits]"),
    "words added at the start": "[Depuis un an], " + PLAIN,
    "part of it": "l’eau manque à tous les jeunes",
}  # fmt: skip
CHANGED = {
    "another word": PLAIN.replace("manque", "suffit"),
    "a word left out": PLAIN.replace("tous ", ""),
    "a word more": PLAIN.replace("manque", "ne manque"),
    "another order": "l’eau manque […] on dit",
    "half a word": "eau manque à tous les jeune",
    "an accent": PLAIN.replace("accès", "acces"),
    "a capital inside": PLAIN.replace("fini", "Fini"),
    "a comma": PLAIN.replace("Alors,", "Alors"),
    "a question mark inside": PLAIN.replace("fini", "fini ?"),
    "a number": PLAIN.replace("tous les jeunes", "tous les 3 jeunes"),
}


def found(tmp_path: Path, passage: str) -> list[str]:
    files = campaign()
    note = "notes/gao/GAO-01.md"
    spoken = next(line for line in files[note].split("\n") if line.startswith("> Ici"))
    files[note] = files[note].replace(spoken, SPOKEN)
    quoted = re.search(r"« Ici.*? »", files[SYNTH])[0]
    files[SYNTH] = files[SYNTH].replace(quoted, passage)
    write(tmp_path, files)
    return [d.code for d in run(load(tmp_path, date(2023, 7, 20)))]


@pytest.mark.parametrize("name", BENIGN)
def test_benign_variants_pass(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, f"« {BENIGN[name]} »") == []


@pytest.mark.parametrize(
    "marks", ["« {} »", "«\u00a0{}\u00a0»", "«{}»", "“{}”", "„{}“", "„{}”", "‹ {} ›", "&laquo; {} &raquo;"]
)
@pytest.mark.parametrize("between", [" ", "", "\u00a0", ". ", ", ", " ! ", "\n"])
def test_marks_and_what_stands_before_the_citation(marks: str, between: str, tmp_path: Path) -> None:
    passage = marks.format("l’eau manque à tous les jeunes")
    files = campaign()
    note = "notes/gao/GAO-01.md"
    spoken = next(line for line in files[note].split("\n") if line.startswith("> Ici"))
    files[note] = files[note].replace(spoken, SPOKEN)
    quoted = re.search(r"« Ici.*? » ", files[SYNTH])[0]
    files[SYNTH] = files[SYNTH].replace(quoted, passage + between)
    write(tmp_path, files)
    assert [d.code for d in run(load(tmp_path, date(2023, 7, 20)))] == []


@pytest.mark.parametrize("name", CHANGED)
def test_changed_words_are_named(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, f"« {CHANGED[name]} »") == ["F011"]


def test_a_straight_quotation(tmp_path: Path) -> None:
    assert found(tmp_path, '"l’eau manque à tous les jeunes"') == []


def test_words_quoted_in_a_paragraph_count_as_spoken(tmp_path: Path) -> None:
    files = campaign()
    note = "notes/gao/GAO-01.md"
    files[note] = files[note].replace("Les chefs.", "Il ajoute : « le puits est à celui qui creuse ».")
    files[SYNTH] = files[SYNTH].replace(
        "D’autres s’accordent [@GAO-07; @GAO-08].",
        "D’autres s’accordent : « Le puits est à celui qui creuse » [@GAO-07; @GAO-08; @GAO-01].",
    )
    write(tmp_path, files)
    assert run(load(tmp_path, date(2023, 7, 20))) == []


def quotations() -> list[Quotation]:
    book = ledger(load(ROOT))
    return [q for _document, found in book.statements for statement in found for q in statement.quotations]


def test_the_repository_has_quotations_and_all_hold() -> None:
    book = ledger(load(ROOT))
    proofs = [book.prove(quotation) for quotation in quotations()]
    assert len(proofs) > 20
    assert [proof.quotation.place for proof in proofs if not proof.holds] == []


def test_any_word_altered_in_any_quotation_is_named() -> None:
    """Each word in turn is misspelt, left out, and put in capitals: no such quotation holds."""
    book = ledger(load(ROOT))
    passed = []
    for quotation in quotations():
        notes = [book.project.note_by_id[id_] for id_ in quotation.ids]
        passages = [passage.words for note in notes for passage in book.passages(note)]
        for word in re.finditer(r"[^\W_]+(?![^\[]*\])(?![^{]*\})", quotation.text):
            before, after = quotation.text[: word.start()], quotation.text[word.end() :]
            for changed in (word[0] + "q", "zw" + word[0][1:], ""):
                if not changed and (not before.strip(" «»“”\"'’") or not after.strip(" .!?…«»“”\"'’")):
                    continue  # a word less at an edge is a shorter quotation
                if not changed and re.search(
                    r"\[(…|\.\.\.)\]\s*$|^\s*\[(…|\.\.\.)\]", before[-6:] + "\n" + after[:6], re.M
                ):
                    continue  # and beside a cut, a longer cut
                pieces = fragments(before + changed + after)
                if any(holds(passage, pieces) for passage in passages):
                    passed.append((str(quotation.place), word[0], changed))
    assert passed == []


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_a_passage_holds_itself_and_normalising_twice_changes_nothing(text: str) -> None:
    words = normalise(text)
    pieces = fragments(text)
    assert holds(words, pieces) or not pieces or "\0" in words
    assert "  " not in words
