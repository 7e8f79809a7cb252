"""The quick start as a newcomer follows it, word for word; and no link of the documentation leads nowhere."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from consultkit.cli import run

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")])

BLOCK = re.compile(r"^```(console|yaml|markdown)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`(consultkit [^`]+)`(?!`)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# What a command of the page answers: exit code and words; for any other, nothing is wrong and something is said.
ANSWERS = {
    "demarrage-rapide.md": {
        "consultkit --version": (0, "consultkit 0."),
        "consultkit init ma-campagne": (0, "La campagne est prête dans ma-campagne."),
        "consultkit": (0, "aucune erreur"),
        "consultkit check --no-coverage": (0, "Aucun problème trouvé."),
        "consultkit check --fix": (1, "il en manque"),
        "consultkit mapping export acteurs.xlsx": (0, "acteurs.xlsx : 3 acteurs."),
        "consultkit mapping import acteurs.xlsx": (0, "La cartographie dit déjà tout cela."),
        "consultkit note exemple-gao": (0, "notes/gao/GAO-01.md"),
        "consultkit check notes/gao/GAO-01.md": (0, "Aucun problème trouvé."),
        "consultkit status": (0, "Gao "),
        "consultkit synthesis gao": (0, "notes/gao/synthese.md"),
        "consultkit report": (0, "Provisoire"),
        "consultkit explain W012": (0, "W012"),
        "consultkit explain N012": (0, "N012"),
    },
    "quick-start.md": {
        "consultkit --version": (0, "consultkit 0."),
        "consultkit init my-campaign --lang en": (0, "The campaign is ready in my-campaign."),
        "consultkit": (0, "no error"),
        "consultkit check --no-coverage": (0, "No problem found."),
        "consultkit check --fix": (1, "missing"),
        "consultkit mapping export actors.xlsx": (0, "actors.xlsx: 3 actors."),
        "consultkit mapping import actors.xlsx": (0, "The mapping says all this already."),
        "consultkit note example-gao": (0, "notes/gao/GAO-01.md"),
        "consultkit check notes/gao/GAO-01.md": (0, "No problem found."),
        "consultkit status": (0, "Gao "),
        "consultkit synthesis gao": (0, "notes/gao/synthesis.md"),
        "consultkit report": (0, "Provisional"),
        "consultkit explain W012": (0, "W012"),
        "consultkit explain N012": (0, "N012"),
    },
}


def steps(text: str) -> list[tuple[str, str]]:
    """What the page has one do, in its order: ("yaml", lines to add), ("markdown", an answer) or ("console", a command)."""
    found: list[tuple[int, str, str]] = []
    for block in BLOCK.finditer(text):
        lines = block[2].splitlines() if block[1] == "console" else [block[2]]
        found += [(block.start(), block[1], line) for line in lines]
    found += [(span.start(), "console", span[1]) for span in SPAN.finditer(text)]
    return [(kind, what) for _place, kind, what in sorted(found, key=lambda step: step[0])]


def type_in(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str]:
    """A command as it is typed: its exit code and all that it says."""
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    code = 0
    try:
        run()
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    said = capsys.readouterr()
    return code, re.sub("[\u00a0\u202f]", " ", said.out + said.err)


@pytest.mark.parametrize("page", ANSWERS)
def test_the_quick_start_works_as_it_is_written(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    expected = dict(ANSWERS[page])
    for kind, what in steps((ROOT / "docs" / page).read_text("utf-8")):
        if kind == "yaml":
            with Path("mapping.yaml").open("a", encoding="utf-8") as mapping:
                mapping.write(what)
        elif kind == "markdown":
            note = Path("notes/gao/GAO-01.md")
            heading = what.partition("\n")[0]
            before, after = note.read_text("utf-8").split(heading)
            note.write_text(before + what + after[after.index("\n#") :], "utf-8")
        elif what.startswith("cd "):
            monkeypatch.chdir(what.removeprefix("cd "))
        else:
            if " --from " in what:  # the guide that was just printed, come back as it was
                shutil.copy("guide.docx", what.split()[-1])
            code, said = type_in(what, capsys, monkeypatch)
            wanted, words = expected.pop(what, (0, ""))
            assert code == wanted and words in said and said.strip(), (what, code, said)
    assert not expected, "commands that the page no longer has"


def slug(heading: str) -> str:
    """A heading's anchor, as code forges make it."""
    plain = re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$|`[^`\n]+`", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    lost = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        anchors = (
            {slug(h) for h in HEADING.findall(file.read_text("utf-8"))}
            if anchor and file.is_file()
            else {anchor}
        )
        if not file.exists() or anchor not in anchors:
            lost.append(target)
    assert lost == []
