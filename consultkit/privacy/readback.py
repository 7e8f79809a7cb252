"""The text of a written document, wherever it may hide: what the leak gate reads before a file leaves.

Every part of a DOCX, XLSX or other ZIP is read, not only those that show; so are names of files, attributes
and metadata. XML with a document type is refused (it may define entities), and sizes are capped.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.parsers import expat

from consultkit import archives
from consultkit.files import WorkspaceError
from consultkit.i18n import _

MAX_MEMBER = 64 * 1024 * 1024  # bytes of one entry of a ZIP
MAX_TOTAL = 512 * 1024 * 1024  # bytes of all of them
MAX_ENTRIES = 20_000
MAX_DEPTH = 4  # ZIPs in ZIPs

ZIPS = frozenset({".zip", ".docx", ".xlsx", ".qdpx", ".odt", ".ods", ".pptx", ".dotx"})
TEXTS = frozenset(
    {".md", ".txt", ".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".bib", ".typ", ".j2", ".geojson"}
)
JSONS = frozenset({".json", ".jsonl", ".geojson"})
XMLS = frozenset({".xml", ".rels", ".qde", ".svg", ".vml"})
PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".ttf", ".otf", ".odttf", ".icc", ".bin"}
)

Texts = Iterator[tuple[str, str]]


class ReadbackError(WorkspaceError):
    """A document that could not be read back, as a sentence; it holds nothing of the document's text."""


def texts(data: bytes, suffix: str) -> Texts:
    """Every text of a document, as (where, text): the place is a part's name or a page, not a line.

    `suffix` is the file's, with its dot. An unknown kind, a damaged file or one past the caps raises
    ReadbackError: what cannot be read back must not leave.
    """
    yield from _texts(data, suffix.lower(), "", 0)


def _texts(data: bytes, suffix: str, where: str, depth: int) -> Texts:
    if suffix in ZIPS:
        yield from _zip(data, where, depth)
    elif suffix == ".pdf":
        yield from _pdf(data, where)
    elif suffix in (".html", ".htm", ".xhtml"):
        yield from _html(_decoded(data, where), where)
    elif suffix in XMLS:
        yield from _xml(data, where)
    elif suffix in TEXTS:
        text = _decoded(data, where)
        yield where, _unescaped(text) if suffix in JSONS else text
        if suffix == ".md" and _PERCENT.search(text):
            yield where, unquote(text)  # the addresses of links
    elif suffix in PICTURES:
        yield where, "\n".join(found.decode("ascii") for found in _READABLE.findall(data))
    else:
        message = _("{where}: files of kind “{suffix}” cannot be read back.")
        raise ReadbackError(message.format(where=where or _("document"), suffix=suffix))


_DATA_URI = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]*")  # a picture, which holds no words
_READABLE = re.compile(rb"[\x20-\x7e]{6,}")  # metadata in pictures and fonts


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = _("{where}: this text is not in UTF-8.").format(where=where or _("document"))
        raise ReadbackError(message) from None


_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')


