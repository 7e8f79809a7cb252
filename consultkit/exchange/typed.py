"""What people typed elsewhere, as Markdown and header values in which every word stays visible."""

from __future__ import annotations

import re
import unicodedata

from consultkit.exchange import vocabulary
from consultkit.located_yaml import Node, quoted
from consultkit.schema.declare import CONSENT, INITIALS, NOTE, PARTICIPANT
from consultkit.schema.types import INVALID, Pattern, Reader, Text, Type
from consultkit.text import fold

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_SPAN = re.compile(r"\[([^\[\]\n]+)\](\{(?:\s*\.[A-Za-z][\w-]*)+\s*\})")
_MARK = re.compile(
    r"""[\\`*\[\]<^~]                    # always markup somewhere
    | (?<!\w)_ | _(?!\w)                 # emphasis at the edge of a word
    | (?<=<)! | (?<=\])\(                # a comment, a link
    | \{(?=[.\#=]) | &(?=\#?\w{1,31};)   # attributes, entities
    """,
    re.VERBOSE,
)
_LINE = re.compile(r"(?=[>#|+=:~-])|\(?(?:\d{1,9}|[A-Za-z]|[ivxlcdm]+|[IVXLCDM]+)(?=[.)](?:\s|$))")
_BULLET = re.compile(r"[-•*‣]\s+(?=\S)")


def clean(text: str) -> str:
    """Typed text as a file may hold it: composed letters, nothing that is invisible or half a character."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    text = _INVISIBLE.sub(lambda match: " " if match[0] in "\x0b\x0c\x85\u2028\u2029" else "", text)
    return unicodedata.normalize("NFC", text)


def escape(text: str) -> str:
    """One line of words that Markdown reads as nothing else, but for passages marked `[…]{.theme}`."""
    return at_line_start(inline(text).strip())


def inline(text: str) -> str:
    """A piece of a line, escaped; passages marked `[…]{.theme}` stay marked."""
    line = re.sub(r"[ \t\n]+", " ", clean(text))
    pieces: list[str] = []
    position = 0
    for match in _SPAN.finditer(line):
        pieces += [mark_up(line[position : match.start()]), f"[{mark_up(match[1])}]{match[2]}"]
        position = match.end()
    return "".join([*pieces, mark_up(line[position:])])


def mark_up(text: str) -> str:
    """Words whose signs are escaped wherever Markdown would take them for markup."""
    return _MARK.sub(lambda match: "&amp;" if match[0] == "&" else "\\" + match[0], text)


def at_line_start(line: str) -> str:
    """A line that begins nothing: no heading, quote, list, table or rule."""
    match = _LINE.match(line)
    return f"{match[0]}\\{line[match.end() :]}" if match and line else line


def answer(text: str) -> str:
    """An answer typed in a form: a paragraph a line, a quote where it begins with > or stands in « »."""
    blocks: list[tuple[str, str]] = []
    for line in (line.strip() for line in clean(text).split("\n")):
        bullet = _BULLET.match(line)
        if line.startswith(">") and line.strip("> "):
            block = ("> ", escape(line.lstrip("> ")))
        elif line[:1] in "«“" and line[-1:] in "»”" and len(line) > 2:
            block = ("> ", escape(line))
        else:
            block = ("- ", escape(line[bullet.end() :])) if bullet else ("", escape(line))
        if block[1]:
            blocks.append(block)
    return join(blocks)


def join(blocks: list[tuple[str, str]]) -> str:
    """Blocks as Markdown: each is its mark ("> ", "- " or nothing) and one escaped line."""
    text = before = ""
    for mark, line in blocks:
        text += ("" if not text else "\n" if mark == before == "- " else "\n\n") + mark + line
        before = mark
    return text


def value(key: str, text: str) -> str | None:
    """What was typed for a key of a note's header ("date", "consent.given", "participants.age") as YAML text.

    None where it cannot be understood, or is empty.
    """
    record = {"consent": CONSENT, "participants": PARTICIPANT}.get(key.partition(".")[0], NOTE)
    kind = record.fields[key.rpartition(".")[2]].type
    text = " ".join(clean(text).split())
    if key == "language":
        codes = [code for part in re.split(r"[;,/+]| et | and ", text) if (code := _read(kind, part.strip()))]
        return (codes[0] if len(codes) == 1 else f"[{', '.join(codes)}]") if codes else None
    if kind is INITIALS and not INITIALS.pattern.match(text):
        text = "".join(word[0] for word in re.findall(r"[^\W\d_]+", text)).upper()[:5]
    if key in ("date", "readback"):
        written = vocabulary.day(text)
        text = written.isoformat() if written else ""
    return _read(kind, text)


def _read(kind: Type, text: str) -> str | None:
    """A text as one of our types reads it, in its canonical form."""
    reader = Reader("", "note")
    read = kind.read(Node("scalar", text, 1, 1), reader) if text else INVALID
    if read is INVALID:
        return None
    written = reader.fixes[0].new if reader.fixes else text
    word = re.fullmatch(r"[A-Za-z][\w-]*", written) and fold(written) not in _YAML_WORDS
    return quoted(written) if isinstance(kind, Text | Pattern) and not word else written


_YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
