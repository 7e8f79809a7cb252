"""A note typed in Word, as header values and answers: nothing is lost, what fits nowhere is kept apart."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from consultkit.exchange import typed
from consultkit.exchange.word_guide import COVER, PRIVATE, comparable, own_words
from consultkit.exchange.word_read import Paragraph, WordText, is_quote
from consultkit.i18n import LANGUAGES, _, speaking
from consultkit.located_yaml import quoted
from consultkit.model import Guide, Project
from consultkit.text import fold

_NUMBER = re.compile(
    r"(?:question|section|partie|part|q)?\s*(?:(?:\d+[.)\s:-]*)+|(?:[a-z]|[ivx]+)[.):-]+)\s*"
)
_TAG = re.compile(r"#([^\W\d_][\w-]*)")
_MARKS = {"off": "off", "hors": "off", "translation": "translation", "traduction": "translation",
          "guide": "guide-feedback", "guide-feedback": "guide-feedback"}  # fmt: skip
_ID = re.compile(r"\s*\{#([\w-]+)[^{}]*\}\s*\Z")
Blocks = list[tuple[str, str]]


@dataclass(slots=True)
class Typed:
    """What was read: header values (YAML text), answers by id, what has no place, what to say of it."""

    values: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)  # actor and region, as written
    participants: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, Blocks] = field(default_factory=dict)
    rest: Blocks = field(default_factory=list)
    person: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


def read_note(word: WordText, project: Project, guide: Guide) -> Typed:
    """What a Word file says of a note by the guide."""
    return _Reader(word, project, guide).run()


class _Reader:
    def __init__(self, word: WordText, project: Project, guide: Guide) -> None:
        self.word = word
        self.own = own_words(project, guide)
        self.asides = sorted((p for q in guide.questions.values() for p in (*q.probes, *q.advice)), key=len)
        self.themes = {fold(t.id): t.id for t in project.themes}
        self.themes |= {fold(t.name): t.id for t in project.themes}
        self.titles = {comparable(q.text): q.id for q in guide.questions.values()}
        self.titles |= {comparable(section.title): section.id for section in guide.sections}
        self.ids = {*guide.questions, *guide.section_by_id}
        self.labels = _labels()
        self.typed = Typed()
        self.at: Blocks = self.typed.rest
        self.noted: set[str] = set()

    def run(self) -> Typed:
        """Goes through the paragraphs; the rows of tables are taken whole."""
        paragraphs = self.word.paragraphs
        covers = self._covers(paragraphs)
        for place, row in groupby(paragraphs, lambda p: p.cell and p.cell[:2]):
            if place:
                self._row(list(row), covers)
            else:
                for paragraph in row:
                    self._paragraph(paragraph)
        if number := sum(p.pictures for p in paragraphs):
            self.typed.told.append(_("Pictures are left out: {n}.").format(n=number))
        return self.typed

    def _covers(self, paragraphs: Iterable[Paragraph]) -> set[int]:
        """The tables that are cover tables: two of their first cells are labels that we know."""
        known = Counter(p.cell[0] for p in paragraphs if p.cell and p.cell[2] == 0 and self._label(p.text))
        return {table for table, count in known.items() if count >= 2}

    def _label(self, text: str) -> str:
        return self.labels.get(comparable(text.partition("(")[0]), "")

    def _row(self, row: Sequence[Paragraph], covers: set[int]) -> None:
        cells = [list(cell) for _place, cell in groupby(row, lambda p: p.cell)]
        if row[0].cell and row[0].cell[0] in covers and len(cells) >= 2:
            label = " ".join(p.text for p in cells[0])
            lines = [p.text.strip() for cell in cells[1:] for p in cell if p.text.strip()]
            self._cover(label, "\n".join(lines))
            self._asides_of(row)
        elif len(cells) == 1:
            for p in row:
                self._paragraph(p)
        else:
            texts = [[self._line(p) for p in cell if p.text.strip()] for cell in cells]
            line = " ; ".join(" ".join(part) for part in texts if part)
            if line:
                self.at.append(("", typed.at_line_start(line)))
            self._asides_of(row)

    def _cover(self, label: str, text: str) -> None:
        """One row of the cover table."""
        key, made = self._label(label), self.typed
        if not text.strip() or (not key and comparable(text) in _FILL):
            return
        if key in PRIVATE:
            made.person[key] = " ".join(text.split())
        elif key in ("actor", "region"):
            made.said[key] = " ".join(text.split())
        elif key == "participants":
            made.participants += [person for line in text.split("\n") if (person := participant(line))]
        elif key == "consent.given":
            self._consent(text)
        else:
            value = typed.value(key, text) if key else None
            if value is None or made.values.setdefault(key, value) != value:
                self._keep(f"{label.strip()} : {text}")

    def _consent(self, text: str) -> None:
        """“oui, oral, citation non”: each piece is read alone, and what is not plain yes stays empty."""
        for piece in re.split(r"[,;.\n]+", text):
            words = re.findall(r"\w+", fold(piece))
            names = {"cit": "quote", "quot": "quote", "enreg": "recording", "record": "recording",
                     "remi": "share", "part": "share", "comm": "share", "share": "share"}  # fmt: skip
            keys = {key for stem, key in names.items() if any(word.startswith(stem) for word in words)}
            form = typed.value("consent.form", words[-1]) if len(words) == 1 else None
            flag = typed.value("consent.given", words[-1]) if words else None
            key = keys.pop() if len(keys) == 1 else "given" if len(words) == 1 and not keys else ""
            if form or (key and flag):
                self.typed.values.setdefault("consent.form" if form else f"consent.{key}", form or flag or "")
            elif words:
                self._keep(piece.strip())

    def _keep(self, text: str) -> None:
        """What the header cannot take: kept at the end, and told."""
        self.typed.rest.append(("", typed.escape(text)))
        message = _("Not understood, kept at the end: “{text}”")
        self.typed.told.append(message.format(text=" ".join(text.split())[:80]))

    def _paragraph(self, p: Paragraph) -> None:
        if not p.text.strip() and not p.remarks:
            return
        id_ = self._heading(p)
        if id_:
            self.at = self.typed.answers.setdefault(id_, [])
            self._asides_of([p])
        elif comparable(p.text) in self.own and not p.remarks:
            return
        elif p.level:
            self.at = self.typed.rest
            self.at.append(("", f"**{typed.mark_up(typed.clean(' '.join(p.text.split())))}**"))
            message = _("No question has this heading; what stands under it is kept at the end: “{text}”")
            self.typed.told.append(message.format(text=p.text.strip()[:80]))
            self._asides_of([p])
        else:
            self._text(p)

    def _text(self, p: Paragraph) -> None:
        """A paragraph of an answer; one typed right after a probe loses the probe."""
        start = next((len(a) for a in reversed(self.asides) if p.text.startswith(a)), 0)
        line = typed.at_line_start(self._line(p, start))
        mark = "> " if is_quote(p.style) else "- " if p.listed and not start else ""
        if line.strip("\\"):
            self.at.append((mark, line))
        if self.at is self.typed.rest and line and not any("{#unplaced}" in told for told in self.typed.told):
            message = _("What fits under no question stands at the end, under {#unplaced}: move it.")
            self.typed.told.insert(0, message)
        self._asides_of([p])

    def _line(self, p: Paragraph, start: int = 0) -> str:
        """A paragraph's words, escaped, its coded passages as spans."""
        ranges = [(max(a, start), b, " ".join(f".{name}" for name in names)) for a, b, id_ in p.remarks
                  if (names := self._classes(id_))]  # fmt: skip
        return coded(p.text, start, ranges)

    def _classes(self, id_: str) -> list[str]:
        remark = self.word.remarks.get(id_)
        tags = _TAG.findall(remark.text) if remark else []
        known = [self.themes.get(fold(tag)) or _MARKS.get(fold(tag), "") for tag in tags]
        return list(dict.fromkeys(filter(None, known)))

    def _asides_of(self, row: Sequence[Paragraph]) -> None:
        """What comments say beside themes, as comments of the note; each once, where its range begins."""
        for p in row:
            for _start, _end, id_ in p.remarks:
                remark = self.word.remarks.get(id_)
                if remark is None or id_ in self.noted:
                    continue
                self.noted.add(id_)
                text = _TAG.sub(self._unknown_tag, remark.text).strip(" ,;\n")
                if text:
                    safe = typed.clean(" ".join(text.split())).replace("--", "–").rstrip("-")
                    safe = safe.replace("<!", "<")
                    self.at.append(("", f"<!-- {safe} -->"))
                    self.typed.told.append(_("A comment is kept as one: “{text}”").format(text=safe[:80]))

    def _unknown_tag(self, match: re.Match[str]) -> str:
        return "" if fold(match[1]) in self.themes or fold(match[1]) in _MARKS else match[0]

    def _heading(self, p: Paragraph) -> str:
        """The id of the question or section whose heading this is; nothing where it is none."""
        if p.cell or not p.text.strip() or (len(p.text) > 400 and not p.level):
            return ""
        written = _ID.search(p.text)
        if written and written[1] in self.ids:
            return written[1]
        words = comparable(p.text)
        bare = comparable(_NUMBER.sub("", fold(p.text).strip(), count=1))
        for text in (words, bare):
            if text in self.titles:
                return self.titles[text]
        least = 0.72 if p.level else 0.92
        if len(bare) < 12 and not p.level:
            return ""
        near = difflib.get_close_matches(bare, self.titles, n=1, cutoff=least)
        return self.titles[near[0]] if near else (self._sharing(bare) if p.level else "")

    def _sharing(self, text: str) -> str:
        """The heading that shares most of its telling words with a text, where one alone does."""
        mine = _telling(text)
        scores = sorted(
            ((len(mine & _telling(title)) / max(1, len(mine | _telling(title))), id_)
             for title, id_ in self.titles.items()), reverse=True,
        )  # fmt: skip
        return scores[0][1] if scores and scores[0][0] >= 0.6 else ""


