"""What a campaign is once read: frozen values, each of which knows its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from consultkit.body import Body, Heading
from consultkit.diagnostic import Fault, Place
from consultkit.files import Source
from consultkit.located_yaml import Quoting
from consultkit.schema.types import Data, Fix, Released

if TYPE_CHECKING:
    from consultkit.privacy.identities import Identity


class Region(NamedTuple):
    """A region of the campaign; `minimum` is the number of consultations agreed for it."""

    id: str
    name: str
    code: str
    minimum: int
    place: Place


class ActorType(NamedTuple):
    """A type of actors; `one` is how it is attributed in a sentence."""

    id: str
    name: str
    one: str
    place: Place


class Sector(NamedTuple):
    """A sector of intervention."""

    id: str
    name: str
    place: Place


class Deliverable(NamedTuple):
    """Something owed to the commissioner: kind is mapping, notes, report, lessons or progress."""

    id: str
    kind: str
    due: dt.date | None
    region: str
    place: Place


class Actor(NamedTuple):
    """An organisation, group or person of the mapping. Per-region values read through the methods."""

    id: str
    name: str
    acronym: str
    kind: str
    type: str
    regions: tuple[str, ...]
    cercles: tuple[str, ...]
    sectors: tuple[str, ...]
    priority: str
    comment: str
    review: str
    replaced_by: str
    data: Data
    place: Place

    def _per_region(self, key: str, region: str) -> object:
        values: Mapping[str, object] = self.data.get(key, {})
        return values.get(region, values.get(""))

    def status(self, region: str) -> str:
        """Where contact stands in a region; `identified` by default."""
        return str(self._per_region("status", region) or "identified")

    def reason(self, region: str) -> str:
        """Why the actor left the list in a region, in words."""
        return str(self._per_region("reason", region) or "")

    def reason_code(self, region: str) -> str:
        """The reason's kind: refusal, security, unavailable, other, or nothing."""
        return str(self._per_region("reason_code", region) or "")

    def appointment(self, region: str) -> dt.date | None:
        """The day of the appointment in a region."""
        day = self._per_region("appointment", region)
        return day if isinstance(day, dt.date) else None


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_WithId = TypeVar("_WithId", bound=_HasId)


def _by_id(entries: Iterable[_WithId]) -> dict[str, _WithId]:
    """Entries by id, in order; of two with the same id, the first."""
    found: dict[str, _WithId] = {}
    for entry in entries:
        found.setdefault(entry.id, entry)
    return found


class Campaign(NamedTuple):
    """The campaign's own data."""

    title: str
    commissioner: str
    authors: tuple[str, ...]
    language: str
    start: dt.date | None
    working_days: int | None
    holidays: tuple[dt.date, ...]
    minimum: int | None
    guide: str
    recipients: tuple[str, ...]
    destroy_after: dt.date | None
    data: Data


@dataclass(frozen=True)
class ActorMapping:
    """mapping.yaml as read."""

    campaign: Campaign
    regions: tuple[Region, ...]
    actor_types: tuple[ActorType, ...]
    sectors: tuple[Sector, ...]
    actors: tuple[Actor, ...]
    deliverables: tuple[Deliverable, ...]
    data: Data

    @cached_property
    def region_by_id(self) -> dict[str, Region]:
        """Regions by id; of two with the same id, the first."""
        return _by_id(self.regions)

    @cached_property
    def actor_by_id(self) -> dict[str, Actor]:
        """Actors by id; of two with the same id, the first."""
        return _by_id(self.actors)

    @cached_property
    def type_by_id(self) -> dict[str, ActorType]:
        """Actor types by id."""
        return _by_id(self.actor_types)

    @cached_property
    def sector_by_id(self) -> dict[str, Sector]:
        """Sectors by id."""
        return _by_id(self.sectors)


class Theme(NamedTuple):
    """A theme of the codebook: kind is need, challenge, practice or other."""

    id: str
    name: str
    kind: str
    description: str
    place: Place


class Question(NamedTuple):
    """A question of the guide: its probes, the advice for the interviewer, who it is asked of."""

    id: str
    text: str
    required: bool
    identifying: bool
    types: tuple[str, ...]
    answer: str
    options: tuple[str, ...]
    was: str
    probes: tuple[str, ...]
    advice: tuple[str, ...]
    heading: Heading
    section: str

    def asked_of(self, actor_types: frozenset[str] | set[str]) -> bool:
        """Whether the question is asked of actors of these types."""
        return not self.types or bool(actor_types.intersection(self.types))


class GuideSection(NamedTuple):
    """A section of the guide and its questions."""

    id: str
    title: str
    observation: bool
    identifying: bool
    questions: tuple[Question, ...]
    heading: Heading


class Change(NamedTuple):
    """An entry of the guide's change log."""

    version: str
    date: dt.date | None
    text: str


