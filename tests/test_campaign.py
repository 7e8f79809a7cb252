"""The fictional campaign of this repository: it is what every reader judges first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from consultkit.diagnostic import Severity
from consultkit.load import load
from consultkit.model import Note, Project
from consultkit.rules import run
from consultkit.schema.declare import ATTRIBUTION, REVIEW, STATUS

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def campaign() -> Project:
    return load(ROOT)


def words(note: Note) -> list[str]:
    """What was answered, word by word: no header, heading, theme or comment."""
    body = (ROOT / note.file).read_text("utf-8").split("---\n", 2)[2]
    said = re.sub(r"(?m)^#.*$|\]\{[^}]*\}|(?s:<!--.*?-->)", " ", body)
    return [word for word in said.split() if re.search(r"\w", word)]


def test_nothing_is_wrong_in_it(campaign: Project) -> None:
    assert [d for d in run(campaign) if d.severity is not Severity.INFO] == []


def test_it_says_that_it_is_invented(campaign: Project) -> None:
    assert campaign.mapping is not None and "fictive" in campaign.mapping.campaign.title
    assert all("Campagne fictive" in (ROOT / note.file).read_text("utf-8") for note in campaign.notes)


def test_every_kind_of_case_stands_in_it(campaign: Project) -> None:
    notes, mapping = campaign.notes, campaign.mapping
    assert mapping is not None and len(mapping.actors) >= 60
    statuses = {actor.status(region) for actor in mapping.actors for region in actor.regions}
    assert statuses == set(STATUS.values)
    assert {actor.review for actor in mapping.actors} == set(REVIEW.values)
    assert {note.attribution for note in notes} >= set(ATTRIBUTION.values)
    assert {note.verbatim for note in notes} == {"noted", "recorded", "translated"}
    assert sum(note.counts for note in notes) >= 46
    assert min(Counter(note.region for note in notes if note.counts).values()) >= 11
    assert sum(note.status == "draft" for note in notes) == 2
    assert sum(note.consent.withdrawn is not None for note in notes) == 1
    assert sum(bool(note.follow_up_of) for note in notes) == 1


def test_a_finished_note_has_500_to_900_words(campaign: Project) -> None:
    lengths = {note.id: len(words(note)) for note in campaign.notes if note.done}
    assert {note: length for note, length in lengths.items() if not 500 <= length <= 900} == {}


def test_no_eight_words_in_a_row_stand_in_two_notes(campaign: Project) -> None:
    where: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for note in campaign.notes:
        said = re.findall(r"\w+", " ".join(words(note)).casefold())
        for start in range(len(said) - 7):
            where[tuple(said[start : start + 8])].add(note.id)
    assert {" ".join(row): ids for row, ids in where.items() if len(ids) > 1} == {}


def test_nobody_interviews_in_two_regions(campaign: Project) -> None:
    regions: dict[str, set[str]] = defaultdict(set)
    for note in campaign.notes:
        for initials in filter(None, (note.interviewer, note.note_taker)):
            regions[initials].add(note.region)
    assert {initials: found for initials, found in regions.items() if len(found) > 1} == {}
