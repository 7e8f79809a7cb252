"""Submissions of the guide's form, as KoboToolbox and ODK (Central, Briefcase) export them, made into drafts.

Headings are known by their last part (`group/question`, `group-question`, `question`) or by their label, in
French or English; choices by name or label. Names, phones and addresses go to private/ alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from consultkit.exchange import typed, xlsform
from consultkit.exchange.drafts import Draft, actors_called, data_of, digest, regions_called, unplaced
from consultkit.exchange.incoming import incoming
from consultkit.exchange.spreadsheet import MAX_FILE, Sheet, clean, read
from consultkit.files import WorkspaceError
from consultkit.i18n import LANGUAGES, _, speaking
from consultkit.model import ActorMapping, Guide, Project
from consultkit.text import did_you_mean, fold

_SYSTEM = re.compile(
    r"(?i)(_.*|.*/_.*|meta[/-].*|formhub[/-].*|start|end|today|deviceid|username|simserial|phonenumber"
    r"|subscriberid|submissiondate|key|parent_key|set-of-.*|submitter(id|name)|attachments(present|expected)"
    r"|status|reviewstate|edits|formversion|instance(id|name)|(.*[/-])?note_(introduction|how_to|type|person_note)|.*@odata.*)\Z"
)
_KEYS = ("meta/rootuuid", "meta-rootuuid", "_uuid", "meta/instanceid", "meta-instanceid", "instanceid", "key",
         "__id", "meta/deprecatedid")  # fmt: skip
_MEDIA = re.compile(r"(?i)\S.*\.(jpe?g|png|heic|gif|mp3|m4a|amr|3gpp?|wav|ogg|opus|aac|mp4|mov|webm|pdf)\Z")
_POSITION = re.compile(r"-?\d{1,3}\.\d{3,}[ ,]+-?\d{1,3}\.\d{3,}(\s|\Z)")
_PERSON = {
    "phone": r"tel|telephone|phone|mobile|whatsapp", "email": r"e?-?mail|courriel",
    "name": r"nom|noms|prenoms?|name|contact",
}  # fmt: skip
_YES = frozenset({"1", "true", "yes", "oui", "vrai"})
Raw = dict[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: drafts, submissions left out and why, columns left out, submissions in all."""

    drafts: tuple[Draft, ...]
    problems: tuple[str, ...]
    told: tuple[str, ...]
    count: int


@dataclass(slots=True)
class _Row:
    """A submission: its cells by heading, the participants' cells, where it and each cell stand."""

    cells: Raw
    where: str
    places: Mapping[str, str] = field(default_factory=dict)
    people: list[Raw] = field(default_factory=list)

    def low(self) -> Raw:
        """The cells by heading in lower case."""
        return {head.lower(): value for head, value in self.cells.items()}


@dataclass(slots=True)
class _Said:
    """What cells say: the form's own values by name, answers by id, a person, what no question asks."""

    own: Raw
    answers: Raw
    person: Raw
    rest: list[str]


def read_submissions(path: Path, project: Project, mapping: ActorMapping, guide: Guide) -> Read:
    """The drafts that a file of submissions makes; raises WorkspaceError for anything that is none."""
    form = _Form(project, mapping, guide)
    rows = _json_rows(path) if path.suffix.lower() == ".json" else _sheet_rows(path, form)
    form.check(path.name, rows)
    if path.suffix.lower() != ".json" and not any(row.people for row in rows):
        form.without_people = True
        form.told[_("No participants in this file: export .xlsx or .json to have them too.")] = None
    return form.read(rows)


# Files


def _json_rows(path: Path) -> list[_Row]:
    """KoboToolbox's JSON ({"results": [...]} or a list), or ODK Central's ({"value": [...]})."""
    data = incoming(path, MAX_FILE)
    try:
        items = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise WorkspaceError(_("{file} is no JSON that can be read.").format(file=path.name)) from None
    if isinstance(items, dict):
        items = items.get("results", items.get("value", [items]))
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise WorkspaceError(_("{file} holds no list of submissions.").format(file=path.name))
    rows = []
    for number, item in enumerate(items, 1):
        row = _Row({}, f"{path.name}[{number}]")
        _flatten(item, "", row)
        rows.append(row)
    return rows


