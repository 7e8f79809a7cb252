"""A Word file as paragraphs: style, words, comments and tracked changes; the standard library alone reads it.

Tracked changes are read as accepted: what was inserted stands in the text, what was deleted beside it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from consultkit import archives
from consultkit.exchange.incoming import incoming
from consultkit.files import WorkspaceError
from consultkit.i18n import _
from consultkit.text import fold

MAX_FILE = 60_000_000  # bytes of the file: photos may stand in it, they are not read
MAX_PART = 64 * 1024 * 1024  # bytes of one part, unpacked
DEEPEST = 80  # elements within elements
Element = ElementTree.Element
Cell = tuple[int, int, int]  # its table, row and column
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEADING = re.compile(r"(?:heading|titre|überschrift) ?([1-9])\Z")
_SKIPPED = frozenset(
    ("instrText", "moveFrom", "rPr", "pPr", "tblPr", "tcPr", "trPr", "sdtPr", "sectPr", "Fallback")
)
_SIGNS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "ptab": " "}


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment: who wrote it, when, and what."""

    author: str
    date: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A tracked change: `kind` is "inserted" or "deleted", `at` where in the paragraph."""

    kind: str
    author: str
    date: str
    text: str
    at: int


@dataclass(slots=True)
class Paragraph:
    """A paragraph as it reads once changes are accepted; `cell` is its table, row and column."""

    style: str = ""  # folded name
    level: int = 0  # of a heading
    listed: bool = False
    cell: Cell | None = None
    text: str = ""
    remarks: list[tuple[int, int, str]] = field(default_factory=list)  # start, end, id of the comment
    changes: list[Change] = field(default_factory=list)
    pictures: int = 0

    @property
    def before(self) -> str:
        """The paragraph as it was before the tracked changes."""
        text, moved = self.text, 0
        for change in self.changes:
            at = change.at + moved
            if change.kind == "inserted":
                text, moved = text[:at] + text[at + len(change.text) :], moved - len(change.text)
            else:
                text, moved = text[:at] + change.text + text[at:], moved + len(change.text)
        return text


@dataclass(frozen=True, slots=True)
class WordText:
    """What a Word file says."""

    paragraphs: tuple[Paragraph, ...]
    remarks: Mapping[str, Remark]


def read_word(path: Path) -> WordText:
    """The text of a .docx; raises WorkspaceError with a sentence for anything that is none."""
    data = incoming(path, MAX_FILE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except WorkspaceError as error:
        raise WorkspaceError(f"{path.name}: {error}") from None
    except (*archives.FAULTS, ElementTree.ParseError, LookupError):
        message = _("{file} is no Word file (.docx), or is damaged.").format(file=path.name)
        raise WorkspaceError(message) from None


def _read(archive: zipfile.ZipFile) -> WordText:
    names = set(archive.namelist())
    body = _part(archive, "word/document.xml").find(f"{W}body")
    if body is None:
        raise KeyError("body")
    styles = _styles(_part(archive, "word/styles.xml")) if "word/styles.xml" in names else {}
    notes = {
        f"{kind}Reference": _texts(_part(archive, f"word/{kind}s.xml"), kind)
        for kind in ("footnote", "endnote")
        if f"word/{kind}s.xml" in names
    }
    remarks = {}
    if "word/comments.xml" in names:
        for element in _part(archive, "word/comments.xml").iter(f"{W}comment"):
            text = "\n".join(_plain(paragraph) for paragraph in element.iter(f"{W}p")).strip()
            id_, author, date = (element.get(W + key) or "" for key in ("id", "author", "date"))
            remarks[id_] = Remark(author, date[:10], text)
    return WordText(tuple(_Walk(styles, notes).paragraphs(body)), remarks)


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    """A part's root; entities are refused, they can blow up, and so is more than the cap."""
    with archive.open(name) as file:
        data = file.read(MAX_PART + 1)
    if len(data) > MAX_PART:
        raise WorkspaceError(_("too large once unpacked."))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = re.sub(r"\A<\?xml[^>]*\?>", "", data.decode("utf-16")).encode()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise WorkspaceError(_("a document type in XML is refused: it may define entities."))
    return ElementTree.fromstring(data.replace(_STRICT, _TRANSITIONAL))


def _plain(element: Element) -> str:
    return "".join(t.text or "" for t in element.iter(f"{W}t"))


def _texts(root: Element, kind: str) -> dict[str, str]:
    return {element.get(f"{W}id") or "": _plain(element) for element in root.iter(f"{W}{kind}")}


def _styles(root: Element) -> dict[str, str]:
    """Folded names by style id; a style made from a quote or a heading counts as one."""
    names: dict[str, str] = {}
    parents: dict[str, str] = {}
    for style in root.iter(f"{W}style"):
        id_ = style.get(f"{W}styleId") or ""
        names[id_] = fold(_value(style, "name") or id_)
        parents[id_] = _value(style, "basedOn")
    return {id_: _telling(id_, names, parents) for id_ in names}


def _value(element: Element, kind: str) -> str:
    found = element.find(W + kind)
    return (found.get(f"{W}val") if found is not None else "") or ""


def _telling(id_: str, names: Mapping[str, str], parents: Mapping[str, str]) -> str:
    seen: list[str] = []
    while id_ in names and id_ not in seen:
        seen.append(id_)
        if is_quote(names[id_]) or _HEADING.match(names[id_]):
            return names[id_]
        id_ = parents[id_]
    return names[seen[0]]


