"""The composed report before pandoc: golden Markdown, banners, what is kept and what is left out."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from campaigns import A, Campaign, N, synthesis

from consultkit.disclose import INTERNAL, SHARED
from consultkit.parse.inline import plain
from consultkit.quotation import WORD, normalise
from consultkit.report.build import build_report, document_date
from consultkit.report.compose import TemplateFault
from consultkit.report.render import render

GOLDEN = Path(__file__).with_name("golden")

REGION = """## Organisation {#organisation}

On répare des puits [@G-1; @G-2]. L’une le dit : « On ne passe plus après seize heures » [@G-1]. D’autres passent.[^1]

[^1]: Par la piste du sud.

> Le puits est à tout le monde. [@G-2]

Ils sont {{ n(theme="formation", region="gao") }} à demander une formation, et {{ n(region="gao") }} en tout.

## Besoins {#besoins-prioritaires}

### Se former

Personne n’a été formé [@G-1].
"""
ACROSS = """## Résumé {#summary}

Les puits d’abord.

## Conclusion {#conclusion}

Il reste à *écouter*.

## Besoins {#besoins-prioritaires}

Partout on veut apprendre [@G-1; @G-2].
"""
LESSONS = """---
kind: lessons
status: done
---

## Partir tôt

On est arrivé tard [@G-1].
"""
ACTORS = [A("sigi", acronym="CSI"), A("tamat"), A("wuro")]


def sample(root: Path, language: str = "fr", **files: str):
    notes = [
        N("G-1", ("tamat",), quoted="[On ne passe plus après seize heures]{.acces}"),
        N("G-2", ("sigi",), attribution="organisation", quoted="Le puits est à tout le monde", share=True),
        N("G-3", ("wuro",), attribution="none", quoted="Rien de moi"),
        N("G-4", ("wuro",), status="draft"),
    ]
    laid = {
        "notes/gao/synthese.md": synthesis(REGION),
        "notes/synthese.md": synthesis(ACROSS, region=""),
        "notes/lecons.md": LESSONS,
    }
    return Campaign(notes, ACTORS, laid | files, language=language).load(root)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("edition", [SHARED, INTERNAL])
def test_golden(tmp_path, language, edition):
    """Rewritten by GOLDEN=write, then read before it is committed."""
    made = build_report(sample(tmp_path, language), edition=edition, names_checked=True).document.markdown
    path = GOLDEN / f"{edition}.{language}.md"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, "utf-8", newline="\n")
    assert made == path.read_text("utf-8")


def test_the_same_input_gives_the_same_document(tmp_path):
    project = sample(tmp_path)
    first, second = (build_report(project, edition=INTERNAL) for _ in range(2))
    assert first.document == second.document


def test_every_word_of_the_syntheses_is_in_the_report():
    """On the repository's own campaign, whose syntheses are finished."""
    from consultkit.load import load

    root = Path(__file__).parents[2]
    project = load(root)
    for edition in (SHARED, INTERNAL):
        text = normalise(build_report(project, edition=edition).document.markdown.replace("{.", " {."))
        said = set(WORD.findall(text))
        for document in (*project.syntheses, *project.lessons):
            for block in document.body.blocks():
                words = set(
                    WORD.findall(normalise(re.sub(r"\[@[^\]]*\]|\{\{.*?\}\}", " ", plain(block.text))))
                )
                assert words <= said, (document.file, block.line, words - said)


def test_quotations_are_attributed_and_findings_lose_their_codes_in_the_shared_edition(tmp_path):
    text = build_report(sample(tmp_path)).document.markdown
    osc = "une organisation de la société civile, région de Gao, juin 2023"
    assert (
        f"On répare des puits. L’une le dit\u00a0: «\u00a0On ne passe plus après seize heures\u00a0» — {osc}. D’autres"
        in text
    )
    assert (
        "> Le puits est à tout le monde.\n>\n> [— Organisation sigi, région de Gao, juin 2023]{.attribution}"
        in text
    )
    assert not re.search(r"G-\d|@", text)
    assert "moins de 5 à demander une formation, et 3 en tout" in text


def test_the_internal_edition_links_quotations_to_their_notes_and_back(tmp_path):
    text = build_report(sample(tmp_path), edition=INTERNAL).document.markdown
    assert "On répare des puits ([G-1](#note-G-1), [G-2](#note-G-2))." in text
    assert re.search(
        r"\[\]\{#cite-1\}«\u00a0On ne passe plus après seize heures\u00a0» — .* \(\[G-1\]\(#note-G-1\)\)",
        text,
    )
    assert "## G-1 {#note-G-1}" in text
    assert "[1](#cite-1)" in text
    assert "{#note-G-3}" not in text
    assert "Rien de moi" not in text


def test_footnotes_come_with_the_section_that_calls_them(tmp_path):
    text = build_report(sample(tmp_path)).document.markdown
    part = next(part for part in text.split("\f") if "D’autres passent.[^1]" in part)
    assert "[^1]: Par la piste du sud." in part


