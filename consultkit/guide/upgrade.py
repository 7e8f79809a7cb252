"""A note carried from the guide it was made with to the present one: old guide, new guide, text -> text.

The note is cut at the headings that either guide knows. Each piece keeps its lines as they were written, and
goes to its place in the new guide; only headings that the guide changed are rewritten. Before a result is
given, it is proved that no line is lost: a note where that fails is refused, and stays as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from consultkit.body import Body, Heading, Part
from consultkit.guide.diff import Comparison, Item
from consultkit.i18n import _, speaking
from consultkit.model import Guide, GuideSection, Question
from consultkit.note_edit import normal, raw_lines, read_split, set_keys
from consultkit.parse.markdown import scan
from consultkit.rules.answers import answered
from consultkit.rules.comparison import REMOVED_QUESTIONS, words
from consultkit.scaffold import question_lines

_COMMENT = re.compile(r"<!--.*?-->")


class CannotCarryError(Exception):
    """A note that cannot be carried over without risk; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A note's new text, and the ids that moved, were reworded, are new, retired, filled in as not asked."""

    text: str = ""
    moved: list[str] = field(default_factory=list)
    reworded: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Piece:
    """Some lines of a note, from a heading that a guide knows to the next; `place` is -1 where laid down."""

    kind: str  # start | kept | retired | tail (what no guide knows, from a heading of level 2) | laid
    key: str
    lines: list[str]
    place: int
    part: Part | None = None
    own: int = 0  # how many lines stand before a deeper heading of the writer's own


class Carriage:
    """Carries notes from one version of the guide to another."""

    def __init__(self, old: Guide, new: Guide, between: Iterable[Guide] = (), language: str = "fr") -> None:
        self.comparison = Comparison(old, new, tuple(between))
        self.new = new
        self.language = language  # of what is laid down in the notes

    def carry(self, raw: str, file: str, types: set[str], done: bool) -> Carried:
        """The note's text under the new guide; `types` are its actors' types, `done` whether it says so.

        `raw` is the file's text with its own line ends. Raises CannotCarryError.
        """
        text = normal(raw)
        parts = read_split(text, file)
        if parts.header is None:
            raise CannotCarryError(_("its header cannot be read"))
        body = scan(parts.body, file, parts.body_line, [], strict=False)
        lines = raw_lines(raw)
        run = _Run(self, lines, parts.body_line, body, types, done)
        known = any(piece.kind not in ("start", "tail") for piece in run.pieces)
        if not known and any(part.heading.id for part in body.parts):
            raise CannotCarryError(_("none of its headings is in the guide"))
        with speaking(self.language):
            carried_body = run.text()
        _prove(self.comparison, run, carried_body)
        head = set_keys(raw, parts, {"guide_version": self.new.version})
        head = head[: len(head) - sum(map(len, lines[parts.body_line - 1 :]))]
        run.what.moved.extend(id_ for id_ in self.comparison.moved if id_ in run.by_key)
        return replace(run.what, text=head + carried_body)

    def follow(self, raw: str, file: str) -> str:
        """A synthesis under the new guide: the headings of its sections, where the guide changed them."""
        lines = raw_lines(raw)
        parts = read_split(normal(raw), file)
        for part in scan(parts.body, file, parts.body_line, [], strict=False).parts:
            heading, place = part.heading, part.heading.place
            item = self.new.section_by_id.get(self.comparison.present(heading.id))
            old = self.comparison.old.section_by_id.get(heading.id)
            line = lines[place.line - 1]
            if item is None or old is None or not line.lstrip().startswith("## "):
                continue
            title = item.title if heading.text == old.title else heading.text
            if (title, item.id) != (heading.text, heading.id):
                start, end = place.column - 1, place.column - 1 + place.length
                lines[place.line - 1] = f"{line[:start]}## {title} {{#{item.id}}}{line[end:]}"
        return "".join(lines)


