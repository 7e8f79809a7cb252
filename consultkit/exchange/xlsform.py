"""The guide as an XLSForm, for KoboCollect and ODK Collect: what it asks, in the order in which it asks.

The same table of fields reads submissions back. Names hold no hyphen: ODK Central joins groups with it.
No position is asked for: phones would record it to five metres.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from consultkit.exchange.spreadsheet import Column, Page, clean, read, to_xlsx
from consultkit.files import DiskTree, WorkspaceError, read_source
from consultkit.i18n import LANGUAGES, N_, _, speaking
from consultkit.load import DEFAULT_GUIDES
from consultkit.model import ActorMapping, Guide, Project, Question
from consultkit.parse.guide import parse_guide
from consultkit.report.words import FORMATS, MODES, VERBATIMS
from consultkit.report.words import LANGUAGES as SPOKEN
from consultkit.text import fold

COLUMNS = {"fr": "Français (fr)", "en": "English (en)"}
OTHER = "_other"
REPEAT = "note_participants"


class Field(NamedTuple):
    """A question of the form's own: its name, the header's key, the XLSForm type, its label and hint."""

    name: str
    key: str
    type: str
    label: str
    hint: str = ""
    required: bool = False
    extra: Mapping[str, str] = {}


CHOICES: dict[str, Mapping[str, str]] = {
    "yes_no": {"yes": N_("Yes"), "no": N_("No")},
    "consent_form": {"oral": N_("oral"), "written": N_("written")},
    "attribution": {
        "role": N_("their role and organisation"), "organisation": N_("their organisation"),
        "type": N_("a type of actor, in a region"), "region": N_("the region"),
        "none": N_("nobody: neither quoted nor mentioned"),
    },
    "mode": MODES, "format": FORMATS, "verbatim": VERBATIMS, "spoken": SPOKEN,
    "gender": {"f": N_("woman"), "m": N_("man"), "x": N_("other")},
    "age": {"youth": N_("youth"), "adult": N_("adult"), "elder": N_("elder")},
}  # fmt: skip
YES_NO = "select_one yes_no"
IF_OTHER = {"relevant": f"${{note_actor}} = '{OTHER}'"}
CONSENT = (
    Field("note_consent_given", "consent.given", YES_NO, N_("Does the person agree to take part?"), "", True),
    Field("note_consent_form", "consent.form", "select_one consent_form",
          N_("How was consent given?"), "", True),
    Field("note_consent_quote", "consent.quote", YES_NO, N_("May they be quoted word for word?"), "", True),
    Field("note_consent_share", "consent.share", YES_NO,
          N_("May the detailed note be given to the commissioner?"), "", True),
    Field("note_consent_recording", "consent.recording", YES_NO,
          N_("May the interview be recorded?"), "", True),
    Field("note_attribution", "attribution", "select_one attribution",
          N_("To whom may their words be attributed?"), "", True),
)  # fmt: skip
SHEET = (
    Field("note_region", "region", "select_one regions", N_("Region"), "", True),
    Field("note_actor", "actor", "select_one actors", N_("Actor"),
          N_("The last choice is for one that is not listed."), True,
          {"choice_filter": "selected(regions, ${note_region})", "appearance": "minimal"}),
    Field("note_actor_other", "", "text", N_("Name of the organisation or group"), N_("No person's name."),
          True, IF_OTHER),
    Field("note_actor_type", "", "select_one types", N_("Its type"), "", True, IF_OTHER),
    Field("note_type", "", "calculate", "", "", False, {"calculation": "if(${note_actor} = '" + OTHER + "', "
          "${note_actor_type}, instance('actors')/root/item[name = ${note_actor}]/type)"}),
    Field("note_date", "date", "date", N_("Date of the interview"), "", True, {"constraint": ". <= today()"}),
    Field("note_place", "place", "text", N_("Place"), N_("Town or cercle, never a village or an address.")),
    Field("note_mode", "mode", "select_one mode", N_("Mode"), "", True),
    Field("note_format", "format", "select_one format", N_("Format")),
    Field("note_language", "language", "select_multiple spoken", N_("Languages spoken")),
    Field("note_interpreter", "interpreter", YES_NO, N_("Did an interpreter take part?")),
    Field("note_verbatim", "verbatim", "select_one verbatim", N_("How are the words quoted kept?")),
    Field("note_minutes", "minutes", "integer", N_("How long did it take, in minutes?"), "", False,
          {"constraint": ". > 0 and . <= 1440"}),
    Field("note_interviewer", "interviewer", "text", N_("Interviewer"), N_("Initials only."), True,
          {"constraint": "string-length(.) <= 5"}),
    Field("note_note_taker", "note_taker", "text", N_("Note-taker"), N_("Initials only."), False,
          {"constraint": "string-length(.) <= 5"}),
    Field("note_others_present", "others_present", YES_NO, N_("Was anybody else present?")),
)  # fmt: skip
PARTICIPANT = (
    Field("note_role", "role", "text", N_("Role"), N_("What the person does; no name."), True),
    Field("note_gender", "gender", "select_one gender", N_("Gender"), "", True),
    Field("note_age", "age", "select_one age", N_("Age"), "", True),
    Field("note_count", "count", "integer", N_("How many persons is this?"), "", False,
          {"constraint": ". > 0 and . <= 1000"}),
)  # fmt: skip
PRIVATE = (
    Field("note_person_name", "name", "text", N_("Name of the person")),
    Field("note_person_phone", "phone", "text", N_("Phone")),
    Field("note_person_email", "email", "text", N_("E-mail")),
)
HOW_TO = N_(
    "One idea a line. Words as they were spoken stand on a line of their own that begins with >. "
    "No person is named."
)
KEPT_APART = N_(
    "Kept apart from the notes, in private/. Fill in only what is needed to come back, "
    "and only if the server is trusted."
)
Row = dict[str, str]


def names_of(guide: Guide) -> dict[str, str]:
    """The form's name of each section and question, by id."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for id_ in (*guide.section_by_id, *guide.questions):
        name = id_.replace("-", "_")
        if name.lower().startswith("note_") or name.lower() in ("meta", "start", "end"):
            name = f"q_{name}"
        while name.lower() in taken:
            name += "_2"
        names[id_] = name
        taken.add(name.lower())
    return names


