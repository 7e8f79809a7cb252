"""Names that nobody declared: titles before a capitalised word, and surnames common in Mali.

One automaton looks through the bytes for the beginnings of surnames and the ends of titles, and tells the few
lines that are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from consultkit.privacy.folding import fold

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

_TITLES = """
    MM?\\. M Mr\\.? Mmes? Mme\\. Mlle\\.? [Mm]onsieur [Mm]adame [Mm]ademoiselle Dr\\.? [Dd]octeur Pr\\.?
    Me\\.? Maître Mgr Monseigneur [EA]l[\\s-]?[Hh]adj[ia]? [Hh]adj[ia]? Alhadji [Aa]lhaji [Cc]adi
    [Ii]mam [Cc]heikh [Cc]heick [Cc]hef [Cc]ommandant [Cc]olonel [Cc]apitaine [Ll]ieutenant [Gg]énéral
    [Aa]djudant [Ss]ergent [Mm]aire [Pp]réfet [Mm]arabout [Pp]asteur [Aa]bbé [Pp]ère [Ss]œur [Hh]onorable
"""
# How they end, after their first letter: the words, and the abbreviations with the letters these begin with.
_ENDS = """
    onsieur adame oiselle lhaji adi octeur aître igneur adj adji adja mam heikh heick hef ommandant olonel
    apitaine ieutenant énéral djudant ergent aire réfet arabout asteur bbé ère œur onorable
"""
_SHORT_ENDS = (
    ("", b"M"), (".", b"M"), ("r", b"MDP"), ("r.", b"MDP"), ("e", b"M"), ("e.", b"M"), ("me", b"M"),
    ("me.", b"M"), ("mes", b"M"), ("lle", b"M"), ("lle.", b"M"), ("gr", b"M"),
)  # fmt: skip
_NOT_AFTER_TITLE = frozenset({"conseiller", "adjoint", "general", "secteur", "cercle", "commune", "etat"})
_NAME = r"(?:[A-ZÀ-Þ]['’]?[^\W\d_]+|[A-ZÀ-Þ]\.)"


class NameHit(NamedTuple):
    """A kind (“title” or “surname”) and its place in characters, end excluded."""

    kind: str
    start: int
    end: int


def unknown_names(data: bytes) -> list[NameHit]:
    """Titles before a capitalised word, and common surnames, in a text's UTF-8 bytes."""
    lines = {data.rfind(b"\n", 0, at) + 1 for at in _suspects(data)}
    hits: list[NameHit] = []
    for start in sorted(lines):
        end = data.find(b"\n", start)
        before = len(data[:start].decode("utf-8", "surrogatepass"))
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


# Byte for byte: a capital becomes \x01, an accented small letter its letter, and its first byte stays. A
# letter of another script, which may look like ours, begins with \x03. What is looked for holds one of the
# two, which are rare: the automaton leaps from one to the next. The second byte of À, Ô, Ù and a few more
# also stands in ’ and – and is left as it is: a title before a name in these is not seen.
_CAPITALS = bytes(range(65, 91)) + bytes({*range(0x81, 0x9F)} - {*b"\x93\x94\x98\x99\x9c\x9d"})
_SMALL = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ".encode()[1::2]
_OTHER = bytes([*range(0xC4, 0xD2), 0xE1, 0xEA, 0xEF, 0xF0])  # their first bytes
_FOLD = bytes.maketrans(
    _CAPITALS + _SMALL + _OTHER,
    b"\x01" * len(_CAPITALS) + b"aaaaaaceeeeiiiinooooouuuuyy" + b"\x03" * len(_OTHER),
)
_GAPS = tuple(gap.encode().translate(_FOLD) for gap in " \u00a0\u202f")
_CAPITAL = (b"\x01", b"\xc3\x01")
_WORD = re.compile(rb"[A-Za-z\x80-\xff']{,32}")


class _Searched(NamedTuple):
    """What is looked for: the initials of each title (none: any), then what begins like a surname."""

    automaton: BytesAhoCorasick
    initials: tuple[bytes, ...]


@cache
def _searched() -> _Searched:
    from ahocorasick_rs import BytesAhoCorasick, Implementation

    ends = [(end.encode().translate(_FOLD), b"") for end in _ENDS.split()]
    ends += [(b"\x01" + end.encode(), initials) for end, initials in _SHORT_ENDS]
    ends += [(gap, b"") for gap in _GAPS]  # two gaps, whatever they follow
    titles = [(end + gap + first, initials) for end, initials in ends for gap in _GAPS for first in _CAPITAL]
    surnames = {b"\x01" + letters for start in _rests() for letters in _accented(start)}
    shouted = (b"\x01\x01\x01", b"\x01\xc3\x01")
    patterns = [*(title for title, _initials in titles), *sorted(surnames), *shouted, b"\x03"]
    automaton = BytesAhoCorasick(patterns, implementation=Implementation.DFA)
    return _Searched(automaton, tuple(initials for _title, initials in titles))


def _accented(letters: str) -> Iterator[bytes]:
    """A few letters as bytes, each with or without the first byte of an accented one."""
    ways = [(b"", b"\xc3") if letter in "aceinouy" else (b"",) for letter in letters]
    for marks in product(*ways):
        yield b"".join(mark + letter.encode() for mark, letter in zip(marks, letters, strict=True))


def _suspects(data: bytes) -> Iterator[int]:
    """Places where a surname, or a name after a title, may stand."""
    automaton, initials = _searched()
    folded = data.translate(_FOLD)
    for found, start, end in automaton.find_matches_as_indexes(folded, overlapping=True):
        if found < len(initials):
            if not initials[found] or data[start] in initials[found]:
                yield end - 1
        elif folded[start] == 3:
            if data[start : start + 2] != b"\xc5\x93":  # œ
                yield start
        else:
            while start and folded[start - 1] in b"\x01\xc3":
                start -= 1
            word = _WORD.match(data, start)
            if word and _names(word[0]):
                yield start


@lru_cache(maxsize=4096)
def _names(start: bytes) -> bool:
    """Whether a surname, or the part of N'Diaye after the apostrophe, begins a text."""
    letters = re.match(r"[^\W\d_](?:['’]?[^\W\d_])*", start.decode("utf-8", "ignore"))
    parts = re.split("['’]", letters[0]) if letters else []
    bare = [_bare("".join(parts[:end])) for end in (1, 2, len(parts))]
    return not surnames().keys().isdisjoint([*bare, *("n" + name for name in bare)])


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
    from consultkit.privacy.names import ordinary_words

    first = fold(re.split(r"[ \u00a0\u202f-]", after)[0]).rstrip(".")
    return first in _NOT_AFTER_TITLE or (first in ordinary_words() and first not in surnames())


def _bare(name: str) -> str:
    return fold(re.sub("['’]", "", name))


def _is_surname(word: str) -> bool:
    from consultkit.privacy.names import ordinary_words

    written = surnames().get(_bare(word))
    return written is not None and (_bare(word) not in ordinary_words() or word in written)
