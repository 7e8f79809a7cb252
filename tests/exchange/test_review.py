"""What changed in the mapping since a day or a revision."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from consultkit.cli import main

SAMPLE = Path(__file__).parents[1] / "sample"


def commit(root: Path, day: str, message: str) -> None:
    env = {**os.environ, "GIT_AUTHOR_DATE": f"{day}T12:00:00", "GIT_COMMITTER_DATE": f"{day}T12:00:00"}
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", *who, "commit", "-qm", message], cwd=root, env=env, check=True)


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(shutil.copytree(SAMPLE, tmp_path / "campagne"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_LANG", "en")
    return root


def change(root: Path, *pairs: tuple[str, str]) -> None:
    path = root / "mapping.yaml"
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


@pytest.fixture
def history(campaign: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=campaign, check=True)
    commit(campaign, "2023-06-10", "one")
    change(campaign, ("    acronym: ATA\n", ""), ("appointment: 2023-06-20", "appointment: 2023-06-22"))
    commit(campaign, "2023-06-15", "two")
    change(
        campaign,
        ("status: declined", "review: remove\n    status: declined"),
        ("id: sigi", "id: sigi-deux"),
    )
    return campaign


def said(capsys, *options: str) -> list[str]:
    assert main(["mapping", "review", *options]) == 0
    return capsys.readouterr().out.splitlines()


def test_since_a_revision_or_the_first_commit(history: Path, capsys) -> None:
    lines = said(capsys)
    assert "~ tamat · Association Tamat" in lines
    assert "    Acronym: ATA → –" in lines
    assert "    Review: – → to remove" in lines
    assert "+ sigi-deux · Collectif Sigi" in lines
    assert "- sigi · Collectif Sigi" in lines
    assert "to remove (1): binkadi" in lines
    assert not any("2023-06-2" in line for line in lines)
    assert said(capsys, "--since", "HEAD~1")[1:] == lines[1:]
    assert not any("tamat ·" in line for line in said(capsys, "--since", "HEAD"))


def test_since_a_day(history: Path, capsys) -> None:
    assert not any("tamat ·" in line for line in said(capsys, "--since", "2023-06-20"))
    assert any(line.startswith("~ tamat") for line in said(capsys, "--since", "15/06/2023"))
    assert any(line.startswith("+ tamat") for line in said(capsys, "--since", "2023-06-01"))


def test_since_the_last_delivery(history: Path, capsys) -> None:
    (history / "notes/livraisons.yaml").write_text("deliveries: []\n", "utf-8")
    commit(history, "2023-06-21", "delivered")
    assert "  No change." in said(capsys)


def test_what_git_does_not_know(history: Path, capsys) -> None:
    assert main(["mapping", "review", "--since", "nothing"]) == 2
    assert main(["mapping", "review", "--since=--output=x"]) == 2
    assert not (history / "x").exists()
    assert "nothing" in capsys.readouterr().err


def test_without_git_the_states_are_told_and_a_past_is_not(campaign: Path, capsys) -> None:
    lines = said(capsys)
    assert "git" in lines[0]
    assert any(line.startswith("not reviewed (4)") for line in lines)
    assert main(["mapping", "review", "--since", "2023-06-01"]) == 2
