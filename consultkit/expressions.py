"""Numbers in prose: `{{ n(theme="formation", region="gao") }}` in a synthesis, counted from the notes.

The vocabulary is closed, and an expression is parsed, never run:

    n(region=, type=, theme=, mode=, sex=)   consultations held that fit every filter
    persons(region=, type=, mode=, sex=)     persons heard in them
    actors(region=, type=)                   actors of the mapping
    regions()                                regions of the campaign
    minimum(region=)                         consultations agreed, in all or for a region

In the shared edition a count narrowed by more than the region is told where the tables tell it, and no other:
they are masked together. Of a theme that fewer than five raised in all, that much is told.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from consultkit.coverage import counted
from consultkit.diagnostic import Place
from consultkit.i18n import _
from consultkit.model import Note, Project, Synthesis
from consultkit.privacy.cells import THRESHOLD
from consultkit.progress import themes_raised
from consultkit.report.tables import missing
from consultkit.schema.declare import GENDER, MODE
from consultkit.text import did_you_mean, listing

_HELD = "\ue001"  # stands for a number while the text around it is worked on
EXPRESSION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
FILTERS = {
    "n": ("region", "type", "theme", "mode", "sex"),
    "persons": ("region", "type", "mode", "sex"),
    "actors": ("region", "type"),
    "regions": (),
    "minimum": ("region",),
}


class Expression(NamedTuple):
    """A name of the vocabulary and its filters."""

    name: str
    filters: dict[str, str]


class ExpressionError(Exception):
    """An expression outside the vocabulary; the message is a whole sentence, `help` a way out."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.help = help


def faults(project: Project) -> Iterator[tuple[Place, str, str]]:
    """Expressions in syntheses and lessons that cannot be counted: place, message, help."""
    for document in (*project.syntheses, *project.lessons):
        yield from _faults_of(project, document)


def _faults_of(project: Project, document: Synthesis) -> Iterator[tuple[Place, str, str]]:
    for block in document.body.blocks():
        if block.kind == "code" or "{{" not in block.text:
            continue
        for match in EXPRESSION.finditer(block.text):
            try:
                parse(match[1], project)
            except ExpressionError as error:
                place = block.place(document.file, match.start(), len(match[0]))
                yield place, str(error), error.help


def parse(source: str, project: Project) -> Expression:
    """An expression read by the vocabulary; raises `ExpressionError`."""
    usage = _("Write for example {example}.").format(example='{{ n(theme="…", region="…") }}')
    try:
        node = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError(_("This expression cannot be read."), usage) from None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.args:
        raise ExpressionError(_("This expression cannot be read."), usage)
    name = node.func.id
    if name not in FILTERS:
        known = _("Known: {names}.").format(names=listing(FILTERS))
        raise ExpressionError(
            _("No number is called “{name}”.").format(name=name), did_you_mean(name, FILTERS) or known
        )
    filters: dict[str, str] = {}
    for keyword in node.keywords:
        key, value = keyword.arg or "**", keyword.value
        if key not in FILTERS[name]:
            known = _("Known: {names}.").format(names=listing(FILTERS[name]) or "–")
            raise ExpressionError(_("{name}() has no filter “{key}”.").format(name=name, key=key), known)
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            raise ExpressionError(_("This expression cannot be read."), usage)
        filters[key] = _value(key, value.value, project)
    return Expression(name, filters)


def _value(key: str, value: str, project: Project) -> str:
    """A filter's value in its canonical form; raises where nothing has it."""
    mapping = project.mapping
    known: dict[str, str] = {}
    if key in ("mode", "sex"):
        enum = MODE if key == "mode" else GENDER
        known = {form: name for name, forms in enum.values.items() for form in (name, *forms)}
    elif key == "theme":
        known = {id_: id_ for id_ in project.theme_by_id}
    elif mapping is not None:
        known = {id_: id_ for id_ in (mapping.region_by_id if key == "region" else mapping.type_by_id)}
    if value not in known:
        message = _("Nothing has the {key} “{value}”.").format(key=key, value=value)
        help = did_you_mean(value, known) or _("Known: {names}.").format(
            names=listing(dict.fromkeys(known.values()))
        )
        raise ExpressionError(message, help)
    return known[value]


def substitute(
    text: str, project: Project, *, masked: bool, around: Callable[[str], str] = lambda text: text
) -> str:
    """The text with its expressions counted, the rest of it through `around`; a bad one stands out."""

    def number(source: str) -> str:
        try:
            return value(parse(source, project), project, masked=masked)
        except ExpressionError:
            return missing(_("number to be mended"))

    if "{{" not in text:
        return around(text)
    held = iter([number(match[1]) for match in EXPRESSION.finditer(text)])
    text = around(EXPRESSION.sub(_HELD, text))
    return re.sub(_HELD, lambda _match: next(held), text)


