"""Hostile and broken files: each is told, on its line, and the run goes on. One row a case of what was tried."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hostile import (
    ANSWER,
    MAPPING,
    NOTE,
    SYNTHESIS,
    Spoil,
    answer,
    campaign,
    files,
    problems,
    recoded,
    run,
    swap,
)

BIDI, BELL, NUL = "\u202e", "\x07", "\x00"


def linked(root: Path) -> None:
    outside = root.parent / "ailleurs.md"
    outside.write_bytes((root / NOTE).read_bytes())
    (root / NOTE).unlink()
    (root / NOTE).symlink_to(outside)


def looped(root: Path) -> None:
    (root / NOTE).unlink()
    (root / NOTE).symlink_to(Path(NOTE).name)


def folder_linked(root: Path) -> None:
    (root.parent / "dehors").mkdir()
    (root / "notes/mopti").symlink_to(root.parent / "dehors")


def written(name: str, data: bytes) -> Spoil:
    return lambda root: (root / name).write_bytes(data)


# case: (what is done, the code and line that must be told; None where nothing is wrong)
CASES: dict[str, tuple[Spoil, str | None, int]] = {
    # Pandoc and notes
    "a name and a phone in a note's header": (swap(NOTE, "place: Gao", "place: Gao\nname: X Y"), "N001", 7),
    "header-includes in a synthesis": (swap(SYNTHESIS, "kind: synthesis", "kind: synthesis\nheader-includes: x"), "F001", 3),
    "css in a synthesis": (swap(SYNTHESIS, "kind: synthesis", "kind: synthesis\ncss: x.css"), "F001", 3),
    "an author in a synthesis": (swap(SYNTHESIS, "kind: synthesis", "kind: synthesis\nauthor: X"), "F001", 3),
    "a raw Word block": (answer("```{=openxml}\n<w:p/>\n```"), "N020", 40),
    "a raw HTML block": (answer("```{=html}\n<b>x</b>\n```"), "N020", 40),
    "a raw typst block": (answer('```{=typst}\n#read("/etc/passwd")\n```'), "N020", 40),
    "raw HTML within a line": (answer("`<b>x</b>`{=html}"), "N020", 40),
    "a script": (answer("<script>alert(1)</script>"), "N020", 40),
    "a style": (answer("<style>p {display: none}</style>"), "N020", 40),
    "an SVG with code": (answer("<svg onload=x>"), "N020", 40),
    "a paragraph as HTML": (answer("<p>Visible.</p>"), "N020", 40),
    "a word in angle brackets": (answer("On dit <nous> ici."), "N020", 40),
    "a role in angle brackets": (answer("Le <responsable> est là."), "N020", 40),
    "a processing instruction": (answer("<?php x ?>"), "N020", 40),
    "a document type": (answer("<!DOCTYPE html>"), "N020", 40),
    "a CDATA section": (answer("<![CDATA[x]]>"), "N020", 40),
    "a comment left open": (answer("<!-- la suite est cachée"), "W023", 40),
    "an attribute with code": (answer('[x]{onclick="alert(1)"}'), "N017", 40),
    "a class that begins with a digit": (answer("[x]{.1a}"), "N017", 40),
    "a fenced division": (answer("::: {.hidden}\ncaché\n:::"), "N020", 40),
    "a reference definition that swallows a line": (answer("[AM]: Silence."), "N020", 40),
    "a reference definition at the end": (answer("[texte][ref]\n\n[ref]: https://example.org"), "N020", 42),
    "an account": (answer("Selon @quelquun_ici."), "P002", 40),
    "a citation with two hyphens": (swap(SYNTHESIS, "[@GAO-01]", "[@GAO--01]"), "F012", 13),
    "a citation with a hyphen too many": (swap(SYNTHESIS, "[@GAO-01]", "[@GAO-01-]"), "F012", 13),
    "a note in Latin-1": (recoded("latin-1"), "W001", 27),
    "a note in UTF-16": (recoded("utf-16"), "W001", 1),
    "a note of binary bytes": (written("notes/gao/X.md", bytes(range(256))), "W001", 2),
    "a note of 8 MB": (answer("mot " * 2_100_000), "W007", 1),
    "spans left open": (answer("[x]{.off " * 500), "N018", 40),
    # YAML
    "the region “no”": (swap(NOTE, "region: gao", "region: no"), "N008", 4),
    "a leading zero": (swap(MAPPING, "minimum_per_region: 2", "minimum_per_region: 0x10"), "M003", 8),
    "minutes as a time": (swap(NOTE, "place: Gao", "place: Gao\nminutes: 12:30"), "N003", 7),
    "a version unquoted": (swap(NOTE, 'guide_version: "1.0"', "guide_version: 1.0"), None, 0),
    "the 30th of February": (swap(NOTE, "2023-06-20", "2026-02-30"), "N003", 5),
    "a key twice": (swap(MAPPING, "commissioner: Interpeace", "commissioner: A\n  commissioner: B"), "W014", 5),
    "a key twice, composed and decomposed": (swap(NOTE, "place: Gao", "place: Gao\nclé: 1\ncle\u0301: 2"), "W014", 8),
    "a number sign that cuts a sentence": (swap(MAPPING, "Bureau n° 2", "Il a dit #1 fois"), "W020", 42),
    "an alias bomb": (swap(MAPPING, "regions:\n", "x: &a [1, 1]\ny: [*a, *a]\nregions:\n"), "W015", 10),
    "a merge bomb": (swap(MAPPING, "regions:\n", "x: &a {k: 1}\ny: {<<: *a}\nregions:\n"), "W015", 10),
    "a tag that runs code": (swap(MAPPING, "commissioner: Interpeace", "commissioner: !!python/object/apply:os.system ['id']"), "W016", 4),
    "500 brackets": (swap(MAPPING, "commissioner: Interpeace", "commissioner: " + "[" * 500), "W017", 4),
    "100,000 brackets": (swap(MAPPING, "commissioner: Interpeace", "commissioner: " + "[" * 100_000), "W017", 4),
    "a merge conflict, indented": (answer("  <<<<<<< HEAD\n  a\n  =======\n  b\n  >>>>>>> x"), "W005", 40),
    "a character that turns the text": (answer(f"ab{BIDI}cd"), "W004", 40),
    "a bell": (answer(f"ab{BELL}cd"), "W003", 40),
    "an escape sequence": (answer("ab\x1b[31mcd"), "W003", 40),
    "a definition in a list": (answer("- [AM]: rire"), "N020", 40),
    "a passage kept off without its point": (answer("[Nous]{off} partons."), "N017", 40),
    "a comment that swallows the next": (answer("<!-- a\n\nb\n\n<!-- c -->"), "W023", 40),
    "a NUL byte": (answer(f"ab{NUL}cd"), "W003", 40),
    "a tab as indentation": (swap(MAPPING, "  commissioner", "\tcommissioner"), "W013", 4),
    "an empty mapping": (written(MAPPING, b""), "W010", 1),
    "a mapping that is a list": (written(MAPPING, b"- a\n"), "M003", 1),
    "an empty note": (written(NOTE, b""), "W011", 1),
    "a byte order mark": (lambda root: (root / NOTE).write_bytes(b"\xef\xbb\xbf" + (root / NOTE).read_bytes()), "W002", 1),
    # Files
    "a note that is a link to the outside": (linked, "W006", 1),
    "a link to itself": (looped, "W006", 1),
    "a folder that is a link to the outside": (folder_linked, "W006", 1),
    "an id that climbs": (swap(NOTE, "id: GAO-01", "id: ../../x"), "N003", 2),
    "a region that climbs": (swap(NOTE, "region: gao", "region: ../x"), "N003", 4),
    "a folder named like a note": (lambda root: (root / "notes/gao/X.md").mkdir(), None, 0),
    # Persons
    "a phone": (answer("Appeler le 76 12 34 56."), "P002", 40),
    "an address": (answer("Écrire à a.b@example.org."), "P002", 40),
    "coordinates": (answer("Au point 16.2717, -0.0447."), "P002", 40),
    "a bank account": (answer("Sur FR1420041010050500013M02606."), "P002", 40),
    "a number plate": (answer("Le AB 1234 MD est passé."), "P002", 40),
    # What is no fault
    "a template's signs": (answer("{{ 7 * 7 }} {% for x in y %}"), None, 0),
    "a TeX command": (answer("\\input{/etc/passwd} $\\mathrm{x}$"), None, 0),
    "escaped tags": (answer("&lt;script&gt; \\<nous\\>"), None, 0),
    "Windows line ends": (lambda root: (root / NOTE).write_bytes((root / NOTE).read_bytes().replace(b"\n", b"\r\n")), None, 0),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_file_is_told_on_its_line(case: str, tmp_path: Path) -> None:
    spoil, code, line = CASES[case]
    root = campaign(tmp_path)
    spoil(root)
    found = problems(root)
    if code is None:
        assert found == []
    else:
        assert (code, line) in [(c, at) for c, _file, at in found]


@pytest.mark.parametrize(
    "sign",
    ["[", "«", "*a ", "_a ", "~~a ", "`", "![a](", "{.a ", "<!-- ", "[^a ", "[@a ", "&a", "> ", "- ", "| "],
)
def test_a_sign_repeated_twenty_thousand_times_hangs_nothing(sign: str, tmp_path: Path) -> None:
    root = campaign(tmp_path)
    answer(sign * 20_000)(root)
    start = time.process_time()
    problems(root)
    assert time.process_time() - start < 300  # what grows with the square of it takes an hour


def test_every_hostile_file_is_told_in_one_run(tmp_path: Path) -> None:
    root = campaign(tmp_path)
    swap(MAPPING, "commissioner: Interpeace", "commissioner: A\n  commissioner: B")(root)
    answer("<nous>")(root)
    (root / "notes/gao/X.md").write_bytes(b"\xff\xfe")
    swap("notes/gao/GAO-02.md", "date:", "date: 2026-02-30 #")(root)
    assert {"W014", "N020", "W001", "N003"} <= {code for code, _file, _line in problems(root)}


def test_words_that_a_console_would_read_as_orders_are_printed_as_they_are(tmp_path: Path) -> None:
    root = campaign(tmp_path)
    swap(NOTE, "interviewer: AM", "interviewer: '[link] [/b] :smile: [red]'")(root)
    swap(NOTE, "region: gao", "region: '[bold]x[/bold]'")(root)
    said = run(root, "check").said
    assert "[bold]x[/bold]" in said and "😄" not in said
    assert "\x1b" not in said


def test_an_escape_sequence_in_a_value_never_reaches_the_console(tmp_path: Path) -> None:
    root = campaign(tmp_path)
    swap(MAPPING, 'name: "Association Tamat"', 'name: "\\e]0;x\\a\\e[31mTamat\\u202e"')(root)
    for command in (["check"], ["status"], [], ["note", "tamat"]):
        assert not {"\x1b", "\x07", "\u202e"} & set(run(root, *command).said)


@pytest.mark.parametrize(
    "arguments",
    [
        ["note", "../../x"],
        ["synthesis", "../x"],
        ["report", "--region", "../x"],
        ["check", "../../etc/passwd"],
        ["check", "/etc/passwd"],
    ],
)
def test_a_path_that_climbs_is_refused(arguments: list[str], tmp_path: Path) -> None:
    root = campaign(tmp_path)
    before = files(root)
    assert run(root, *arguments).code == 2
    assert files(root) == before
    assert [path.name for path in tmp_path.iterdir()] == ["campagne"]


def test_an_actor_id_that_climbs_lays_down_nothing_outside(tmp_path: Path) -> None:
    root = campaign(tmp_path)
    swap(MAPPING, "- id: alkafo", "- id: ../../alkafo")(root)
    run(root, "note", "--all")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["campagne"]


def test_ordinary_answers_stay_clean(tmp_path: Path) -> None:
    root = campaign(tmp_path)
    assert ANSWER in (root / NOTE).read_text("utf-8")
    assert problems(root) == []