@dataclass(frozen=True, eq=False)
class Guide:
    """The interview guide."""

    file: str
    id: str
    title: str
    version: str
    language: str
    minutes: int | None
    changes: tuple[Change, ...]
    introduction: str
    sections: tuple[GuideSection, ...]
    data: Data
    sound: bool  # False where headings are broken: what notes answer can then not be judged

    @cached_property
    def questions(self) -> dict[str, Question]:
        """All questions by id, in order."""
        return {question.id: question for section in self.sections for question in section.questions}

    @cached_property
    def section_by_id(self) -> dict[str, GuideSection]:
        """Sections by id, in order."""
        return {section.id: section for section in self.sections}


@dataclass(frozen=True, slots=True)
class Participant:
    """Persons heard, as a line of a header: role, gender, age band, number."""

    role: str
    gender: str
    age: str
    count: int


class Consent(NamedTuple):
    """What was agreed to; whatever is not said is no."""

    given: bool = False
    form: str = ""
    quote: bool = False
    share: bool = False
    recording: bool = False
    withdrawn: dt.date | None = None


NAMED = ("organisation", "role")  # attributions that let the organisation be named


class Note(NamedTuple):
    """A consultation note. Values that are absent or invalid are empty; `data` knows what was written."""

    file: str
    id: str
    actors: tuple[str, ...]
    region: str
    also_regions: tuple[str, ...]
    date: dt.date | None
    place_name: str
    mode: str
    format: str
    languages: tuple[str, ...]
    interpreter: bool
    verbatim: str
    minutes: int | None
    interviewer: str
    note_taker: str
    participants: tuple[Participant, ...]
    others_present: bool | None
    consent: Consent
    readback: dt.date | None
    follow_up_of: str
    attribution: str
    sensitivity: str
    guide_version: str
    status: str
    body: Body
    data: Data | Released

    @property
    def done(self) -> bool:
        """Whether the note says that it is done."""
        return self.status in ("done", "validated")

    @property
    def usable(self) -> bool:
        """Whether anything of it may be used: done, with consent given and not withdrawn."""
        return self.done and self.consent.given and self.consent.withdrawn is None

    @property
    def counts(self) -> bool:
        """Whether it counts as a consultation held."""
        return self.usable and not self.follow_up_of

    @property
    def persons(self) -> int:
        """How many persons were heard."""
        return sum(participant.count for participant in self.participants)


class Synthesis(NamedTuple):
    """A synthesis, of one region or (region empty) across them; or the lessons learned."""

    file: str
    kind: str  # synthesis | lessons
    region: str
    status: str
    body: Body
    data: Data

    @property
    def done(self) -> bool:
        """Whether the author says that it is finished."""
        return self.status == "done"


class Delivery(NamedTuple):
    """A file that was delivered: to which organisation, when, its SHA-256, the notes it was made from."""

    file: str
    to: str
    date: dt.date | None
    sha256: str
    kind: str
    deliverable: str
    notes: tuple[str, ...]
    place: Place


@dataclass(frozen=True, eq=False)
class Project:
    """Everything read of a workspace, and the faults met on the way."""

    root: Path
    today: dt.date
    mapping: ActorMapping | None
    guide: Guide | None
    themes: tuple[Theme, ...]
    notes: tuple[Note, ...]
    syntheses: tuple[Synthesis, ...]
    lessons: tuple[Synthesis, ...]
    deliveries: tuple[Delivery, ...] = ()
    faults: tuple[Fault, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    unread_notes: tuple[str, ...] = ()  # files of notes whose header could not be read
    fixes: tuple[Fix, ...] = ()
    quotings: tuple[Quoting, ...] = ()
    themes_sound: bool = True
    archive: Mapping[str, Guide] = field(default_factory=dict)  # earlier versions of the guide
    allowed: frozenset[str] = frozenset()  # numbers and addresses that endanger nobody, as written
    identities: tuple[Identity, ...] = field(default=(), repr=False)
    name_exceptions: tuple[str, ...] = ()
    names_checked: bool = False  # whether the identities could be read

    @property
    def exceptions(self) -> tuple[str, ...]:
        """Words and names that are no leak, kept in private/ or with the campaign."""
        return (*self.name_exceptions, *sorted(self.allowed))

    @cached_property
    def note_by_id(self) -> dict[str, Note]:
        """Notes by id; of two with the same id, the first."""
        found: dict[str, Note] = {}
        for note in self.notes:
            found.setdefault(note.id, note)
        return found

    @cached_property
    def theme_by_id(self) -> dict[str, Theme]:
        """Themes by id."""
        return {theme.id: theme for theme in self.themes}

    @cached_property
    def known_ids(self) -> frozenset[str]:
        """Ids of notes, and their files' names: a note unreadable or misnamed is told as such."""
        files = (*self.unread_notes, *(note.file for note in self.notes))
        return frozenset(self.note_by_id) | {file.rsplit("/", 1)[-1].removesuffix(".md") for file in files}

    def guide_of(self, version: str) -> Guide | None:
        """The guide of a version, where it is at hand; the present one where a note names none."""
        if self.guide is None or not version or version == self.guide.version:
            return self.guide
        return self.archive.get(version)

    @property
    def language(self) -> str:
        """The campaign's language; French where it is not known."""
        return self.mapping.campaign.language if self.mapping else "fr"
