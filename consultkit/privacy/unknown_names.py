"""Names that nobody declared: titles before a capitalised word, and surnames common in Mali.

A first look at the bytes tells the few lines that are read: the text is cut at its capitals, and what stands
right after one (the rest of a surname) or right before one (the end of a title) is judged once, ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from consultkit.privacy.folding import fold

_TITLES = """
    MM?\\. M Mr\\.? Mmes? Mme\\. Mlle\\.? Monsieur Madame Mademoiselle Dr\\.? [Dd]octeur Pr\\.? Me\\.?
    Maître Mgr Monseigneur [EA]l[\\s-]?[Hh]adj[ia]? [Hh]adj[ia]? Alhadji [Ii]mam [Cc]heikh [Cc]heick
    [Cc]hef [Cc]ommandant [Cc]olonel [Cc]apitaine [Ll]ieutenant [Gg]énéral [Aa]djudant [Ss]ergent
    [Mm]aire [Pp]réfet [Mm]arabout [Pp]asteur [Aa]bbé [Pp]ère [Ss]œur [Hh]onorable
"""
# The end of each title, four letters long; what follows the capital of each that begins with one.
_ENDS = frozenset(
    """
    onsieur adame oiselle octeur maître igneur hadj hadji hadja imam cheikh cheick chef commandant colonel
    capitaine lieutenant général adjudant sergent maire préfet marabout pasteur abbé père sœur honorable
    """.split()  # noqa: SIM905
)
_LAST_LETTERS = frozenset(end[-4:] for end in _ENDS)
_AFTER_CAPITAL = frozenset(["", "r", "me", "mes", "lle", "e", "gr", *(end[1:][-4:] for end in _ENDS)])
_NOT_AFTER_TITLE = frozenset({"conseiller", "adjoint", "general", "secteur", "cercle", "commune", "etat"})
_NAME = r"(?:[A-ZÀ-Þ]['’]?[^\W\d_]+|[A-ZÀ-Þ]\.)"


class NameHit(NamedTuple):
    """A kind (“title” or “surname”) and its place in characters, end excluded."""

    kind: str
    start: int
    end: int


def unknown_names(data: bytes) -> list[NameHit]:
    """Titles before a capitalised word, and common surnames, in a text's UTF-8 bytes."""
    data = b"\n" + data  # so that what begins a text stands after something, as all else does
    lines = {data.rfind(b"\n", 0, at) + 1 for at in _suspects(data)}
    hits: list[NameHit] = []
    for start in sorted(lines):
        end = data.find(b"\n", start)
        before = len(data[1:start].decode("utf-8", "surrogatepass"))
        line = data[start : end if end >= 0 else len(data)].decode("utf-8", "surrogatepass")
        hits += [NameHit(hit.kind, hit.start + before, hit.end + before) for hit in _in_line(line)]
    return hits


def _in_line(line: str) -> list[NameHit]:
    title, capitalised = _patterns()
    hits = [NameHit("title", m.start(), m.end()) for m in title.finditer(line) if not _tells_nobody(m[1])]
    for match in capitalised.finditer(line):
        if _is_surname(match[0]) and not any(hit.start <= match.start() < hit.end for hit in hits):
            hits.append(NameHit("surname", match.start(), match.end()))
    return sorted(hits, key=lambda hit: hit.start)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    title = (
        rf"(?<![^\W_])(?:{'|'.join(_TITLES.split())})[ \u00a0\u202f]+"
        rf"({_NAME}(?:[ \u00a0\u202f-]+(?:ag |ould |el |dit )?{_NAME})*)"
    )
    return re.compile(title), re.compile(r"(?<![^\W_])[A-ZÀ-Þ](?:['’][A-ZÀ-Þ])?[^\W\d_]{2,}(?![^\W_])")


# Capitals, as one sign each: É is the byte \xc3 and one that no ordinary sign ends with.
_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ" + bytes(set(range(0x81, 0x9F)) - set(b"\x93\x94\x98\x99\x9c\x9d"))
_CUT = bytes.maketrans(_CAPITALS, b"\x01" * len(_CAPITALS))
_REACH = 8  # bytes read after a capital
_BEFORE = 16  # and before one: a title's end and a gap of a few spaces
_plain_starts: set[bytes] = set()
_plain_ends: set[bytes] = set()