def _flatten(item: Mapping[str, Any], before: str, row: _Row) -> None:
    for key, value in item.items():
        name = key if not before or "/" in key else f"{before}/{key}"
        if isinstance(value, dict):
            _flatten(value, name, row)
        elif isinstance(value, list) and key.rpartition("/")[2].lower() == xlsform.REPEAT:
            for person in value:
                inner = _Row({}, row.where)
                _flatten(person if isinstance(person, dict) else {}, "", inner)
                row.people.append(inner.cells)
        elif value is not None and not isinstance(value, list):
            row.cells[name] = clean(value)


def _sheet_rows(path: Path, form: _Form) -> list[_Row]:
    """The sheet that holds the submissions, joined with the one that holds the repeats."""
    beside = [sheet for sheet in _with_siblings(path) if any(sheet.rows[:1])]  # with a row of headings
    sheets = [(sheet, list(map(clean, sheet.rows[0]))) for sheet in beside]
    if not sheets:
        raise WorkspaceError(_("{file} is empty.").format(file=path.name))
    main, heads = max(sheets, key=lambda pair: sum(bool(form.place(head)[0]) for head in pair[1]))
    rows = [
        _Row(cells, main.cell(n, 0), {head: main.cell(n, column) for column, head in enumerate(heads)})
        for n, cells in _records(main, heads)
    ]
    owners: dict[str, _Row] = {}
    for row in rows:
        low = row.low()
        owners |= {low[key]: row for key in ("_index", "_uuid", "_id", "key") if low.get(key)}
    for sheet, others in sheets:
        if sheet is main:
            continue
        for _n, cells in _records(sheet, others):
            low = {head.lower(): value for head, value in cells.items()}
            links = ("_submission__uuid", "_submission__id", "parent_key", "_parent_index")
            owner = next((owners[low[key]] for key in links if low.get(key) in owners), None)
            if owner is not None:
                owner.people.append(cells)
    return rows


def _with_siblings(path: Path) -> list[Sheet]:
    """A file's sheets; a CSV comes with those of its repeats, which ODK sets beside it."""
    sheets = read(path)
    if path.suffix.lower() == ".csv":
        for beside in sorted(path.parent.glob(f"{path.stem[:80]}-*{xlsform.REPEAT}.csv")):
            sheets += read(beside)
    return sheets


def _records(sheet: Sheet, heads: Sequence[str]) -> Iterator[tuple[int, Raw]]:
    for number, row in enumerate(sheet.rows[1:], 1):
        cells = {head: text for head, cell in zip(heads, row, strict=False) if head and (text := clean(cell))}
        if cells:
            yield number, cells


# The form