def options_of(options: tuple[str, ...]) -> dict[str, str]:
    """The form's name of each option offered, with its text."""
    named: dict[str, str] = {}
    for option in options:
        name = re.sub(r"[^a-z0-9]+", "_", fold(option)).strip("_") or "option"
        while name in named:
            name += "_2"
        named[name] = option
    return named


def twins(project: Project, guide: Guide) -> dict[str, Guide]:
    """The guide by language: the campaign's, and the shipped names' other one where its ids are the same."""
    own = guide.language if guide.language in LANGUAGES else project.language
    found = {own: guide}
    tree = DiskTree(project.root)
    for name in DEFAULT_GUIDES:
        source = read_source(tree, name, []) if name in project.files and name != guide.file else None
        other = parse_guide(source, [], [], []) if source else None
        same = other and other.sound and _shape(other) == _shape(guide)
        if other and same and other.language in LANGUAGES and other.language not in found:
            found[other.language] = other
    return {language: found[language] for language in LANGUAGES if language in found}


def _shape(guide: Guide) -> list[tuple[object, ...]]:
    return [(s.id, *((q.id, len(q.options)) for q in s.questions)) for s in guide.sections]


class _Form:
    """The rows of the three sheets."""

    def __init__(self, project: Project, mapping: ActorMapping, guide: Guide) -> None:
        self.mapping, self.guide = mapping, guide
        self.guides = twins(project, guide)
        self.names = names_of(guide)
        self.choices: list[Row] = []
        self.survey = list(self.rows())
        self.choices += [{"list_name": name, "name": value, **self.said("label", label)}
                         for name, labels in CHOICES.items() for value, label in labels.items()]  # fmt: skip
        self.choices += self.of_the_mapping()

    def rows(self) -> Iterator[Row]:
        """What is asked, in its order: nothing before consent is given."""
        agreed = {"relevant": "${note_consent_given} = 'yes'"}
        intro = {language: guide.introduction or guide.title for language, guide in self.guides.items()}
        yield {"type": "note", "name": "note_introduction", **self.columns("label", intro)}
        yield self.own(CONSENT[0])
        for kind, name, label, fields in (
            ("group", "note_consent", N_("Consent"), CONSENT[1:]),
            ("group", "note_sheet", N_("The interview"), SHEET),
            ("repeat", REPEAT, N_("Participants"), PARTICIPANT),
        ):
            yield from _around(kind, name, agreed | self.said("label", label), map(self.own, fields))
        yield {"type": "note", "name": "note_how_to", **agreed, **self.said("label", HOW_TO)}
        for sections in zip(*(guide.sections for guide in self.guides.values()), strict=True):
            titles = self.columns("label", dict(zip(self.guides, (s.title for s in sections), strict=True)))
            asked = zip(*(section.questions for section in sections), strict=True)
            name = self.names[sections[0].id]
            yield from _around("group", name, agreed | titles, (self.question(one) for one in asked))
        apart = {"type": "note", "name": "note_person_note", **self.said("label", KEPT_APART)}
        met = agreed | self.said("label", N_("Person met"))
        yield from _around("group", "note_person", met, [apart, *map(self.own, PRIVATE)])

    def columns(self, name: str, texts: Mapping[str, str]) -> Row:
        """A translated column; a text that one language lacks is the other's."""
        known = next((text for text in texts.values() if text), "")
        return {
            f"{name}::{COLUMNS[language]}": plain_text(texts.get(language) or known)
            for language in (self.guides if known else ())
        }

    def said(self, name: str, text: str) -> Row:
        """A translated column for words of the program's own."""
        texts = {}
        for language in self.guides:
            with speaking(language):
                texts[language] = _(text)[:1].upper() + _(text)[1:] if text else ""
        return self.columns(name, texts)

    def own(self, field: Field) -> Row:
        """A question of the form's own."""
        required = {"required": "yes"} if field.required else {}
        row = {"type": field.type, "name": field.name, **required, **field.extra}
        return row | self.said("label", field.label) | self.said("hint", field.hint)

    def question(self, twins: tuple[Question, ...]) -> Row:
        """A question of the guide; probes and advice show where the phone is set to show guidance."""
        by_language = dict(zip(self.guides, twins, strict=True))
        question = self.guide.questions[twins[0].id]
        name = self.names[question.id]
        row: Row = {"type": question.answer, "name": name}
        if question.answer.startswith("select"):
            row["type"] = f"{question.answer} list_{name}"
            for place, value in enumerate(options_of(question.options)):
                labels = {language: twin.options[place] for language, twin in by_language.items()}
                choice = {"list_name": f"list_{name}", "name": value}
                self.choices.append(choice | self.columns("label", labels))
        elif question.answer == "text":
            row["appearance"] = "multiline"
        if question.required:
            row["required"] = "yes"
        if question.types:
            row["relevant"] = f"selected('{' '.join(question.types)}', ${{note_type}})"
        guidance = {
            language: "\n".join([*(f"• {probe}" for probe in twin.probes), *twin.advice])
            for language, twin in by_language.items()
        }
        labels = {language: twin.text for language, twin in by_language.items()}
        return row | self.columns("label", labels) | self.columns("guidance_hint", guidance)

    def of_the_mapping(self) -> Iterator[Row]:
        """The campaign's regions, types and actors; an actor shows under its own regions."""
        actors = sorted(self.mapping.actors, key=lambda actor: fold(actor.name))
        for list_name, name, label, extra in (
            *(("regions", region.id, region.name, {}) for region in self.mapping.regions),
            *(("types", kind.id, kind.name, {}) for kind in self.mapping.actor_types),
            *(("actors", a.id, f"{a.name} ({a.acronym})" if a.acronym else a.name,
               {"regions": " ".join(a.regions), "type": a.type}) for a in actors if a.kind != "person"),
        ):  # fmt: skip
            labels = dict.fromkeys(self.guides, label)
            yield {"list_name": list_name, "name": name, **self.columns("label", labels), **extra}
        regions = " ".join(region.id for region in self.mapping.regions)
        other = {"list_name": "actors", "name": OTHER, "regions": regions, "type": OTHER}
        yield other | self.said("label", N_("An actor that is not listed"))


