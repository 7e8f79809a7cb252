"""The one gate: what of a note may be shown in which edition, and how it is attributed.

The report, its annexes, `share` and the exports all take what they show of a note from here. The cap that the
person agreed to is never exceeded; it falls from the type to the region where the type would tell who spoke.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from consultkit.body import Block, Heading
from consultkit.evidence import Proof, Source, identifies, is_translation, ledger
from consultkit.i18n import _, language, ngettext
from consultkit.kept_off import heading_words, left_open, with_off
from consultkit.model import NAMED, Actor, Note, Project, Synthesis
from consultkit.parse.inline import Span, plain, spans, without_off
from consultkit.parse.markdown import open_comment, scan
from consultkit.privacy.folding import visible
from consultkit.privacy.matcher import Matcher
from consultkit.privacy.organisations import organisation_matcher
from consultkit.report import words
from consultkit.text import long_date, month_name

SHARED, INTERNAL = "shared", "internal"
LEVELS = ("none", "region", "type", "organisation", "role")
CROWD = 3  # actors of a type, or talks in a language, that a region needs before either is told

Written = TypeVar("Written", Note, Synthesis)

_DASH = "(?:[-_\u00ad\u2010-\u2015\u2212]|%2[dD])"  # what programs make of a code's hyphen
_CODE = re.compile(
    rf"(?<![\w-])@?(?=[A-Za-z]*(?:[0-9]|{_DASH}))([A-Za-z][A-Za-z0-9]*(?:{_DASH}[A-Za-z0-9]+)*)(?![\w-])"
)
_MARKS = re.compile(r"[*_~]*")  # of emphasis
_PICTURE = re.compile(r"!\[[^\]]*\]\([^()\s]*$")
_APART = re.compile(
    r"(?<![\w-])([A-Z]{2,})[ \u00a0\u202f]{0,2}[-/.:·•\s\u2010-\u2015][ \u00a0\u202f]{0,2}(\d+)(?!\w)"
)  # GAO/06
_JOINS = re.compile("([\u2013\u2014])")  # from one code to another
_DASHES = re.compile(_DASH)
_NOUGHTS = re.compile(r"(?<!\d)0+(?=\d)")
CUT = "[…]"


@dataclass(frozen=True, slots=True)
class Shown:
    """A heading of a note and what may be shown below it, as Markdown and by block; or `held_back`."""

    level: int
    id: str
    title: str
    markdown: str
    held_back: bool = False
    blocks: tuple[tuple[Block, str], ...] = field(default=(), repr=False)  # with the themes of its passages


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note as an edition may show it: who speaks, the facts allowed beside it, its headings and answers."""

    id: str
    attribution: str
    facts: tuple[tuple[str, str], ...]  # what it is called, what it is
    parts: tuple[Shown, ...]


