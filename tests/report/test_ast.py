# ruff: noqa: E501
import json
from pathlib import Path

import pytest

from consultkit.report import ast, pandoc
from consultkit.report.errors import RenderError
from consultkit.report.images import Picture


def clean(markdown: str, tmp_path: Path, language: str = "fr") -> ast.Tree:
    trees = pandoc.read(markdown.split("\f"), tmp_path)
    return ast.clean(trees, language, lambda source, alt: Picture("svg", b"<svg/>", alt or source))


def kinds(node) -> set[str]:
    if isinstance(node, dict):
        return {node.get("t", "")} | kinds(node.get("c"))
    return set().union(*map(kinds, node)) if isinstance(node, list) else set()


def dump(tree: ast.Tree) -> str:
    return json.dumps(tree.blocks, ensure_ascii=False)


@pytest.mark.parametrize(
    "markdown",
    [
        "a <b onclick='x()'>b</b> <script>alert(1)</script>",
        "<script>\nalert(1)\n</script>\n\ntexte",
        '`x`{=openxml}\n\n```{=html}\n<script>alert(1)</script>\n```\n\n```{=typst}\n#read("/etc/passwd")\n```',
        "a <!-- secret --> b\n\n<!-- secret\n\nsecret -->\n\nc",
        "\\input{secret} $x$ \\newcommand{\\a}{b}",
    ],
)
def test_nothing_raw_stays(markdown, tmp_path):
    tree = clean(markdown, tmp_path)
    assert not kinds(tree.blocks) & {"RawBlock", "RawInline", "Math", "Cite"}
    assert "-->" not in dump(tree) and "onclick" not in dump(tree)


def test_attributes_are_blanked_but_for_ours(tmp_path):
    tree = clean(
        '# T {#ok .x onclick="y"}\n\n[a]{.theme .evil style="z"} [b]{.evil} [c]{#1bad} [d]{#fine}', tmp_path
    )
    text = dump(tree)
    assert not any(word in text for word in ("onclick", "evil", "style", "1bad", '"x"'))
    assert '["fine", [], []]' in text and '["", ["theme"], []]' in text
    assert tree.outline == [ast.Heading(1, "ok", "T")]


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "//host/x",
        "../x",
        "JaVaScRiPt:x",
        "#absent",
    ],
)
def test_links_lead_nowhere_else(target, tmp_path):
    tree = clean(f"# T\n\n[mot]({target})", tmp_path)
    assert "Link" not in kinds(tree.blocks)
    assert '"mot"' in dump(tree)


def test_links_that_stay(tmp_path):
    tree = clean(
        "# Titre {#t}\n\n[a](https://e.org/x) <mailto:a@e.org> [](#t)\f## Autre {#u}\n\n[b](#t)", tmp_path
    )
    targets = [
        node["c"][2][0]
        for block in tree.blocks
        for node in block["c"]
        if isinstance(node, dict) and node["t"] == "Link"
    ]
    assert targets == ["https://e.org/x", "mailto:a@e.org", "#t", "#t"]
    assert "Titre" in dump(tree).split("#t")[0]


def test_headings_start_at_one_and_skip_no_level(tmp_path):
    tree = clean("### A\n\n##### B\n\n##### C\n\n# D\n\n### E\n\n> # F\n\n# <b></b>", tmp_path)
    assert [(heading.level, heading.text) for heading in tree.outline] == [
        (1, "A"),
        (2, "B"),
        (2, "C"),
        (1, "D"),
        (2, "E"),
    ]
    assert len({heading.id for heading in tree.outline}) == 5
    assert '"F"' in dump(tree)


def test_two_texts_do_not_share_footnotes_or_definitions(tmp_path):
    tree = clean(
        "# A\n\nun[^1] [mot]\n\n[^1]: note A\n\n[mot]: https://a.org\f# B\n\ndeux[^1] [mot]", tmp_path
    )
    second = json.dumps(tree.blocks[2:], ensure_ascii=False)
    assert "note" not in second and "a.org" not in second and "[^1]" in second


def test_an_unclosed_block_ends_with_its_text(tmp_path):
    tree = clean("# A\n\n::: {.box}\n\nouvert\f# B\n\nlibre <!-- jamais fermé\f# C\n\nvisible", tmp_path)
    assert [heading.text for heading in tree.outline] == ["A", "B", "C"]
    assert "visible" in dump(tree)


def test_captions_are_numbered_as_each_language_does(tmp_path):
    markdown = "| a | b |\n|---|---|\n| 1 | 2 |\n\nTable: Voix\n\n![Carte](figure:x)\n\n| a |\n|---|\n| 1 |"
    french, english = dump(clean(markdown, tmp_path)), dump(clean(markdown, tmp_path, "en"))
    assert "Tableau 1\u00a0:" in french and "Figure 1\u00a0:" in french and "Tableau 2" not in french
    assert "Table 1:" in english and "Figure 1:" in english


def test_an_attribution_stands_on_its_own_line(tmp_path):
    tree = clean(
        "> mots\\\n> [— une ONG]{.attribution}\n\n> seuls\n>\n> [— une voix]{.attribution}", tmp_path
    )
    for quote in tree.blocks:
        assert [block["t"] for block in quote["c"]] == ["Para", "Div"]
        assert quote["c"][0]["c"][-1]["t"] == "Str"


def test_control_and_direction_characters_go(tmp_path):
    assert dump(clean("a&#7;b&#x202e;c\ufeff", tmp_path)) == dump(clean("abc", tmp_path))


def test_what_is_nested_too_deeply_is_a_sentence(tmp_path):
    def nested(depth: int) -> bytes:
        return pandoc.tree([]).replace(
            b'"blocks":[]', b'"blocks":[' + b'{"t":"BlockQuote","c":[' * depth + b"]}" * depth + b"]"
        )

    with pytest.raises(RenderError):
        ast.clean([nested(5000)], "fr", lambda source, alt: Picture("svg", b"", ""))


def test_the_contents_name_chapters_and_sections():
    outline = [ast.Heading(level, f"h{level}", "") for level in (1, 2, 3, 2, 4, 1)]
    assert [heading.level for heading in ast.contents(outline)] == [1, 2, 2, 1]


def test_columns_are_as_wide_as_their_words_need(tmp_path):
    tree = clean(
        "| Un nom long de besoin qui dure | n |\n|---|---|\n| Formation en sensibilité aux conflits | 8 |",
        tmp_path,
    )
    first, second = (column[1]["c"] for column in tree.blocks[0]["c"][2])
    assert first > 2 * second and first + second == pytest.approx(1, abs=0.01)


def test_a_heading_follows_its_table_to_the_landscape_page(tmp_path):
    tree = clean(
        "# A\n\n## B\n\n::: {.landscape}\n| a |\n|---|\n| b |\n:::\n\n::: {.landscape}\ntexte\n:::\n",
        tmp_path,
    )
    (page,) = tree.blocks
    assert [block["t"] for block in page["c"][1]] == ["Header", "Header", "Table", "Plain"]
    assert [heading.text for heading in tree.outline] == ["A", "B"]
