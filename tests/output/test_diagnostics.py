"""What `check` prints: whole outputs in French and English, JSON, GitHub, and text that neither acts nor vanishes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from seeded import campaign, write

from consultkit.coverage import coverage
from consultkit.diagnostic import Diagnostic, Place, Severity
from consultkit.files import Source
from consultkit.i18n import use
from consultkit.load import load
from consultkit.output.diagnostics import as_github, as_json, as_lines, coverage_lines, summary
from consultkit.output.terminal import coloured_text, plain_text, width_of
from consultkit.rules import run

TODAY = date(2023, 7, 20)
HERE = Path(__file__).parent


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest):
    use(request.param)
    yield request.param
    use("en")


FAULTY = {
    "region": ("notes/gao/GAO-06.md", "region: gao", "region: mopty"),
    "colon": ("mapping.yaml", 'title: "Besoins : les quatre régions"', "title: Besoins : les quatre régions"),
    "quotation": ("notes/gao/synthese.md", "en 2 tours, et chacun attend", "en 2 rondes, et chacun attend"),
    "unanswered": ("notes/gao/GAO-06.md", "Nous suivons 7 villages depuis dix ans.", "à compléter"),
    "coverage": ("mapping.yaml", "code: ML07\n    minimum: 10", "code: ML07\n    minimum: 14"),
}


def printed(root: Path, width: int = 80) -> str:
    project = load(root, TODAY)
    problems = run(project)
    lines = [*as_lines(problems, project.sources, width), summary(problems, len(project.notes)), [("", "")]]
    return plain_text([*lines, *coverage_lines(coverage(project), width)])


@pytest.mark.parametrize("name", FAULTY)
def test_whole_outputs(name: str, language: str, tmp_path: Path) -> None:
    """Golden files: `python tests/output/test_diagnostics.py` writes them anew."""
    file, old, new = FAULTY[name]
    files = campaign()
    assert files[file].count(old) == 1
    files[file] = files[file].replace(old, new)
    write(tmp_path, files)
    assert printed(tmp_path) == (HERE / f"{name}.{language}.txt").read_text("utf-8")


def problem(
    line: str, column: int = 1, length: int = 1, message: str = "m", help: str = ""
) -> tuple[list, dict]:
    place = Place("notes/gao/GAO-01.md", 1, column, length)
    found = Diagnostic("N003", Severity.ERROR, place, message, help)
    return [found], {place.file: Source(place.file, line)}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[b]gras[/b]", "[b]gras[/b]"), ("[link=x]ici[/link]", "[link=x]ici[/link]"), (":smile:", ":smile:"),
        ("a\x1b[31mrouge\x1b[0m", "a\\u001b[31mrouge\\u001b[0m"), ("\x1b]8;;http://x\x07lien", "\\u001b]8;;http://x\\u0007lien"),
        ("abc\u202edef", "abc\\u202edef"), ("z\u200bw", "z\\u200bw"), ("a\u2066b\u2069", "a\\u2066b\\u2069"),
    ],
)  # fmt: skip
def test_users_text_neither_acts_nor_vanishes(written: str, shown: str) -> None:
    problems, sources = problem(written, message=f"«{written}»", help=written)
    for text in (plain_text(as_lines(problems, sources, 80)), coloured_text(as_lines(problems, sources, 80))):
        assert text.count(shown) == 3
        assert not re.search("[\u202e\u2066\u200b\x07]", text)
        assert set(re.findall(r"\x1b(.)", text)) <= {"["}


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("column", [1, 30, 500, 995])
def test_long_lines_are_cut_around_the_value_and_the_caret_stands_under_it(width: int, column: int) -> None:
    line = "".join(f"{number:04d} " for number in range(200))
    problems, sources = problem(
        line, column, 4, "Un message assez long pour être plié sur plusieurs lignes." * 2
    )
    text = plain_text(as_lines(problems, sources, width)).split("\n")
    source = next(row for row in text if row.startswith("  1 │"))
    caret = next(row for row in text if row.lstrip(" │").startswith("^"))
    assert source[caret.index("^")] == line[column - 1]
    assert all(width_of(row) <= max(width, 40) for row in text)


def test_wide_letters_shift_the_caret() -> None:
    problems, sources = problem("名前: x", 5, 1)
    text = plain_text(as_lines(problems, sources, 80)).split("\n")
    assert text[2] == "  1 │ 名前: x"
    assert width_of(text[3][: text[3].index("^")]) == width_of("  1 │ 名前: ")


def test_no_line_with_a_privacy_find_is_shown() -> None:
    problems, sources = problem("76 12 34 56 et mopty", 16, 5)
    secret = Diagnostic("P002", Severity.ERROR, problems[0].place._replace(column=1), "Un numéro.")
    text = plain_text(as_lines([secret, *problems], sources, 80))
    assert "76" not in text and "mopty" not in text


def test_json_is_what_the_contract_says(tmp_path: Path) -> None:
    files = campaign()
    files["notes/gao/GAO-06.md"] = files["notes/gao/GAO-06.md"].replace(
        "mode: in-person", "mode: [b]:smile:[/b]"
    )
    write(tmp_path, files)
    project = load(tmp_path, TODAY)
    read = json.loads(as_json(run(project), coverage(project)))
    assert list(read) == ["version", "ok", "problems", "coverage"]
    assert (read["version"], read["ok"]) == (1, False)
    assert {**read["problems"][0], "message": "", "help": ""} == {
        "code": "W012", "severity": "error", "file": "notes/gao/GAO-06.md", "line": 7, "column": 10, "message": "", "help": "",
    }  # fmt: skip
    assert read["coverage"][0] == {
        "region": "gao", "name": "Gao", "minimum": 10, "done": 10, "draft": 0, "actors": 13, "missing": 0,
    }  # fmt: skip


def test_github_annotations_escape_what_would_act() -> None:
    problems, _sources = problem("", message="100 %\n::error::x", help="a,b: c")
    name = problems[0].place._replace(file="notes/a,b:c.md", line=3)
    line = as_github([Diagnostic("N003", Severity.INFO, name, problems[0].message, problems[0].help)])
    assert line == "::notice file=notes/a%2Cb%3Ac.md,line=3,col=1,title=N003::100 %25%0A::error::x a,b: c\n"


def command(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    env = {**os.environ, "CONSULTKIT_LANG": "fr", **environment}
    return subprocess.run(
        [sys.executable, "-m", "consultkit", "check", *arguments], cwd=root, capture_output=True, text=True,
        env=env, encoding="utf-8", check=False,
    )  # fmt: skip


def test_exit_codes_and_choices(tmp_path: Path) -> None:
    files = campaign()
    note = "notes/gao/GAO-06.md"
    files[note] = files[note].replace("date: 2023-06-12", "date: 2023-05-12")
    files["notes/mopti/MOP-06.md"] = files["notes/mopti/MOP-06.md"].replace("mode: in-person", "mode: pigeon")
    write(tmp_path, files)
    assert command(tmp_path).returncode == 1
    assert command(tmp_path, note).returncode == 0
    assert command(tmp_path, note, "--strict").returncode == 1
    assert command(tmp_path, "notes/gao").returncode == 0
    assert command(tmp_path, "notes/mopti").returncode == 1
    assert command(tmp_path, "--select", "N010").returncode == 0
    assert command(tmp_path, "--ignore", "N003,W").returncode == 0
    assert command(tmp_path, "absent.md").returncode == 2
    assert command(tmp_path.parent).returncode == 2
    assert command(tmp_path, "--format", "oiseau").returncode == 2
    assert command(tmp_path / "notes").returncode == 1


def test_colours_only_where_they_are_wanted(tmp_path: Path) -> None:
    write(tmp_path, campaign() | {"guides/themes.yaml": "themes: x\n"})
    assert "\x1b[" not in command(tmp_path).stdout
    assert "\x1b[" in command(tmp_path, FORCE_COLOR="1").stdout
    assert "\x1b[" not in command(tmp_path, FORCE_COLOR="1", NO_COLOR="1").stdout
    narrow = command(tmp_path, COLUMNS="40").stdout
    assert all(width_of(line) <= 40 for line in narrow.split("\n"))


if __name__ == "__main__":
    import tempfile

    for lang in ("fr", "en"):
        use(lang)
        for name, (file, old, new) in FAULTY.items():
            with tempfile.TemporaryDirectory() as folder:
                files = campaign()
                files[file] = files[file].replace(old, new)
                write(Path(folder), files)
                (HERE / f"{name}.{lang}.txt").write_text(printed(Path(folder)), "utf-8")
