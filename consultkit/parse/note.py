"""Notes, syntheses and lessons, from Markdown to model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import PurePosixPath
from typing import Any

from consultkit.body import Body
from consultkit.diagnostic import Fault
from consultkit.files import Source, to_text
from consultkit.located_yaml import Quoting, read
from consultkit.model import Consent, Note, Participant, Synthesis
from consultkit.parse.familiar import familiar
from consultkit.parse.header import Split, bounds, split
from consultkit.parse.markdown import scan_source
from consultkit.schema.declare import KIND, NOTE, NOTE_STATUS, SYNTHESIS
from consultkit.schema.types import INVALID, Data, Fix, Reader, Released
from consultkit.text import fold

# What a file without `kind` is meant for, where it names neither its id nor an actor.
NAMES = {"synthese": "synthesis", "synthesis": "synthesis", "lecons": "lessons", "lessons": "lessons"}


def parse_document(
    source: Source, faults: list[Fault], fixes: list[Fix], quotings: list[Quoting]
) -> Note | Synthesis | None:
    """A Markdown file of notes/; None where its header cannot be read."""
    familiar_note = _familiar(source, faults)
    if familiar_note is not None:
        return familiar_note
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


def _familiar(source: Source, faults: list[Fault]) -> Note | None:
    """A note of whose header there is nothing to tell; None for anything else."""
    found = bounds(source.data)
    if found is None:
        return None
    begin, end, start = found
    header = to_text(source.data[begin:end])
    values = familiar(header)
    if values is None or values.get("kind", "consultation") != "consultation":
        return None
    consent = _consent_of(values["consent"]) if "consent" in values else Consent()
    body = scan_source(source, start, header.count("\n") + 3, faults)
    return _made(
        source.file, values, Released(values.keys(), partial(_again, header, source.file)), consent, body
    )


@lru_cache(maxsize=8)
def _again(header: str, file: str) -> Data:
    """A header read again, for the places of its values."""
    node = read(header, file, 2).root
    assert node is not None
    data: Data = NOTE.read(node, Reader(file, "note", lenient=True))
    return data


def _note(source: Source, parts: Split, faults: list[Fault], fixes: list[Fix]) -> Note:
    assert parts.header is not None
    reader = Reader(source.file, "note", faults, fixes)
    reader.lenient = not _status_is_done(parts)
    data: Data = NOTE.read(parts.header, reader)
    if reader.lenient:
        _missing_keys(data, reader)
    body = scan_source(source, parts.start, parts.body_line, faults)
    return _made(source.file, data.values, data, _consent(data.get("consent")), body)


def _made(file: str, values: Mapping[str, Any], data: Data | Released, consent: Consent, body: Body) -> Note:
    get = values.get
    return Note(
        file=file,
        id=get("id") or PurePosixPath(file).stem,
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
        participants=_participants(get("participants", ())),
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


@lru_cache(maxsize=4096)  # what is read once for many headers (see `familiar`) is made once
def _participants(written: tuple[Data, ...]) -> tuple[Participant, ...]:
    return tuple(
        Participant(p.get("role", ""), p.get("gender", ""), p.get("age", ""), p.get("count", 1))
        for p in written
    )


def _consent(data: Data | None) -> Consent:
    if data is None:
        return Consent()
    consent = _consent_of(data)
    # An unreadable date of withdrawal still withdraws: the note stays out until somebody mends it.
    written = data.node.get("withdrawn")
    unread = consent.withdrawn is None and written is not None and not written.empty
    return consent._replace(given=False) if unread else consent


@lru_cache(maxsize=4096)
def _consent_of(data: Data) -> Consent:
    get = data.values.get
    return Consent(
        get("given", False), get("form", ""), get("quote", False), get("share", False),
        get("recording", False), get("withdrawn"),
    )  # fmt: skip


def _synthesis(source: Source, parts: Split, kind: str, faults: list[Fault], fixes: list[Fix]) -> Synthesis:
    assert parts.header is not None
    data: Data = SYNTHESIS.read(parts.header, Reader(source.file, "synthesis", faults, fixes))
    body = scan_source(source, parts.start, parts.body_line, faults)
    return Synthesis(source.file, kind, data.get("region", ""), data.get("status", "draft"), body, data)
