# ruff: noqa: E501
import datetime

import pytest
from sample_document import TEMPLATES, document

from consultkit.report import pandoc, typeset
from consultkit.report.errors import RenderError
from consultkit.report.render import render
from consultkit.report.typst_text import literal

DATE = datetime.date(2023, 7, 13)
LAYOUT = (TEMPLATES / "mise-en-page.typ").read_text("utf-8")


def with_layout(tmp_path, layout: str) -> bytes:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "mise-en-page.typ").write_text(layout, "utf-8")
    return render(document(), ["pdf"], templates=templates, workspace=tmp_path)["pdf"]


def test_a_layout_of_ones_own_is_used(tmp_path):
    plain = render(document(), ["pdf"], templates=TEMPLATES, workspace=tmp_path)["pdf"]
    own = with_layout(tmp_path, LAYOUT.replace("#1f4e5f", "#aa0000"))
    assert own.startswith(b"%PDF") and own != plain


def test_a_layout_that_never_ends_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(pandoc, "seconds", lambda size: 2.0)
    with pytest.raises(RenderError, match="takes too long"):
        with_layout(
            tmp_path,
            LAYOUT
            + "\n#for a in range(9999) { for b in range(9999) { for c in range(99) { let d = c } } }\n",
        )


@pytest.mark.parametrize(
    "line",
    ['#read("/etc/passwd")', '#read("../../../../etc/passwd")', '#image("/etc/hostname")', '#import "@preview/cetz:0.3.0"',
     '#import ("@pre" + "view/cetz:0.3.0")', "#let x = (", "#panic()"],
)  # fmt: skip
def test_a_layout_reads_nothing_and_fetches_nothing(line, tmp_path):
    with pytest.raises(RenderError, match="mise-en-page"):
        with_layout(tmp_path, LAYOUT + "\n" + line + "\n")


def test_a_drawing_becomes_a_picture_and_a_bad_one_a_sentence():
    assert typeset.png(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>'
    ).startswith(b"\x89PNG")
    with pytest.raises(RenderError):
        typeset.png("<svg")


def test_strings_are_quoted():
    assert literal('a"\\\n#b') == '"a\\"\\\\\\n#b"'
