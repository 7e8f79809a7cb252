"""guide diff and guide feedback: what changed, as one reads it; what the field says of the guide."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from campaigns import A, Campaign, N
from hypothesis import given, settings
from test_guide_upgrade import NEW, OLD, Q, campaign, guide, guide_text, guides

from consultkit.cli import main
from consultkit.guide.diff import Comparison, described, items, newest
from consultkit.i18n import use


def test_what_changed_as_one_reads_it() -> None:
    use("en")
    assert described(Comparison(guide(OLD, "1.0"), guide(NEW, "2.0"))) == [
        "Le contexte {#contexte}",
        "  ~ Le contexte {#contexte}",
        "      reworded; it was: Contexte",
        "  ~ Quels conflits ? {#conflits}",
        "      reworded; it was: Quelles tensions ?",
        "      id; it was: tensions",
        "      − relance Quelles tensions",
        "      − Advice: conseil Quelles tensions",
        "      + relance Quels conflits",
        "      + Advice: conseil Quels conflits",
        "  ~ Vos projets ? {#projets}",
        "      moved; it stood under “Organisation”",
        "Organisation {#orga}",
        "  ~ Organisation {#orga}",
        "      moved within the guide",
        "  ~ Quel est votre mandat ? {#mandat}",
        "      reworded; it was: Votre mandat ?",
        "      − relance Votre mandat",
        "      − Advice: conseil Votre mandat",
        "      + relance Quel est votre mandat",
        "      + Advice: conseil Quel est votre mandat",
        "  + Quel budget ? {#budget}",
        "      + relance Quel budget",
        "      + Advice: conseil Quel budget",
        "Removed",
        "  − Quel accès ? {#acces}",
        "  − Observations {#obs}",
        "  − Le climat ? {#climat}",
    ]


def test_marks_are_told() -> None:
    use("en")
    new = [
        OLD[0],
        ("contexte", "Contexte", False, [OLD[1][3][0], Q("acces", "Quel accès", True, "osc")]),
        OLD[2],
    ]
    told = described(Comparison(guide(OLD, "1.0"), guide(new, "1.1")))
    assert told[-2:] == ["      now: .required", '      now: types="osc"']


@settings(max_examples=100, deadline=None)
@given(guides())
def test_a_guide_is_the_same_as_itself_and_each_change_is_told(case: tuple) -> None:
    old, new, names = case
    same = Comparison(guide(old, "1"), guide(old, "1"))
    assert not described(same)
    comparison = Comparison(guide(old, "1"), guide(new, "2"))
    questions = {q.id for section in old for q in section[3]}
    assert {id_ for id_ in comparison.removed if id_ in questions} == questions - names.keys()
    after = {q.id for section in new for q in section[3]}
    assert {id_ for id_ in comparison.added if id_ in after} == after - set(names.values())
    assert not set(comparison.moved) & {*comparison.added, *comparison.removed}
    stayed = [id_ for id_ in items(guide(new, "2")) if id_ in comparison.olds and id_ not in comparison.moved]
    for section in new:
        inside = [id_ for id_ in stayed if id_ in {q.id for q in section[3]}]
        assert inside == [id_ for id_ in comparison.olds_in_order if id_ in inside]


def test_versions_are_ordered_as_people_count() -> None:
    assert newest(["1.9", "1.10", "1.2-b", "0.9"]) == "1.10"


def test_diff_takes_the_newest_archived_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    use("fr")
    middle = [dataclasses.replace(q, text=q.text + " donc") for q in OLD[0][3]]
    root = campaign(tmp_path, {
        "guides/guide.md": guide_text(OLD, "1.10"), "guides/archive/a.md": guide_text(NEW, "1.2"),
        "guides/archive/b.md": guide_text([("orga", "Organisation", False, middle), *OLD[1:]], "1.9"),
    })  # fmt: skip
    assert main(["guide", "diff", "--root", str(root), "--lang", "fr"]) == 0
    out = capsys.readouterr().out
    assert "1.9 → 1.10" in out and "reformulé" in out and "Votre mandat donc ?" in out
    assert main(["guide", "diff", "1.2", "--root", str(root), "--lang", "fr"]) == 0
    assert "1.2 → 1.10" in capsys.readouterr().out
    assert main(["guide", "diff", "--output=x", "--root", str(root)]) == 2
    assert main(["guide", "diff", "none", "--root", str(root), "--lang", "en"]) == 2


def test_feedback_by_question_and_often_unanswered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    remark = "[Question mal comprise, dit Aminata Fictive]{.guide-feedback}"
    notes = [
        N("GAO-01", ("a",), answer=f"Rien. {remark}", need="sans réponse"),
        N(
            "GAO-02",
            ("b",),
            answer="[Trop long]{.guide-feedback} [x [y]{.guide-feedback}]{.off}",
            need="refus",
        ),
        N("GAO-03", ("c",), withdrawn="2023-07-01", answer="[Retirée]{.guide-feedback}"),
        N("GAO-04", ("d",), status="draft", need="[Brouillon]{.guide-feedback}"),
        N("MOP-01", ("e",), region="mopti"),
    ]
    actors = [A(id_, regions=("gao", "mopti")) for id_ in "abcde"]
    files = {"private/identities.yaml": "identities:\n  - note: GAO-01\n    name: Aminata Fictive\n"}
    root = Campaign(notes, actors, files).load(tmp_path).root
    assert main(["guide", "feedback", "--root", str(root), "--lang", "en"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "Que faites-vous ? {#activites}", "GAO-01 : Question mal comprise, dit […]", "GAO-02 : Trop long",
        "De quoi avez-vous besoin ? {#besoins}", "GAO-04 : Brouillon", "",
        "Often without an answer (of the consultations that were to ask it):", "Question Gao Mopti",
        "#besoins De quoi avez-vous besoin ? 2/2 0/1",
    ]  # fmt: skip
