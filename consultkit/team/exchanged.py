"""What a copy of the campaign holds, piece by piece, and what receiving a pack would change in it, as values.

Changed on both sides, both stay: another version of a document lies beside it (`GAO-03.autre-1a2b….md`),
another value of a key stands above its entry as a comment that begins with `# ≠`. Deleting one settles it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consultkit.diagnostic import Fault
from consultkit.files import (
    DELIVERIES,
    EXCEPTIONS,
    MAPPING,
    MAX_BYTES,
    THEMES,
    WorkspaceError,
    decode,
    inside,
    read_regular,
)
from consultkit.i18n import N_, _, reason
from consultkit.team.merge import Target, compose
from consultkit.team.packing import Pack
from consultkit.team.units import Entry, Layout, Units, parse
from consultkit.team.units import Path as Unit
from consultkit.team.versions import Ledger, State, digest, join, observe, plain

SECTIONS = ("actor_types", "sectors", "actors")
_OTHER = re.compile(r"(.+)\.autre-[0-9a-f]{12}(\.md|\.yaml)\Z")
_COMMON = (THEMES, EXCEPTIONS)  # what the whole team shares, beside the guide and its earlier versions
_SIGN = re.compile(r'# ≠ ([^\s:.\[]+)(?:\.([^\s:]+)|(\[\]))?: ("(?:[^"\\]|\\.)*")')
ADDED, UPDATED, REMOVED, BOTH = N_("new"), N_("updated"), N_("removed"), N_("both kept")


@dataclass(slots=True)
class Copy:
    """What a folder or a pack holds: documents by path, the mapping's pieces, and each piece's contents."""

    documents: dict[str, bytes]
    layout: Layout
    contents: dict[str, list[bytes | str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted(self.documents, key=lambda path: (path != piece_of(path), path)):
            self.contents.setdefault(piece_of(path), []).append(self.documents[path])
        for section in self.layout.sections:
            for entry in section.entries if section.name in SECTIONS else ():
                said, _signs = split_signs(entry.units)
                words = (
                    "\x1f".join((*unit, *sorted(texts))) for unit, texts in said.items() if unit[0] != "#"
                )
                self.contents[unit_piece(section.name, entry.id)] = ["\n".join(sorted(words))]
                for unit, texts in said.items():
                    self.contents[unit_piece(section.name, entry.id, unit)] = list(texts)


@dataclass(frozen=True, slots=True)
class Event:
    """What receiving does to a document or an entry (new, updated, removed, both kept), and more in words."""

    kind: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What receiving would write (None: delete), what it does, and what the copy knows afterwards."""

    files: Mapping[str, bytes | None]
    events: Sequence[Event]
    ledger: Ledger


def piece_of(path: str) -> str:
    """The document that a file is a version of."""
    match = _OTHER.match(path)
    return match[1] + match[2] if match else path


def unit_piece(section: str, entry: str, path: Unit = ()) -> str:
    """The name of an entry, or of one unit of it, in a ledger."""
    return "\x1f".join((MAPPING, section, entry, *path))


def split_signs(units: Units) -> tuple[dict[Unit, list[str]], dict[tuple[Unit, str], str]]:
    """What an entry says, comments with ≠ (versions received) too; and those comments by what they keep."""
    said: dict[Unit, list[str]] = {path: [text] for path, text in units.items()}
    signs: dict[tuple[Unit, str], str] = {}
    for path in units:
        match = _SIGN.match(path[1]) if path[0] == "#" else None
        if match:
            text = str(json.loads(match[4], strict=False))
            unit: Unit = (match[1], "=", match[2]) if match[2] else (match[1],)
            unit, text = ((match[1], "-", text), "") if match[3] else (unit, text)
            signs[unit, text] = path[1]
            del said[path]
            said.setdefault(unit, []).append(text)
    return said, signs


def _sign(unit: Unit, text: str) -> str:
    name = unit[0] + ("" if len(unit) == 1 else "[]" if unit[1] == "-" else f".{unit[2]}")
    value = json.dumps(unit[2] if unit[1:2] == ("-",) else text, ensure_ascii=False)
    return f"# ≠ {name}: {value} ({_('another version, received: keep one, then delete this line')})"


def read_copy(root: Path) -> Copy:
    """What a folder holds; WorkspaceError where something cannot be merged as it is, with its place."""
    documents = {}
    files = [path for folder in ("guides", "notes") for path in (root / folder).rglob("*.*")]
    for path in sorted(files):
        name = path.relative_to(root).as_posix()
        hidden = any(part.startswith(".") for part in Path(name).parts)
        if hidden or (path.suffix != ".md" and piece_of(name) not in _COMMON):
            continue
        if not inside(root, path):
            raise WorkspaceError(_("{path} is a link that leads out of the campaign.").format(path=name))
        try:
            documents[name] = read_regular(path)[: MAX_BYTES + 1].replace(b"\r\n", b"\n")
        except OSError as error:
            message = _("{file} cannot be opened: {reason}.")
            raise WorkspaceError(message.format(file=name, reason=reason(error))) from None
    return Copy(documents, parse(_text(MAPPING, (root / MAPPING).read_bytes())))