class _Run:
    """One note on its way."""

    def __init__(
        self, carriage: Carriage, lines: list[str], body_line: int, body: Body, types: set[str], done: bool
    ) -> None:
        self.carriage, self.comparison = carriage, carriage.comparison
        self.types, self.done = types, done
        self.newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
        self.lines, self.body_line, self.body = lines, body_line, body
        self.what = Carried()
        self.dropped: Counter[str] = Counter()  # lines left out on purpose: an empty question's own probes
        self.pieces = list(self._cut())
        self.by_key: dict[str, list[_Piece]] = {}  # by the present id
        for piece in self.pieces:
            if piece.kind == "kept":
                self.by_key.setdefault(piece.key, []).append(piece)

    # Cutting

    def _cut(self) -> Iterator[_Piece]:
        parts = self.body.parts
        starts = [part.heading.place.line for part in parts]
        for part in parts:
            before = self.lines[part.heading.place.line - 1][: part.heading.place.column - 1]
            if before.strip():
                message = _("line {line}: a comment ends on the line of a heading; end it on a line before")
                raise CannotCarryError(message.format(line=part.heading.place.line))
        ends = [*starts[1:], len(self.lines) + 1]
        piece = _Piece("start", "", self.lines[self.body_line - 1 : (starts or [ends[-1]])[0] - 1], 0)
        for index, (part, (kind, key)) in enumerate(zip(parts, self._kinds(), strict=True)):
            lines = self.lines[starts[index] - 1 : ends[index] - 1]
            if kind == "more":
                piece.lines += lines
                continue
            yield piece
            piece = _Piece(kind, key, lines, index + 1, part, len(lines))
        yield piece

    def _kinds(self) -> list[tuple[str, str]]:
        """For each heading of the note, what becomes of its piece and the id that it has in the new guide."""
        news, present = self.comparison.news, self.comparison.present
        headings = [part.heading for part in self.body.parts]
        apart: list[bool] = []  # whether a heading stands among the removed questions
        for heading in headings:
            apart.append(heading.id == REMOVED_QUESTIONS if heading.level <= 2 else bool(apart and apart[-1]))
        outside = {present(h.id) for h, inside in zip(headings, apart, strict=True) if not inside}
        found: list[tuple[str, str]] = []
        for heading, inside in zip(headings, apart, strict=True):
            key = present(heading.id)
            if inside:
                back = key in self.carriage.new.questions and key not in outside
                found.append(("kept", key) if back else ("retired", ""))
            elif key in news:
                found.append(("kept", key))
            elif heading.id in self.comparison.removed:
                found.append(("retired", heading.id))
            else:
                found.append(("tail" if heading.level <= 2 else "more", ""))
        return found

    # Laying out

    def text(self) -> str:
        """The body under the new guide."""
        out = [piece for piece in self.pieces if piece.kind == "start"]
        tails = self._tails()
        out += tails.pop("", [])
        for section in self.carriage.new.sections:
            inner = [piece for question in section.questions for piece in self._question(question)]
            bare = section.id in self.comparison.added and not section.questions
            if inner or bare or section.id in self.by_key:
                out += self._heading(section)
            out += inner + tails.get(section.id, [])
        return self._join([*out, *self._retired()])

    def _tails(self) -> dict[str, list[_Piece]]:
        """What stands under the writer's own level-2 headings, by the section that it goes behind."""
        tails: dict[str, list[_Piece]] = {}
        section = ""
        for piece in self.pieces:
            if piece.kind == "kept":
                item = self.comparison.news[piece.key]
                section = item.section if isinstance(item, Question) else item.id
            elif piece.kind == "tail":
                tails.setdefault(section, []).append(piece)
        return tails

    def _heading(self, section: GuideSection) -> list[_Piece]:
        found = self.by_key.get(section.id, [])
        for piece in found:
            self._retitle(piece, section)
        return found or [self._laid([section.heading.source.strip(), ""])]

    def _question(self, question: Question) -> list[_Piece]:
        old, asked = self.comparison.olds.get(question.id), question.asked_of(self.types)
        was = old if isinstance(old, Question) and old.asked_of(self.types) else None
        due = self.done and question.required and asked and not (was and was.required)
        found = self.by_key.get(question.id, [])
        if found:
            # Where two questions became one, the answer of the one that keeps its id comes first.
            found = sorted(found, key=lambda piece: bool(piece.part and piece.part.heading.id != question.id))
            for piece in found:
                self._retitle(piece, question, joined=piece is not found[0])
            if due and not any(piece.part and answered(piece.part, question) for piece in found):
                self._say_not_asked(question.id, found[0])
            return found
        if not asked or (was and not due):
            return []
        self.what.new.append(question.id)
        laid = self._laid(question_lines(question)[:-1])
        laid.own = len(laid.lines)
        if due:
            self._say_not_asked(question.id, laid)
        return [laid]

    def _say_not_asked(self, id_: str, piece: _Piece) -> None:
        """A note that says done stays complete: the question is answered with the words for “not asked”."""
        own, deeper = piece.lines[: piece.own], piece.lines[piece.own :]
        while own and not own[-1].strip():
            own.pop()
        self._end_line(own)
        piece.lines = [*own, self.newline, _("not asked") + self.newline, self.newline, *deeper]
        self.what.not_asked.append(id_)

    def _laid(self, lines: list[str]) -> _Piece:
        return _Piece("laid", "", [line + self.newline for line in lines], -1)

    def _retitle(self, piece: _Piece, item: Item, *, joined: bool = False) -> None:
        """Gives a piece the guide's heading; none where it joins another answer. Own wordings are kept."""
        assert piece.part is not None
        heading = piece.part.heading
        old = self.comparison.before.get(heading.id) or self.comparison.olds.get(item.id)
        joined = joined and heading.id != item.id  # the same heading twice in a note is the writer's to mend
        unchanged = old is not None and heading.id == item.id and _said(old.heading) == _said(item.heading)
        if not joined and (unchanged or _said(heading) == _said(item.heading)):
            return
        known = [words(i.heading.text) for i in (item, old) if i is not None]
        own = "" if words(heading.text) in known else heading.text.replace("-->", "→")
        if words(heading.text) != words(item.heading.text):
            self.what.reworded.append(item.id)
        self._replace_heading(piece, "" if joined else item.heading.source.strip(), own)

    def _replace_heading(self, piece: _Piece, title: str, own: str) -> None:
        assert piece.part is not None
        place = piece.part.heading.place
        line = piece.lines[0]
        start, end = place.column - 1, place.column - 1 + place.length
        inside = _COMMENT.findall(line[start:end])
        comment = " ".join([*([f"<!-- {own} -->"] if own else []), *inside])
        after, line_end = line[end:].rstrip("\r\n"), line[len(line.rstrip("\r\n")) :] or self.newline
        count = len(piece.lines)
        if not line.lstrip().startswith("#"):
            del piece.lines[1]  # the signs that underlined it
        if comment and not after.strip() and title:
            piece.lines[:1] = [line[:start] + title + line_end, line_end, comment + line_end]
        else:
            piece.lines[:1] = [line[:start] + " ".join(filter(None, (title, comment))) + after + line_end]
        piece.own += len(piece.lines) - count

    # Keeping what was removed

    def _retired(self) -> list[_Piece]:
        """The section of removed questions, after all else: what stood there, then what was removed now.

        What came from a section of observations keeps that mark, in a section of its own: such answers are
        never quoted.
        """
        groups: dict[bool, list[_Piece]] = {False: [], True: []}
        observed = False
        for piece in self.pieces:
            if piece.kind != "retired" or piece.part is None:
                continue
            if not piece.key:
                if piece.part.heading.level <= 2:
                    observed = "observation" in piece.part.heading.attributes.classes
                groups[observed].append(piece)
            elif self._keeps_words(piece):
                groups[self._is_observation(piece.key)].append(self._retire(piece))
        out: list[_Piece] = []
        for observation, pieces in groups.items():
            if pieces and not any(not piece.key for piece in pieces):
                mark = " .observation" if observation else ""
                title = _("Retired questions")  # outside the f-string, where the catalogue's tools find it
                out.append(self._laid([f"## {title} {{#{REMOVED_QUESTIONS}{mark}}}", ""]))
            out += sorted(pieces, key=lambda piece: bool(piece.key))
        return out

    def _is_observation(self, id_: str) -> bool:
        item = self.comparison.removed[id_]
        section = item if isinstance(item, GuideSection) else self.comparison.old.section_by_id[item.section]
        return section.observation

    def _keeps_words(self, piece: _Piece) -> bool:
        """Whether anything of the writer's stands in a piece: not only the probes laid down."""
        assert piece.part is not None
        item = self.comparison.removed[piece.key]
        laid = {line.strip() for line in question_lines(item)} if isinstance(item, Question) else set()
        heading = piece.part.heading
        underlined = 0 if piece.lines[0].lstrip().startswith("#") else 1
        own = {line.strip() for line in piece.lines[1 + underlined :]} - laid - {""}
        comment = piece.lines[0][heading.place.column - 1 + heading.place.length :].strip()
        if own or comment or words(heading.text) != words(item.heading.text) or "<!--" in piece.lines[0]:
            return True
        self.dropped.update(line.strip() for line in piece.lines[1:] if line.strip())
        return False

    def _retire(self, piece: _Piece) -> _Piece:
        """A removed piece under its own heading, a question's level; what it identified it still does."""
        assert piece.part is not None
        heading, item = piece.part.heading, self.comparison.removed[piece.key]
        self.what.retired.append(piece.key)
        written = "#" * max(3, heading.level) + " " + heading.source.strip().lstrip("#").strip()
        if item.identifying and "identifying" not in heading.attributes.classes:
            written = re.sub(r"\}$", " .identifying}", written)
        if written.strip() != heading.source.strip():
            self._replace_heading(piece, written, "")
        return piece

    # Joining

    def _join(self, pieces: list[_Piece]) -> str:
        """The pieces as one text: those that stood together join as they were, others with a blank line."""
        lines: list[str] = []
        for before, piece in pairwise([None, *pieces]):
            assert piece is not None
            together = before is not None and 0 <= before.place == piece.place - 1
            if lines and piece.lines and not together:
                self._end_line(lines)
                if lines[-1].strip():
                    lines.append(self.newline)
            lines += piece.lines
        text, written = "".join(lines), "".join(self.lines[self.body_line - 1 :])
        if pieces and pieces[-1].place != self.pieces[-1].place:
            tail = written[len(written.rstrip(" \t\r\n")) :]
            text = text.rstrip(" \t\r\n") + (tail or self.newline)
        return text

    def _end_line(self, lines: list[str]) -> None:
        if lines and not lines[-1].endswith(("\n", "\r")):
            lines[-1] += self.newline


