"""Whether a delivered Word file, edited since, still says what the notes say.

Every attributed quotation in it is looked for again in the notes, by the rules of the contract of fidelity.
The annexed notes of an internal report are left out: they are not quotations.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from consultkit import archives
from consultkit.disclose import INTERNAL, Disclosure
from consultkit.evidence import Proof, Quotation, Source, ledger
from consultkit.i18n import _
from consultkit.model import Project
from consultkit.quotation import fragments, holds, nearest_passage, normalise, quoted_passages, words

MAX_BYTES = 100_000_000
NEAR = 0.6  # share of its words from which a passage is an altered one, not another
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ATTRIBUTED = re.compile(r"[\s.,;:!?…)*_]*[—–]\s*\w")
_MASKED = re.compile(r"\[(?:l’organisation|une organisation|the organisation|an organisation)\]")
_QUOTE_STYLES = ("BlockText", "Quote", "BlockQuotation", "Quotations", "Citation")


class VerifyError(Exception):
    """The file cannot be verified; the message is a whole sentence."""


@dataclass(frozen=True, slots=True)
class Altered:
    """A quotation whose words are no longer the note's; differences are (as delivered, as it was)."""

    text: str
    paragraph: int
    differences: tuple[tuple[str, str], ...]
    quotation: Quotation


@dataclass(frozen=True, slots=True)
class Added:
    """A quotation that no synthesis holds; `note` where it stands in one that may be quoted."""

    text: str
    paragraph: int
    note: str


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What became of the quotations of a delivered file."""

    kept: int
    altered: tuple[Altered, ...]
    added: tuple[Added, ...]
    lost: tuple[Quotation, ...]

    @property
    def faithful(self) -> bool:
        """Whether every quotation in the file stands in a note that may be quoted."""
        return not self.altered and all(added.note for added in self.added)


@dataclass(frozen=True, slots=True)
class _Delivered:
    text: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class _Paragraph:
    style: str
    text: str
    annexed: bool  # it bears the mark of a note in the annex


def verify(data: bytes, project: Project, *, region: str = "") -> VerifyResult:
    """Looks for the quotations of a Word file in the notes; raises `VerifyError` where it cannot be read."""
    disclosure = Disclosure(project, INTERNAL)
    proofs = [proof for proof in expected(project, region) if disclosure.showable(proof)]
    found = list(_quotations(list(_paragraphs(data))))
    altered: list[Altered] = []
    added: list[Added] = []
    present: set[int] = set()
    for delivered in found:
        same = {i for i, proof in enumerate(proofs) if proof.holds and _same(delivered.text, proof)}
        present |= same
        if same:
            continue
        note = _note_of(project, disclosure, delivered.text)
        near = None if note else _nearest(delivered, proofs)
        if near:
            altered.append(near)
            present |= {i for i, proof in enumerate(proofs) if proof.quotation.text == near.quotation.text}
        else:
            added.append(Added(delivered.text, delivered.paragraph, note))
    lost = [proof.quotation for i, proof in enumerate(proofs) if i not in present]
    kept = len(found) - len(altered) - len(added)
    return VerifyResult(kept, tuple(altered), tuple(added), tuple(lost))


def expected(project: Project, region: str) -> Iterator[Proof]:
    """The quotations of the syntheses and lessons that a document holds, of one region or of all."""
    book = ledger(project)
    for document, statements in book.statements:
        for statement in statements if region in ("", document.region) else ():
            yield from (book.prove(quotation) for quotation in statement.quotations)


def _same(delivered: str, proof: Proof) -> bool:
    """Whether words are those of a quotation, or what is left of it around cuts, at most half being cut away.

    What is more than the quotation stands in its note.
    """
    quoted = proof.quotation.text
    there, here = len(words(delivered)), len(words(quoted))
    if holds(normalise(delivered), fragments(quoted)):
        told = fragments(_MASKED.sub("[…]", delivered))
        return there <= 2 * here and proof.passage is not None and holds(proof.passage.words, told)
    return 2 * there >= here and holds(normalise(quoted), fragments(delivered))


def _note_of(project: Project, disclosure: Disclosure, text: str) -> str:
    """The note that holds the words and may be quoted, or nothing."""
    pieces = fragments(_MASKED.sub("[…]", text))
    for note in project.notes:
        if disclosure.quotable(note):
            for passage in ledger(project).passages(note):
                if passage.source is Source.VERBATIM and holds(passage.words, pieces):
                    return note.id
    return ""


def _nearest(delivered: _Delivered, proofs: list[Proof]) -> Altered | None:
    best: Altered | None = None
    share = NEAR
    for proof in proofs:
        near = nearest_passage(delivered.text, [normalise(proof.quotation.text)])
        if near and near.share >= share:
            share = near.share
            best = Altered(delivered.text, delivered.paragraph, near.differences, proof.quotation)
    return best


def _quotations(paragraphs: list[_Paragraph]) -> Iterator[_Delivered]:
    """The attributed quotations: quoted words before a dash, quoted paragraphs before an attribution."""
    block: list[str] = []
    for number, paragraph in enumerate(paragraphs, 1):
        text = paragraph.text.strip()
        if paragraph.annexed:
            return
        if re.match(r"[—–]\s*\w", text) and (block or paragraph.style == "Attribution"):
            if block:
                yield _Delivered(_unquoted(" ".join(block)), number - 1)
            block = []
            continue
        block = [*block, text] if paragraph.style in _QUOTE_STYLES and text else []
        for quoted in quoted_passages(text) if not block else ():
            if _ATTRIBUTED.match(text, quoted.end):
                yield _Delivered(quoted.inner.strip(), number)


def _unquoted(text: str) -> str:
    """A block's words without the quotation marks around all of them."""
    found = quoted_passages(text)
    whole = len(found) == 1 and not text[: found[0].start].strip() and not text[found[0].end :].strip(" .")
    return found[0].inner.strip() if whole else text


def _paragraphs(data: bytes) -> Iterator[_Paragraph]:
    for paragraph in _document(data).iter(f"{_W}p"):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        marks = (mark.get(f"{_W}name", "") for mark in paragraph.iter(f"{_W}bookmarkStart"))
        annexed = any(mark.startswith("note-") for mark in marks)
        text = "".join(_runs(paragraph))
        yield _Paragraph(style.get(f"{_W}val", "") if style is not None else "", text, annexed)


def _runs(element: ElementTree.Element) -> Iterator[str]:
    """The words of a paragraph as they read with its tracked changes accepted."""
    for child in element:
        if child.tag in (f"{_W}del", f"{_W}moveFrom"):
            continue
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            yield " "
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        else:
            yield from _runs(child)


def _document(data: bytes) -> ElementTree.Element:
    broken = VerifyError(_("This is no Word document that can be read. Save it again as .docx."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = archive.getinfo("word/document.xml")
            if entry.file_size > MAX_BYTES:
                raise broken
            text = archive.read(entry)
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise broken
        return ElementTree.fromstring(text)
    except (*archives.FAULTS, ElementTree.ParseError):
        raise broken from None
