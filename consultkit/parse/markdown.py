"""Markdown as notes use it: one pass over the lines, each block knowing where it stands.

The scanner reads structure only (headings, paragraphs, quotes, lists, tables, code); what stands inside a
block is read by `inline`. Comments are blanked in place, so that columns stay true. What pandoc would make
vanish is told as a fault: every visible word of a note must reach the outputs.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import NamedTuple

from consultkit.body import Attributes, Block, Blocks, Body, Heading, Outline, Part
from consultkit.diagnostic import Fault, Place
from consultkit.files import Source, to_text
from consultkit.i18n import _
from consultkit.schema.types import ID

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*(?:(?<!\])\{([^{}]*)\})?[ \t]*\Z")  # [x]{.off} is a passage
_ATTRIBUTE = re.compile(r"""#([\w-]+)|\.([\w-]+)|([\w-]+)=(?:"([^"]*)"|'([^']*)'|([^\s"'{}]+))|(\S+)""")
_UNDERLINE = re.compile(r"[ ]{0,3}(=+|-+)[ \t]*\Z")
_RULE = re.compile(r"[ ]{0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}\Z")
_LIST = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_QUOTE_MARK = re.compile(r"[ ]{0,3}>[ ]?")
_ITEM_QUOTE = re.compile(
    r"[ \t]*(?:(?:[-*+:~]|\(?(?:\d{1,9}|[A-Za-z]|[ivxlcdm]{1,9}|[IVXLCDM]{1,9}|#)[.)]|\(@\w*\))[ \t]+)+(?=>)"
)  # as pandoc begins lists
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_COMMENT = re.compile(r"(<!--.*?-->)(\w*)", re.DOTALL)  # and what follows on it
_WORD = re.compile(r"\w*")
_NOT_NEWLINE = re.compile(r"[^\n]")