def _said(heading: Heading) -> tuple[int, str, object]:
    return heading.level, heading.text, heading.attributes


def _prove(comparison: Comparison, run: _Run, after: str) -> None:
    """Refuses a result in which a line of the note is no more, or a block stands under another question."""
    heads = {part.heading.place.line for part in run.body.parts}
    heads |= {line + 1 for line in heads if not run.lines[line - 1].lstrip().startswith("#")}  # underlined
    written = Counter(
        line.strip()
        for number, line in enumerate(run.lines, 1)
        if number >= run.body_line and number not in heads
    )
    kept = Counter(line.strip() for line in raw_lines(after))
    gone = [line for line in written - kept - run.dropped if line]
    again = scan(normal(after), "", 1, [], strict=False)
    lost = _answers(run.body, comparison) - _answers(again, comparison)
    if gone or {line.strip() for _id, _kind, text in lost for line in text.split("\n")} - run.dropped.keys():
        raise CannotCarryError(_("a comment or a block of code in it may not be closed"))


def _answers(body: Body, comparison: Comparison) -> Counter[tuple[str, str, str]]:
    """The blocks of a body, with the present id of what they answer."""
    found = Counter(("", block.kind, block.text) for block in body.preamble)
    for part in body.parts:
        key = comparison.present(part.heading.id) or part.heading.text
        found.update((key, block.kind, block.text) for block in part.blocks)
    return found