def readable(documents: Mapping[str, bytes]) -> None:
    """WorkspaceError, with the place, where a document is no text or a merge left its markers in it."""
    for name, data in documents.items():
        _text(name, data)


def _text(name: str, data: bytes) -> str:
    faults: list[Fault] = []
    source = decode(data, name, faults)
    fault = next((f for f in faults if source is None or f.kind == "file-conflict"), None)
    if fault is not None or source is None:
        told = f"{fault.place} {fault.message} {fault.help}" if fault else name
        raise WorkspaceError(told.strip())
    return source.text


def known(ledger: Ledger, copy: Copy) -> Ledger:
    """The ledger once the copy was looked at: every piece it has, and every piece that is gone."""
    pieces = dict.fromkeys([*ledger, *copy.contents])
    return {piece: observe(ledger.get(piece, State()), copy.contents.get(piece, ())) for piece in pieces}


def extract(copy: Copy, ledger: Ledger, regions: Sequence[str], common: Iterable[str] = ()) -> Pack:
    """What of a copy goes into a pack: all of it, or what is of these regions, and these documents too."""
    chosen = _chosen(copy.layout, regions)
    text = "".join(
        f"{name}:\n" + "".join(entry.text for entry in entries) for name, entries in chosen.items() if entries
    )
    folders = tuple(f"notes/{region}/" for region in regions) or ("notes/",)
    shared = set(common)
    shared |= {piece for piece in map(piece_of, copy.documents) if _of_the_team(piece)}
    wanted = {p: d for p, d in copy.documents.items() if p.startswith(folders) or piece_of(p) in shared}
    readable(wanted)
    pieces = Copy(wanted, parse(text)).contents
    present = {(s.name, e.id) for s in copy.layout.sections for e in s.entries}
    kept = {(name, entry.id) for name, entries in chosen.items() for entry in entries}

    def goes(piece: str) -> bool:
        if "\x1f" not in piece:  # a document; GIT is in no folder
            return piece.startswith(folders) or piece in pieces or _of_the_team(piece)
        section, entry = piece.split("\x1f")[1:3]
        return (section, entry) in kept or (section, entry) not in present

    versions = {p: s for p, s in ledger.items() if goes(p) and not (plain(s) and p in pieces)}
    return Pack("", "", tuple(regions), {MAPPING: text.encode(), **wanted}, versions)


def _of_the_team(piece: str) -> bool:
    """Whether a document is everybody's: the guide, its earlier versions, the codebook, the exceptions."""
    return piece in _COMMON or piece.startswith("guides/")


def _chosen(layout: Layout, regions: Sequence[str]) -> dict[str, list[Entry]]:
    """The entries of the mapping that travel: the regions' actors, the types and sectors they name."""
    listed = {name: _entries(layout, name) for name in SECTIONS}
    if not regions:
        return listed
    here = [e for e in listed["actors"] if any(_names(e.units, "regions", region) for region in regions)]
    return {
        "actor_types": [t for t in listed["actor_types"] if any(_names(e.units, "type", t.id) for e in here)],
        "sectors": [s for s in listed["sectors"] if any(_names(e.units, "sectors", s.id) for e in here)],
        "actors": here,
    }


def _names(units: Units, key: str, value: str) -> bool:
    return (key, "-", value) in units or units.get((key,)) == value


def _entries(layout: Layout, name: str) -> list[Entry]:
    section = layout.section(name)
    if section.whole:
        message = _("“{section}” in {file} is no list of blocks that begin with “- id:”: it cannot travel.")
        raise WorkspaceError(message.format(section=name, file=MAPPING))
    return section.entries


def plan(root: Path, copy: Copy, ledger: Ledger, pack: Pack) -> Plan:
    """What receiving a pack does to a copy; WorkspaceError where it cannot be done without loss."""
    theirs = Copy(
        {name: data for name, data in pack.files.items() if name not in (MAPPING, DELIVERIES)},
        parse(_text(MAPPING, pack.files.get(MAPPING, b""))),
    )
    readable(theirs.documents)
    readable({p: data for p, data in copy.documents.items() if piece_of(p) in theirs.contents})
    mine = known(ledger, copy)
    other = known(dict(pack.versions), theirs)
    if any(other[piece] != state for piece, state in pack.versions.items()):
        raise WorkspaceError(_("This pack was altered or cut short. Nothing was changed; ask for it again."))
    states = {piece: join(mine.get(piece, State()), state) for piece, state in other.items()}
    files: dict[str, bytes | None] = {}
    events: list[Event] = []
    for piece, state in states.items():
        if "\x1f" not in piece:
            placed, told = _place(root, piece, state, copy, theirs)
            files |= placed
            events += told
    text = _mapping(copy.layout, theirs.layout, states, events)
    layout = parse(text) if text is not None else copy.layout
    documents = {path: data for path, data in (copy.documents | files).items() if data is not None}
    if text is not None:
        files[MAPPING] = text.encode()
    return Plan(files, events, known({**mine, **states}, Copy(documents, layout)))