def test_what_is_not_written_stands_out_and_is_never_filler(tmp_path):
    text = build_report(sample(tmp_path)).document.markdown
    assert text.count("{.missing}") == text.count("[à compléter]{.missing}") == 4
    assert "# Contexte {#contexte-general}\n\n\f\n\n[à compléter]{.missing}" in text
    assert "# Remerciements" not in text


def test_a_region_without_its_synthesis_is_named_where_findings_are_due(tmp_path):
    project = sample(tmp_path)
    project = replace(project, syntheses=tuple(s for s in project.syntheses if not s.region))
    assert ": Gao]{.missing}" in build_report(project).document.markdown.replace("\u00a0", " ").replace(
        " :", ":"
    )


def test_a_draft_synthesis_is_marked(tmp_path):
    project = sample(tmp_path, **{"notes/gao/synthese.md": synthesis(REGION, status="draft")})
    assert "[brouillon]{.missing}" in build_report(project).document.markdown


@pytest.mark.parametrize(
    ("minimum", "edition", "force", "banner"),
    [
        (1, SHARED, False, ""),
        (9, SHARED, False, "Provisoire"),
        (1, INTERNAL, False, "Diffusion restreinte"),
        (9, INTERNAL, True, "Brouillon · Provisoire · Diffusion restreinte"),
    ],
)
def test_banners(tmp_path, minimum, edition, force, banner):
    campaign = Campaign([N("G-1", ("tamat",))], ACTORS, minimum=minimum)
    built = build_report(campaign.load(tmp_path), edition=edition, force=force)
    assert built.document.banner == banner
    assert built.provisional == (minimum == 9)


def test_unchecked_names_are_told_on_the_cover(tmp_path):
    project = sample(tmp_path)
    assert any("noms non contrôlés" in line for line in build_report(project).document.cover)
    assert not any("contrôlés" in line for line in build_report(project, names_checked=True).document.cover)


def test_quotations_that_may_not_be_shown_are_withheld_even_by_force(tmp_path):
    notes = [
        N("G-1", ("tamat",), withdrawn="2023-07-01", quoted="Paroles retirées par elle"),
        N("G-2", ("sigi",), quote=False, quoted="Paroles sans accord donné"),
        N("G-3", ("wuro",), quoted="Paroles bien dites ici"),
    ]
    body = (
        "## O {#organisation}\n\n« Paroles retirées par elle » [@G-1]. « Paroles sans accord donné » [@G-2]. "
        "« Paroles jamais dites ici » [@G-3]. « Nous aidons les éleveurs. » [@G-3]\n"
    )
    project = Campaign(notes, ACTORS, {"notes/gao/synthese.md": synthesis(body)}).load(tmp_path)
    for edition in (SHARED, INTERNAL):
        text = build_report(project, edition=edition, force=True).document.markdown
        chapter = text.split("# Constats")[1].split("# Besoins et")[0]
        assert "retirées" not in text
        assert "sans accord donné" not in chapter
        assert "Paroles jamais dites ici\u00a0» — [citation à vérifier]{.missing}" in chapter
        assert "éleveurs" not in text


def test_a_region_report_holds_that_region_alone(tmp_path):
    notes = [N("G-1", ("tamat",)), N("M-1", ("loin",), region="mopti", quoted="Ici à Mopti on attend")]
    files = {
        "notes/gao/synthese.md": synthesis("## O {#organisation}\n\nConstat de Gao [@G-1].\n"),
        "notes/mopti/synthese.md": synthesis("## O {#organisation}\n\nConstat du delta [@M-1].\n", "mopti"),
    }
    project = Campaign(notes, [*ACTORS, A("loin", regions=("mopti",))], files).load(tmp_path)
    for edition in (SHARED, INTERNAL):
        built = build_report(project, edition=edition, region="gao")
        assert "Constat de Gao" in built.document.markdown
        assert "delta" not in built.document.markdown
        assert "M-1" not in built.document.markdown
        assert built.notes == ("G-1",)
        assert built.document.subtitle == "Rapport de consultation\u00a0: région de Gao"


def test_progress_is_about_the_day_it_bears(tmp_path):
    project = sample(tmp_path)
    built = build_report(project, kind="progress", since=dt.date(2023, 6, 20), date=dt.date(2023, 6, 30))
    text = built.document.markdown
    assert "depuis le 20 juin 2023" in text
    assert "14 jours de travail utilisés sur 21" in text or "15 jours" in text
    assert not re.search(r"G-\d|Organisation (?:tamat|sigi)", text)
    assert not built.document.contents


def test_progress_tells_inside_alone_who_is_left(tmp_path):
    project = Campaign([N("G-1", ("tamat",))], ACTORS, minimum=9).load(tmp_path)
    shown, inside = (
        build_report(project, kind="progress", edition=edition).document.markdown
        for edition in (SHARED, INTERNAL)
    )
    for words in ("Prévues", "encore être contacté"):  # beside the mapping, who was heard
        assert words not in shown and words in inside


