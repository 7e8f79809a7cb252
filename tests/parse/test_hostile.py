"""Whatever bytes stand in a file: nothing raises, and every place lies inside the file."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from seeded import GUIDE, MAPPING, NOTE, SYNTHESIS, THEMES, campaign, write

from consultkit.diagnostic import Place
from consultkit.files import decode
from consultkit.fix import mended
from consultkit.load import load
from consultkit.located_yaml import read
from consultkit.output.diagnostics import as_github, as_json, as_lines
from consultkit.output.terminal import plain_text
from consultkit.parse.inline import plain, spans
from consultkit.parse.markdown import scan
from consultkit.quotation import citations, fragments, normalise, quoted_passages
from consultkit.rules import run

SIGNS = [
    "\n", "\n\n", " ", "  ", "\t", "# ", "## ", "### ", "> ", "- ", ">", "{#a}", "{.b}", "[", "]", "](", "]{.c}", "{=html}", "```",
    "~~~", "<!--", "-->", "<nous>", "[AM]:", "[^1]", "[@GAO-01]", "@GAO-01", "« ", " »", '"', "'", "“", "”", "*", "_", "\\", "`", "|",
    "---", "===", "...", "é", "e\u0301", "\u202e", "\x07", "\x00", "\u2028", "\x85", "\ufeff", "a: b", "a: b : c", " #1", "&x", "*x",
    "!!str", "<<: ", "{", "}", "[x, y]", "? ", "|\n  x", ">-\n  x", "<<<<<<< a", ":::", "mot", "😀", "ⵣ", "ߒ", "عربي", "1.", "%", "::",
]  # fmt: skip
MESS = st.lists(st.sampled_from(SIGNS) | st.text(max_size=3), max_size=40).map("".join)
SETTINGS = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FILES = {"mapping.yaml": MAPPING % ("  - {id: gao, name: Gao}", "  []"), "guides/guide-entretien.md": GUIDE,
         "guides/themes.yaml": THEMES, "notes/gao/synthese.md": SYNTHESIS, "notes/gao/GAO-01.md": NOTE}  # fmt: skip


def lies_inside(place: Place, text: str) -> bool:
    lines = text.split("\n")
    return 1 <= place.line <= len(lines) and 1 <= place.column <= len(lines[place.line - 1]) + 1


@given(MESS)
@SETTINGS
@example("a: [")
@example("[" * 500)
@example("? [a]\n: b")
@example("a: &x b\nc: *x")
@example('"<<": a\n"<<": b')
def test_yaml_never_raises(text: str) -> None:
    faults = []
    source = decode(text.encode("utf-8", "ignore"), "f", faults)
    if source is None:
        return
    reading = read(source.text, "f")
    assert (
        reading.root is not None
        or reading.broken
        or not source.text.replace("\ufeff", "").strip()
        or "#" in text
        or "---" in text
        or "..." in text
    )
    for fault in reading.faults:
        assert lies_inside(fault.place, source.text)


@given(MESS)
@SETTINGS
@example("[" * 20_000)
@example("<" * 5_000)
@example("{." * 5_000)
@example("`" * 5_000)
@example("*" * 5_000)
def test_markdown_never_raises(text: str) -> None:
    source = decode(text.encode("utf-8", "ignore"), "f", [])
    if source is None:
        return
    faults = []
    body = scan(source.text, "f", 1, faults)
    for fault in faults:
        assert lies_inside(fault.place, source.text)
    for part in body.parts:
        assert lies_inside(part.heading.place, source.text)
    for block in body.blocks():
        assert lies_inside(block.place("f"), source.text)
        found, stray = spans(block.text)
        for index in (*stray, *(span.start for span in found)):
            assert lies_inside(block.place("f", index), source.text)
        assert len(plain(block.text)) <= len(block.text) * 2
        normalise(block.text), fragments(block.text), quoted_passages(block.text), citations(block.text)


@given(st.sampled_from(sorted(FILES)), st.integers(0, 3000), st.integers(0, 40), MESS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_campaign_with_a_mess_in_one_file(name: str, at: int, gone: int, mess: str) -> None:
    text = campaign().get(name, FILES[name])
    at = min(at, len(text))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = {key: value for key, value in campaign().items() if key in FILES or "GAO" in key}
        write(root, files)
        (root / name).write_bytes((text[:at] + mess + text[at + gone :]).encode("utf-8", "surrogateescape"))
        project = load(root, date(2023, 7, 20))
        problems = run(project)
        for problem in problems:
            path = root / problem.place.file
            whole = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
            assert lies_inside(problem.place, whole), problem
        as_json(problems, []), as_github(problems), plain_text(as_lines(problems, project.sources, 40))
        list(mended(project))


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00" * 10, b"---", b"---\n---", b"---\n\n---\n",
                                  b"---\n- a\n---\n", b"---\nx\n---\n", b"\n", b"---\nid: a\n...\nx"])  # fmt: skip
@pytest.mark.parametrize("name", sorted(FILES))
def test_stumps_of_files(name: str, data: bytes, tmp_path: Path) -> None:
    write(tmp_path, campaign())
    (tmp_path / name).write_bytes(data)
    problems = run(load(tmp_path, date(2023, 7, 20)))
    assert problems
    assert {problem.place.file for problem in problems} == {name}