def _place(
    root: Path, piece: str, state: State, copy: Copy, theirs: Copy
) -> tuple[dict[str, bytes | None], list[Event]]:
    """Which file holds which version of a document; ours stays where it is."""
    names = {head[:12] for head in state.heads}
    have = {path: data for path, data in copy.documents.items() if piece_of(path) == piece}
    every = [copy.documents.get(piece, b""), *theirs.contents.get(piece, ()), *have.values()]
    kept = {name: data for data in every if isinstance(data, bytes) and (name := digest(data)) in names}
    stem, dot, suffix = piece.rpartition(".")
    wanted = {
        f"{stem}.autre-{name}{dot}{suffix}" if index else piece: data
        for index, (name, data) in enumerate(kept.items())
    }
    files = {path: wanted.get(path) for path in (have | wanted) if have.get(path) != wanted.get(path)}
    for path in files:
        if not inside(root, root / path):
            raise WorkspaceError(_("{path} is a link that leads out of the campaign.").format(path=path))
    if not files:
        return files, []
    if len(wanted) > max(1, len(have)):
        others = ", ".join(path for path in wanted if path not in have and path != piece)
        return files, [Event(BOTH, piece, others)]
    return files, [Event(ADDED if not have else UPDATED if wanted else REMOVED, piece)]


def _mapping(mine: Layout, theirs: Layout, states: Ledger, events: list[Event]) -> str | None:
    """The mapping's text afterwards, or None where it stays as it is."""
    targets: dict[str, dict[str, Target]] = {}
    by_entry: dict[tuple[str, str], dict[Unit, State]] = {}
    for piece, state in states.items():
        if "\x1f" in piece:
            _file, section, entry, *path = piece.split("\x1f")
            by_entry.setdefault((section, entry), {})[tuple(path)] = state
    ours, other = (
        {(section.name, entry.id): entry.units for section in layout.sections for entry in section.entries}
        for layout in (mine, theirs)
    )
    for (section, entry), units in by_entry.items():
        said = ours.get((section, entry)), other.get((section, entry))
        target, event = _target(section, entry, *said, units)
        if target is not None:
            targets.setdefault(section, {})[entry] = target
        events += [event] if event else []
    return compose(mine, theirs, targets) if targets else None


def _target(
    section: str, entry: str, ours: Units | None, theirs: Units | None, states: Mapping[Unit, State]
) -> tuple[Target | None, Event | None]:
    """What becomes of one entry: removed on one side, it goes unless the other side changed it."""
    what = f"{section} {entry}"
    if not states.get((), State()).heads:
        return (Target(None), Event(REMOVED, what)) if ours is not None else (None, None)
    if ours is None:
        return (Target(theirs), Event(ADDED, what)) if theirs is not None else (None, None)
    if theirs is None:
        return None, Event(BOTH, what, _("removed there, changed here: it stays"))
    merged, fresh = joined(ours, theirs, states)
    if merged == ours:
        return None, None
    return Target(merged), Event(BOTH if fresh else UPDATED, what, "; ".join(fresh))


def joined(ours: Units, theirs: Units, states: Mapping[Unit, State]) -> tuple[Units, list[str]]:
    """One entry's units as both sides make them, and the conflicts that ours did not have yet, in words."""
    mine, signs = split_signs(ours)
    other, _signs = split_signs(theirs)
    values: dict[Unit, list[str]] = dict(mine)
    for path, state in states.items():
        if path:
            names = {head[:12] for head in state.heads}
            every = dict.fromkeys([*mine.get(path, ()), *other.get(path, ())])
            values[path] = [text for text in every if digest(text) in names]
    merged: Units = {}
    kept: dict[tuple[Unit, str], str] = {}
    for path in dict.fromkeys([*mine, *values]):
        for index, text in enumerate(values[path]):
            if index or _clashes(path, text, merged):
                kept[path, text] = signs.get((path, text)) or _sign(path, text)
            else:
                merged[path] = text
    fresh = []
    for path, text in kept:
        if (path, text) not in signs:
            key = ".".join(word for word in path if word not in "-=")
            message = _("{key}: here {ours}, there {theirs}")
            fresh.append(message.format(key=key, ours=_shown(merged, path[0]), theirs=text or path[-1]))
    return merged | {("#", sign): "" for sign in kept.values()}, fresh


def _shown(units: Units, key: str) -> str:
    return ", ".join(text or path[-1] for path, text in units.items() if path[0] == key) or "∅"


def _clashes(path: Unit, text: str, merged: Units) -> bool:
    """Whether a value is written in another way (text, list, map) than its key already is in ours."""
    if path[0] == "#" or (len(path) == 1 and not text):
        return False
    alike = [other for other in merged if other[0] == path[0] and other[1:2] != path[1:2]]
    return any(len(other) > 1 or merged[other] for other in alike)