def _around(kind: str, name: str, about: Row, rows: Iterable[Row]) -> Iterator[Row]:
    """A group or a repeat around rows."""
    yield {"type": f"begin_{kind}", "name": name, **about}
    yield from rows
    yield {"type": f"end_{kind}", "name": name}


def plain_text(text: str) -> str:
    """A label as forms show it: no `${`, which would be a reference, nothing that a cell cannot hold."""
    return re.sub(r"[\x00-\x08\x0b-\x1f]", "", text).replace("${", "$ {")[:32_000]


def build(project: Project, mapping: ActorMapping, guide: Guide, version: str) -> bytes:
    """The form as an .xlsx, the same bytes for the same campaign and version (yyyymmddrr)."""
    form = _Form(project, mapping, guide)
    settings = {
        "form_title": guide.title, "form_id": guide.id, "version": version,
        "default_language": COLUMNS[next(iter(form.guides))],
        "instance_name": "concat(${note_region}, ' ', ${note_date})",
    }  # fmt: skip
    pages = []
    for name, rows in (("survey", form.survey), ("choices", form.choices), ("settings", [settings])):
        heads = list(dict.fromkeys(key for row in rows for key in row))
        cells = [[row.get(head, "") for head in heads] for row in rows]
        pages.append(Page(name, [Column(head, 24) for head in heads], cells))
    return to_xlsx(pages, guide.title, "")


def next_version(path: Path, project: Project, mapping: ActorMapping, guide: Guide) -> tuple[str, bytes]:
    """The version and the bytes: those of the file where nothing changed, else today's next."""
    first = int(f"{project.today:%Y%m%d}01")
    before = _present(path)
    if before:
        made = build(project, mapping, guide, str(before))
        if made == path.read_bytes():
            return str(before), made
        first = max(first, before + 1)
    return str(first), build(project, mapping, guide, str(first))


def _present(path: Path) -> int:
    """The version of the form that the file holds; 0 where it is none of ours."""
    try:
        sheet = next(sheet for sheet in read(path) if sheet.name == "settings")
        return int(clean(dict(zip(*sheet.rows[:2], strict=False))["version"]))
    except (WorkspaceError, StopIteration, KeyError, ValueError, TypeError):
        return 0
