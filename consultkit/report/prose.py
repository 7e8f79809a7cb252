"""What authors wrote, as a document shows it: quotations attributed, citations resolved, headings fitted.

Quotations go through the ledger and the disclosure: words that may not be shown are replaced, even in a draft
made by force; words that no cited note holds are marked, never attributed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from consultkit import expressions
from consultkit.body import Block, Part
from consultkit.disclose import Disclosure, respan
from consultkit.evidence import Ledger, Proof, Quotation, ledger
from consultkit.i18n import _
from consultkit.kept_off import heading_words, open_words, with_off
from consultkit.model import Note, Project, Synthesis
from consultkit.quotation import CITATION, citation_after, citations, quoted_passages
from consultkit.report.tables import missing

_ENDS = ".!?…"
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:")
_FOOTNOTE_TEXT = re.compile(r"^\[\^([^\]\s]+)\]:.*?(?=^\[\^[^\]\s]+\]:|\Z)", re.MULTILINE | re.DOTALL)
_TIDY = (
    (re.compile(r"\(\s*\)"), ""),
    (re.compile(r"[ \t\u00a0\u202f]+([.,)])"), r"\1"),
    (re.compile(r"([.,;:!?])[ \t]*\1(?!\1)(?=\s|$)"), r"\1"),
    (re.compile(r"(?<=\S)[ \t]{2,}"), " "),
)


@dataclass(frozen=True, slots=True)
class Used:
    """A quotation as a document shows it: its proof, its words with their attribution."""

    proof: Proof
    markdown: str


@dataclass
class Prose:
    """Turns syntheses and lessons into Markdown for one document, keeping what it quoted on the way."""

    project: Project
    disclosure: Disclosure
    used: list[Used] = field(default_factory=list)
    withheld: int = 0  # quotations that may not be shown
    anchors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # note -> anchors

    def __post_init__(self) -> None:
        self.ledger: Ledger = ledger(self.project)

    def heading(self, document: Synthesis, part: Part, level: int) -> str:
        """An author's own heading, at the level where the document wants it."""
        text = self._inline(
            document, Block("paragraph", heading_words(part.heading), ((part.heading.place.line, 1),)), ""
        )
        return f"{'#' * max(1, min(level, 6))} {' '.join(text.split())}"

    def below(self, document: Synthesis, parts: Sequence[Part], level: int, *, opened: bool = True) -> str:
        """Parts of one section as Markdown, their own headings from `level` on; footnotes come along.

        The first part's heading is the document's own where `opened`, and left out here.
        """
        out: list[str] = []
        for index, (part, off) in enumerate(with_off(parts)):
            if off:
                continue
            if index or not opened:
                depth = max(0, part.heading.level - parts[0].heading.level - (1 if opened else 0))
                out.append(self.heading(document, part, level + depth))
            out.append(self.blocks(document, part.blocks, parts[0].heading.id))
        text = "\n\n".join(piece for piece in out if piece)
        return "\n\n".join([text, *self._footnotes(document, text)])

    def blocks(self, document: Synthesis, blocks: Sequence[Block], section: str) -> str:
        """Blocks of a synthesis as Markdown, footnotes aside."""
        out: list[str] = []
        taken = False  # the block before was a quotation that took the citation opening this one
        for index, block in enumerate(blocks):
            if taken:
                block, taken = _without_opening(block), False
            if not block.text.strip() or _FOOTNOTE.match(block.text):
                continue
            if block.kind == "code":
                out.append(open_words(block.text))
            elif block.kind == "quote":
                text, taken = self._block_quote(document, block, blocks[index + 1 : index + 2], section)
                out.append(text)
            else:
                out.append(self._inline(document, block, section))
        return "\n\n".join(piece for piece in out if piece.strip())

    def _footnotes(self, document: Synthesis, text: str) -> Iterator[str]:
        """The footnotes that a text calls: their definitions may stand anywhere in the document."""
        if "[^" not in text:
            return
        for block in document.body.blocks():
            if _FOOTNOTE.match(block.text):
                for match in _FOOTNOTE_TEXT.finditer(block.text):
                    if f"[^{match[1]}]" in text:
                        yield self._inline(document, Block("paragraph", match[0].strip(), block.origins), "")

    # Quotations

    def _block_quote(
        self, document: Synthesis, block: Block, following: Sequence[Block], section: str
    ) -> tuple[str, bool]:
        text = self._prepared(block.text)
        marks = citations(text)
        ids: tuple[str, ...] = ()
        taken = False
        if marks and not text[marks[-1].end :].strip(' .,;:!?…)»”"*_\n'):
            ids = marks[-1].ids
            text = text[: marks[-1].start].rstrip() + text[marks[-1].end :].rstrip()
        elif following and following[0].kind == "paragraph":
            opening = citations(following[0].text)
            if opening and not following[0].text[: opening[0].start].strip():
                ids, taken = opening[0].ids, True
        text = self._plain_citations(text)
        if not ids:
            return self._uncited(text, _quoted(text)), taken
        proof = self.ledger.prove(
            Quotation(text.strip(), ids, block.place(document.file), document.file, section, True)
        )
        attribution, mark = self._attributed(proof)
        if not attribution:
            return missing(_("quotation withheld: its note may not be quoted")), taken
        self._keep(proof, attribution)
        return _quoted(f"{mark}{text}\n\n[— {attribution}]{{.attribution}}"), taken

    def _inline(self, document: Synthesis, block: Block, section: str) -> str:
        text = self._prepared(block.text)
        marks = citations(text)
        pieces: list[str] = []
        position = 0
        for quoted in quoted_passages(text):
            mark = citation_after(text, quoted.end, marks)
            if quoted.start < position:
                continue
            pieces.append(self._plain_citations(text[position : quoted.start]))
            if mark is None:
                whole = text[quoted.start : quoted.end]
                pieces.append(self._plain_citations(self._uncited(quoted.inner, whole)))
                position = quoted.end
                continue
            place = block.place(document.file, quoted.start, quoted.end - quoted.start)
            quotation = Quotation(quoted.inner.strip(), mark.ids, place, document.file, section, False)
            words, between = text[quoted.start : quoted.end], text[quoted.end : mark.start]
            pieces.append(self._inline_quote(quotation, words, between, text[mark.end :]))
            position = mark.end
        pieces.append(self._plain_citations(text[position:]))
        return "".join(pieces)

    def _inline_quote(self, quotation: Quotation, words: str, between: str, rest: str) -> str:
        """« … » — attribution, and the punctuation that the sentence needs after it."""
        proof = self.ledger.prove(quotation)
        attribution, mark = self._attributed(proof)
        closing = "".join(char for char in between if char in ")*_")
        stop = "".join(char for char in between if char in ".,;:!?…")
        if not attribution:
            return missing(_("quotation withheld: its note may not be quoted")) + stop
        self._keep(proof, attribution)
        return f"{mark}{words}{closing} — {attribution}{stop or _stop(quotation.text, rest)}"

    def _uncited(self, words: str, shown: str) -> str:
        """Quoted words for which no note is cited: withheld where they stand in what nobody may quote."""
        if not self.ledger.reserved(words):
            return shown
        self.withheld += 1
        return missing(_("quotation withheld: its note may not be quoted"))

    def _attributed(self, proof: Proof) -> tuple[str, str]:
        """The attribution of a quotation, with the link to its note in the team's edition, and its mark."""
        if not self.disclosure.showable(proof):
            self.withheld += 1
            return "", ""
        if not proof.holds or proof.passage is None:
            return missing(_("quotation to be verified")), ""
        note = self.project.note_by_id[proof.passage.note]
        attribution = _escaped(self.disclosure.attribution(note, proof))
        if not self.disclosure.internal:
            return attribution, ""
        anchor = f"cite-{len(self.used) + 1}"
        self.anchors[note.id].append(anchor)
        others = (id_ for id_ in proof.quotation.ids if id_ != note.id)
        return f"{attribution} {self._links((note.id, *others))}", f"[]{{#{anchor}}}"

    def _keep(self, proof: Proof, attribution: str) -> None:
        shown = _quoted(f"{proof.quotation.text}\n\n[— {attribution}]{{.attribution}}")
        self.used.append(Used(proof, shown))

    # Other citations

    def _plain_citations(self, text: str) -> str:
        """Citations of findings: links in the team's edition, nothing in the other."""
        if "[@" not in text:
            return text
        if not self.disclosure.internal:
            text = re.sub(r"[ \t\u00a0\u202f\n]*" + CITATION.pattern, "", text)
            for pattern, new in _TIDY:
                text = pattern.sub(new, text)
            return text
        return CITATION.sub(lambda match: self._links(citations(match[0])[0].ids), text)

    def _links(self, ids: tuple[str, ...]) -> str:
        notes = [self.project.note_by_id.get(id_) for id_ in ids]
        shown = [link(note) for note in notes if note is not None and self.disclosure.citable(note)]
        return f"({', '.join(shown)})" if shown else ""

    def _prepared(self, text: str) -> str:
        """The author's text: passages kept off cut, numbers counted, spans as their words."""
        text = open_words(text)
        if "{" in text:
            text = expressions.substitute(
                text, self.project, masked=not self.disclosure.internal, around=_unspanned
            )
        return text


