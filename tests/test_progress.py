"""Where a campaign stands: working days, pace, drafts that wait, whom to call."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from consultkit.calendar import add_working_days, campaign_end, working_days_between
from consultkit.load import load
from consultkit.model import Project
from consultkit.progress import (
    appointments,
    new_since,
    next_steps,
    old_drafts,
    paces,
    to_call,
    without_note,
    working_days,
)

SAMPLE = Path(__file__).with_name("small")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "campagne"))


def at(root: Path, day: str) -> Project:
    return load(root, dt.date.fromisoformat(day))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_working_days_leave_out_weekends_and_holidays(root: Path) -> None:
    change(root / "mapping.yaml", "  working_days: 21\n", "  working_days: 21\n  holidays: [2023-06-28]\n")
    project = at(root, "2023-06-30")
    assert project.mapping
    campaign = project.mapping.campaign
    assert campaign_end(campaign) == dt.date(2023, 7, 11)
    days = working_days(project)
    assert days and (days.used, days.left) == (14, 7)
    assert working_days_between(campaign, dt.date(2023, 6, 24), dt.date(2023, 6, 25)) == 0
    assert add_working_days(campaign, dt.date(2023, 6, 27), 2) == dt.date(2023, 6, 29)


def test_before_the_start_no_day_is_used(root: Path) -> None:
    days = working_days(at(root, "2023-06-01"))
    assert days and days.used == 0


def test_the_pace_tells_when_a_region_ends_and_how_late(root: Path) -> None:
    change(root / "mapping.yaml", "    minimum: 2\n", "    minimum: 4\n")
    (pace,) = paces(at(root, "2023-06-23"))  # 2 held in 10 working days: 10 more for the 2 missing
    assert (pace.finish, pace.late) == (dt.date(2023, 7, 7), 0)
    (pace,) = paces(at(root, "2023-07-05"))  # 2 held in 18: 18 more, of which 3 remain
    assert (pace.finish, pace.late) == (dt.date(2023, 7, 31), 15)
    assert paces(at(root, "2023-06-10")) == []


def test_drafts_older_than_48_hours(root: Path) -> None:
    change(root / "notes/gao/GAO-02.md", "status: done", "status: draft")
    assert [note.id for note in old_drafts(at(root, "2023-06-24"))] == ["GAO-02"]
    assert old_drafts(at(root, "2023-06-23")) == []


def test_appointments_ahead_of_actors_not_heard(root: Path) -> None:
    change(
        root / "mapping.yaml",
        '    name: "Collectif Sigi"',
        '    name: "Collectif Sigi"\n    appointment: 2023-06-22',
    )
    assert [(day, actor.id) for day, actor, _region in appointments(at(root, "2023-06-20"))] == [
        (dt.date(2023, 6, 22), "sigi")
    ]
    assert appointments(at(root, "2023-06-23")) == []


def test_what_is_new_since_a_day(root: Path) -> None:
    ((row, held, drafted),) = new_since(at(root, "2023-07-01"), dt.date(2023, 6, 21))
    assert (row.region, held, drafted) == ("gao", 1, 0)


def test_whom_to_call_leaves_out_those_heard_and_those_gone(root: Path) -> None:
    change(root / "mapping.yaml", "    minimum: 2\n", "    minimum: 4\n")
    assert [actor.id for actor, _region in to_call(at(root, "2023-07-01"))] == ["sigi"]
    assert without_note(at(root, "2023-07-01")) == []


def test_next_steps_are_three_commands(root: Path) -> None:
    steps = next_steps(at(root, "2023-07-01"), errors=True)
    assert steps[0] == "consultkit check"
    assert len(steps) == 3 and all(step.startswith("consultkit ") for step in steps)
