"""Notes made from what was typed elsewhere: each knows where it came from, so that nothing is made twice.

A comment closes the header: `# submission KEYS DATA SEAL`, digests all. KEYS are what the submission is
known by; DATA is what was read, its last four letters who took part, whom not every export tells; SEAL is the
note as written: a note whose text has another was edited since, and is never written over.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from consultkit.i18n import _, speaking
from consultkit.located_yaml import quoted
from consultkit.model import ActorMapping, Guide, Note, Participant, Project
from consultkit.scaffold import Filled, next_ids, note_text
from consultkit.text import fold

_ORIGIN = re.compile(r"^# (?:submission|document) ([a-p,]+) ([a-p]{10}) ([a-p]{10})\n", re.MULTILINE)
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


@dataclass(frozen=True, slots=True)
class Draft:
    """A note to be: values are YAML text by key, answers and rest Markdown, people go to private/ alone."""

    kind: str  # submission | document
    keys: tuple[str, ...]  # digests of what it is known by
    data: str
    actor: str
    region: str
    values: Mapping[str, str] = field(default_factory=dict)
    participants: Sequence[Mapping[str, str]] | None = ()  # None: the export does not tell them
    answers: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""
    people: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a draft: kind is new, filled (an empty note), updated, same or differs."""

    kind: str
    id: str
    path: str
    draft: Draft
    text: str = ""
    difference: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether the note is written."""
        return self.kind in ("new", "filled", "updated")


def digest(data: str) -> str:
    """Ten letters that tell two texts apart; no digits, which would read as phone numbers."""
    return hashlib.sha256(data.encode()).hexdigest()[:10].translate(_LETTERS)


def actors_called(mapping: ActorMapping) -> dict[str, str]:
    """Actors' ids by what a person writes of them: name, acronym, both or id, folded."""
    return {
        fold(text): actor.id
        for actor in reversed(mapping.actors)
        for text in (f"{actor.name} ({actor.acronym})", actor.acronym, actor.name, actor.id)
        if text
    }


def regions_called(mapping: ActorMapping) -> dict[str, str]:
    """Regions' ids by name or id, folded."""
    return {fold(text): region.id for region in mapping.regions for text in (region.id, region.name)}


def data_of(said: object, people: object) -> str:
    """The digest of what was read, and of who took part."""
    return digest(json.dumps(said, sort_keys=True))[:6] + digest(json.dumps(people, sort_keys=True))[:4]


def plan(project: Project, guide: Guide, drafts: Sequence[Draft]) -> list[Outcome]:
    """What would become of each draft; new ids are given in an order that nobody can compute again."""
    known = _known(project)
    free = _free_ids(project, [d for d in drafts if not any(key in known for key in d.keys)])
    empty = {(note.actors[0], note.region): note for note in project.notes if untouched(note)}
    outcomes = []
    for draft in drafts:
        held = next((known[key] for key in draft.keys if key in known), None)
        if held is not None:
            outcomes.append(_again(project, guide, draft, held))
            continue
        place = empty.pop((draft.actor, draft.region), None)
        id_ = place.id if place else free[draft.region].pop()
        path = place.file if place else f"notes/{draft.region}/{id_}.md"
        text = _text(project, guide, draft, id_)
        outcomes.append(Outcome("filled" if place else "new", id_, path, draft, text))
    return outcomes


def people(outcomes: Iterable[Outcome]) -> list[dict[str, str]]:
    """The entries of private/identities.yaml that the drafts bring, each under its note."""
    return [{"note": o.id, **person} for o in outcomes for person in o.draft.people if o.kind != "differs"]


def _known(project: Project) -> dict[str, tuple[str, str, str]]:
    """By key: a note's file, the digest of what was read, and its seal."""
    found: dict[str, tuple[str, str, str]] = {}
    for name, source in project.sources.items():
        match = _ORIGIN.search(source.text) if name.startswith("notes/") else None
        if match:
            found |= dict.fromkeys(match[1].split(","), (name, match[2], match[3]))
    return found


def untouched(note: Note) -> bool:
    """Whether a note was laid down, and nothing typed in it yet."""
    written = note.date or note.place_name or note.mode or any(p.role for p in note.participants)
    bare = note.status == "draft" and len(note.actors) == 1 and not written and not note.consent.given
    return bare and not note.body.preamble and not any(part.blocks for part in note.body.parts)


def _free_ids(project: Project, drafts: Sequence[Draft]) -> dict[str, list[str]]:
    numbers = Counter(draft.region for draft in drafts)
    drawn = random.SystemRandom().sample
    return {region: drawn(next_ids(project, region, number), number) for region, number in numbers.items()}


def _again(project: Project, guide: Guide, draft: Draft, held: tuple[str, str, str]) -> Outcome:
    """A draft whose note is there: unchanged, renewed where nobody has edited it, or told."""
    file, data, seal = held
    id_, present = PurePosixPath(file).stem, project.sources[file].text
    if draft.participants is None:
        note = next((note for note in project.notes if note.file == file), None)
        heard = [_participant(person) for person in note.participants] if note else []
        draft = replace(draft, participants=heard, data=draft.data[:6] + data[6:])
    if data == draft.data:
        return Outcome("same", id_, file, draft)
    text, bare = _text(project, guide, draft, id_), _ORIGIN.sub("", present)
    if digest(bare) == seal:
        return Outcome("updated", id_, file, draft, text)
    lines = difflib.unified_diff(
        bare.split("\n"), _ORIGIN.sub("", text).split("\n"), file, _("as sent"), n=0, lineterm=""
    )
    return Outcome("differs", id_, file, draft, difference=tuple(lines))


def _participant(person: Participant) -> dict[str, str]:
    known = {"gender": person.gender, "age": person.age, "count": str(person.count)}
    return {"role": quoted(person.role) if person.role else "", **known}


def _text(project: Project, guide: Guide, draft: Draft, id_: str) -> str:
    values = {"id": id_, "actor": draft.actor, "region": draft.region, **draft.values}
    actor = project.mapping.actor_by_id.get(draft.actor) if project.mapping else None
    types = {actor.type} if actor else set()
    filled = Filled(values, draft.participants or (), draft.answers, draft.rest)
    with speaking(project.language):
        bare = note_text(guide, filled, types, project.language)
        origin = f"{draft.kind} {','.join(draft.keys)} {draft.data} {digest(bare)}"
        return note_text(guide, replace(filled, origin=origin), types, project.language)


def unplaced(markdown: str) -> str:
    """What fits under no question, under a heading of its own that `check` tells about."""
    return f"## {_('What fits under no question')} {{#unplaced}}\n\n{markdown}" if markdown else ""
