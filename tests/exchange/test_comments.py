"""A report that came back from Word: each remark with its source file and line, and whether that has changed."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from sample_campaign import campaign

from consultkit.cli import main
from consultkit.exchange.comments import remarks
from consultkit.exchange.word_read import read_word
from consultkit.i18n import use
from consultkit.load import load

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SYNTHESIS = """\
---
kind: synthesis
region: gao
status: draft
---

## Contexte et dynamiques de conflit {#contexte}

Le puits du marché divise les éleveurs et les maraîchers [@GAO-01], et chacun le dit à sa façon.

Les jeunes, eux, {{notes region=gao}} fois sur dix, parlent d’abord de l’orpaillage et des routes coupées.
"""


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    campaign(tmp_path / "c")
    monkeypatch.chdir(tmp_path / "c")
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_LANG", "en")
    use("en")
    (tmp_path / "c/notes/gao/synthese.md").write_text(SYNTHESIS, "utf-8")
    reviewed(tmp_path / "c/relu.docx")
    return tmp_path / "c"


def reviewed(path: Path) -> None:
    """What the report makes of the synthesis, with two comments and two changes."""
    document = docx.Document()
    first = document.add_paragraph()
    run = first.add_run("Le puits du marché")
    first.add_run(
        " divise les éleveurs et les maraîchers (une ONG internationale, région de Gao), et chacun le dit à sa façon."
    )
    document.add_comment(run, text="Lequel ?\nIl y en a deux.", author="Commanditaire", initials="C")
    second = document.add_paragraph("Les jeunes, eux, 3 fois sur dix, parlent ")
    for xml in (f'<w:del {W} w:id="1" w:author="Relectrice" w:date="2023-07-04T10:00:00Z"><w:r><w:delText>d’abord</w:delText></w:r></w:del>',
                f'<w:ins {W} w:id="2" w:author="Relectrice"><w:r><w:t>surtout</w:t></w:r></w:ins>'):  # fmt: skip
        second._p.append(parse_xml(xml))
    second.add_run(" de l’orpaillage et des routes coupées.")
    third = document.add_paragraph("Une phrase que le programme a écrite lui-même.")
    document.add_comment(third.runs[0], text="Pourquoi ?", author="Commanditaire")
    document.save(str(path))


def found(root: Path):
    return remarks(load(root), read_word(root / "relu.docx"))


def test_each_remark_with_author_text_paragraph_file_and_line(root):
    one, deleted, inserted, last = found(root)
    assert (one.kind, one.author, one.text, one.passage) == (
        "comment",
        "Commanditaire",
        "Lequel ?\nIl y en a deux.",
        "Le puits du marché",
    )
    assert (one.file, one.line, one.state) == ("notes/gao/synthese.md", 9, "same")
    assert one.paragraph.startswith("Le puits du marché divise")
    assert (deleted.kind, deleted.text, deleted.author, deleted.date) == (
        "deleted",
        "d’abord",
        "Relectrice",
        "2023-07-04",
    )
    assert (inserted.kind, inserted.text) == ("inserted", "surtout")
    assert [(r.file, r.line, r.state) for r in (deleted, inserted)] == [
        ("notes/gao/synthese.md", 11, "same")
    ] * 2
    assert (last.file, last.state) == ("", "unknown")


def test_a_passage_that_was_changed_since_says_so(root):
    path = root / "notes/gao/synthese.md"
    path.write_text(
        SYNTHESIS.replace("et chacun le dit à sa façon", "et chacun le raconte autrement"), "utf-8"
    )
    assert [r.state for r in found(root)] == ["changed", "same", "same", "unknown"]


def test_a_remark_on_the_annexed_guide_leads_to_the_guide(root):
    document = docx.Document()
    question = load(root).guide.questions["tensions"]
    p = document.add_paragraph(question.text)
    document.add_comment(p.runs[0], text="Trop long.", author="C")
    document.save(str(root / "relu.docx"))
    (one,) = found(root)
    assert (one.file, one.line, one.state) == (load(root).guide.file, question.heading.place.line, "same")


def test_the_command_lists_them(root, capsys):
    assert main(["comments", "relu.docx"]) == 0
    shown = capsys.readouterr().out
    assert "1. notes/gao/synthese.md:9: comment, Commanditaire" in shown
    assert "   > Il y en a deux." in shown and "4 remarks." in shown


def test_known_identities_do_not_reach_the_screen(root, capsys):
    (root / "private").mkdir()
    (root / "private/identities.yaml").write_text(
        "identities:\n  - actor: tamat\n    name: Zoubeirou Exemplaire\n", "utf-8"
    )
    document = docx.Document(str(root / "relu.docx"))
    p = document.add_paragraph("Une autre phrase.")
    document.add_comment(p.runs[0], text="C’est Zoubeirou qui le dit.", author="C")
    document.save(str(root / "relu.docx"))
    assert main(["comments", "relu.docx"]) == 0
    shown = capsys.readouterr().out
    assert "Zoubeirou" not in shown and "qui le dit" in shown


def test_a_file_without_remarks_and_one_that_is_none(root, capsys):
    docx.Document().save(str(root / "relu.docx"))
    assert main(["comments", "relu.docx"]) == 0
    assert "no comment" in capsys.readouterr().out
    (root / "relu.docx").write_bytes(b"PK nothing")
    assert main(["comments", "relu.docx"]) == 2
    assert capsys.readouterr().err.startswith("consultkit: relu.docx")