class _Form:
    """Knows the headings and choices of the form; turns submissions into drafts."""

    def __init__(self, project: Project, mapping: ActorMapping, guide: Guide) -> None:
        self.mapping, self.guide = mapping, guide
        fields = xlsform.CONSENT + xlsform.SHEET + xlsform.PARTICIPANT + xlsform.PRIVATE
        self.own = {f.name: f for f in fields}
        names = xlsform.names_of(guide)
        self.ids = {names[id_].lower(): id_ for id_ in guide.questions}
        self.ids |= {q.was.replace("-", "_").lower(): q.id for q in guide.questions.values() if q.was}
        self.names = {name: name for name in self.own} | {name: name for name in self.ids}
        self.lists: dict[str, dict[str, str]] = {}
        for language, twin in xlsform.twins(project, guide).items():
            self.names |= {fold(q.text): names[q.id].lower() for q in twin.questions.values()}
            with speaking(language):
                self.names |= {fold(_(f.label)): f.name for f in self.own.values() if f.label}
        for name, labels in xlsform.CHOICES.items():
            self.lists[name] = {fold(value): value for value in labels}
            for language in LANGUAGES:
                with speaking(language):
                    self.lists[name] |= {fold(_(label)): value for value, label in labels.items()}
        self.lists["regions"], self.lists["actors"] = regions_called(mapping), actors_called(mapping)
        self.lists["types"] = {fold(t): k.id for k in mapping.actor_types for t in (k.id, k.name)}
        self.place = cache(self._place)
        self.told: dict[str, None] = {}
        self.without_people = False

    def _place(self, head: str) -> tuple[str, str]:
        """The form's name behind a heading, and the choice where the column is one choice of several."""
        whole = fold(head)
        cuts = [0, *(match.end() for match in re.finditer(r"[/:.-]", whole))]
        for start in cuts:
            if whole[start:] in self.names:
                return self.names[whole[start:]], ""
        for start in cuts:
            for match in re.finditer(r"[/.]", whole[start:]):
                name, choice = whole[start : start + match.start()], whole[start + match.end() :]
                if name in self.names and choice:
                    return self.names[name], choice
        return "", ""

    def check(self, file: str, rows: Iterable[_Row]) -> None:
        """Refuses what is no file of this form's submissions."""
        heads = {head: None for row in rows for head in row.cells}
        if not heads:
            raise WorkspaceError(_("{file} holds no submission.").format(file=file))
        lacking = [name for name in ("note_consent_given", "note_region", "note_actor")
                   if all(self.place(head)[0] != name for head in heads)]  # fmt: skip
        if lacking:
            message = _(
                "{file} holds another form's submissions: no column is {names}. Nothing was imported."
            )
            help = _("The form of this campaign is the one that `consultkit guide export` writes.")
            raise WorkspaceError(message.format(file=file, names=", ".join(lacking)) + " " + help)

    def read(self, rows: Sequence[_Row]) -> Read:
        """The drafts of the submissions, and what is to be told."""
        drafts: dict[tuple[str, ...], Draft] = {}
        problems = []
        for row in rows:
            try:
                draft = self.draft(row)
                drafts[draft.keys] = draft
            except _LeftOutError as reason:
                place = next((p for head, p in row.places.items() if self.place(head)[0] == reason.name), "")
                problems.append(f"{place or row.where}: {reason}")
        return Read(tuple(drafts.values()), tuple(problems), tuple(self.told), len(rows))

    def draft(self, row: _Row) -> Draft:
        """One submission; raises `_LeftOutError` with the reason where it makes no note."""
        said = self.said(row.cells)
        low = row.low()
        keys = [k for key in _KEYS if (k := low.get(key, "").removeprefix("uuid:").strip())]
        if not keys:
            raise _LeftOutError(_("nothing tells it from others (_uuid, KEY): export it with that column."))
        states = (low.get(key, "") for key in ("_validation_status", "_validation_status/uid", "reviewstate"))
        if re.search(r"not.approved|rejected", " ".join(states).lower()):
            raise _LeftOutError(_("it was rejected by who reviewed it."))
        if said.own.get("note_consent_given") != "yes":
            raise _LeftOutError(_("consent was not given."), "note_consent_given")
        region, actor = self.where(said.own)
        values, kept = self.values(said.own, xlsform.CONSENT + xlsform.SHEET)
        rows = [self.said(cells).own for cells in row.people]
        people = [self.values(cells, xlsform.PARTICIPANT, "participants.") for cells in rows]
        private = {f.name: f.key for f in xlsform.PRIVATE}
        person = {private[n]: said.own[n] for n in private if said.own.get(n)} | said.person
        read = [{n: text for n, text in said.own.items() if n not in private}, said.answers, said.rest]
        kept += [line for _values, more in people for line in more] + said.rest
        return Draft(
            "submission", tuple(dict.fromkeys(map(digest, keys))), data_of(read, rows), actor, region, values,
            None if self.without_people else [found for found, _more in people],
            {id_: text for id_, answer in said.answers.items() if (text := typed.answer(answer))},
            unplaced("\n\n".join(map(typed.escape, kept))), [person] if person else [],
        )  # fmt: skip

    def said(self, cells: Raw) -> _Said:
        """Cells as the form's own values by name, answers by id, a person, and what no question asks."""
        said = _Said({}, {}, {}, [])
        for head, text in cells.items():
            name, choice = self.place(head)
            if not name:
                self.unknown(said, head, text)
                continue
            values, id_ = (said.own, name) if name in self.own else (said.answers, self.ids[name])
            told, before = self.chosen(name, choice or text), values.get(id_, "")
            if not choice:
                values[id_] = told
            elif text.lower() in _YES and told not in re.split(r"; | ", before):
                sign = " " if name in self.own else "; "
                values[id_] = f"{before}{sign}{told}" if before else told
        return said

    def chosen(self, name: str, text: str) -> str:
        """A value as the form names it (own choices), or as it reads (the guide's options)."""
        if name in self.own:
            kind, _space, list_name = self.own[name].type.partition(" ")
            table = self.lists.get(list_name, {})
            if kind == "select_multiple" and fold(text) not in table:
                return " ".join(table.get(fold(part), part) for part in text.split())
            return table.get(fold(text), text) if list_name else text
        question = self.guide.questions[self.ids[name]]
        options = xlsform.options_of(question.options)
        if question.answer == "select_multiple" and all(part in options for part in text.split()):
            return "; ".join(options[part] for part in text.split())
        return options.get(text, text)

    def unknown(self, said: _Said, head: str, text: str) -> None:
        """What becomes of a column that is none of the form's; photos, sound, positions are left out."""
        if _SYSTEM.match(head):
            return
        last = head.rpartition("/")[2]
        words = fold(last).replace("_", " ")
        key = next((key for key, stems in _PERSON.items() if re.search(rf"\b({stems})\b", words)), "")
        if key:
            said.person[key] = text
            message = _("Kept in private/ alone: {column}")
        elif _MEDIA.match(text) or _POSITION.match(text) or head.lower().endswith("_url"):
            message = _("Left out (photo, sound or position): {column}")
        else:
            said.rest.append(f"{last} : {text}")
            message = _("Not in the guide, kept under {{#unplaced}}: {column}")
        self.told[message.format(column=head)] = None

    def where(self, own: Raw) -> tuple[str, str]:
        """The region and the actor; an actor typed by hand counts once it stands in the mapping."""
        region, actor = own.get("note_region", ""), own.get("note_actor", "")
        if region not in self.mapping.region_by_id:
            message = _("“{value}” is no region of this campaign.").format(value=region)
            raise _LeftOutError(message, "note_region")
        if actor == xlsform.OTHER:
            name = own.get("note_actor_other", "")
            actor = self.lists["actors"].get(fold(name), "")
            if not actor:
                message = _("the actor “{name}” is not in mapping.yaml: add it, then import again.")
                raise _LeftOutError(message.format(name=name), "note_actor_other")
        if actor not in self.mapping.actor_by_id:
            near = did_you_mean(actor, self.mapping.actor_by_id)
            message = _("mapping.yaml has no actor “{value}”.").format(value=actor)
            raise _LeftOutError(f"{message} {near}".strip(), "note_actor")
        return region, actor

    def values(self, own: Raw, fields: Iterable[xlsform.Field], record: str = "") -> tuple[Raw, list[str]]:
        """Values of a header, or of a row of it, as YAML text; what cannot be read as one, as lines."""
        values: Raw = {}
        kept: list[str] = []
        for one in fields:
            text = own.get(one.name, "")
            if not one.key or not text or one.key in ("region", "actor"):
                continue
            value = typed.value(record + one.key, ", ".join(text.split()) if one.key == "language" else text)
            if value is None:
                kept.append(f"{_(one.label)} : {text}")
            else:
                values[one.key] = value
        return values, kept


class _LeftOutError(Exception):
    """Why a submission makes no note, and the question whose answer it is."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name
