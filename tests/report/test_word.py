# ruff: noqa: E501
import io
import re
import zipfile
from dataclasses import replace

import docx
import pytest
from lxml import etree
from sample_document import TEMPLATES, document, workspace

from consultkit.report import word
from consultkit.report.errors import RenderError
from consultkit.report.render import render

SHIPPED = (TEMPLATES / "reference.docx").read_bytes()
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = workspace(tmp_path_factory.mktemp("word"))
    return render(document(), ["docx"], templates=TEMPLATES, workspace=root)["docx"]


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_part_is_well_formed_and_known(made):
    files = parts(made)
    types = files["[Content_Types].xml"].decode()
    for name, data in files.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(data)
    assert all(override in files for override in re.findall(r'PartName="/([^"]+)"', types))
    targets = re.findall(r'Target="([^"]+)"', files["word/_rels/document.xml.rels"].decode())
    assert targets and all("word/" + target in files for target in targets)


def test_properties_are_the_documents_and_no_others(made):
    files = parts(made)
    assert not {"docProps/custom.xml", "docProps/app.xml", "word/comments.xml"} & set(files)
    core = files["docProps/core.xml"].decode()
    assert re.findall(r"<dc:(\w+)>([^<]+)<", core) == [
        ("title", "Consultations &amp; besoins"), ("creator", "A. Fictive; B. Inventé"), ("language", "fr-FR"),
    ]  # fmt: skip
    assert core.count("2023-07-13T00:00:00Z") == 2
    assert not re.search(r"<(\w+:\w+)[^>]*></\1>|<(?:dc|cp|dcterms):\w+\s*/>", core)
    assert not re.search(
        rb"pandoc|python|LibreOffice|Microsoft Word",
        core.encode() + files["word/settings.xml"],
        re.IGNORECASE,
    )


def test_the_styles_are_those_of_word(made):
    opened = docx.Document(io.BytesIO(made))
    styles = {paragraph.style.name for paragraph in opened.paragraphs}
    assert {"Title", "Subtitle", "Author", "Date", "Cover Line", "TOC Heading", "toc 1", "Heading 1", "Heading 2", "Block Text",
            "Attribution", "Table Caption", "Image Caption", "Missing Block"} <= styles  # fmt: skip
    runs = {run.style.name for paragraph in opened.paragraphs for run in paragraph.runs}
    assert {"Theme", "Missing"} <= runs
    cells = {
        paragraph.style.name
        for table in opened.tables[1:]
        for row in table.rows
        for cell in row.cells
        for paragraph in cell.paragraphs
    }
    assert cells == {"Table Head", "Table Text"}


def test_contents_are_filled_in_and_lead_to_headings(made):
    text = parts(made)["word/document.xml"].decode()
    entries = re.findall(
        r'<w:pStyle w:val="TOC(\d)" ?/>.*?w:anchor="([^"]+)".*?<w:t[^>]*>([^<]+)</w:t>', text
    )
    assert [(level, words) for level, _anchor, words in entries[:4]] == [
        ("1", "Résumé"),
        ("1", "Constats"),
        ("2", "Intégration"),
        ("2", "Liste"),
    ]
    assert all(f'w:name="{anchor}"' in text for _level, anchor, _words in entries)
    assert "TOC \\o" in text and text.count('fldCharType="begin"') == text.count('fldCharType="end"') == 1


def test_every_section_has_header_and_footer_and_one_lies_flat(made):
    sections = docx.Document(io.BytesIO(made)).sections
    assert [section.orientation for section in sections] == [0, 1, 0]
    for section in sections:
        assert section.header.paragraphs[0].text == "Diffusion restreinte"
        assert "Consultations & besoins" in section.footer.paragraphs[0].text
    assert sections[0].different_first_page_header_footer and sections[0].first_page_header.paragraphs[0].text
    assert sections[1].page_width > sections[1].page_height
    fields = re.findall(r'w:instr=" (\w+) "', parts(made)["word/footer1.xml"].decode())
    assert fields == ["PAGE", "NUMPAGES"]


