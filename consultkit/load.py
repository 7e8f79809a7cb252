"""load(root) -> Project: everything read once, a bad file never stopping the others."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from consultkit.diagnostic import Fault, Place
from consultkit.files import DELIVERIES, EXCEPTIONS, MAPPING, THEMES, DiskTree, Source, Tree, read_source
from consultkit.i18n import _
from consultkit.located_yaml import Quoting
from consultkit.model import ActorMapping, Delivery, Guide, Note, Project, Synthesis, Theme
from consultkit.parse.guide import parse_guide
from consultkit.parse.mapping import parse_allowances, parse_deliveries, parse_mapping, parse_themes
from consultkit.parse.note import parse_document
from consultkit.privacy.vault import open_vault
from consultkit.schema.types import Fix
from consultkit.text import did_you_mean

DEFAULT_GUIDES = ("guides/guide-entretien.md", "guides/interview-guide.md")


@dataclass(slots=True)
class _Gathered:
    faults: list[Fault] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)
    quotings: list[Quoting] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)


def load(root: Path, today: dt.date | None = None, tree: Tree | None = None) -> Project:
    """Reads a workspace (or another tree of it); faults are values in the result, nothing is raised."""
    collecting = gc.isenabled()
    gc.disable()  # many small values and no cycle: looking for one takes longer than reading
    try:
        return _load(root, today, tree or DiskTree(root))
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


def _load(root: Path, today: dt.date | None, tree: Tree) -> Project:
    files = tuple(tree.names())
    known = set(files)
    gathered = _Gathered()
    mapping = _mapping(tree, known, gathered)
    guide = _guide(tree, known, mapping, gathered)
    themes = _themes(tree, known, gathered)
    deliveries = _deliveries(tree, known, gathered)
    allowed = _allowed(tree, known, gathered)
    vault = open_vault(root)
    notes: list[Note] = []
    syntheses: list[Synthesis] = []
    lessons: list[Synthesis] = []
    unread: list[str] = []
    for document, name in _documents(tree, files, gathered):
        if document is None:
            unread.append(name)
        elif isinstance(document, Note):
            notes.append(document)
        else:
            (lessons if document.kind == "lessons" else syntheses).append(document)
    return Project(
        root=root,
        today=today or dt.date.today(),
        mapping=mapping,
        guide=guide,
        themes=themes or (),
        notes=tuple(notes),
        syntheses=tuple(syntheses),
        lessons=tuple(lessons),
        deliveries=deliveries,
        faults=(*gathered.faults, *vault.faults),
        sources=gathered.sources,
        files=files,
        unread_notes=tuple(unread),
        fixes=tuple(gathered.fixes),
        quotings=tuple(gathered.quotings),
        themes_sound=themes is not None,
        archive=_archive(tree, files),
        allowed=allowed,
        identities=vault.identities,
        name_exceptions=vault.exceptions,
        names_checked=vault.checked,
    )


def _read(tree: Tree, name: str, gathered: _Gathered) -> Source | None:
    source = read_source(tree, name, gathered.faults)
    if source is not None:
        gathered.sources[name] = source
    return source


def _mapping(tree: Tree, known: set[str], gathered: _Gathered) -> ActorMapping | None:
    if MAPPING not in known:
        gathered.faults.append(Fault("file-missing", Place(MAPPING), _("mapping.yaml is missing.")))
        return None
    source = _read(tree, MAPPING, gathered)
    return parse_mapping(source, gathered.faults, gathered.fixes, gathered.quotings) if source else None


def _guide(tree: Tree, known: set[str], mapping: ActorMapping | None, gathered: _Gathered) -> Guide | None:
    named = mapping.campaign.guide if mapping else ""
    name = named or next((name for name in _default_guides(mapping) if name in known), DEFAULT_GUIDES[0])
    if name not in known:
        if mapping is not None:
            place = mapping.campaign.data.place("guide") if named else Place(MAPPING)
            message = _("The interview guide {file} does not exist.").format(file=name)
            guides = [file for file in known if file.startswith("guides/") and file.endswith(".md")]
            help = did_you_mean(name, guides) or _("`consultkit init` lays one down.")
            gathered.faults.append(Fault("guide-missing", place, message, help))
        return None
    source = _read(tree, name, gathered)
    return parse_guide(source, gathered.faults, gathered.fixes, gathered.quotings) if source else None


def _archive(tree: Tree, files: Iterable[str]) -> dict[str, Guide]:
    """Earlier versions of the guide, kept in guides/archive/; what is wrong in them is not told."""
    found: dict[str, Guide] = {}
    for name in files:
        if name.startswith("guides/archive/") and name.endswith(".md"):
            source = read_source(tree, name, [])
            guide = parse_guide(source, [], [], []) if source else None
            if guide and guide.version:
                found.setdefault(guide.version, guide)
    return found


def _default_guides(mapping: ActorMapping | None) -> tuple[str, ...]:
    english = mapping is not None and mapping.campaign.language == "en"
    return DEFAULT_GUIDES[::-1] if english else DEFAULT_GUIDES


def _themes(tree: Tree, known: set[str], gathered: _Gathered) -> tuple[Theme, ...] | None:
    if THEMES not in known:
        return ()
    source = _read(tree, THEMES, gathered)
    return parse_themes(source, gathered.faults, gathered.fixes, gathered.quotings) if source else None


def _deliveries(tree: Tree, known: set[str], gathered: _Gathered) -> tuple[Delivery, ...]:
    source = _read(tree, DELIVERIES, gathered) if DELIVERIES in known else None
    return parse_deliveries(source, gathered.faults) if source else ()


def _allowed(tree: Tree, known: set[str], gathered: _Gathered) -> frozenset[str]:
    source = _read(tree, EXCEPTIONS, gathered) if EXCEPTIONS in known else None
    return parse_allowances(source, gathered.faults) if source else frozenset()


def _documents(
    tree: Tree, files: Iterable[str], gathered: _Gathered
) -> Iterable[tuple[Note | Synthesis | None, str]]:
    """The Markdown files of notes/, but for a README that explains the folder."""
    for name in files:
        if not name.lower().endswith(".md"):
            if "." not in name.rsplit("/", 1)[-1] and tree.escapes(name):
                _read(tree, name, gathered)  # a folder that is a link: told, not followed
            continue
        if not name.startswith("notes/"):
            continue
        if name.rsplit("/", 1)[-1].lower() in ("readme.md", "lisezmoi.md"):
            continue
        source = _read(tree, name, gathered)
        document = (
            parse_document(source, gathered.faults, gathered.fixes, gathered.quotings)
            if source is not None
            else None
        )
        yield document, name
