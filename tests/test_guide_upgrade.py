"""guide upgrade: notes follow the guide, lose no word, and stay as clean as they were."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultkit.cli import main
from consultkit.diagnostic import Severity
from consultkit.files import Source
from consultkit.guide.upgrade import CannotCarryError, Carriage
from consultkit.load import load
from consultkit.model import Guide
from consultkit.parse.guide import parse_guide
from consultkit.rules import run

MAPPING = """campaign: {title: T, commissioner: C, authors: [A], language: LANG, start: 2023-06-12, guide: guides/guide.md}
regions:
  - {id: gao, name: Gao, code: ML07, minimum: 0}
actor_types:
  - {id: osc, name: OSC}
  - {id: ong, name: ONG}
actors:
  - {id: tamat, name: Tamat, type: osc, regions: [gao]}
"""
HEADER = """---
id: GAO-01
# who
actor: tamat
region: gao
date: 2023-06-20
mode: in-person
interviewer: AM
participants:
  - {role: "R", gender: f, age: adult}
consent: {given: true}
guide_version: 1.0   # the first one
status: STATUS
---
"""


# Guides and notes, as the generator sees them


@dataclasses.dataclass(frozen=True)
class Q:
    id: str
    text: str
    required: bool = False
    types: str = ""
    was: str = ""

    def lines(self) -> str:
        marks = " .required" * self.required + f' types="{self.types}"' * bool(self.types)
        was = f' was="{self.was}"' if self.was else ""
        return f"### {self.text} ? {{#{self.id}{marks}{was}}}\n\n- relance {self.text}\n\n> conseil {self.text}\n\n"

    @property
    def heading(self) -> str:
        return self.lines().split("\n")[0]


Sections = list[tuple[str, str, bool, list[Q]]]  # id, title, observation, questions


def guide_text(sections: Sections, version: str) -> str:
    head = f'---\nid: guide\ntitle: G\nversion: "{version}"\nlanguage: fr\n---\n\nBonjour.\n\n'
    return head + "".join(
        f"## {title} {{#{id_}{' .observation' * seen}}}\n\n" + "".join(q.lines() for q in questions)
        for id_, title, seen, questions in sections
    )


def guide(sections: Sections, version: str) -> Guide:
    found = parse_guide(Source("guides/guide.md", guide_text(sections, version)), [], [], [])
    assert found is not None and found.sound
    return found


WORDS = st.lists(
    st.sampled_from(["eau", "puits", "marché", "école", "route", "chef", "pluie"]), min_size=1, max_size=3
)


@st.composite
def guides(draw: st.DrawFn) -> tuple[Sections, Sections, dict[str, str]]:
    """An old guide, a new one made of it, and what each old question is called in it (absent: removed)."""
    numbers = iter(range(1000))

    def question() -> Q:
        number = next(numbers)
        text = " ".join([*draw(WORDS), str(number)])
        return Q(f"q{number}", text, draw(st.booleans()), draw(st.sampled_from(["", "", "osc", "ong"])))

    old: Sections = [
        (f"s{i}", f"Titre {i}", draw(st.booleans()), [question() for _ in range(draw(st.integers(0, 4)))])
        for i in range(draw(st.integers(1, 4)))
    ]
    new: Sections = [(i, draw(st.sampled_from([t, t + " neuf"])), o, []) for i, t, o, _q in old]
    if len(new) > 1 and draw(st.booleans()):
        new.pop(draw(st.integers(0, len(new) - 1)))
    if draw(st.booleans()):
        new.append(("sx", "Section neuve", False, []))
    names: dict[str, str] = {}
    for _id, _title, _seen, questions in old:
        for q in questions:
            fate = draw(st.sampled_from(["keep", "keep", "remove", "rename", "reword", "require", "type"]))
            if fate == "remove":
                continue
            changed = {
                "rename": {"id": q.id + "-bis", "was": q.id},
                "reword": {"text": q.text + " autrement"},
                "require": {"required": True},
                "type": {"types": ""},
            }.get(fate, {})
            names[q.id] = q.id + "-bis" * (fate == "rename")
            home = next((s for s in new if s[0] == _id), new[0])
            target = home if draw(st.integers(0, 3)) else draw(st.sampled_from(new))
            target[3].insert(draw(st.integers(0, len(target[3]))) if not draw(st.integers(0, 2)) else 99,
                             dataclasses.replace(q, **changed))  # fmt: skip
    for section in new:
        for _ in range(draw(st.integers(0, 2))):
            section[3].insert(draw(st.integers(0, 9)), question())
    return old, draw(st.sampled_from([new, new, new[::-1]])), names


@st.composite
def answers(draw: st.DrawFn, words: Iterator[int]) -> str:
    """An answer as people write them: each word is its own, so that a loss shows."""

    def some() -> str:
        return " ".join(f"mot{next(words)}" for _ in range(draw(st.integers(1, 4))))

    kinds = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4))
    blocks = {
        0: lambda: some(), 1: lambda: f"> {some()}\n> {some()}", 2: lambda: f"[{some()}]{{.acces}} {some()}",
        3: lambda: f"<!-- {some()}\n\n### {some()} {{#q0}}\n{some()} -->", 4: lambda: f"- {some()}\n- {some()}",
        5: lambda: f"```\n### {some()}\n```", 6: lambda: f"   {some()}  \n{some()}", 7: lambda: f"{some()} <!-- {some()} -->",
        8: lambda: f"| {some()} | {some()} |", 9: lambda: f"> {some()}\n\n> [{some()}]{{.translation}}",
    }  # fmt: skip
    gap = draw(st.sampled_from(["\n\n", "\n\n\n", "\n\n \n"]))
    return "mot" + str(next(words)) + gap + gap.join(blocks[kind]() for kind in kinds)


@st.composite
def campaigns(draw: st.DrawFn, messy: bool = False) -> tuple[Sections, Sections, dict[str, str], str, bool]:
    """Two guides and a note made with the first; a messy note has headings of its own, wrong ones, none."""
    old, new, names = draw(guides())
    words = iter(range(100_000))
    done = draw(st.booleans())
    note = HEADER.replace("STATUS", "done" if done else "draft")
    note += draw(st.sampled_from(["\n", "", "\n<!-- avant -->\n\n"]))
    end = draw(st.sampled_from(["\n\n", "\n", "\n\n\n\n"])) if messy else "\n\n"
    for id_, title, seen, questions in old:
        note += f"## {title} {{#{id_}{' .observation' * seen}}}\n\n"
        if draw(st.booleans()):
            note += draw(answers(words)) + end
        for q in questions:
            if q.types == "ong" and draw(st.integers(0, 4)):
                continue
            heading = q.heading
            if messy:
                heading = draw(st.sampled_from([
                    heading, heading, "  " + heading + "  ", f"### mot{next(words)} {{#{q.id}}}", "",
                    heading + f" <!-- mot{next(words)} -->", f"#### mot{next(words)}", f"## mot{next(words)} {{#libre}}",
                    heading.replace("?", f"? mot{next(words)}"), f"### mot{next(words)} {{#retired}}", "## R {#retired}",
                    f"mot{next(words)} {{#{q.id}}}\n---", f"### <!-- mot{next(words)} --> a {{#{q.id}}}",
                ]))  # fmt: skip
            filled = q.required or draw(st.booleans())
            note += heading + "\n\n" + (draw(answers(words)) + end if filled else "")
            if messy and not draw(st.integers(0, 5)):
                note += f"##### mot{next(words)}\n\n" + draw(answers(words)) + end
            if messy and not draw(st.integers(0, 30)):
                note += draw(st.sampled_from([f"<!-- mot{next(words)}\n", "```\n", "-->\n"]))
    if messy:
        note = note.rstrip("\n") if draw(st.booleans()) else note
    if draw(st.booleans()):
        note = note.replace("\n", "\r\n")
    return old, new, names, note, done


def errors(root: Path) -> list[str]:
    project = load(root, dt.date(2023, 7, 1))
    return [f"{d.code} {d.place} {d.message}" for d in run(project) if d.severity is Severity.ERROR and d.code[0] in "NG"]  # fmt: skip


def campaign(root: Path, files: dict[str, str], language: str = "fr") -> Path:
    for name, text in {"mapping.yaml": MAPPING.replace("LANG", language), **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return root


def mots(text: str) -> Counter[str]:
    return Counter(re.findall(r"mot\d+", text))


SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(campaigns())
def test_check_is_clean_before_and_after_and_no_word_is_lost(case: tuple) -> None:
    old, new, names, note, _done = case
    themes = "themes:\n  - {id: acces, name: A}\n"
    with tempfile.TemporaryDirectory() as folder:
        files = {
            "guides/guide.md": guide_text(old, "1.0"),
            "guides/themes.yaml": themes,
            "notes/gao/GAO-01.md": note,
        }
        root = campaign(Path(folder), files)
        before = errors(root)
        assert before == []
        campaign(
            root,
            {
                "guides/guide.md": guide_text(new, "2.0"),
                "guides/archive/guide-1.0.md": guide_text(old, "1.0"),
            },
        )
        related = set(names.values()) | ({s[0] for s in old} & {s[0] for s in new})
        code = main(["--root", str(root), "guide", "upgrade", "--yes", "--lang", "en"])
        after = (root / "notes/gao/GAO-01.md").read_bytes().decode()
        if not related:
            assert (code, after) == (2, note)
            return
        assert code == 0
        assert not mots(note) - mots(after)
        assert errors(root) == []
        assert ("\r\n" in note) == ("\r\n" in after) and ("\n" in after.replace("\r\n", "")) == (
            "\n" in note.replace("\r\n", "")
        )
        placed(load(root), note, old, names)
        assert main(["--root", str(root), "guide", "upgrade", "--yes", "--lang", "en"]) == 0
        assert (root / "notes/gao/GAO-01.md").read_bytes().decode() == after


def placed(project, note: str, old: Sections, names: dict[str, str]) -> None:
    """Every answer stands under its question: the same id, the new one, or among the retired."""
    after = {
        part.heading.id: mots("\n".join(b.text for b in part.blocks)) for part in project.notes[0].body.parts
    }
    before = parse_guide(Source("x.md", note.replace("\r\n", "\n")), [], [], [])
    assert before is not None
    from consultkit.parse.markdown import scan

    for part in scan(note.replace("\r\n", "\n").split("---\n", 2)[2], "x", 1, []).parts:
        words = mots("\n".join(block.text for block in part.blocks))
        if words:
            assert not words - after[names.get(part.heading.id, part.heading.id)]


@SLOW
@given(campaigns(messy=True))
def test_a_messy_note_loses_no_word_or_is_refused(case: tuple) -> None:
    old, new, _names, note, done = case
    carriage = Carriage(guide(old, "1.0"), guide(new, "2.0"))
    try:
        carried = carriage.carry(note, "notes/gao/GAO-01.md", {"osc"}, done)
    except CannotCarryError:
        lines = note.replace("\r", "")
        assert (
            re.search(r"(?m)^(<!-- mot\d+|-->)$", lines) or len(re.findall(r"(?m)^```$", lines)) % 2
        )  # left open
        return
    assert not mots(note) - mots(carried.text)
    again = Carriage(guide(new, "2.0"), guide(new, "2.0")).carry(carried.text, "n.md", {"osc"}, done)
    assert again.text == carried.text


# By example

OLD: Sections = [
    ("orga", "Organisation", False, [Q("mandat", "Votre mandat", True), Q("projets", "Vos projets")]),
    ("contexte", "Contexte", False, [Q("tensions", "Quelles tensions", True), Q("acces", "Quel accès")]),
    ("obs", "Observations", True, [Q("climat", "Le climat")]),
]
NEW: Sections = [
    (
        "contexte",
        "Le contexte",
        False,
        [Q("conflits", "Quels conflits", True, was="tensions"), Q("projets", "Vos projets")],
    ),
    (
        "orga",
        "Organisation",
        False,
        [Q("mandat", "Quel est votre mandat", True), Q("budget", "Quel budget", True)],
    ),
]
NOTE = (
    HEADER
    + """