_HTML = re.compile(r"<(?:[/?!]|\[)?[A-Za-z][^<>]*>|<!\[CDATA\[|<\?[^>]*\?>", re.DOTALL)
_AUTOLINK = re.compile(r"<(?:https?://[^\s<>]+|mailto:[^\s<>]+|[\w.+-]+@[\w-]+\.[\w.-]+)>\Z")
_REFERENCE = re.compile(
    r"^(?:[ ]{0,3}(?:>[ ]?|(?:[-*+]|\d{1,9}[.)])[ ]+)+)?[ ]{0,3}\[(?!\^)([^\]\n]+)\]:(?=\s|$)", re.MULTILINE
)
_FOOTNOTE = re.compile(r"^(?:>[ ]?)*[ ]{0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
_RAW = re.compile(r"\{=[A-Za-z]\w*\}")
_DIV = re.compile(r"^(?:>[ ]?)*[ ]{0,3}:{3,}", re.MULTILINE)
_LINK = re.compile(r"(?<!\\)\]\(([^()\n]*)\)")
_TARGET = re.compile(r"(?:https?://|mailto:|#|[\w./%-]+\.(?:png|jpe?g)\b)\S*\Z", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


def attributes(text: str) -> tuple[Attributes, str]:
    """What stands between `{` and `}`, and the first piece of it that is no attribute."""
    id_, classes, values, strange = "", [], [], ""
    for match in _ATTRIBUTE.finditer(text):
        if match[1]:
            id_ = id_ or match[1]
        elif match[2]:
            classes.append(match[2])
        elif match[3]:
            values.append((match[3], match[4] or match[5] or match[6] or ""))
        else:
            strange = strange or match[7]
    return Attributes(id_, tuple(classes), tuple(values)), strange


# Lines at which only the scanner can tell headings from other text: indented ones, underlines, fenced code.
_UNSURE = re.compile(rb"\n(?:[ \t]{1,3}#|[ ]{0,3}(?:(?:=+|-+)[ \t]*(?:\n|\Z)|```|~~~))")
_UNSURE_SIGNS = (b"\n=", b"\n-", b"\n`", b"\n~", b"\n\t")
_MAY_VANISH = (b"<", b"]:", b"](", b"{=", b":::")
# A heading's line and, where a block of four words with letters stands below it, that block's beginning: an
# answer. In UTF-8, whose bytes from 80 on are no ASCII signs: what tells blocks apart is ASCII.
_HEADINGS = re.compile(
    rb"\n(?=#)#([^\n]*)([ \n]*\n\n(?:> ?)?(?:\xc2\xab ?)?(?=[A-Za-z\x80-\xff>\[\"])"
    rb"(?:[^A-Za-z\xc3 \n]*(?:[A-Za-z]|\xc3(?![\x97\xb7]))[^ \n]* +){4})?"
)
_COMMENT_BYTES = re.compile(rb"<!--.*?-->", re.DOTALL)


def scan(text: str, file: str, first_line: int, faults: list[Fault], *, strict: bool = True) -> Body:
    """The body of a Markdown file whose first line is line `first_line`; `strict` tells what would vanish."""
    return scan_source(Source(file, "\n" + text), 1, first_line, faults, strict=strict)


def scan_source(
    source: Source, start: int, first_line: int, faults: list[Fault], *, strict: bool = True
) -> Body:
    """As `scan`, of what follows the byte `start`, a line's first. Faults are told now, blocks read later."""
    file, signs = source.file, source.signs_from(start)
    body = source.data[start - 1 :]  # with the line end before it
    if b"<!--" in signs:
        body = _blank_bytes(body)
    in_doubt = signs.count(b"<!--") != signs.count(b"-->")
    if in_doubt or (strict and any(sign in signs and sign in body for sign in _MAY_VANISH)):
        text = _blank_comments(to_text(source.data[start:]), file, first_line, faults)
        if strict:
            _find_vanishing(text, file, first_line, faults)
    found = _HEADINGS.findall(body)
    outline = None if _unsure(body, signs, len(found)) else _outline(tuple([line for line, _answer in found]))
    read = partial(_read, file, first_line)
    if outline is not None:
        unseen = tuple([index for index, (_line, answer) in enumerate(found) if not answer])
        return Body(source, start, signs, read, outline, unseen)
    whole = Body(source, start, signs, read, None)
    whole.hold(_read(file, first_line, to_text(source.data[start:]), faults))
    return whole


def _read(
    file: str, first_line: int, text: str, faults: list[Fault] | None = None
) -> tuple[Blocks, tuple[Part, ...]]:
    """Preamble and parts of a text; only a scan tells the faults of its headings."""
    text = _blank_comments(text, file, first_line, [])
    return _Scanner(file, [] if faults is None else faults).run(text.split("\n"), first_line)


def _unsure(body: bytes, signs: bytes, headings: int) -> bool:
    """Whether only reading the blocks tells what is a heading."""
    signs = b"\n" + signs
    may_be = signs.count(b"\n#") != headings or any(start in signs for start in _UNSURE_SIGNS)
    return may_be and _UNSURE.search(body) is not None


@lru_cache(maxsize=4096)
def _outline(lines: tuple[bytes, ...]) -> Outline | None:
    """The headings of these lines, less their first #; None where one has a fault."""
    reads = [_heading("#" + to_text(line)) for line in lines]
    if any(read is None or read.strange for read in reads):
        return None
    headings = tuple((read.attributes.id, read.text) for read in reads if read)
    joined = b"".join(lines)
    return Outline(headings, joined.count(b"{"), joined.count(b"["))


def _blank_comments(text: str, file: str, first_line: int, faults: list[Fault]) -> str:
    """The text with its comments blanked, columns kept; of one that is not closed only the sign goes."""
    opened = open_comment(text)
    if opened >= 0:
        place = _place(text, opened, file, first_line, 4)
        faults.append(Fault("md-comment", place, _("This comment is not closed."), _("Close it with -->.")))
    last = text.rfind("-->") + 3  # past it nothing closes, and nothing is looked for in vain
    end = _WORD.match(text, last).end()  # type: ignore[union-attr]
    text = _COMMENT.sub(_uncommented, text[:end]) + text[end:]
    return text.replace("<!--", "    ", 1)


def _uncommented(match: re.Match[str]) -> str:
    """A comment as white space, behind the rest of the word where it stands inside one."""
    blank, rest = _blank(match[1]), match[2]
    inside = rest and match.string[match.start() - 1 : match.start()].isalnum()
    return rest + blank if inside else blank + rest


def _blank(text: str) -> str:
    """White space as long as a text, its line ends kept."""
    return _NOT_NEWLINE.sub(" ", text)


def open_comment(text: str) -> int:
    """Where a comment begins that is not closed before the next one begins; -1 where all are."""
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0 or text.find("<!--", start + 4, end) >= 0:
            return start
        at = end + 3
    return -1


def _blank_bytes(data: bytes) -> bytes:
    """As `_blank_comments`, of UTF-8 and without a word: lines stay, columns need not."""
    last = data.rfind(b"-->") + 3
    return _COMMENT_BYTES.sub(lambda match: b"\n" * match[0].count(b"\n") + b" ", data[:last]) + data[last:]


class _Read(NamedTuple):
    """A heading's line as read: `strange` is what is no attribute, `start` its offset in the line."""

    level: int
    text: str
    attributes: Attributes
    strange: str
    start: int
    source: str


@lru_cache(maxsize=4096)  # the notes of a campaign have the same headings
def _heading(line: str) -> _Read | None:
    match = _HEADING.match(line)
    if match is None:
        return None
    attrs, strange = attributes(match[3]) if match[3] else (Attributes(), "")
    if strange and not attrs.id and ID.match(strange):  # the # was forgotten: told here, and only here
        attrs = attrs._replace(id=strange)
    start = match.start(3) + match[3].find(strange) if strange else 0
    return _Read(len(match[1]), match[2].rstrip("#").rstrip(), attrs, strange, start, line)


class _Scanner:
    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults
        self.preamble: list[Block] = []
        self.parts: list[Part] = []
        self.heading: Heading | None = None
        self.blocks: list[Block] = []
        self.kind = ""
        self.lines: list[str] = []
        self.origins: list[tuple[int, int]] = []
        self.fence = ""
        self.in_item = False  # a quotation that stands in an item of a list

    def run(self, lines: list[str], first_line: int) -> tuple[Blocks, tuple[Part, ...]]:
        number = first_line - 1
        for line in lines:
            number += 1
            if self.fence:
                self._code(line, number)
                continue
            stripped = line.lstrip(" \t")
            if not stripped:
                if self.kind:
                    self.close()
                continue
            first = stripped[0]
            if first == "#" and len(line) - len(stripped) < 4 and self._is_heading(line, stripped, number):
                continue
            item = _ITEM_QUOTE.match(line) if first != ">" and ">" in line else None
            if item or (self.in_item and _LIST.match(line)):
                self.close()  # each item quotes for itself
            self.in_item = bool(item) or (self.in_item and self.kind == "quote")
            if first == ">" or item:
                self._quote(line, number, item.end() if item else 0)
            elif first in "`~" and _FENCE.match(line):
                self.close()
                self.fence = _FENCE.match(line)[1]  # type: ignore[index]
                self._add("code", line, number, 1)
            elif first in "=-*_" and self._is_line(line, number):
                continue
            elif self.kind in ("quote", "list"):  # a lazy line goes on with what is open
                self._add(self.kind, line, number, 1)
            elif first in "-*+0123456789" and _LIST.match(line) and not self.kind:
                self._add("list", line, number, 1)
            elif first == "|" and self.kind in ("", "table"):
                self._add("table", line, number, 1)
            else:
                if self.kind == "table":
                    self.close()
                indent = len(line) - len(stripped)
                self._add("paragraph", stripped, number, indent + 1)
        if self.fence:
            place = Place(self.file, self.origins[0][0], 1, len(self.lines[0]))
            message = _("This code block is not closed: all that follows would be code.")
            help = _("Close it with {fence}.").format(fence=self.fence)
            self.faults.append(Fault("md-fence", place, message, help))
        self.close()
        self._end_part()
        return tuple(self.preamble), tuple(self.parts)

    def _add(self, kind: str, text: str, number: int, column: int) -> None:
        if self.kind and self.kind != kind:
            self.close()
        self.kind = kind
        self.lines.append(text.rstrip(" \t"))
        self.origins.append((number, column))

    def close(self) -> None:
        if self.kind:
            self.blocks.append(Block(self.kind, "\n".join(self.lines), tuple(self.origins)))
            self.kind, self.lines, self.origins = "", [], []

    def _code(self, line: str, number: int) -> None:
        self._add("code", line, number, 1)
        if line.strip().startswith(self.fence) and not line.strip().strip(self.fence[0]):
            self.fence = ""
            self.close()

    def _quote(self, line: str, number: int, column: int = 0) -> None:
        match = _QUOTE_MARK.match(line, column)
        while match:
            column = match.end()
            match = _QUOTE_MARK.match(line, column)
        self._add("quote", line[column:], number, column + 1)

    def _is_line(self, line: str, number: int) -> bool:
        """A line of signs: it makes a heading of the line above, or stands by itself as a rule."""
        underline = _UNDERLINE.match(line)
        if underline and self.kind == "paragraph" and len(self.lines) == 1:
            text, (above, column) = self.lines[0], self.origins[0]
            self.kind, self.lines, self.origins = "", [], []
            read = _heading("# " + text)
            assert read is not None
            read = read._replace(level=1 if underline[1][0] == "=" else 2, start=read.start - 2)
            self._open(read, " " * (column - 1) + text, above)
            return True
        if self.kind or not _RULE.match(line):
            return False
        self._add("rule", line.strip(), number, len(line) - len(line.lstrip()) + 1)
        self.close()
        return True

    def _is_heading(self, line: str, stripped: str, number: int) -> bool:
        read = _heading(stripped)
        if read is not None:
            self._open(read, line, number)
        return read is not None

    def _open(self, read: _Read, line: str, number: int) -> None:
        self.close()
        self._end_part()
        level, text, attrs, strange, start, source = read
        column = len(line) - len(line.lstrip(" \t")) + 1
        place = Place(self.file, number, column, len(line.strip()))
        # One string for a heading that stands in every note, where it is written alike.
        self.heading = Heading(level, text, attrs, place, source if source == line else line)
        if strange:
            message = _("“{piece}” is no attribute of a heading.").format(piece=strange)
            where = Place(self.file, number, column + start, len(strange))
            self.faults.append(Fault("md-attribute", where, message, _('Write {#id .class key="value"}.')))

    def _end_part(self) -> None:
        if self.heading is not None:
            self.parts.append(Part(self.heading, tuple(self.blocks)))
        else:
            self.preamble += self.blocks
        self.blocks = []


def _find_vanishing(text: str, file: str, first_line: int, faults: list[Fault]) -> None:
    """Tells what pandoc would read as something else than text, so that its words would be lost."""
    text = _blank_code(text)

    def tell(index: int, length: int, message: str, help: str) -> None:
        faults.append(Fault("md-vanish", _place(text, index, file, first_line, length), message, help))

    for match in _HTML.finditer(text):
        if not _AUTOLINK.match(match[0]) and not _escaped(text, match.start()):
            tell(
                match.start(), len(match[0].split("\n")[0]),
                _("This would vanish from every document: it reads as an HTML tag."),
                _("Write it without < and >, or as \\<…\\>."),
            )  # fmt: skip
    for match in _REFERENCE.finditer(text):
        tell(
            match.start(1) - 1, len(match[0]) - (match.start(1) - 1 - match.start()),
            _("This line would vanish from every document: it reads as the definition of a link."),
            _("Write “{word} : …” without the square brackets.").format(word=match[1]),
        )  # fmt: skip
    for match in _FOOTNOTE.finditer(text):
        if text.count(f"[^{match[1]}]") < 2:
            message = _("This footnote would vanish from every document: nothing calls it.")
            tell(
                match.start(1) - 2,
                len(match[1]) + 3,
                message,
                _("Write [^{name}] where it belongs.").format(name=match[1]),
            )
    for match in _RAW.finditer(text):
        message = _("A raw block ({=…}) would vanish from some documents.")
        tell(match.start(), len(match[0]), message, _("Write plain text."))
    for match in _DIV.finditer(text):
        message = _("A line of colons opens a block whose words may vanish.")
        tell(match.start(), len(match[0]), message, _("Take out the colons."))
    for match in _LINK.finditer(text):
        if match[1].strip() and not _TARGET.match(match[1].strip()):
            message = _("What stands in these parentheses would vanish: it reads as the address of a link.")
            tell(match.start(1) - 1, len(match[1]) + 2, message, _("Put a space between ] and (."))


def _blank_code(text: str) -> str:
    """The text with code spans and fenced code blanked: nothing in them is markup."""
    if "`" not in text:
        return text
    lines, fence = text.split("\n"), ""
    for index, line in enumerate(lines):
        match = _FENCE.match(line)
        if fence:
            closing = match is not None and line.strip().startswith(fence)
            lines[index] = " " * len(line)
            fence = "" if closing else fence
        elif match:
            fence = match[1]
    text = "\n".join(lines)
    return _CODE_SPAN.sub(lambda match: _blank(match[0]), text)


def _escaped(text: str, index: int) -> bool:
    backslashes = 0
    while index > 0 and text[index - 1] == "\\":
        backslashes += 1
        index -= 1
    return backslashes % 2 == 1


def _place(text: str, index: int, file: str, first_line: int, length: int) -> Place:
    start = text.rfind("\n", 0, index) + 1
    return Place(file, text.count("\n", 0, index) + first_line, index - start + 1, max(1, length))
