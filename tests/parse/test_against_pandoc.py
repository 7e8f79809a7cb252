"""The scanner against pandoc's own reading, and pandoc's tree against what a person sees in a note."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from seeded import campaign

from consultkit.body import Body
from consultkit.files import Source
from consultkit.load import load
from consultkit.model import Note, Project
from consultkit.parse.inline import plain
from consultkit.parse.markdown import scan
from consultkit.report import pandoc

ROOT = Path(__file__).parents[2]


def project() -> Project:
    return load(ROOT)


def body_text(source: Source) -> tuple[str, int]:
    end = source.text.index("\n---\n", 4) + 5
    return source.text[end:], source.text.count("\n", 0, end) + 1


def tree(text: str, reader: str) -> list[dict]:
    command = [str(pandoc.binary()), "-f", reader, "-t", "json", "--sandbox"]
    result = subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=60)
    return json.loads(result.stdout)["blocks"]


def lines_of(attributes: list) -> tuple[int, int]:
    """First and last line of a node's source position; an end in column 1 is the line before."""
    place = dict(attributes[2])["data-pos"].split("@")[-1].split(";")[0]
    (first, _), (last, column) = (map(int, part.split(":")) for part in place.split("-"))
    return first, last - (column == 1)


def structure(blocks: list[dict], found: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Headings and block quotes of pandoc's tree, with the line each begins on."""
    for block in blocks:
        kind, content = block["t"], block.get("c")
        if kind == "Header":
            found.append((f"h{content[0]}", lines_of(content[1])[0]))
        elif kind == "Div" and content[1] and content[1][0]["t"] == "BlockQuote":
            found.append(("quote", lines_of(content[0])[0]))
        elif kind == "Div":
            structure(content[1], found)
        elif kind in ("BulletList", "OrderedList"):
            for item in content if kind == "BulletList" else content[1]:
                structure(item, found)
    return found


def scanned(body: Body) -> list[tuple[str, int]]:
    found = [("quote", block.line) for block in body.preamble if block.kind == "quote"]
    for part in body.parts:
        found.append((f"h{part.heading.level}", part.heading.place.line))
        found += [("quote", block.line) for block in part.blocks if block.kind == "quote"]
    return found


def test_headings_and_quotes_stand_where_pandoc_sees_them() -> None:
    whole = project()
    files = [document.file for document in (*whole.notes, *whole.syntheses, *whole.lessons)]
    assert len(files) > 40
    wrong = []
    for file in files:
        text, line = body_text(whole.sources[file])
        theirs = [(k, n + line - 1) for k, n in structure(tree(text, "commonmark_x+sourcepos"), [])]
        if scanned(scan(text, file, line, [])) != theirs:
            wrong.append((file, set(scanned(scan(text, file, line, []))) ^ set(theirs)))
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        "> cité\n> encore\nparesseux\n\n> autre\n",
        "texte\n# Titre\n> cité\n# Autre {#b}\n", "    # code\n\n# Titre #\n", "```\n# code\n> code\n```\n\n> cité\n",
        "~~~\n> x\n", "***\n\n# a\n\n- - -\n\n## b\n", "> # cité\n> texte\n\n#pas un titre\n",
        "- > cité\n  > encore\n- texte\n- > autre\n\n1. > un\n2. deux\n\ntexte\n",
    ],
)  # fmt: skip
def test_small_texts_are_scanned_as_pandoc_reads_them(text: str) -> None:
    assert scanned(scan(text, "f", 1, [])) == structure(tree(text, "commonmark_x+sourcepos"), [])


@pytest.mark.parametrize(
    "text", ["Titre\n=====\n\ntexte\n", "Titre\n-\n\n> cité\n", "un\n\nTitre {#a}\n---\n"]
)
def test_underlined_headings_are_headings(text: str) -> None:
    kinds = [kind for kind, _line in structure(tree(text, "commonmark_x+sourcepos"), [])]
    assert [kind for kind, _line in scanned(scan(text, "f", 1, []))] == kinds


def strings(node: object) -> str:
    """The visible text of a tree, raw nodes aside."""
    if isinstance(node, list):
        return " ".join(map(strings, node))
    if not isinstance(node, dict):
        return ""
    kind, content = node.get("t"), node.get("c")
    if kind in ("Str",):
        return content
    if kind in ("RawInline", "RawBlock"):
        return ""
    if kind in ("Code", "CodeBlock"):
        return content[1]
    joined = "" if kind in ("Para", "Plain", "Header", "Emph", "Strong", "Span", "Link") else " "
    if isinstance(content, list):
        return (
            joined.join(
                " "
                if isinstance(c, dict) and c.get("t") in ("Space", "SoftBreak", "LineBreak")
                else strings(c)
                for c in content
            )
            if joined == " "
            else "".join(map(inner, content)) + " "
        )
    return " "


def inner(node: object) -> str:
    if isinstance(node, dict) and node.get("t") in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if isinstance(node, list):
        return "".join(map(inner, node))
    return (
        strings(node).rstrip(" ")
        if isinstance(node, dict) and node.get("t") in ("Emph", "Strong", "Span", "Link")
        else strings(node)
    )


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def visible(note: Note) -> list[str]:
    found = []
    for part in note.body.parts:
        found += words(plain(part.heading.text))
        for block in part.blocks:
            found += words(plain(block.text))
    return found


def test_every_visible_word_of_a_note_survives_pandoc() -> None:
    lost = []
    whole = project()
    for note in whole.notes:
        text, _line = body_text(whole.sources[note.file])
        kept = words(strings(tree(text, pandoc.READER)))
        missing = [word for word in set(visible(note)) if visible(note).count(word) > kept.count(word)]
        if missing:
            lost.append((note.file, missing))
    assert lost == []


def test_the_seeded_campaign_survives_too() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in campaign().items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        whole = load(Path(folder))
        for note in whole.notes[:4]:
            text, _line = body_text(whole.sources[note.file])
            assert sorted(words(strings(tree(text, pandoc.READER)))) == sorted(visible(note))