## Organisation {#orga}

### Votre mandat ? {#mandat .required}

<!-- à relire -->
Aider  les éleveurs.

### Vos projets ? {#projets}

Un puits.
## Contexte {#contexte}

### Quelles tensions ? {#tensions .required}

> On ne passe plus.

### Quel accès ? {#acces}

Difficile.

## Observations {#obs .observation}

### Le climat ? {#climat}

> Calme."""
)
CARRIED = (
    HEADER.replace("guide_version: 1.0   #", 'guide_version: "2.0"   #')
    + """
## Le contexte {#contexte}

### Quels conflits ? {#conflits .required was="tensions"}

> On ne passe plus.

### Vos projets ? {#projets}

Un puits.

## Organisation {#orga}

### Quel est votre mandat ? {#mandat .required}

<!-- à relire -->
Aider  les éleveurs.

### Quel budget ? {#budget .required}

<!--
- relance Quel budget
Conseil : conseil Quel budget
-->

non posée

## Questions retirées {#retired}

### Quel accès ? {#acces}

Difficile.

## Questions retirées {#retired .observation}

### Le climat ? {#climat}

> Calme."""
)


@pytest.fixture
def field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A campaign whose guide has just become version 2.0, the first one archived."""
    root = campaign(tmp_path, {
        "guides/guide.md": guide_text(NEW, "2.0"), "guides/archive/guide-1.0.md": guide_text(OLD, "1.0"),
        "notes/gao/GAO-01.md": NOTE.replace("STATUS", "done"),
    })  # fmt: skip
    monkeypatch.chdir(root)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    return root


