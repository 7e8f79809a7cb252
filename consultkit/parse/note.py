"""Notes, syntheses and lessons, from Markdown to model."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from consultkit.diagnostic import Fault
from consultkit.files import Source
from consultkit.located_yaml import Quoting
from consultkit.model import Consent, Note, Participant, Synthesis
from consultkit.parse.header import Split, split
from consultkit.parse.markdown import scan
from consultkit.schema.declare import KIND, NOTE, NOTE_STATUS, SYNTHESIS
from consultkit.schema.types import INVALID, Data, Fix, Reader
from consultkit.text import fold

# What a file without `kind` is meant for, where it names neither its id nor an actor.
NAMES = {"synthese": "synthesis", "synthesis": "synthesis", "lecons": "lessons", "lessons": "lessons"}


def parse_document(
    source: Source, faults: list[Fault], fixes: list[Fix], quotings: list[Quoting]
) -> Note | Synthesis | None:
    """A Markdown file of notes/; None where its header cannot be read."""
    parts = split(source, "note", faults)
    quotings += parts.quotings
    if parts.header is None:
        return None
    kind = _kind(source, parts, faults, fixes)
    if kind is None:
        return None
    if kind == "consultation":
        return _note(source, parts, faults, fixes)
    return _synthesis(source, parts, kind, faults, fixes)


def _kind(source: Source, parts: Split, faults: list[Fault], fixes: list[Fix]) -> str | None:
    """What the file is; None where its `kind` is no kind: nothing else can then be said of it."""
    assert parts.header is not None
    node = parts.header.get("kind")
    if node is None or node.empty:
        nameless = not any(key in parts.header.entries for key in ("id", "actor"))
        return NAMES.get(PurePosixPath(source.file).stem, "consultation") if nameless else "consultation"
    value = KIND.read(node, Reader(source.file, "note", faults))
    return None if value is INVALID else str(value)


def _status_is_done(parts: Split) -> bool:
    node = parts.header.get("status") if parts.header else None
    if node is None:
        return False
    folded = fold(node.text)
    return any(folded == key or folded in NOTE_STATUS.values[key] for key in ("done", "validated"))


def _note(source: Source, parts: Split, faults: list[Fault], fixes: list[Fix]) -> Note:
    assert parts.header is not None
    reader = Reader(source.file, "note", faults, fixes)
    reader.lenient = not _status_is_done(parts)
    data: Data = NOTE.read(parts.header, reader)
    if reader.lenient:
        _missing_keys(data, reader)
    body = scan(parts.body, source.file, parts.body_line, faults)
    get = data.get
    consent = _consent(get("consent"))
    if not parts.quotings:  # a header that had to be mended is not what stands in the file
        data.release(parts.text, 2)
    return Note(
        file=source.file,
        id=get("id", PurePosixPath(source.file).stem),
        actors=get("actor", ()),
        region=get("region", ""),
        also_regions=get("also_regions", ()),
        date=get("date"),
        place_name=get("place", ""),
        mode=get("mode", ""),
        format=get("format", "individual"),
        languages=get("language", ()),
        interpreter=get("interpreter", False),
        verbatim=get("verbatim", "noted"),
        minutes=get("minutes"),
        interviewer=get("interviewer", ""),
        note_taker=get("note_taker", ""),
        participants=tuple(_participant(p) for p in get("participants", ())),
        others_present=get("others_present"),
        consent=consent,
        readback=get("readback"),
        follow_up_of=get("follow_up_of", ""),
        attribution=get("attribution", "none"),
        sensitivity=get("sensitivity", "restricted"),
        guide_version=get("guide_version", ""),
        status=get("status", "draft"),
        body=body,
        data=data,
    )


def _missing_keys(data: Data, reader: Reader) -> None:
    """In a draft, the keys that name the note must be written, but may stay empty (status aside)."""
    absent = [key for key in NOTE.fields if key not in data.node.entries]
    NOTE.tell_missing(data.node, reader, {*absent, "status"})


def _participant(data: Data) -> Participant:
    return Participant(
        data.get("role", ""), data.get("gender", ""), data.get("age", ""), data.get("count", 1)
    )


def _consent(data: Data | None) -> Consent:
    if data is None:
        return Consent()
    values: dict[str, Any] = {key: data.get(key) for key in ("given", "form", "quote", "share", "recording")}
    # An unreadable date of withdrawal still withdraws: the note stays out until somebody mends it.
    written = data.node.get("withdrawn")
    withdrawn = data.get("withdrawn")
    given = bool(values["given"]) and (withdrawn is not None or written is None or written.empty)
    return Consent(
        given,
        values["form"] or "",
        bool(values["quote"]),
        bool(values["share"]),
        bool(values["recording"]),
        withdrawn,
    )


def _synthesis(source: Source, parts: Split, kind: str, faults: list[Fault], fixes: list[Fix]) -> Synthesis:
    assert parts.header is not None
    data: Data = SYNTHESIS.read(parts.header, Reader(source.file, "synthesis", faults, fixes))
    body = scan(parts.body, source.file, parts.body_line, faults)
    return Synthesis(source.file, kind, data.get("region", ""), data.get("status", "draft"), body, data)