def _telling(text: str) -> set[str]:
    return {word for word in text.split() if len(word) > 3}


_FILL = {comparable(text) for text in ("À remplir", "To fill in")}


def _labels() -> dict[str, str]:
    labels = {comparable(name): row.key for row in COVER for name in row.names}
    for language in LANGUAGES:
        with speaking(language):
            labels |= {comparable(_(row.label)): row.key for row in COVER}
    return labels | {comparable(name): key for key, names in PRIVATE.items() for name in names}


def participant(line: str) -> dict[str, str]:
    """“2 animatrices (f, jeunes)” as a row of a header: role, gender, age, count, as YAML text."""
    found: dict[str, str] = {}
    role: list[str] = []
    for piece in re.split(r"[,;()/|]+", line):
        number = re.match(r"\s*(\d{1,3})\b\s*(?:personnes?|persons?|people)?\s*", piece)
        if number and "count" not in found:
            found["count"], piece = number[1], piece[number.end() :]
        word = piece.strip()
        bands = {key: band for key in ("gender", "age") for form in (word.rstrip("s"), word)
                 if (band := typed.value(f"participants.{key}", form))}  # fmt: skip
        key = next(iter(bands), "")
        if key and key not in found:
            found[key] = bands[key]
        elif word:
            role.append(word)
    text = " ".join(typed.clean(", ".join(role)).split())
    return found | ({"role": quoted(text)} if text else {})


