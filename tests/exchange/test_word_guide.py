"""The guide in Word and PDF: what it holds, and that a Word user finds the style for words as spoken."""

from __future__ import annotations

import io

import docx
import pypdfium2
import pytest
from sample_campaign import campaign

from consultkit.exchange.word_guide import COVER, own_words, render_guide
from consultkit.exchange.word_read import read_word
from consultkit.i18n import _, speaking


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return campaign(tmp_path_factory.mktemp("guide") / "c")


@pytest.fixture(scope="module")
def made(project) -> bytes:
    return render_guide(project, project.guide, "docx", None)


def test_every_question_has_a_heading_its_probes_and_room(project, made):
    document = docx.Document(io.BytesIO(made))
    paragraphs = document.paragraphs
    for question in project.guide.questions.values():
        at = next(
            i
            for i, p in enumerate(paragraphs)
            if p.style.name == "Heading 2" and words(p.text) == words(question.text)
        )
        below = []
        for p in paragraphs[at + 1 :]:
            if p.style.name.startswith("Heading"):
                break
            below.append(p.text)
        assert {words(probe) for probe in (*question.probes, *question.advice)} <= {
            words(text) for text in below
        }
        assert sum(not text.strip() for text in below) >= 3, question.id


def words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def test_the_cover_table_has_a_row_for_each_value(project, made):
    table = docx.Document(io.BytesIO(made)).tables[0]
    labels = [row.cells[0].text for row in table.rows]
    with speaking("fr"):
        for row in COVER:
            assert any(label.startswith(_(row.label)) for label in labels), row.label
    assert all(not row.cells[1].text.strip() for row in table.rows[1:])


def test_words_as_spoken_take_words_own_style(made):
    document = docx.Document(io.BytesIO(made))
    assert document.styles["Quote"].style_id == "Quote"
    body = [
        p for table in document.tables for row in table.rows for cell in row.cells for p in cell.paragraphs
    ]
    assert [p.style.name for p in body if p.style.name == "Quote"]


def test_nothing_that_the_empty_guide_says_is_taken_for_an_answer(project, made, tmp_path):
    from consultkit.exchange.word_note import read_note

    (tmp_path / "guide.docx").write_bytes(made)
    read = read_note(read_word(tmp_path / "guide.docx"), project, project.guide)
    assert not any(read.answers.values()) and not read.rest and not read.values and not read.told
    assert len(own_words(project, project.guide)) > 80


def test_the_same_bytes_twice(project, made):
    assert render_guide(project, project.guide, "docx", None) == made


def test_the_guide_for_one_type_leaves_out_what_is_not_asked_of_it(project):
    leaders = project.mapping.type_by_id["leaders"]
    text = "\n".join(
        p.text
        for p in docx.Document(io.BytesIO(render_guide(project, project.guide, "docx", leaders))).paragraphs
    )
    for question in project.guide.questions.values():
        assert (words(question.text) in words(text)) == question.asked_of({"leaders"}), question.id


def test_pdf_to_print(project):
    document = pypdfium2.PdfDocument(render_guide(project, project.guide, "pdf", None))
    text = words("\n".join(page.get_textpage().get_text_range() for page in document))
    assert len(document) > 5
    assert words("Quelles sont aujourd’hui les principales tensions") in text