def test_captions_tables_and_pictures(made):
    files = parts(made)
    text = files["word/document.xml"].decode()
    assert "Tableau 1\u00a0:" in text and "Figure 1\u00a0:" in text
    assert text.count("<w:tblHeader") == 2 and "<w:cantSplit/>" in text
    pictures = [name for name in files if name.startswith("word/media/")]
    assert len(pictures) == 1 and files[pictures[0]].startswith(b"\x89PNG")
    assert 'descr="Gao : onze sur onze."' in text
    for table in re.findall(r"<w:tbl>.*?</w:tbl>", text):
        assert sum(map(int, re.findall(r'<w:gridCol w:w="(\d+)"', table))) in range(9050, 14050)


def test_page_breaks_leave_no_empty_line(made):
    text = parts(made)["word/document.xml"].decode()
    assert "PageBreak" not in text and text.count("<w:pageBreakBefore/>") == 3


def remade(changes: dict[str, bytes | None]) -> bytes:
    files = {**parts(SHIPPED), **changes}
    return word.packed({name: data for name, data in files.items() if data is not None})


STYLES = parts(SHIPPED)["word/styles.xml"]


@pytest.mark.parametrize(
    "data",
    [b"", b"not a zip", SHIPPED[:200], remade({"word/styles.xml": None}), remade({"word/styles.xml": b"<w:styles"}),
     remade({"word/styles.xml": b'<!DOCTYPE x [<!ENTITY a "b">]>' + STYLES}), remade({"word/styles.xml": b"<html/>"}),
     remade({"word/document.xml": None}), word.packed({"content.xml": b"<office/>"})],
)  # fmt: skip
def test_a_reference_that_is_none_is_a_sentence(data):
    with pytest.raises(RenderError, match=r"reference\.docx"):
        word.vetted(data, SHIPPED)


def test_nothing_of_an_old_report_ships(tmp_path):
    secret = b"Moussa Secret"
    header = b'<w:hdr xmlns:w="x"><w:p/>Moussa Secret</w:hdr>'
    body = parts(SHIPPED)["word/document.xml"].replace(
        b"<w:body>", b"<w:body><w:p><w:r><w:t>Moussa Secret</w:t></w:r></w:p>"
    )
    own = remade(
        {
            "word/document.xml": body.replace(b'w:h="16838"', b'w:h="15840"'), "word/media/image1.png": secret, "word/comments.xml": header,
            "word/header1.xml": header, "word/footer1.xml": header, "docProps/custom.xml": secret, "docProps/core.xml": secret,
            "word/settings.xml": secret, "word/theme/theme1.xml": secret, "customXml/item1.xml": secret, "word/people.xml": secret,
            "word/styles.xml": STYLES.replace(b"1F4E5F", b"AA0000").replace(b'w:styleId="Theme"', b'w:styleId="Thema"'),
        }
    )  # fmt: skip
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "reference.docx").write_bytes(own)
    files = parts(render(document(), ["docx"], templates=templates, workspace=tmp_path)["docx"])
    assert not any(secret in data for data in files.values())
    assert b"AA0000" in files["word/styles.xml"] and b'w:styleId="Theme"' in files["word/styles.xml"]
    assert b'w:h="15840"' in files["word/document.xml"]


def test_a_reference_may_write_any_prefix(tmp_path):
    def renamed(data):
        return re.sub(rb"(</?|[ ])w:", rb"\1main:", data).replace(b"xmlns:w=", b"xmlns:main=")

    styles = STYLES.replace(b"1F4E5F", b"AA0000")
    own = remade(
        {
            "word/styles.xml": renamed(styles),
            "word/document.xml": renamed(parts(SHIPPED)["word/document.xml"]),
        }
    )
    usual = remade({"word/styles.xml": styles})
    assert b"<w:" not in parts(own)["word/styles.xml"]
    assert word.vetted(own, SHIPPED) == word.vetted(usual, SHIPPED)


def test_a_document_without_contents_opens_on_its_first_page(tmp_path):
    short = replace(document(), contents=False)
    text = parts(render(short, ["docx"], templates=TEMPLATES, workspace=workspace(tmp_path))["docx"])[
        "word/document.xml"
    ].decode()
    before = text.split('<w:pStyle w:val="Heading1"')[0]
    assert "HeadTitle" in before and "pageBreakBefore" not in before and "titlePg" not in text