def link(note: Note) -> str:
    """A link to a note's place in the annex."""
    return f"[{note.id}](#note-{note.id})"


def sections(document: Synthesis) -> Iterator[tuple[str, list[Part]]]:
    """The parts of a synthesis by section: its id (or nothing), the part that opens it and those below."""
    current: list[Part] = []
    for part in document.body.parts:
        if part.heading.level <= 2 and current:
            yield current[0].heading.id, current
            current = []
        current.append(part)
    if current:
        yield current[0].heading.id, current


def _stop(words: str, rest: str) -> str:
    """What follows an attribution inside a sentence: nothing, a full stop, or a dash that closes it."""
    after = rest.lstrip(" \t\u00a0\u202f\n*_")
    if not after:
        return "."
    if after[0] in ".,;:!?)…»|-":
        return ""
    if words.rstrip("*_ \u00a0\u202f»")[-1:] in _ENDS and not after[0].islower():
        return "."
    return " —" if after[0].islower() else "."


def _without_opening(block: Block) -> Block:
    """A paragraph without the citation that opens it, which belongs to the quotation above."""
    mark = citations(block.text)[0]
    return Block(block.kind, block.text[mark.end :].lstrip(" .,;:\n"), block.origins)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.strip().split("\n"))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>{}#|~^$@])", r"\\\1", text)


def _unspanned(text: str) -> str:
    return respan(text, lambda _span: False)