def plain_spaces(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def note_of(root: Path) -> str:
    return plain_spaces((root / "notes/gao/GAO-01.md").read_bytes().decode())


def test_a_note_by_example(field: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["guide", "upgrade", "--yes", "--lang", "fr"]) == 0
    assert note_of(field) == CARRIED.replace("STATUS", "done")
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("GAO-01")]
    assert rows == [["GAO-01", "1.0", "→", "2.0", "2", "3", "1", "2", "1"]]
    assert main(["guide", "upgrade", "--yes"]) == 0
    assert note_of(field) == CARRIED.replace("STATUS", "done")


def test_a_draft_gets_the_probes_alone(field: Path) -> None:
    campaign(field, {"notes/gao/GAO-01.md": NOTE.replace("STATUS", "draft").replace("\n", "\r\n")})
    assert main(["guide", "upgrade", "--yes"]) == 0
    wanted = CARRIED.replace("STATUS", "draft").replace("non posée\n\n", "").replace("\n", "\r\n")
    assert note_of(field) == wanted


def test_nothing_is_written_without_yes(field: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = note_of(field)
    assert main(["guide", "upgrade", "--lang", "en"]) == 1
    assert "--yes" in capsys.readouterr().out
    assert main(["guide", "upgrade", "--dry-run", "--lang", "en"]) == 0
    assert note_of(field) == before


def test_a_guide_that_shares_no_id(field: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = note_of(field)
    campaign(field, {"guides/guide.md": guide_text([("s", "S", False, [Q("z", "Z")])], "2.0")})
    assert main(["guide", "upgrade", "--yes", "--lang", "fr"]) == 2
    assert "aucun identifiant" in capsys.readouterr().err
    assert note_of(field) == before


def test_markers_of_a_merge_are_told_and_the_note_stays(
    field: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = NOTE + "\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n"
    campaign(field, {"notes/gao/GAO-02.md": broken})
    assert main(["guide", "upgrade", "--yes", "--lang", "en"]) == 1
    assert "notes/gao/GAO-02.md: cannot be read" in capsys.readouterr().out
    assert (field / "notes/gao/GAO-02.md").read_text("utf-8") == broken
    assert 'guide_version: "2.0"' in note_of(field)


def test_an_unclosed_comment_is_refused_and_told(field: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = NOTE.replace("STATUS", "draft").replace("les éleveurs.", "les éleveurs. <!-- à voir")
    campaign(field, {"notes/gao/GAO-01.md": broken})
    assert main(["guide", "upgrade", "--yes", "--lang", "en"]) == 1
    assert "notes/gao/GAO-01.md: stays as it is" in capsys.readouterr().out
    assert note_of(field) == broken


def test_an_unknown_version_is_told_and_named_with_from(
    field: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (field / "guides/archive/guide-1.0.md").rename(field / "vieux.md")
    assert main(["guide", "upgrade", "--yes", "--lang", "en"]) == 1
    assert "GAO-01: version 1.0" in capsys.readouterr().out
    assert main(["guide", "upgrade", "--yes", "--from", "nowhere", "--lang", "en"]) == 2
    assert main(["guide", "upgrade", "--yes", "--from", "vieux.md"]) == 0
    assert note_of(field) == CARRIED.replace("STATUS", "done")
    assert (field / "guides/archive/guide-1.0.md").read_text("utf-8") == guide_text(OLD, "1.0")


def git(root: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


def test_the_old_guide_is_found_in_git_and_archived(field: Path) -> None:
    (field / "guides/archive/guide-1.0.md").unlink()
    campaign(field, {"guides/guide.md": guide_text(OLD, "1.0"), "notes/gao/synthese.md": "---\nkind: synthesis\nregion: gao\n---\n\n## Contexte {#contexte}\n\nx\n"})  # fmt: skip
    git(field, "init", "-q")
    git(field, "add", ".")
    git(field, "commit", "-qm", "un")
    campaign(field, {"guides/guide.md": guide_text(NEW, "2.0")})
    git(field, "commit", "-qam", "deux")
    assert main(["guide", "upgrade", "--yes"]) == 0
    assert note_of(field) == CARRIED.replace("STATUS", "done")
    assert (field / "guides/archive/guide-1.0.md").read_text("utf-8") == guide_text(OLD, "1.0")
    assert "## Le contexte {#contexte}\n" in (field / "notes/gao/synthese.md").read_text("utf-8")
    assert main(["guide", "diff", "HEAD~1"]) == 0


def test_an_id_renamed_twice_and_a_question_that_comes_back(field: Path) -> None:
    third: Sections = [
        ("contexte", "Contexte", False, [Q("crises", "Quelles crises", was="conflits"), Q("acces", "Quel accès")]),
        ("orga", "Organisation", False, [Q("mandat", "Votre mandat"), Q("projets", "Vos projets")]),
    ]  # fmt: skip
    campaign(field, {"guides/archive/guide-2.0.md": guide_text(NEW, "2.0"), "guides/guide.md": guide_text(third, "3.0"),
                     "notes/gao/GAO-02.md": CARRIED.replace("STATUS", "done").replace("GAO-01", "GAO-02")})  # fmt: skip
    assert main(["guide", "upgrade", "--yes"]) == 0
    for name in ("GAO-01", "GAO-02"):
        text = (field / f"notes/gao/{name}.md").read_text("utf-8")
        assert (
            '{#crises was="conflits"}\n\n> On ne passe plus.\n\n### Quel accès ? {#acces}\n\nDifficile.'
            in text
        )
        assert text.index("#acces") < text.index("#orga") < text.index("#retired")
    assert errors(field) == []


def test_the_writers_own_wording_of_a_heading_is_kept(field: Path) -> None:
    campaign(field, {"notes/gao/GAO-01.md": NOTE.replace("Votre mandat ?", "Votre mandat (en bambara) ?")})
    assert main(["guide", "upgrade", "--yes"]) == 0
    heading = "### Quel est votre mandat ? {#mandat .required}\n\n<!-- Votre mandat (en bambara) ? -->\n"
    assert heading in note_of(field)


def test_two_questions_joined_into_one_and_one_asked_twice_in_a_note(field: Path) -> None:
    joined: Sections = [
        *OLD[:1],
        ("contexte", "Contexte", False, [Q("acces", "Quel accès", was="tensions")]),
        OLD[2],
    ]
    twice = NOTE.replace("STATUS", "done") + "\n\n### Le climat ? {#climat}\n\nEncore.\n"
    campaign(field, {"guides/guide.md": guide_text(joined, "2.0"), "notes/gao/GAO-01.md": twice})
    assert main(["guide", "upgrade", "--yes"]) == 0
    text = note_of(field)
    assert '### Quel accès ? {#acces was="tensions"}\n\nDifficile.\n\n' in text
    assert text.index("Difficile.") < text.index("> On ne passe plus.") < text.index("## Observations")
    assert text.count("### Le climat ? {#climat}\n") == 2 and "{#tensions" not in text


def test_what_identified_still_does_once_retired(field: Path) -> None:
    old = guide_text(OLD, "1.0").replace("{#acces}", "{#acces .identifying}")
    campaign(field, {"guides/archive/guide-1.0.md": old})
    assert main(["guide", "upgrade", "--yes"]) == 0
    assert "### Quel accès ? {#acces .identifying}\n" in note_of(field)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_note_without_version_and_with_a_byte_order_mark(field: Path, end: str) -> None:
    nameless = NOTE.replace("STATUS", "draft").replace("guide_version: 1.0   # the first one\n", "")
    campaign(field, {"notes/gao/GAO-01.md": "\ufeff" + nameless.replace("\n", end)})
    assert main(["guide", "upgrade", "--yes"]) == 1
    assert main(["guide", "upgrade", "--yes", "--from", "1.0"]) == 0
    wanted = CARRIED.replace("STATUS", "draft").replace("non posée\n\n", "").replace("   # the first one", "")
    assert note_of(field) == "\ufeff" + wanted.replace("\n", end)


def test_line_ends_of_two_kinds_stay_each_on_its_line(field: Path) -> None:
    lines = NOTE.replace("STATUS", "draft").split("\n")
    mixed = "".join(line + ("\r\n" if number % 3 else "\n") for number, line in enumerate(lines))
    campaign(field, {"notes/gao/GAO-01.md": mixed})
    assert main(["guide", "upgrade", "--yes"]) == 0
    after = note_of(field).splitlines(keepends=True)
    kept = [
        line
        for line in mixed.splitlines(keepends=True)
        if line.strip() and not line.startswith(("#", "guide_v"))
    ]
    assert not Counter(kept) - Counter(after)
