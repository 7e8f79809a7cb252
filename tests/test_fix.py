"""check --fix: what is safe is mended, said, and stays mended; what is not safe stays as it is."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seeded import campaign, write

from consultkit.cli.check import fix_files
from consultkit.files import Source, decode
from consultkit.fix import mended
from consultkit.load import load
from consultkit.rules import run

TODAY = date(2023, 7, 20)
NOTE = "notes/gao/GAO-06.md"
SAFE = {
    "a French value": ("mode: in-person", "mode: présentiel", "mode: in-person"),
    "a French value, accented and in capitals": ("mode: in-person", "mode: Téléphone", "mode: phone"),
    "a quoted French value": ("mode: in-person", 'mode: "présentiel"', "mode: in-person"),
    "oui": ("given: true", "given: oui", "given: true"),
    "h": ("gender: f", "gender: h", "gender: m"),
    "adulte": ("age: adult", "age: adulte", "age: adult"),
    "terminée": ("status: done", "status: terminée", "status: done"),
    "a French date": ("date: 2023-06-12", "date: 12/06/2023", "date: 2023-06-12"),
    "a short date": ("date: 2023-06-12", "date: 12/6/2023", "date: 2023-06-12"),
    "a value before a comment": ("mode: in-person", "mode: présentiel  # à Gao", "mode: in-person  # à Gao"),
    "a language": ("language: [fr, bm]", "language: [français, bambara]", "language: [fr, bm]"),
    "a French colon": ("place: Gao", "place: Gao : centre", 'place: "Gao : centre"'),
    "a French colon with a quotation mark": ("place: Gao", 'place: Gao : le "centre"', 'place: "Gao : le \\"centre\\""'),
    "a French colon in a list": ('role: "Responsable de programme"', "role: Chef : eau", 'role: "Chef : eau"'),
    "trailing spaces": ("Les chefs.", "Les chefs. ", "Les chefs."),
    "trailing tab": ("place: Gao", "place: Gao\t", "place: Gao"),
    "decomposed accents": ("métiers", unicodedata.normalize("NFD", "métiers"), "métiers"),
}  # fmt: skip


def check(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "consultkit", "check", *arguments], cwd=root, capture_output=True, text=True,
        encoding="utf-8", env={**os.environ, "CONSULTKIT_LANG": "fr"}, check=False,
    )  # fmt: skip


def mend(root: Path) -> None:
    fix_files(root, None, quiet=True)


@pytest.mark.parametrize("name", SAFE)
def test_what_is_safe_is_mended_once(name: str, tmp_path: Path) -> None:
    good, written, wanted = SAFE[name]
    files = campaign()
    assert files[NOTE].count(good) == 1
    files[NOTE] = files[NOTE].replace(good, written)
    write(tmp_path, files)
    mend(tmp_path)
    expected = files | {NOTE: files[NOTE].replace(written, wanted)}
    found = {key: (tmp_path / key).read_text("utf-8") for key in files}
    assert found == expected
    assert list(mended(load(tmp_path, TODAY))) == []
    assert [d for d in run(load(tmp_path, TODAY)) if d.code[0] in "WMN"] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Les chefs.", "Les chefs.  \nEt les jeunes."), ("Les chefs.", "Mode : présentiel, oui ou non : 12/06/2023."),
        ("mode: in-person", "mode: pigeon"), ("place: Gao", "place: oui"), ("Les chefs.", "    12/06/2023"),
    ],
    ids=["a hard line break", "words in the body", "an unknown value", "a free text", "code"],
)  # fmt: skip
def test_what_is_not_sure_is_left(old: str, new: str, tmp_path: Path) -> None:
    files = campaign()
    files[NOTE] = files[NOTE].replace(old, new)
    write(tmp_path, files)
    mend(tmp_path)
    assert (tmp_path / NOTE).read_text("utf-8") == files[NOTE]


def test_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    files = campaign()
    write(tmp_path, files)
    data = files[NOTE].encode()
    (tmp_path / NOTE).write_bytes(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    result = check(tmp_path, "--fix")
    assert (tmp_path / NOTE).read_bytes() == data
    assert "CRLF" in result.stdout and result.returncode == 0
    assert "CRLF" not in check(tmp_path, "--fix").stdout


def test_damaged_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, campaign())
    for data in (
        b"---\nid: \xff \r\n",
        b"<<<<<<< a\r\nx \r\n",
        b"---\nid: GAO-06 \x07\r\n---\r\n",
        b"\x00 \r\n",
    ):
        (tmp_path / NOTE).write_bytes(data)
        mend(tmp_path)
        assert (tmp_path / NOTE).read_bytes() == data


def test_only_the_named_files_are_mended_and_others_keep_their_times(tmp_path: Path) -> None:
    files = campaign()
    other = "notes/gao/GAO-07.md"
    for name in (NOTE, other):
        files[name] = files[name].replace("mode: in-person", "mode: présentiel")
    write(tmp_path, files)
    before = (tmp_path / "mapping.yaml").stat().st_mtime_ns
    result = check(tmp_path, "--fix", NOTE)
    assert "présentiel → in-person" in result.stdout
    assert "mode: in-person" in (tmp_path / NOTE).read_text("utf-8")
    assert "mode: présentiel" in (tmp_path / other).read_text("utf-8")
    assert (tmp_path / "mapping.yaml").stat().st_mtime_ns == before
    assert [p.name for p in tmp_path.rglob("*.tmp")] == []


def test_nothing_is_said_or_written_where_all_is_well(tmp_path: Path) -> None:
    write(tmp_path, campaign())
    result = check(tmp_path, "--fix")
    assert result.returncode == 0
    assert result.stdout == check(tmp_path).stdout


PIECES = st.sampled_from(["mode: présentiel", "a : b", "x: y : z", " ", "\t", "\n", "\r\n", "é", "e\u0301", "- a : b", '"', "#1", "date: 1/2/2023",
                          "---", "> cité  ", "status: terminée", "given: oui", "  ", "\u00a0", "\u2028", "| ", "[a : b]", "{a: b : c}"])  # fmt: skip


@given(
    mess=st.lists(PIECES, max_size=20).map("".join),
    name=st.sampled_from([NOTE, "mapping.yaml", "guides/themes.yaml"]),
)
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_mending_twice_changes_nothing_and_loses_no_word(mess: str, name: str, tmp_path: Path) -> None:
    files = {key: text for key, text in campaign().items() if "notes/" not in key or key == NOTE}
    files[name] = (
        files[name].replace("name: Accès", mess)
        if "themes" in name
        else files[name].replace("\nstatus: done", "\n" + mess)
    )
    write(tmp_path, files)
    before = decode((tmp_path / name).read_bytes(), name, [])
    mend(tmp_path)
    once = {key: (tmp_path / key).read_bytes() for key in files}
    mend(tmp_path)
    assert {key: (tmp_path / key).read_bytes() for key in files} == once
    assert isinstance(before, Source)
    after = unicodedata.normalize("NFC", once[name].decode()).count("\n")
    assert after == before.text.count("\n")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments], cwd=root, check=True,
                   capture_output=True)  # fmt: skip


def test_staged_looks_at_what_is_about_to_be_committed(tmp_path: Path) -> None:
    write(tmp_path, campaign())
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "x")
    assert check(tmp_path, "--staged").returncode == 0
    good = (tmp_path / NOTE).read_text("utf-8")
    (tmp_path / NOTE).write_text(good.replace("mode: in-person", "mode: pigeon"), "utf-8")
    assert check(tmp_path).returncode == 1
    assert check(tmp_path, "--staged").returncode == 0
    git(tmp_path, "add", NOTE)
    (tmp_path / NOTE).write_text(good, "utf-8")
    assert check(tmp_path).returncode == 0
    staged = check(tmp_path, "--staged")
    assert staged.returncode == 1 and f"{NOTE}:7:7" in staged.stdout and "pigeon" in staged.stdout
    git(tmp_path, "rm", "-qf", "--cached", NOTE)
    assert "pigeon" not in check(tmp_path, "--staged").stdout


def test_staged_in_a_folder_of_a_larger_repository(tmp_path: Path) -> None:
    root = tmp_path / "terrain" / "campagne"
    write(root, campaign())
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    assert check(root, "--staged").returncode == 0
    (root / "notes/gao/né à.md").write_text("x", "utf-8")
    git(tmp_path, "add", ".")
    assert "notes/gao/né à.md:1:1" in check(root, "--staged").stdout


def test_staged_while_a_merge_is_in_conflict(tmp_path: Path) -> None:
    write(tmp_path, campaign())
    git(tmp_path, "init", "-q", "-b", "un")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "x")
    text = (tmp_path / NOTE).read_text("utf-8")
    git(tmp_path, "checkout", "-qb", "deux")
    (tmp_path / NOTE).write_text(text.replace("place: Gao", "place: A"), "utf-8")
    git(tmp_path, "commit", "-qam", "y")
    git(tmp_path, "checkout", "-q", "un")
    (tmp_path / NOTE).write_text(text.replace("place: Gao", "place: B"), "utf-8")
    git(tmp_path, "commit", "-qam", "z")
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "merge", "-q", "deux"], cwd=tmp_path,
                   capture_output=True, check=False)  # fmt: skip
    result = check(tmp_path)
    assert result.returncode == 1 and "W005" in result.stdout
    assert check(tmp_path, "--staged").returncode in (0, 1)


def test_staged_without_git_is_a_sentence(tmp_path: Path) -> None:
    write(tmp_path, campaign())
    result = check(tmp_path, "--staged")
    assert result.returncode == 2 and "git" in result.stderr and "Traceback" not in result.stderr