def value(expression: Expression, project: Project, *, masked: bool) -> str:
    """What an expression counts, in words where the number is too small to be shown."""
    counting, filters = _COUNTS[expression.name], expression.filters
    count = counting(project, filters)
    narrowed = set(filters) - {"region"} or expression.name == "persons"
    if not masked or not narrowed or expression.name not in ("n", "persons"):
        return str(count)
    if _in_tables(project, expression) == count:
        return str(count)
    whole = counting(project, {key: filters[key] for key in ("theme",) if key in filters})
    return _("fewer than {n}").format(n=THRESHOLD) if whole < THRESHOLD else missing(_("number not shown"))


def _in_tables(project: Project, expression: Expression) -> int | None:
    """What the shared tables tell of the same count; None where they hide it, or count no such thing."""
    from consultkit.report import words
    from consultkit.report.tally import Tally

    filters = dict(expression.filters)
    tally = Tally(project, masked=True, region=filters.pop("region", ""))
    types = project.mapping.type_by_id if project.mapping else {}
    kind = types[filters["type"]].name if "type" in filters else ""
    told: int | None = None
    if expression.name == "n" and "theme" in filters and filters.keys() <= {"theme", "type"}:
        theme = project.theme_by_id[filters["theme"]]
        by_type, by_region = tally.themes(theme.kind)
        row = by_region.rows.index(theme.name)
        if not kind:
            told = by_region.totals[row]
        elif kind in by_type.columns:
            told = by_type.cells[row][by_type.columns.index(kind)]
    elif expression.name == "n" and filters.keys() == {"type"}:
        counts = tally.by_type_and_region()
        told = dict(zip(counts.rows, counts.totals, strict=True)).get(kind) if counts else None
    elif expression.name == "n" and filters.keys() == {"mode"}:
        items = dict(tally.talks(words.MODES, "mode").items)
        whole = bool(items) and None not in items.values() and _("Other") not in items
        told = items.get(words.named(words.MODES, filters["mode"]), 0 if whole else None)
    elif expression.name == "persons" and not filters.keys() - {"sex"}:
        shown = tally.persons(words.GENDERS, "gender")
        sex = filters.get("sex")
        told = dict(shown.items).get(words.named(words.GENDERS, sex)) if sex else shown.total
    return told


def _held(project: Project, filters: dict[str, str]) -> Iterator[Note]:
    for note in counted(project):
        if all(_FITS[key](project, note, wanted) for key, wanted in filters.items()):
            yield note


def _has_type(project: Project, note: Note, wanted: str) -> bool:
    actors = project.mapping.actor_by_id if project.mapping else {}
    return any(id_ in actors and actors[id_].type == wanted for id_ in note.actors)


_FITS: dict[str, Callable[[Project, Note, str], bool]] = {
    "region": lambda project, note, wanted: note.region == wanted,
    "type": _has_type,
    "theme": lambda project, note, wanted: wanted in themes_raised(project)[note.id],
    "mode": lambda project, note, wanted: note.mode == wanted,
    "sex": lambda project, note, wanted: any(p.gender == wanted for p in note.participants),
}


def _persons(project: Project, filters: dict[str, str]) -> int:
    sex = filters.get("sex")
    heard = (person for note in _held(project, filters) for person in note.participants)
    return sum(person.count for person in heard if sex in (None, person.gender))


def _actors(project: Project, filters: dict[str, str]) -> int:
    actors = project.mapping.actor_by_id.values() if project.mapping else ()
    region, kind = filters.get("region"), filters.get("type")
    return sum(1 for a in actors if (not region or region in a.regions) and kind in (None, a.type))


def _minimum(project: Project, filters: dict[str, str]) -> int:
    if project.mapping is None:
        return 0
    region = filters.get("region")
    if region:
        return project.mapping.region_by_id[region].minimum
    agreed = sum(region.minimum for region in project.mapping.region_by_id.values())
    return project.mapping.campaign.minimum or agreed


_COUNTS: dict[str, Callable[[Project, dict[str, str]], int]] = {
    "n": lambda project, filters: sum(1 for _note in _held(project, filters)),
    "persons": _persons,
    "actors": _actors,
    "regions": lambda project, filters: len(project.mapping.region_by_id) if project.mapping else 0,
    "minimum": _minimum,
}
