"""renumber: another id for a note, wherever it is named; all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from campaigns import A, Campaign, N, synthesis

from consultkit.cli import main
from consultkit.load import load

IDENTITIES = """\
# qui est qui
identities:
  - note:   GAO-01    # la première
    name: "Awa Fictive"
  - {note: GAO-010, name: Autre Personne}
  - actor: a
    aliases: [GAO-01]
"""
FILES = {
    "notes/gao/synthese.md": synthesis(
        "## Besoins {#besoins-prioritaires}\n\n<!-- GAO-01 : dit ; GAO-010 : dit [@GAO-01] -->\n"
        "Ils le disent [@GAO-01; @GAO-010]. a.GAO-01@x.org GAO-01\r\n"
    ),
    "notes/lecons.md": "---\nkind: lessons\n---\n\n## Une leçon\n\nVoir [@GAO-01].\n",
    "notes/livraisons.yaml": "deliveries:\n  - file: a.docx\n    to: C\n    date: 2023-07-01\n"
    f"    sha256: {'0' * 64}\n    notes: [GAO-010, GAO-01]\n",
    "private/identities.yaml": IDENTITIES.replace("\n", "\r\n"),
}
NOTES = [
    N("GAO-01", ("a",)),
    N("GAO-010", ("b",)),
    N("GAO-03", ("a",), extra="follow_up_of: GAO-01 # suite\n"),
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    Campaign(NOTES, [A("a"), A("b")], FILES).load(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    return tmp_path


def everything(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".consultkit" not in path.parts
    }


@pytest.mark.parametrize("command", [["renumber"], ["note", "renumber"]])
def test_the_file_and_every_citation_follow(root: Path, command: list[str]) -> None:
    before = everything(root)
    assert main([*command, "GAO-01", "GAO-12"]) == 0
    wanted = {name.replace("GAO-01.md", "GAO-12.md"): data for name, data in before.items()}

    def change(name: str, *pairs: tuple[str, str]) -> None:
        for old, new in pairs:
            assert wanted[name].count(old.encode()) == 1, old
            wanted[name] = wanted[name].replace(old.encode(), new.encode())

    change("notes/gao/GAO-12.md", ("id: GAO-01\n", "id: GAO-12\n"))
    change("notes/gao/GAO-03.md", ("follow_up_of: GAO-01 #", "follow_up_of: GAO-12 #"))
    change("notes/gao/synthese.md", ("<!-- GAO-01", "<!-- GAO-12"), ("dit [@GAO-01]", "dit [@GAO-12]"), ("[@GAO-01;", "[@GAO-12;"))  # fmt: skip
    change("notes/lecons.md", ("[@GAO-01]", "[@GAO-12]"))
    change("notes/livraisons.yaml", ("GAO-01]", "GAO-12]"))
    change("private/identities.yaml", ("note:   GAO-01 ", "note:   GAO-12 "))
    assert everything(root) == wanted
    assert main(["renumber", "GAO-12", "GAO-01"]) == 0
    assert everything(root) == before


@pytest.mark.parametrize("new", ["GAO-010", "gao-03", "GAO-01", "synthese", "GAO 9", "../x", "9-GAO", "CON"])
def test_taken_and_impossible_ids_are_refused(root: Path, new: str) -> None:
    before = everything(root)
    assert main(["renumber", "GAO-01", new]) == 2
    assert everything(root) == before


def test_an_unknown_note_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["renumber", "GAO-11", "GAO-12", "--lang", "en"]) == 2
    assert "No note has the id “GAO-11”" in capsys.readouterr().err


def test_two_notes_with_one_id_are_told_apart_by_their_files(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = (root / "notes/gao/GAO-01.md").read_bytes()
    (root / "notes/gao/GAO-01-bis.md").write_bytes(other)
    before = everything(root)
    assert main(["renumber", "GAO-01", "GAO-12", "--lang", "en"]) == 2
    assert "notes/gao/GAO-01-bis.md" in capsys.readouterr().err
    assert main(["renumber", "notes/gao/GAO-01-bis.md", "GAO-12", "--lang", "en"]) == 0
    assert "notes/gao/synthese.md may still name GAO-01" in capsys.readouterr().out
    after = everything(root)
    assert after.pop("notes/gao/GAO-12.md") == before.pop("notes/gao/GAO-01-bis.md").replace(
        b"id: GAO-01\n", b"id: GAO-12\n"
    )
    assert after == before
    assert [note.id for note in load(root).notes].count("GAO-01") == 1


def test_all_or_nothing(root: Path) -> None:
    lessons = root / "notes/lecons.md"
    lessons.rename(root / "notes/ailleurs.txt")
    lessons.symlink_to("ailleurs.txt")  # a link is never written through
    before = everything(root)
    assert main(["renumber", "GAO-01", "GAO-12"]) == 2
    assert everything(root) == before


def test_locked_identities_are_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "private/identities.yaml").rename(root / "private/identities.yaml.age")
    assert main(["renumber", "GAO-01", "GAO-12", "--lang", "en"]) == 0
    assert "private/identities.yaml.age may still name GAO-01" in capsys.readouterr().out


def test_a_note_whose_file_has_another_name(root: Path) -> None:
    (root / "notes/gao/GAO-01.md").rename(root / "notes/gao/GAO-12.md")
    assert main(["renumber", "GAO-01", "GAO-12"]) == 0
    assert [note.id for note in load(root).notes] == ["GAO-010", "GAO-03", "GAO-12"]
