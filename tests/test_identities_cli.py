"""Identities, keys, purge and history, with a real key, the real age program and real git repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from consultkit.cli import main

SAMPLE = Path(__file__).with_name("small")
SECRET = "identities:\n  - note: GAO-01\n    name: Zantigui Fictivard\n    phone: 76 00 00 01\n"


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(shutil.copytree(SAMPLE, tmp_path / "campagne"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "config" / "key.txt"))
    (root / "private").mkdir()
    (root / "private/identities.yaml").write_text(SECRET, "utf-8")
    return root


def add_recipients(root: Path, *recipients: str) -> None:
    mapping = root / "mapping.yaml"
    listed = ", ".join(recipients)
    text = mapping.read_text("utf-8").replace(
        "  language: fr\n", f"  language: fr\n  recipients: [{listed}]\n"
    )
    mapping.write_text(text, "utf-8")


def make_key(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["key", "new"]) == 0
    return next(word for word in capsys.readouterr().out.split() if word.startswith("age1"))


def test_lock_and_unlock_bring_back_the_same_bytes(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    assert "un seul destinataire" in capsys.readouterr().err.lower()
    sealed = campaign / "private/identities.yaml.age"
    assert sealed.is_file() and not (campaign / "private/identities.yaml").exists()
    assert b"Fictivard" not in sealed.read_bytes()
    assert main(["identities", "unlock"]) == 0
    plain = campaign / "private/identities.yaml"
    assert plain.read_text("utf-8") == SECRET
    assert plain.stat().st_mode & 0o077 == 0


def test_a_key_is_never_overwritten_and_is_private(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_key(capsys)
    key = tmp_path / "config/key.txt"
    before = key.read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    assert main(["key", "new"]) == 2
    assert key.read_bytes() == before


def test_without_recipients_nothing_is_locked(campaign: Path) -> None:
    assert main(["identities", "lock"]) == 2
    assert (campaign / "private/identities.yaml").read_text("utf-8") == SECRET


def test_a_tampered_file_opens_nothing(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    sealed = campaign / "private/identities.yaml.age"
    data = bytearray(sealed.read_bytes())
    data[-1] ^= 1
    sealed.write_bytes(bytes(data))
    assert main(["identities", "unlock"]) == 2
    assert not (campaign / "private/identities.yaml").exists()


def test_somebody_elses_file_stays_closed_and_the_plain_one_stays(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "other/key.txt"))
    make_key(capsys)
    assert main(["identities", "lock"]) == 0
    assert (campaign / "private/identities.yaml").exists()


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")
def test_the_age_program_opens_it(campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    command = [
        "age",
        "--decrypt",
        "-i",
        str(tmp_path / "config/key.txt"),
        str(campaign / "private/identities.yaml.age"),
    ]
    assert subprocess.run(command, capture_output=True, check=True).stdout.decode() == SECRET


def test_edit_runs_the_editor_and_seals_again(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    editor = tmp_path / "editeur.sh"
    editor.write_text('#!/bin/sh\nprintf "  - note: GAO-02\\n    name: Autre Fictif\\n" >> "$1"\n', "utf-8")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert main(["identities", "edit"]) == 0
    assert not (campaign / "private/identities.yaml").exists()
    assert main(["identities", "unlock"]) == 0
    assert "Autre Fictif" in (campaign / "private/identities.yaml").read_text("utf-8")


def test_an_editor_that_fails_changes_nothing(campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "false")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert main(["identities", "edit"]) == 2
    assert (campaign / "private/identities.yaml").read_text("utf-8") == SECRET


def test_without_a_terminal_no_editor_is_started(
    campaign: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert main(["identities", "edit"]) == 2
    assert "terminal" in capsys.readouterr().err
    assert not (campaign / "ouvert").exists()


def test_a_known_identity_is_told_by_its_place_alone(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = campaign / "notes/gao/GAO-01.md"
    note.write_text(
        note.read_text("utf-8").replace("Le responsable est parti.", "Fictivàrd est parti."), "utf-8"
    )
    for format_ in ("text", "json", "github"):
        assert main(["check", "--format", format_]) == 1
        shown = capsys.readouterr()
        assert "P001" in shown.out
        assert "ictiv" not in (shown.out + shown.err).replace("Fictive", "").lower().replace("fictive", "")
    assert main(["status"]) == 0


def test_a_users_value_with_a_name_in_it_is_masked_in_messages(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = campaign / "notes/gao/GAO-01.md"
    note.write_text(
        note.read_text("utf-8").replace("interviewer: AM", "interviewer: Zantigui Fictivard"), "utf-8"
    )
    assert main(["check"]) == 1
    assert "Fictivard" not in capsys.readouterr().out


def test_names_in_file_names_are_found(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (campaign / "notes/gao/Zantigui_Fictivard.md").write_bytes(
        (campaign / "notes/gao/GAO-02.md").read_bytes()
    )
    assert main(["check", "--format", "json", "--select", "P"]) == 1
    assert "P001" in capsys.readouterr().out


def test_purge_asks_and_removes(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (campaign / "build").mkdir()
    assert main(["purge"]) == 1
    assert (campaign / "private/identities.yaml").exists()
    assert main(["purge", "--yes"]) == 0
    assert not any((campaign / name).exists() for name in ("private", "build", ".consultkit"))
    assert (campaign / "notes/gao/GAO-01.md").exists()
    assert "git" in capsys.readouterr().out


def git(root: Path, *arguments: str) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }
    subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, capture_output=True, env={**os.environ, **identity}
    )


def test_private_files_in_git_are_told_and_stay_in_history(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(campaign, "init", "-q")
    git(campaign, "add", "-A")
    assert main(["check", "--select", "P004"]) == 1
    git(campaign, "commit", "-qm", "tout")
    git(campaign, "rm", "-q", "--cached", "private/identities.yaml")
    git(campaign, "commit", "-qm", "sans private")
    assert main(["check", "--select", "P004"]) == 0
    capsys.readouterr()
    assert main(["check", "--history"]) == 1
    shown = capsys.readouterr().out
    assert "private/identities.yaml" in shown and "Fictivard" not in shown


def test_a_clean_history_is_said_to_be_clean(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (campaign / ".gitignore").write_text("private/*\n", "utf-8")
    git(campaign, "init", "-q")
    git(campaign, "add", "-A")
    git(campaign, "commit", "-qm", "propre")
    assert main(["check", "--history"]) == 0


def test_cloud_folders_and_public_remotes_are_warned_of(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    synced = tmp_path / "OneDrive - Bureau"
    synced.mkdir()
    moved = Path(shutil.copytree(campaign, synced / "campagne"))
    git(moved, "init", "-q")
    git(moved, "remote", "add", "origin", "https://github.com/exemple/exemple.git")
    monkeypatch.chdir(moved)
    assert main(["check", "--select", "P005", "--strict"]) == 1
    assert capsys.readouterr().out.count("P005") == 2