def _suspects(data: bytes) -> Iterator[int]:
    """Places where a surname, or a name after a title, may stand."""
    cut = data.translate(_CUT)
    pieces = cut.split(b"\x01")
    for start in {piece[:_REACH] for piece in pieces} - _plain_starts:
        if _goes_on_surname(start):
            yield from (at for at in _places(cut, b"\x01" + start) if _names(data[at : at + 32]))
        else:
            _plain_starts.add(start)
    for end in {piece[-_BEFORE:] for piece in pieces} - _plain_ends:
        if not _ends_title(end):
            _plain_ends.add(end)
        elif end.strip(b". \xc2\xa0\xe2\x80\xaf\xc3"):
            yield from (at + len(end) for at in _places(cut, end + b"\x01"))  # the line of the name
        else:
            yield from (at for at in _places(cut, b"\x01" + end + b"\x01") if data[at] == ord("M"))
    for match in _shouted().finditer(cut) if b"\x01\x01\x01" in cut or b"\x01\xc3\x01" in cut else ():
        if _names(data[match.start() : match.end()]):
            yield match.start()


def _places(text: bytes, piece: bytes) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


@cache
def _shouted() -> re.Pattern[bytes]:
    return re.compile(rb"\x01(?:\xc3?\x01){2,}[a-z\xa0-\xbf]*")


@cache
def _end() -> re.Pattern[str]:
    return re.compile(r"([^\W\d_]*)(\.?)[ \u00a0\u202f]+$")


@cache
def _rest() -> re.Pattern[str]:
    return re.compile(r"['’]?([^\W\d_]+)")


def _goes_on_surname(start: bytes) -> bool:
    """Whether the rest of a word may be that of a surname."""
    letters = _rest().match(start.decode("utf-8", "ignore"))
    return letters is not None and fold(letters[1])[:4] in _rests()


def _names(start: bytes) -> bool:
    """Whether a surname, or the part of N'Diaye after the apostrophe, begins a text."""
    letters = re.match(r"[^\W\d_](?:['’]?[^\W\d_])*", start.decode("utf-8", "ignore"))
    parts = re.split("['’]", letters[0]) if letters else []
    bare = [_bare("".join(parts[:end])) for end in (1, 2, len(parts))]
    return not surnames().keys().isdisjoint([*bare, *("n" + name for name in bare)])


def _ends_title(end: bytes) -> bool:
    """Whether what precedes a capital may be a title and a gap; the whole, where another capital precedes."""
    if not end.endswith((b" ", b"\xa0", b"\xaf", b"\xc3")):
        return False
    letters = _end().search(end.decode("utf-8", "ignore"))
    if letters is None:
        return False
    if letters.start() == 0 and len(end) < _BEFORE:
        return letters[1][-4:] in _AFTER_CAPITAL
    return not letters[2] and letters[1][-4:] in _LAST_LETTERS


@cache
def _rests() -> frozenset[str]:
    """Four letters after the capital of each surname; for N'Diaye, after either."""
    parted = {name.split("'")[1] for written in surnames().values() for name in written if "'" in name}
    return frozenset(name[1:5] for name in (*surnames(), *map(_bare, parted)))


@cache
def surnames() -> dict[str, frozenset[str]]:
    """Common surnames as written, by their folded form."""
    text = Path(__file__).with_name("surnames.txt").read_text(encoding="utf-8")
    names: dict[str, set[str]] = {}
    for line in text.splitlines():
        for name in line.split() if line[:1] != "#" else ():
            names.setdefault(_bare(name), set()).add(name)
    return {key: frozenset(written) for key, written in names.items()}


def _tells_nobody(after: str) -> bool:
    """Whether a title is followed by a place or an ordinary word, as in “le maire de Gao”."""
    from consultkit.privacy.matcher import ordinary_words

    first = fold(re.split(r"[ \u00a0\u202f-]", after)[0]).rstrip(".")
    return first in _NOT_AFTER_TITLE or (first in ordinary_words() and first not in surnames())


def _bare(name: str) -> str:
    return fold(re.sub("['’]", "", name))


def _is_surname(word: str) -> bool:
    from consultkit.privacy.matcher import ordinary_words

    written = surnames().get(_bare(word))
    return written is not None and (_bare(word) not in ordinary_words() or word in written)