def _unescaped(text: str) -> str:
    """JSON as its reader sees it: a line end or a letter where an escape stands."""

    def character(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return match[2] if match[2] in '"\\/' else "\n"

    return _ESCAPE.sub(character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# ZIP, and with it DOCX, XLSX and QDPX


def _zip(data: bytes, where: str, depth: int) -> Texts:
    name = where or _("document")
    if depth >= MAX_DEPTH:
        raise ReadbackError(_("{where}: too many archives within archives.").format(where=name))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield f"{where}#", archive.comment.decode("utf-8", "replace")
            for entry, content in _entries(archive, name):
                inner = f"{where}!{entry}" if where else entry
                yield f"{inner}#name", entry
                yield from _texts(content, _suffix(entry), inner, depth + 1)
    except archives.FAULTS:
        raise ReadbackError(_("{where}: the archive is damaged or encrypted.").format(where=name)) from None


def _entries(archive: zipfile.ZipFile, where: str) -> Iterator[tuple[str, bytes]]:
    """The entries that are files, decompressed within the caps whatever the directory claims."""
    listed = archive.infolist()
    total = 0
    for info in listed if len(listed) <= MAX_ENTRIES else ():
        if info.is_dir():
            continue
        with archive.open(info) as file:
            content = file.read(MAX_MEMBER + 1)
        total += len(content)
        if len(content) > MAX_MEMBER or total > MAX_TOTAL:
            raise ReadbackError(_("{where}: too large once unpacked.").format(where=where))
        yield info.filename, content
    if len(listed) > MAX_ENTRIES:
        raise ReadbackError(_("{where}: too many entries.").format(where=where))


def _suffix(entry: str) -> str:
    """The suffix of an entry; parts without one (`mimetype`) are text."""
    name = entry.rsplit("/", 1)[-1]
    return "." + name.rsplit(".", 1)[1].lower() if "." in name else ".txt"


# XML: text runs of one paragraph are joined, since Word cuts words wherever it likes

_BLOCKS = frozenset(
    {"p", "tr", "tc", "si", "is", "c", "v", "row", "comment", "footnote", "endnote", "title", "h", "text"}
)
_BREAKS = frozenset({"br", "cr", "tab", "line-break", "s"})
_CUT_OUT = frozenset({"delText", "instrText"})  # removed by a reviewer, field codes: still in the file


@cache
def _local(name: str) -> str:
    """An element's name without its prefix; a document has few, a hundred thousand times."""
    return name.rsplit(":", 1)[-1]


class _XmlTexts:
    """Collects paragraphs, values of attributes and comments of an XML document."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.met: set[str] = set()  # values of attributes, told once
        self.run: list[str] = []
        self.apart: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.character_data
        self.parser.CommentHandler = self.found.append
        self.parser.ProcessingInstructionHandler = lambda target, data: self.found.append(data)
        self.parser.StartDoctypeDeclHandler = self.refuse

    def refuse(self, *declaration: object) -> None:
        raise ReadbackError(_("A document type in XML is refused: it may define entities."))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local in _BLOCKS:
            self.flush()
        elif local in _BREAKS:
            self.run.append(" ")
        self.apart.append(local)
        for value in attributes.values():
            if len(value) > 1 and value not in self.met:
                self.met.add(value)
                self.found.append(_DATA_URI.sub("data:", value))

    def end(self, name: str) -> None:
        self.apart.pop()
        if _local(name) in _BLOCKS or len(self.apart) <= 1:
            self.flush()

    def character_data(self, data: str) -> None:
        if self.apart and self.apart[-1] in _CUT_OUT:
            self.found.append(data)
        else:
            self.run.append(data)

    def flush(self) -> None:
        if self.run:
            self.found.append("".join(self.run))
            self.run.clear()


def _xml(data: bytes, where: str) -> Texts:
    collected = _XmlTexts()
    try:
        collected.parser.Parse(data, True)
    except expat.ExpatError:
        message = _("{where}: the XML is damaged.").format(where=where or _("document"))
        raise ReadbackError(message) from None
    collected.flush()
    yield where, "\n".join(dict.fromkeys(collected.found))


# HTML: what shows, and the values of attributes, comments, scripts


class _HtmlTexts(HTMLParser):
    """Collects what shows, block by block, and everything that does not show apart."""

    INLINE = frozenset("a abbr b bdi cite code em i mark q s small span strong sub sup u wbr".split())  # noqa: SIM905

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.aside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.INLINE:
            self.shown.append("\n")
        self.aside += [value for _name, value in attrs if value]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.INLINE:
            self.shown.append("\n")

    def handle_data(self, data: str) -> None:
        self.shown.append(data)

    def handle_comment(self, data: str) -> None:
        self.aside.append(data)


def _html(text: str, where: str) -> Texts:
    parser = _HtmlTexts()
    parser.feed(text)
    parser.close()
    yield where, re.sub(r"\n{2,}", "\n", "".join(parser.shown))
    # Pictures and fonts inside a page are megabytes of letters by chance.
    attributes = [value for value in parser.aside if not value.startswith("data:")]
    yield f"{where}#attributes", "\n".join(dict.fromkeys(attributes))


# PDF

_METADATA = ("Title", "Author", "Subject", "Keywords", "Creator", "Producer")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad\ufffe\x02]\s*\r?\n\s*(?=[^\W\d_])")
_SOFT = re.compile(r"[\ufffe\x02\u00ad]\s*")


def _pdf(data: bytes, where: str) -> Texts:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        message = _("{where}: the PDF is damaged or encrypted.").format(where=where or _("document"))
        raise ReadbackError(message) from None
    try:
        yield f"{where}#metadata", "\n".join(document.get_metadata_value(key) for key in _METADATA)
        yield f"{where}#unseen", "\n".join(dict.fromkeys(_unseen(data)))
        yield f"{where}#outline", "\n".join(mark.get_title() for mark in document.get_toc())
        for number in range(len(document)):
            page = document[number].get_textpage().get_text_range()
            yield f"{where}#page={number + 1}", page
            joined = _SOFT.sub("", _HYPHEN.sub("", page))
            if joined != page:
                yield f"{where}#page={number + 1}", joined
    finally:
        document.close()


_STRING = rb"<([0-9A-Fa-f\s]*)>|\(((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*)\)"
_UNSEEN = re.compile(rb"/(?:URI|Alt|ActualText|TU|Contents)\s*(?:" + _STRING + rb")", re.DOTALL)
_PACKED = re.compile(rb"/ObjStm\b.{0,400}?\bstream\r?\n", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)


def _unseen(data: bytes) -> Iterator[str]:
    """What a PDF holds and does not show: where links lead, words for those who cannot see, remarks."""
    packed = (match.end() for match in _PACKED.finditer(data))
    for objects in (data, *(_inflated(data[start:]) for start in packed)):
        for match in _UNSEEN.finditer(objects):
            yield unquote(_string(match))


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, MAX_MEMBER)
    except zlib.error:
        return b""


def _string(match: re.Match[bytes]) -> str:
    """A PDF's string, written in hexadecimal or in brackets with escapes."""
    if match[1] is not None:
        digits = b"".join(match[1].split())
        data = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        data = _ESCAPED.sub(lambda m: _BYTES.get(m[1]) or _octal(m[1]), match[2])
    encoding = "utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8-sig"
    return data.decode(encoding, "replace")


_BYTES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _octal(escaped: bytes) -> bytes:
    return bytes([int(escaped, 8) & 255]) if escaped.isdigit() and escaped[:1] < b"8" else escaped