def is_quote(style: str) -> bool:
    """Whether a style, by its folded name, is one for words as spoken."""
    return any(word in style for word in ("quot", "citation", "block text", "normal centre", "texte cite"))


class _Walk:
    """Goes through a document once, in order; holds the comments that are open."""

    def __init__(self, styles: Mapping[str, str], notes: Mapping[str, Mapping[str, str]]) -> None:
        self.styles = styles
        self.notes = notes
        self.open: dict[str, int] = {}
        self.tables = 0

    def paragraphs(self, element: Element, cell: Cell | None = None, depth: int = 0) -> Iterator[Paragraph]:
        """The paragraphs below an element, tables row by row."""
        if depth > DEEPEST:
            raise WorkspaceError(_("its tables or blocks are nested too deeply."))
        for child in element:
            kind = _local(child)
            if kind == "p":
                yield from self.paragraph(child, cell, depth)
            elif kind == "tbl":
                self.tables += 1
                table = self.tables
                for row, line in enumerate(_below(child, "tr")):
                    for column, box in enumerate(_below(line, "tc")):
                        yield from self.paragraphs(box, cell or (table, row, column), depth + 1)
            elif kind not in _SKIPPED:
                yield from self.paragraphs(child, cell, depth + 1)

    def paragraph(self, element: Element, cell: Cell | None, depth: int) -> Iterator[Paragraph]:
        """One paragraph, then those of the text boxes that hang on it."""
        made = Paragraph(cell=cell)
        self.open = dict.fromkeys(self.open, 0)
        boxes: list[Element] = []
        properties = element.find(f"{W}pPr")
        if properties is not None:
            self._look(made, properties)
        self._inside(made, element, None, boxes, depth)
        made.remarks += [(start, len(made.text), id_) for id_, start in self.open.items()]
        yield made
        for box in boxes:
            yield from self.paragraphs(box, cell, depth + 1)

    def _look(self, made: Paragraph, properties: Element) -> None:
        id_, level = _value(properties, "pStyle"), _value(properties, "outlineLvl")
        made.listed = properties.find(f"{W}numPr") is not None
        made.style = self.styles.get(id_, fold(id_))
        match = _HEADING.match(made.style)
        made.level = int(match[1]) if match else int(level) + 1 if level and level in "01234567" else 0
        made.listed = made.listed or ("list" in made.style and not made.level)

    def _inside(
        self, made: Paragraph, element: Element, change: Element | None, boxes: list[Element], depth: int
    ) -> None:
        if depth > DEEPEST:
            raise WorkspaceError(_("its tables or blocks are nested too deeply."))
        for child in element:
            kind = _local(child)
            if kind == "t" and change is not None and _local(change) == "del":
                self._changed(made, change, child.text or "")
            elif kind == "t":
                self._add(made, child.text or "", change)
            elif kind == "delText" and change is not None:
                self._changed(made, change, child.text or "")
            elif kind in _SIGNS:
                self._add(made, _SIGNS[kind], change if change is None or _local(change) != "del" else None)
            elif kind in self.notes:
                text = self.notes[kind].get(child.get(f"{W}id") or "", "").strip()
                self._add(made, f" ({text})" if text else "", None)
            elif kind == "commentRangeStart":
                self.open[child.get(f"{W}id") or ""] = len(made.text)
            elif kind == "commentRangeEnd":
                self._close(made, child.get(f"{W}id") or "")
            elif kind == "commentReference":
                self._refer(made, child.get(f"{W}id") or "")
            elif kind == "txbxContent":
                boxes.append(child)
            elif kind in ("ins", "del", "moveTo"):
                self._inside(made, child, child, boxes, depth + 1)
            elif kind not in _SKIPPED:
                made.pictures += kind == "blip"
                self._inside(made, child, change, boxes, depth + 1)

    def _add(self, made: Paragraph, text: str, change: Element | None) -> None:
        if change is not None:
            self._changed(made, change, text)
        made.text += text

    def _changed(self, made: Paragraph, change: Element, text: str) -> None:
        kind = "deleted" if _local(change) == "del" else "inserted"
        author, date = change.get(f"{W}author") or "", (change.get(f"{W}date") or "")[:10]
        last = made.changes[-1] if made.changes else None
        ends = last.at + (len(last.text) if last and last.kind == "inserted" else 0) if last else -1
        if last and (last.kind, last.author, ends) == (kind, author, len(made.text)):
            made.changes[-1] = Change(kind, author, last.date, last.text + text, last.at)
        elif text:
            made.changes.append(Change(kind, author, date, text, len(made.text)))

    def _close(self, made: Paragraph, id_: str) -> None:
        start = self.open.pop(id_, None)
        if start is not None:
            made.remarks.append((start, len(made.text), id_))

    def _refer(self, made: Paragraph, id_: str) -> None:
        """A comment on no passage in particular is one on its paragraph."""
        self._close(made, id_)
        if all(known != id_ for _start, _end, known in made.remarks):
            made.remarks.append((0, len(made.text), id_))


def _below(element: Element, kind: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, whatever wraps them; not those of a table inside."""
    for child in element:
        if _local(child) == kind:
            yield child
        elif _local(child) in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            yield from _below(child, kind)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
