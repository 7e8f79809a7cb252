# ruff: noqa: E501
import dataclasses
import io
import re
import sys
import zipfile

import docx
import pypdfium2
import pytest
from sample_document import MARKDOWN, TEMPLATES, document, workspace

from consultkit.report.errors import RenderError
from consultkit.report.render import FORMATS, SEAM, render

WORDS = ["ɲɔgɔn", "ɓiɗɗo", "ƴiiwoonde", "ŋaarey", "العربية", "[U+1F600]", "À retenir", "second point", "codé", "à écrire", "Tableau 1",
         "Figure 1", "Section à écrire", "ONG nationale", "< 5", "en gras", "tâche", "deux", "L’autre note", "Une note de bas de page",
         "Diffusion restreinte", "A. Fictive", "13\u00a0juillet 2023", "Rapport d’essai"]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = workspace(tmp_path_factory.mktemp("render"))
    return render(document(), FORMATS, templates=TEMPLATES, workspace=root)


def pdf_text(data: bytes) -> str:
    pages = pypdfium2.PdfDocument(data)
    return "\n".join(pages[index].get_textpage().get_text_range() for index in range(len(pages)))


def docx_text(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(
            re.sub(r"<[^>]+>", "", archive.read(name).decode())
            for name in archive.namelist()
            if name.endswith(".xml")
        )


def texts(made) -> dict[str, str]:
    shown = {
        "docx": docx_text(made["docx"]),
        "pdf": pdf_text(made["pdf"]),
        "html": made["html"].decode(),
        "md": made["md"].decode(),
    }
    return {
        kind: " ".join(text.replace("&lt;", "<").replace("\\", "").replace("\ufffe", "").split())
        for kind, text in shown.items()
    }


def test_every_word_is_in_every_format(made):
    shown = texts(made)
    for kind, text in shown.items():
        absent = [word for word in WORDS if " ".join(word.split()) not in text]
        if kind == "pdf":  # read back right to left, and hyphenated
            absent = [word for word in absent if word != "العربية" and "العربية"[::-1] not in text]
        assert not absent, kind


def test_nothing_hidden_is_in_any_format(made):
    for kind, text in texts(made).items():
        assert not any(word in text for word in ("secret", "onclick", "figure:")), kind


def test_the_same_input_gives_the_same_bytes(made, tmp_path):
    again = render(document(), FORMATS, templates=TEMPLATES, workspace=tmp_path)
    assert again == made


def test_only_the_formats_asked_for_are_made(tmp_path):
    assert list(render(document(), ["md"], templates=tmp_path, workspace=tmp_path)) == ["md"]


def test_the_pdf_tells_what_the_document_says(made):
    data = pypdfium2.PdfDocument(made["pdf"])
    facts = data.get_metadata_dict(skip_empty=True)
    assert facts["Title"] == "Consultations & besoins" and "A. Fictive" in facts["Author"]
    assert facts["CreationDate"].startswith("D:20230713")
    assert b"pdfuaid" in made["pdf"] and b"/StructTreeRoot" in made["pdf"]
    titles = [item.get_title() for item in data.get_toc()]
    assert "Constats" in titles and "GAO-01" in titles
    for index in range(len(data)):
        assert "Diffusion restreinte" in data[index].get_textpage().get_text_range()


def test_the_html_stands_alone(made):
    html = made["html"].decode()
    assert '<html lang="fr">' in html and "default-src 'none'" in html
    assert not re.search(r"(?:src|href)=\"(?!data:|#|https?:|mailto:)", html)
    assert '<th scope="col"' in html and 'alt="Gao : onze sur onze."' in html
    assert html.count("<main") == 1 and 'href="#contenu"' in html


def test_english(tmp_path):
    made = render(
        document(language="en", contents=True), ["docx", "html"], templates=TEMPLATES, workspace=tmp_path
    )
    assert "Table 1:" in docx_text(made["docx"]) and "Contents" in docx_text(made["docx"])
    assert '<html lang="en">' in made["html"].decode() and "13\u00a0July 2023" in made["html"].decode()


def test_without_contents_authors_or_banner(tmp_path):
    bare = document(contents=False, authors=(), banner="", subtitle="", cover=(), markdown="# Seul\n\ntexte")
    made = render(bare, FORMATS, templates=TEMPLATES, workspace=tmp_path)
    assert "Table des matières" not in docx_text(made["docx"]) + pdf_text(made["pdf"]) + made["html"].decode()
    assert docx.Document(io.BytesIO(made["docx"])).core_properties.author == ""
    assert "dc:creator" not in zipfile.ZipFile(io.BytesIO(made["docx"])).read("docProps/core.xml").decode()


def test_pictures_and_logo_lose_what_they_tell(tmp_path):
    root = workspace(tmp_path)
    told = document(
        markdown="# P\n\n![Une photo](notes/photo.png)\n\nEt ![ici](notes/photo.png) dans le texte.",
        logo=root / "notes" / "photo.png",
    )
    for data in render(told, ["docx", "pdf", "html"], templates=TEMPLATES, workspace=root).values():
        assert b"Moussa" not in data and b"GPS" not in data


@pytest.mark.parametrize("source", ["http://e.org/x.png", "../x.png", "absent.png", "figure:absent"])
def test_a_picture_that_may_not_stand_is_named(source, tmp_path):
    with pytest.raises(RenderError, match=re.escape(source.removeprefix("figure:"))):
        render(document(markdown=f"# P\n\n![x]({source})"), ["html"], templates=TEMPLATES, workspace=tmp_path)


HOSTILE = [
    '#read("/etc/passwd") #import "x" $x$ @preview <label> *a _b `c = d / e',
    "= Titre\n\n+ plus\n\n- moins\n\n/ terme: x\n\n// commentaire\n\nhttps://e.org/#x?y=[z]",
    "a]b[c}d{e)f(g;h\"i'j\\\\k~l#m",
    "#let x = 1\n#x;\n\n\\#strong[a]\n\n*a*(b)[c].d `x`(y)",
    "`#panic()`\n\n    #panic()\n\n```typst\n#panic()\n```",
    "1\\. non\n\n2023. oui\n\n* a\n\n  b\n\n3) c",
    "| a |\n|---|\n| #x ] , [ |\n\n| |\n|-|\n| |",
    "> # t\n> - a\n>   > b\n>\n> ```\n> c\n> ```",
    "~~s~~ **a*b*c** [](#x) ![](figure:coverage) []{#x}",
    "<details>ouvert</details> &lt;script&gt; &#0; &#xFEFF; &nbsp; &#x1F600;",
    "***\n\n---\n\ntexte\\\nsuite\n\n^a^ ~b~ $c$ H~2~O @x [@y]",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_signs_that_mean_something_to_a_writer_stay_text(text, tmp_path):
    made = render(
        document(markdown="# T {#t}\n\n" + text + "\n\nfin."),
        FORMATS,
        templates=TEMPLATES,
        workspace=tmp_path,
    )
    for kind, shown in texts(made).items():
        assert "fin." in shown and "root:" not in shown, kind


def test_each_part_keeps_its_own_footnotes(made):
    text = docx_text(made["docx"])
    assert "Une note de bas de page" in text and "L’autre note" in text
    assert SEAM.strip("\n") in MARKDOWN


def test_a_linked_template_or_a_style_sheet_that_fetches_is_refused(tmp_path):
    own = tmp_path / "templates"
    own.mkdir()
    (own / "style.css").write_text("body { background: url(http://e.org/x.png) }")
    with pytest.raises(RenderError, match="style.css"):
        render(document(), ["html"], templates=own, workspace=tmp_path)
    (own / "style.css").unlink()
    (own / "style.css").symlink_to("/etc/hostname")
    with pytest.raises(RenderError, match="style.css"):
        render(document(), ["html"], templates=own, workspace=tmp_path)


def test_nothing_heavy_is_imported_before_it_is_needed():
    script = "import sys, consultkit.report.render; print([m for m in ('typst', 'pypandoc', 'jinja2', 'rich') if m in sys.modules])"
    import subprocess

    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_documents_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        document().title = "x"