class Disclosure:
    """What one edition of one project's documents may tell; sentences are in the language in use."""

    def __init__(self, project: Project, edition: str = SHARED) -> None:
        self.project = project
        self.edition = edition
        self._levels: dict[str, str] = {}

    @property
    def internal(self) -> bool:
        """Whether the document stays in the team."""
        return self.edition == INTERNAL

    # How far a note may be attributed

    def level(self, note: Note) -> str:
        """How far the note may be attributed in fact; `none` where nothing of it may be shown."""
        if note.file not in self._levels:
            self._levels[note.file] = self._level(note)
        return self._levels[note.file]

    def _level(self, note: Note) -> str:
        if not note.usable or self._written[note.id] > 1:
            return "none"  # of two notes with one id, nobody can tell which one holds
        if note.attribution == "type":
            return "type" if self._type(note) else "region"
        if note.attribution in NAMED and len(self.actors(note)) < len(note.actors):
            return "region"
        return note.attribution if note.attribution in LEVELS else "none"

    @cached_property
    def _written(self) -> Counter[str]:
        """For each id, how many notes bear it."""
        return Counter(note.id for note in self.project.notes)

    @cached_property
    def _faulty(self) -> frozenset[str]:
        """Files of notes whose header says what cannot be read: what it was to forbid is not known."""
        unknown = {fault.place.file for fault in self.project.faults if fault.kind == "note-unknown-key"}
        unread = {
            n.file for n in self.project.notes if n.data.has("sensitivity") and not n.data.get("sensitivity")
        }
        return frozenset(unknown | unread)

    def _type(self, note: Note) -> str:
        """The one type of all actors heard, where at least three mapped actors of the region share it."""
        types = {actor.type for actor in self.actors(note)}
        if len(types) != 1 or len(self.actors(note)) < len(note.actors):
            return ""
        (only,) = types
        return only if self._crowds[note.region][only] >= CROWD else ""

    def actors(self, note: Note) -> list[Actor]:
        """The mapped actors whom a note heard."""
        mapping = self.project.mapping
        known = mapping.actor_by_id if mapping else {}
        return [known[id_] for id_ in note.actors if id_ in known]

    @cached_property
    def _crowds(self) -> dict[str, Counter[str]]:
        """For each region, how many mapped actors each type has."""
        crowds: dict[str, Counter[str]] = defaultdict(Counter)
        for actor in self.project.mapping.actor_by_id.values() if self.project.mapping else ():
            if actor.kind != "person" and actor.review != "remove":  # which no list of organisations shows
                for region in set(actor.regions):
                    crowds[region][actor.type] += 1
        return crowds

    def citable(self, note: Note | None) -> bool:
        """Whether a finding may rest on the note in words."""
        return note is not None and self.level(note) != "none"

    def quotable(self, note: Note | None) -> bool:
        """Whether the words of the note may be quoted."""
        sure = note is not None and note.file not in self._faulty
        return note is not None and sure and self.citable(note) and note.consent.quote

    def showable(self, proof: Proof) -> bool:
        """Whether quoted words may be shown: never where they stand in what nobody may read."""
        if proof.found_as in (Source.OFF, Source.IDENTIFYING):
            return False
        if not proof.holds and ledger(self.project).reserved(proof.quotation.text):
            return False
        if proof.passage:
            return self.quotable(self.project.note_by_id.get(proof.passage.note))
        cited = [self.project.note_by_id.get(id_) for id_ in proof.quotation.ids]
        return not proof.elsewhere and all(self.quotable(note) for note in cited)

    # Attributions

    def attribution(self, note: Note, proof: Proof | None = None) -> str:
        """“a civil society organisation, Mopti region, May 2023”; nothing where nothing may be said."""
        level = self.level(note)
        if level == "none":
            return ""
        pieces = [self._speaker(note, level), self._region(note), month_name(note.date) if note.date else ""]
        if proof is not None:
            pieces.append(self._wording(note, proof))
        return ", ".join(piece for piece in pieces if piece)

    def _speaker(self, note: Note, level: str) -> str:
        if level == "region":
            return _("a person consulted")
        if level == "type":
            assert self.project.mapping is not None
            kind = self.project.mapping.type_by_id.get(self._type(note))
            name = kind.name if kind else self._type(note)
            return (kind.one if kind else "") or _("an actor ({type})").format(type=name)
        names = words.joined(actor.name for actor in self.actors(note))
        return ", ".join([*self._roles(note), names] if level == "role" else [names])

    def _roles(self, note: Note) -> list[str]:
        """The role of who spoke, where one alone is written: of several, nobody knows which one spoke."""
        roles = list(dict.fromkeys(p.role.strip() for p in note.participants if p.role.strip()))
        return [_lower(roles[0])] if len(roles) == 1 else []

    def _region(self, note: Note) -> str:
        mapping = self.project.mapping
        region = mapping.region_by_id.get(note.region) if mapping else None
        return words.region_words(region.name) if region else ""

    def _wording(self, note: Note, proof: Proof) -> str:
        """Whether the words are a translation; in the team, also whether they were recorded."""
        if self.translated(note, proof):
            return self._translation(note)
        if not self.internal:
            return ""
        return _("recorded words") if note.verbatim == "recorded" else _("words noted by hand")

    def translated(self, note: Note, proof: Proof) -> bool:
        """Whether a quotation's words are a translation of what was spoken."""
        passage = proof.passage
        if passage is None or passage.translation:
            return passage is not None
        return note.verbatim == "translated" and passage.place.line not in _originals(note)

    def _translation(self, note: Note) -> str:
        """“words translated from Songhay”; the language is kept back where few were heard in it."""
        spoken = [code for code in note.languages if code.split("-")[0] != language()]
        if len(spoken) != 1 or not self.language_may_be_told(note, spoken[0]):
            return _("translated words")
        return words.from_language(spoken[0])

    def language_may_be_told(self, note: Note, code: str) -> bool:
        """Whether naming the language would not tell one talk from the others of its region."""
        return self.internal or self.level(note) in NAMED or self._tongues[note.region][code] >= CROWD

    @cached_property
    def _tongues(self) -> dict[str, Counter[str]]:
        heard: dict[str, Counter[str]] = defaultdict(Counter)
        for note in self.project.notes:
            if note.counts:
                heard[note.region].update(set(note.languages))
        return heard

    # The note itself

    def annexed(self, note: Note) -> bool:
        """Whether the note itself may be shown: in the team, or to others where that was agreed to."""
        open_ = self.level(note) != "none" and note.sensitivity != "confidential"
        return open_ and note.file not in self._faulty and (self.internal or note.consent.share)

    def note(self, note: Note) -> ShownNote | None:
        """The note as this edition may show it; None where it may not be shown."""
        if not self.annexed(note):
            return None
        facts = tuple((label, value) for label, value in self._facts(note) if value)
        return ShownNote(
            note.id if self.internal else "", self.attribution(note), facts, tuple(self._parts(note))
        )

    def in_shared_order(self) -> list[tuple[Note, ShownNote, str]]:
        """The notes that may be shown; their order, by a hash of what is shown, tells nothing but regions."""
        mapping = self.project.mapping
        regions = list(mapping.region_by_id) if mapping else []
        known = (note for note in self.project.notes if note.region in regions)
        found = [(note, shown) for note in known if (shown := self.note(note))]
        hashed = [(note, shown, hashlib.sha256(repr(shown).encode()).hexdigest()) for note, shown in found]
        return sorted(hashed, key=lambda one: (regions.index(one[0].region), one[2]))

    def _facts(self, note: Note) -> Iterator[tuple[str, str]]:
        """What may stand above a note: gender, place and date never below the organisation."""
        level = self.level(note)
        named = level in NAMED
        yield _("Who"), self._speaker(note, level)
        yield _("Region"), self._region(note)
        yield _("Date"), (long_date(note.date) if named else month_name(note.date)) if note.date else ""
        yield _("Place"), note.place_name if named else ""
        yield _("Participants"), self._participants(note, level)
        yield _("Talk"), ", ".join(self._talk(note))
        yield _("Languages"), self._languages(note)
        yield _("Words quoted"), _(words.VERBATIMS[note.verbatim]) if note.verbatim in words.VERBATIMS else ""
        yield _("Read back"), _("yes") if note.readback else ""
        if self.internal:
            yield _("Interviewer"), " · ".join(name for name in (note.interviewer, note.note_taker) if name)
            yield _("Guide"), note.guide_version

    def _participants(self, note: Note, level: str) -> str:
        if level not in NAMED:
            return (
                ngettext("{n} person", "{n} persons", note.persons).format(n=note.persons)
                if note.persons
                else ""
            )
        shown = []
        for person in note.participants:
            gender = _(words.GENDERS[person.gender]).lower() if person.gender in words.GENDERS else ""
            role = person.role if level == "role" else ""
            shown.append(", ".join(piece for piece in (role, gender, str(person.count)) if piece))
        return " ; ".join(shown)

    def _talk(self, note: Note) -> Iterator[str]:
        yield words.named(words.FORMATS, note.format)
        if note.mode in words.MODES:
            yield _(words.MODES[note.mode])
        if note.minutes:
            yield ngettext("{n} minute", "{n} minutes", note.minutes).format(n=note.minutes)
        if note.interpreter:
            yield _("with an interpreter")
        if note.others_present and self.internal:
            yield _("others were present")

    def _languages(self, note: Note) -> str:
        told = [code for code in note.languages if self.language_may_be_told(note, code)]
        return ", ".join(words.language_name(code) for code in told)

    def _parts(self, note: Note) -> Iterator[Shown]:
        if note.body.preamble:
            blocks = self._blocks(note, note.body.preamble)
            yield Shown(2, "", "", self._markdown(blocks), blocks=blocks)
        hidden_below = 0  # the level of the heading whose answers identify, deeper headings included
        for part, off in with_off(note.body.parts):
            heading = part.heading
            if self._tells_type(note, heading):
                continue
            if heading.level <= hidden_below or not hidden_below:
                hidden_below = heading.level if identifies(heading, self.project.guide) else 0
            held_back = bool(hidden_below) and self.level(note) not in NAMED
            blocks = () if held_back or off else self._blocks(note, part.blocks)
            title = CUT if off else self.without_names(note, plain(heading_words(heading)))
            markdown = self._markdown(blocks)
            yield Shown(heading.level, heading.id, title, markdown, held_back and bool(part.blocks), blocks)

    def _tells_type(self, note: Note, heading: Heading) -> bool:
        """Whether a question that only some types are asked would tell whom the region alone may tell."""
        guide = self.project.guide
        question = guide.questions.get(heading.id) if guide else None
        return bool(question and question.types) and not self.internal and self.level(note) == "region"

    def _blocks(self, note: Note, blocks: tuple[Block, ...]) -> tuple[tuple[Block, str], ...]:
        texts = [(block, without_off(block.text)) for block in blocks]
        if any(left_open(text) for _block, text in texts):
            return ()
        return tuple((block, self.without_names(note, text)) for block, text in texts if text.strip())

    def _markdown(self, blocks: Iterable[tuple[Block, str]]) -> str:
        themes = self.project.theme_by_id
        texts = []
        for block, text in blocks:
            shown = respan(text, lambda span: any(name in themes for name in span.classes))
            if block.kind == "quote":
                shown = "\n".join(f"> {line}" if line else ">" for line in shown.split("\n"))
            texts.append(shown)
        return "\n\n".join(texts)

    # Codes of notes, which stay in the team

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(_code(id_) for id_ in self.project.known_ids if re.search(r"[\d_-]", id_))

    def without_codes(self, text: str) -> str:
        """The text as it may leave: no note is named by its code, however its hyphen and case are written.

        Ids of headings and files of pictures stay: no document shows them.
        """
        if self.internal or not self._codes:
            return text
        text = _edited(text, self._coded(text, *visible(text)))
        text = _edited(text, self._coded(text, text, range(len(text) + 1)))
        return _edited(text, self._apart(text, *visible(text)))

    def _apart(self, text: str, shown: str, places: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        """Where codes stand in two words, outside the files of pictures."""
        for match in _APART.finditer(shown):
            start, end = places[match.start()], places[match.end() - 1] + 1
            if _code(match[1] + match[2]) in self._codes and not _in_picture(text, start):
                yield start, end, CUT

    def _coded(self, text: str, shown: str, places: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        """Where codes stand in a text, and what instead; `shown` is how it reads, `places` its signs."""
        for match in _CODE.finditer(shown):
            codes = [match[1]] if _code(match[1]) in self._codes else _JOINS.split(match[1])
            masked = [CUT if _code(code) in self._codes else code for code in codes]
            start, end = places[match.start()], places[match.end() - 1] + 1
            if masked == codes or end - start > 3 * len(match[0]) + 12 or "\n" in text[start:end]:
                continue  # what stands far apart is no code, though markup alone may part it
            if not (text[start - 2 : start] == "{#" or _in_picture(text, start)):
                marks = _MARKS.match(text, end) if set(text[start:end]) & set("*_~") else None
                yield start, marks.end() if marks else end, "".join(masked)

    # Organisations that must not be recognised

    @cached_property
    def hidden_actors(self) -> frozenset[str]:
        """Ids of actors heard below their organisation's name, or in a note of which nothing may be shown."""
        return frozenset(
            a for note in self.project.notes if self.level(note) not in NAMED for a in note.actors
        )

    @cached_property
    def organisations(self) -> Matcher:
        """The search for organisations that must not be recognised."""
        mapping = self.project.mapping
        if mapping is None:
            return Matcher([])
        return organisation_matcher(mapping, self.hidden_actors, self.project.exceptions)

    def without_names(self, note: Note, text: str) -> str:
        """The text with organisations that must not be recognised as “[the organisation]”, and no codes."""
        text = self.without_codes(text)
        if not text or not self.hidden_actors:
            return text
        own = frozenset(note.actors) if self.level(note) in NAMED else frozenset()
        hits = [(hit.start, hit.end, hit.owner) for hit in self.organisations.search(text)]
        hits = [hit for hit in hits if hit[2] not in own]
        if any(set(text[start:end]) & set("[]{}") for start, end, _owner in hits):
            return self.without_names(note, plain(text))  # markup inside a name
        return _edited(text, ((a, b, _instead(owner in note.actors)) for a, b, owner in sorted(hits)))


def without_open_comments(project: Project) -> Project:
    """The project without what follows a comment that never closes: nobody can tell where it was to end."""
    opened = {fault.place.file: fault.place.line for fault in project.faults if fault.kind == "md-comment"}

    def cut(document: Written) -> Written:
        if document.file not in opened:
            return document
        text = document.body.data.decode()
        before = text[: open_comment(text)]
        first_line = opened[document.file] - before.count("\n")
        return document._replace(body=scan(before, document.file, first_line, [], strict=False))

    return replace(
        project, notes=tuple(map(cut, project.notes)), syntheses=tuple(map(cut, project.syntheses)),
        lessons=tuple(map(cut, project.lessons)),
    )  # fmt: skip


def _edited(text: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """The text with other words at these places, which are in order."""
    for start, end, instead in reversed(list(edits)):
        text = text[:start] + instead + text[end:]
    return text


def _in_picture(text: str, at: int) -> bool:
    """Whether a place lies in the address of a picture."""
    return bool(_PICTURE.search(text, max(0, at - 500), at))


def _code(id_: str) -> str:
    """A code as it is compared: without its hyphens, and the noughts before its number, which get lost."""
    return _NOUGHTS.sub("", _DASHES.sub("", id_)).casefold()


def _instead(mine: bool) -> str:
    """What stands for an organisation that must not be recognised."""
    return _("[the organisation]") if mine else _("[an organisation]")


def respan(text: str, is_theme: Callable[[Span], bool]) -> str:
    """The text with coded passages as `[…]{.theme}` and every other span as its words."""
    found, _stray = spans(text)
    edits: list[tuple[int, int, str]] = []
    for span in found:
        theme = is_theme(span)
        edits.append((span.start, span.inner_start, "[" if theme else ""))
        edits.append((span.inner_end, span.end, "]{.theme}" if theme else ""))
    return _edited(text, sorted(edits))


def _originals(note: Note) -> frozenset[int]:
    """The lines of block quotes that the next one translates: they are the words spoken."""
    found = set()
    for part in note.body.parts:
        quotes = [block for block in part.blocks if block.kind == "quote"]
        for first, second in pairwise(quotes):
            if is_translation(second) and not is_translation(first):
                found.add(first.line)
    return frozenset(found)


def _lower(role: str) -> str:
    """A role as it stands in a sentence; abbreviations keep their capitals."""
    return role if role[1:2].isupper() else role[:1].lower() + role[1:]