def test_lessons_are_a_document_of_their_own(tmp_path):
    text = build_report(sample(tmp_path), kind="lessons").document.markdown
    assert text.startswith("# Leçons apprises {#lecons}")
    assert build_report(sample(tmp_path), kind="lessons").notes == ("G-1",)
    assert "## Partir tôt {#lesson-1}" in text


def test_the_date_tells_not_when_somebody_was_heard(tmp_path):
    project = sample(tmp_path)
    days = {dt.date(2023, 6, 25): dt.date(2023, 6, 25), dt.date(2024, 1, 1): dt.date(2023, 6, 30)}
    for today, told in days.items():
        assert document_date(replace(project, today=today), {}) == told
    assert document_date(project, {"SOURCE_DATE_EPOCH": "1700000000"}) == dt.date(2023, 11, 14)


@pytest.mark.parametrize(
    ("template", "line", "word"),
    [
        ("# T\n\n{% if %}\n", 3, "modèle"),
        ("# T\n\n{{ sumary }}\n", 3, "summary"),
        ("{{ ''.__class__.__mro__ }}", 1, ""),
        ("# T\n{{ 1 / 0 }}", 2, ""),
        ("{% for i in range(10000000) %}{% endfor %}", 1, ""),
    ],
)
def test_a_fault_in_a_template_is_told_with_its_line(tmp_path, template, line, word):
    project = sample(tmp_path, **{"templates/rapport.md.j2": template})
    with pytest.raises(TemplateFault) as caught:
        build_report(project)
    assert (caught.value.file, caught.value.line) == ("templates/rapport.md.j2", line)
    assert word in str(caught.value)


def test_what_users_write_is_never_a_template(tmp_path):
    body = "## O {#organisation}\n\nUn {% for %} et {{ 7 * 7 }} et {{ config }} [@G-1].\n"
    project = sample(tmp_path, **{"notes/gao/synthese.md": synthesis(body)})
    text = build_report(project).document.markdown
    assert "Un {% for %} et" in text
    assert "49" not in text.split("# Constats")[1].split("# Annexes")[0]


def test_the_mapping_annex_says_who_is_present_and_not_who_was_heard(tmp_path):
    built = build_report(sample(tmp_path))
    annex = built.document.markdown.split("{#annexe-cartographie}")[1]
    assert "| Organisation sigi (CSI) |" in annex
    assert "| Organisation tamat |" in built.presence
    for word in ("scheduled", "planifi", "consulté le", "20 juin"):
        assert word not in annex


def test_the_shared_edition_masks_small_cells(tmp_path):
    text = build_report(sample(tmp_path)).document.markdown
    needs = text.split("{#themes-need}")[1].split("{#themes-challenge}")[0]
    assert "| n/m |" in needs
    assert "| 3 |" not in needs
    internal = build_report(sample(tmp_path), edition=INTERNAL).document.markdown
    assert "| Formation | 3 | 0 | 3 |" in internal.split("{#themes-need}")[1]


def test_a_theme_shows_the_quotations_that_the_synthesis_chose_for_it(tmp_path):
    text = build_report(sample(tmp_path)).document.markdown
    challenges = text.split("{#themes-challenge}")[1].split("\n# ")[0]
    assert "**Accès**" in challenges
    assert (
        "> On ne passe plus après seize heures\n>\n> [— une organisation de la société civile" in challenges
    )
    assert "seize heures" not in text.split("{#themes-need}")[1].split("{#themes-challenge}")[0]


def test_what_a_user_leaves_open_ends_with_the_user_s_text(tmp_path):
    body = (
        "## O {#organisation}\n\nAvant [@G-1].\n\n::: {.missing}\n\n<div>\n\nAprès [@G-1].\n\n```\nouvert\n"
    )
    project = sample(tmp_path, **{"notes/gao/synthese.md": synthesis(body)})
    document = build_report(project, force=True).document
    made = render(document, ["md"], templates=tmp_path / "templates", workspace=tmp_path)["md"].decode()
    assert "\n# Conclusion" in made
    assert made.index("Avant") < made.index("Après") < made.index("\n# Conclusion")
    assert "<div>" not in made


def test_a_regions_document_rests_on_the_notes_of_others_that_it_cites(tmp_path):
    notes = [N("G-1", ("tamat",)), N("M-1", ("sigi",), region="mopti", extra="also_regions: [gao]\n")]
    files = {"notes/gao/synthese.md": synthesis("## O {#organisation}\n\nOui [@M-1].")}
    actors = [A("tamat"), A("sigi", regions=("gao", "mopti"))]
    project = Campaign(notes, actors, files).load(tmp_path)
    assert build_report(project, region="gao").notes == ("G-1", "M-1")
    assert build_report(project, region="mopti").notes == ("M-1",)
    assert build_report(project, kind="progress", region="gao").notes == ("G-1",)