def coded(text: str, start: int, ranges: Iterable[tuple[int, int, str]]) -> str:
    """A text from `start` on, escaped; ranges (start, end, classes) are spans, crossing ones cut in two."""
    work = sorted(_trimmed(text, ranges), key=lambda r: (r[0], -r[1]))
    kept: list[tuple[int, int, str]] = []
    while work:
        a, b, names = work.pop(0)
        cut = min((end for begin, end, _names in kept if begin <= a < end < b), default=None)
        if cut is not None:
            work = sorted([*work, *_trimmed(text, [(cut, b, names)])], key=lambda r: (r[0], -r[1]))
        same = next((i for i, r in enumerate(kept) if r[:2] == (a, cut or b)), None)
        if same is None:
            kept.append((a, cut or b, names))
        elif names not in kept[same][2]:
            kept[same] = (a, cut or b, f"{kept[same][2]} {names}")
    edges = sorted({start, len(text), *(edge for a, b, _n in kept for edge in (a, b))})
    out = ""
    for left, right in zip(edges, [*edges[1:], len(text)], strict=True):
        closing = sorted((r for r in kept if r[1] == left), key=lambda r: -r[0])
        out += "".join(f"]{{{names}}}" for _a, _b, names in closing)
        out += "[" * sum(r[0] == left for r in kept) + typed.inline(text[left:right])
    return out.strip()


def _trimmed(text: str, ranges: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The ranges around whole letters, without white space at their edges; empty ones dropped."""
    found = []
    for a, b, names in ranges:
        while 0 < a < len(text) and unicodedata.combining(text[a]):
            a -= 1
        while b < len(text) and unicodedata.combining(text[b]):
            b += 1
        while a < b and text[a].isspace():
            a += 1
        while a < b and text[b - 1].isspace():
            b -= 1
        found += [(a, b, names)] if a < b else []
    return found
