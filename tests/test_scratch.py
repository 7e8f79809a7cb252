"""Scratch folders: nobody's are removed, and never one in use."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from consultkit.scratch import clear, scratch


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_gone_when_its_run_is(parent: Path) -> None:
    with scratch() as folder:
        (folder / "a").write_text("a")
        clear()
        assert (folder / "a").exists() and folder.parent == parent
    assert not list(parent.iterdir())


def test_what_a_killed_run_left_is_removed_and_nothing_else(parent: Path) -> None:
    for name in ("consultkit-a.lock", "consultkit-c", "other.lock"):
        (parent / name).touch()
    (parent / "consultkit-a").mkdir()
    (parent / "consultkit-a/identities.yaml").touch()
    (parent / "consultkit-b.lock").symlink_to(parent / "other.lock")
    clear()
    assert sorted(path.name for path in parent.iterdir()) == [
        "consultkit-b.lock",
        "consultkit-c",
        "other.lock",
    ]


def test_runs_side_by_side_leave_each_other_alone(parent: Path) -> None:
    def work(number: int) -> bool:
        with scratch() as folder:
            (folder / "a").write_text(str(number))
            return (folder / "a").read_text() == str(number)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(400)))
    assert not list(parent.iterdir())
