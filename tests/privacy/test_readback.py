"""What a written document holds, wherever it hides, is read before it leaves."""

# ruff: noqa: E501
from __future__ import annotations

import io
import zipfile

import docx
import pytest
import typst
import xlsxwriter

from consultkit.privacy.identities import Identity
from consultkit.privacy.matcher import Matcher
from consultkit.privacy.readback import ReadbackError, texts

NAME = "Abdoulaye Coulibaly"
MATCHER = Matcher([Identity("GAO-01", "note", NAME)])


def places(data, suffix):
    return {where.split("!")[-1] for where, text in texts(data, suffix) if MATCHER.search(text)}


def zipped(entries, comment=b""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def word(fill):
    document = docx.Document()
    fill(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def in_runs(document):
    paragraph = document.add_paragraph("Vu avec Couli")
    paragraph.add_run("ba").bold = True
    paragraph.add_run("ly hier")


def in_header(document):
    document.sections[0].header.paragraphs[0].text = NAME


def in_properties(document):
    document.core_properties.author = NAME


def in_a_table(document):
    document.add_table(1, 1).cell(0, 0).text = NAME


def in_a_comment(document):
    run = document.add_paragraph("Texte").runs[0]
    document.add_comment(run, text="à revoir", author=NAME)


@pytest.mark.parametrize(
    ("fill", "part"),
    [
        (in_runs, "word/document.xml"),
        (in_header, "word/header1.xml"),
        (in_properties, "docProps/core.xml"),
        (in_a_table, "word/document.xml"),
        (in_a_comment, "word/comments.xml"),
    ],
)
def test_word(fill, part):
    assert part in places(word(fill), ".docx")


def test_word_without_the_name():
    assert places(word(lambda document: document.add_paragraph("Rien.")), ".docx") == set()


def test_pdf_text_cut_by_hyphens_metadata_and_outline():
    source = """#set document(title: "Note de Coulibaly")
#set page(width: 62pt, height: 200pt, margin: 5pt)
#set text(lang: "fr", hyphenate: true, size: 14pt)
= Abdoulaye
Mot Abdoulaye"""
    pdf = typst.compile(source.encode())
    assert {"#metadata", "#outline", "#page=1"} <= places(pdf, ".pdf")
    pages = [text for where, text in texts(pdf, ".pdf") if where == "#page=1"]
    assert "Abdoulaye" not in pages[0]
    assert pages[1].count("Abdoulaye") == 2


def test_html_text_attributes_and_comments():
    page = f"<p>Abdou<b>laye</b></p><p>Rien</p><img alt='{NAME}' src='data:image/png;base64,Coulibaly'><!-- {NAME} -->"
    assert places(page.encode(), ".html") == {"", "#attributes"}
    assert dict(texts(b"<p>un</p><td>deux</td>", ".html"))[""].split() == ["un", "deux"]


def test_spreadsheets():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"author": NAME})
    sheet = book.add_worksheet("Coulibaly")
    sheet.write_string(0, 0, NAME)
    sheet.write_comment(1, 0, NAME)
    book.close()
    found = places(buffer.getvalue(), ".xlsx")
    assert {"xl/sharedStrings.xml", "xl/workbook.xml", "docProps/core.xml", "xl/comments1.xml"} <= found


def test_archives_their_names_comments_and_what_they_hold():
    inner = zipped({"notes/coulibaly.md": "rien", "b.txt": NAME})
    assert places(zipped({"a.zip": inner}, comment=NAME.encode()), ".zip") == {
        "#",
        "notes/coulibaly.md#name",
        "b.txt",
    }


def test_pictures_give_their_metadata():
    assert places(b"\x89PNG\x00tEXtAuthor\x00Abdoulaye Coulibaly\x00", ".png") == {""}


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (b"not a zip", ".docx"),
        (b"%PDF-nothing", ".pdf"),
        (b"\xe9", ".md"),
        (b"anything", ".exe"),
        (zipped({"a.xml": "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"}), ".docx"),
        (zipped({"a.xml": "<a><b></a>"}), ".docx"),
        (zipped({"a.zip": zipped({"a.zip": zipped({"a.zip": zipped({"a.zip": zipped({})})})})}), ".zip"),
    ],
)
def test_what_cannot_be_read_back_is_refused(data, suffix):
    with pytest.raises(ReadbackError):
        list(texts(data, suffix))


def test_sizes_are_capped(monkeypatch):
    bomb = zipped({"a.txt": "a" * 1_000_000, "b.txt": "b"})
    monkeypatch.setattr("consultkit.privacy.readback.MAX_MEMBER", 1000)
    with pytest.raises(ReadbackError, match="too large"):
        list(texts(bomb, ".zip"))
    monkeypatch.setattr("consultkit.privacy.readback.MAX_ENTRIES", 1)
    with pytest.raises(ReadbackError, match="too many"):
        list(texts(bomb, ".zip"))


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_json_is_read_as_its_reader_sees_it(suffix: str) -> None:
    data = rb'{"a": "\u0041wa\nF\ud835\udc08ctive \"x\""}'
    assert [text for _where, text in texts(data, suffix)] == ['{"a": "Awa\nF\U0001d408ctive "x""}']


def test_what_a_pdf_does_not_show_is_read_however_it_is_written():
    import zlib

    from consultkit.privacy.readback import _unseen

    packed = zlib.compress(b"<< /Alt (Fictivard \\(ici\\)) >>")
    data = b"".join((
        b"<< /URI (https://example.net/%46ictivard\\051) /Alt<FEFF00C9007400E9> /ActualText (a (b) c) >>",
        b"\n1 0 obj << /Type /ObjStm /N 1 /Filter /FlateDecode >>\nstream\n", packed, b"\nendstream",
    ))  # fmt: skip
    assert list(_unseen(data)) == ["https://example.net/Fictivard)", "Été", "a (b) c", "Fictivard (ici)"]
