"""A delivered Word file held against the notes: every mutation is named, every benign variant passes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from consultkit.load import load
from consultkit.report.build import build_report
from consultkit.report.verify import VerifyError, verify

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def project():
    return load(ROOT)


def document(paragraphs: list[tuple[str, str]]) -> bytes:
    """A Word file of paragraphs (style, text)."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
        for style, text in paragraphs
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
        )
    return out.getvalue()


def paragraphs(markdown: str) -> list[tuple[str, str]]:
    """The report's paragraphs as Word has them, styles included, without going through pandoc."""
    found: list[tuple[str, str]] = []
    for block in re.split(r"\n\s*\n|\n>\s*\n", markdown.replace("\f", "\n\n")):
        text = re.sub(r"\[\]\{#[^}]*\}|\{[.#][^}]*\}", "", block).strip()
        style = "BlockText" if text.startswith(">") else "BodyText"
        text = re.sub(r"^> ?", "", text, flags=re.MULTILINE).replace("\n", " ")
        if style == "BlockText" and text.startswith("[— "):
            style, text = "Attribution", text[1:-1]
        if text and text[0] not in "#|:!":
            found.append((style, text.replace("&", "&amp;").replace("<", "&lt;")))
    return found


@pytest.fixture(scope="module")
def delivered(project):
    return paragraphs(build_report(project, names_checked=True).document.markdown)


def test_what_was_just_made_is_faithful(project, delivered):
    result = verify(document(delivered), project)
    assert result.faithful
    assert result.kept > 60
    assert (result.altered, result.added, result.lost) == ((), (), ())


def test_one_altered_word_is_named_in_any_quotation(project, delivered):
    from consultkit.report.verify import _paragraphs, _quotations

    quotations = list(_quotations(list(_paragraphs(document(delivered)))))
    for found in quotations[::6]:
        style, text = delivered[found.paragraph - 1]
        words = found.text.split()
        middle = words[len(words) // 2]
        changed = found.text.replace(middle, "zébrure", 1)
        mutated = list(delivered)
        mutated[found.paragraph - 1] = (style, text.replace(found.text, changed, 1))
        assert mutated != delivered, found.text
        result = verify(document(mutated), project)
        assert not result.faithful, found.text
        told = [*(a.text for a in result.altered), *(a.text for a in result.added if not a.note)]
        assert any("zébrure" in text for text in told), found.text


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("«\u00a0", "“").replace("\u00a0»", "”"),
        lambda text: text.replace("’", "'"),
        lambda text: text.replace("\u00a0", " ").replace("\u202f", ""),
        lambda text: re.sub(r"«\u00a0(\w)", lambda match: "«\u00a0" + match[1].swapcase(), text),
        lambda text: text.replace(".\u00a0»", "\u00a0»"),
    ],
    ids=["marks", "apostrophes", "spaces", "first letter", "final point"],
)
def test_benign_variants_pass(project, delivered, change):
    result = verify(document([(style, change(text)) for style, text in delivered]), project)
    assert result.faithful, (result.altered[:2], result.added[:2])
    assert result.lost == ()


def test_a_cut_and_added_words_pass(project, delivered):
    text = "\n".join(text for _style, text in delivered)
    assert "On m’a formé quatre fois à la paix." in text
    cut = [
        (s, t.replace("On m’a formé quatre fois à la paix.", "On m’a formé [dit-elle] […] à la paix."))
        for s, t in delivered
    ]
    assert verify(document(cut), project).faithful


@pytest.mark.parametrize(
    "more", ["On le sait : {}", "{} et tout le monde ment", "{} Toujours", "{} [dit-elle] ment"]
)
def test_words_put_before_or_after_a_quotation_are_told(project, delivered, more):
    words = "On m’a formé quatre fois à la paix. Trois fois c’était le même cahier, et jamais on n’est revenu voir ce que j’en faisais."
    changed = [(style, text.replace(words, more.format(words))) for style, text in delivered]
    times = sum(one != other for one, other in zip(changed, delivered, strict=True))
    result = verify(document(changed), project)
    assert times and len(result.altered) == times and not result.faithful


def test_lost_and_added_quotations_are_listed(project, delivered):
    attributions = [index for index, (style, _text) in enumerate(delivered) if style == "Attribution"]
    gone = {delivered[attributions[0] - 1][1]}
    kept = [item for item in delivered if item[1] not in gone]
    added = [*kept, ("BodyText", "« Une parole que personne n’a jamais prononcée ici » — une ONG nationale.")]
    result = verify(document(added), project)
    assert [a.text for a in result.added] == ["Une parole que personne n’a jamais prononcée ici"]
    assert not result.faithful


def test_tracked_deletions_are_not_read(project):
    data = document([("BodyText", "DEBUT")])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("word/document.xml").decode()
    run = "<w:del><w:r><w:delText>« Faux propos que nul n’a tenu » — une ONG.</w:delText></w:r></w:del>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", xml.replace("</w:p>", f"{run}</w:p>"))
    assert verify(out.getvalue(), project).added == ()


@pytest.mark.parametrize("data", [b"", b"PK", b"text", document([("a", "b")])[:200]])
def test_what_is_no_word_file_is_told(project, data):
    with pytest.raises(VerifyError):
        verify(data, project)


def test_a_word_file_whose_data_is_damaged_is_told(project):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document([("BodyText", "x" * 500)]).hex())
    data = bytearray(out.getvalue())
    start = data.index(b"word/document.xml") + len("word/document.xml")
    data[start : start + 8] = b"\xff" * 8
    with pytest.raises(VerifyError):
        verify(bytes(data), project)


def test_entities_are_refused(project):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    with pytest.raises(VerifyError):
        verify(out.getvalue(), project)
