"""Finds known identities in text, through accents, case, look-alikes, markup, inversion and one typo.

One automaton looks through a text for all parts of names at once. Pieces that are no plain words (capitals,
digits, signs inside) may hold more than it sees: each distinct one is judged once, ever. A find is a pair of
places; the text found is held nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from consultkit.privacy.folding import IGNORED, WINDOW, Word, crossings, edge, fold, readings, visible
from consultkit.privacy.identities import PARTICLES, SHORTEST_PART, TYPE_WORDS, Identity
from consultkit.privacy.names import (
    SHORTEST_TYPO,
    Names,
    Sequence,
    bare_email,
    code,
    less_one,
    ordinary_words,
    squeezed,
)
from consultkit.text import in_words, within_one_edit

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

PHONE_REACH = 48  # characters read on each side of a few digits to find the rest of a phone
LONG = 40_000  # characters from which a text is searched in stretches
REMEMBERED = 400_000  # pieces of text whose verdict is kept


_SEPARATORS = rf"[\s.()/\-–—−‐‑·•,:;_*\\~|+\[\]{IGNORED}]{{0,4}}"
_DIGITS = re.compile(rf"\d(?:{_SEPARATORS}\d){{5,24}}")
_HINGE = re.compile(r"['’-]")
_DIGIT = re.compile(r"\d")
_BARE_CODE = re.compile(rf"[^\W_](?:[^\W_]|[{IGNORED}])*")
_CODE = re.compile(rf"[^\W_](?:[^\W_]|[{IGNORED}]|[-‐‑.·'’](?=[^\W_]))*")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
_DOMAIN = re.compile(r"\w\.(?:africa|com|eu|fr|info|int|io|ml|net|ngo|ong|org)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"@[\w-]+\.\w")
_AROUND = '.,;:!?…()«»“”"[]@*#|'  # around a piece of text, these change nothing to what it holds
_JOINING = re.compile(rf"[\s,.'’{IGNORED}*_-]*(?:(?:{'|'.join(sorted(PARTICLES))})[\s'’-]+)?[\s*_]*$")
_INITIAL_BEFORE = re.compile(r"(?<![^\W_])([^\W\d_])(?:\.[\s\u00a0]*|[\s\u00a0]+)$")
_INITIAL_AFTER = re.compile(r"[\s,\u00a0]{1,3}([^\W\d_])(?:\.|(?![^\W_]))")


def _kind(byte: int) -> int:
    """What a character of Latin-1 is to the automaton: a folded letter, a space, a sign that changes nothing
    around a word (.), or what makes a piece of text no plain word (1); “?” stands for all other characters.
    """
    character = chr(byte)
    folded = fold(character)
    if character.isspace():
        return ord(" ")
    if character in _AROUND and character != "?":
        return ord(".")
    return ord(folded) if character.islower() and len(folded) == 1 and folded.isascii() else 1


_KINDS = bytes(map(_kind, range(256)))
_UNUSUAL = (re.compile(rb"\x01[^ ]*"), re.compile(rb"\.(?=[a-z])(?<! \.)[^ ]*"))  # to its piece's end


@dataclass(frozen=True, slots=True)
class Hit:
    """A known identity in a text: places in characters (end excluded), whose it is, who else it may be."""

    start: int
    end: int
    owner: str
    others: tuple[str, ...] = ()


class _Find(NamedTuple):
    """A find before neighbours are merged: places and numbers of owners."""

    start: int
    end: int
    owners: frozenset[int]


class _Verdict(NamedTuple):
    """What a piece of text holds: finds at its own places, and whole names to look for around it."""

    finds: tuple[_Find, ...]
    sequences: tuple[Sequence, ...]
    digits: bool  # whether a known phone may begin, go on or end here


_INNOCENT = _Verdict((), (), False)


class Matcher:
    """Searches texts for identities. Build it once, search often: it remembers pieces of text.

    `exceptions` are words or whole names that are no leak; `stop_words` (regions, sectors) count only
    within a whole name.
    """

    def __init__(
        self, identities: Iterable[Identity], exceptions: Iterable[str] = (), stop_words: Iterable[str] = ()
    ) -> None:
        self._names = Names(identities, exceptions, stop_words)
        self._innocent: set[str] = set()
        self._verdicts: dict[str, _Verdict] = {}  # of all other pieces met
        self._automaton = self._plain_parts()

    def _plain_parts(self) -> BytesAhoCorasick:
        """All that a word in small letters may be; what is short is looked for as a whole word."""
        from ahocorasick_rs import BytesAhoCorasick, Implementation

        parts = sorted({*self._names.anyhow, *self._names.sequences, *map(fold, self._names.exact)})
        patterns = [part if len(part) >= SHORTEST_PART else f" {part} " for part in parts if part.isascii()]
        return BytesAhoCorasick(map(str.encode, patterns), implementation=Implementation.DFA)

    # Searching

    def search(self, text: str) -> list[Hit]:
        """Every known identity in the text, in order, with places in the text as given."""
        if len(text) > LONG:
            return self._search_long(text)
        finds: list[_Find] = []
        digits = set()
        for piece in self._suspects(text):
            verdict = self._verdict(piece)
            if verdict.finds or verdict.sequences:
                finds += self._at_piece(text, piece)
            if verdict.digits:
                digits.add(piece)
        for start, end in crossings(text):
            finds += _moved(self._verdict(text[start:end]).finds, start)
        if digits and self._may_hold_phone(text, digits):
            finds += self._phones_in(text, digits)
        return self._hits(text, finds) if finds else []

    def blotted(self, text: str, sign: str = "•••") -> str:
        """The text with a sign where a known identity stands, in the name of a file too."""
        for hit in reversed(self.search(in_words(text))):
            text = text[: hit.start] + sign + text[hit.end :]
        return text

    def _suspects(self, text: str) -> set[str]:
        """The pieces of a text, cut at white space, in which something may be found."""
        kinds = b" " + text.encode("latin-1", "replace").translate(_KINDS) + b" "  # a byte a character
        before = kinds.rindex
        places = chain.from_iterable(map(re.Match.span, sign.finditer(kinds)) for sign in _UNUSUAL)
        unusual = {text[before(b" ", 0, start) : end - 1] for start, end in places} - self._innocent
        words = kinds.replace(b".", b" ")
        for _part, start, end in self._automaton.find_matches_as_indexes(words, overlapping=True):
            if words[start] == 32 or words[start - 1] == words[end] == 32:
                unusual.add(text[before(b" ", 0, start + 1) : kinds.index(b" ", end - 1) - 1])
        return {part for piece in unusual for part in piece.split()}  # there are spaces that Latin-1 lacks

    def _search_long(self, text: str) -> list[Hit]:
        """The same, piece by piece with an overlap: what is looked for stands close together."""
        hits: dict[tuple[int, int], Hit] = {}
        at = 0
        while at < len(text):
            begin = edge(text, max(0, at - 4 * WINDOW), -1)
            end = edge(text, min(len(text), at + LONG // 2), 1)
            for hit in self.search(text[begin:end]):
                if hit.end + begin > at or begin == 0:
                    found = Hit(hit.start + begin, hit.end + begin, hit.owner, hit.others)
                    hits.setdefault((found.start, found.end), found)
            at = end
        return sorted(hits.values(), key=lambda hit: hit.start)

    def _verdict(self, piece: str) -> _Verdict:
        """What a piece of text holds, judged once."""
        if piece not in self._innocent and piece not in self._verdicts:
            self._learn(piece)
        return self._verdicts.get(piece, _INNOCENT)

    def _learn(self, piece: str) -> None:
        """Judges a piece of text never met before, by what punctuation surrounds if that is innocent."""
        if len(self._innocent) > REMEMBERED:
            self._innocent.clear()
            self._verdicts.clear()
        core = piece.strip(_AROUND)
        if core not in self._innocent and core not in self._verdicts:
            self._learn_core(core)
        if core in self._innocent:
            self._innocent.add(piece)
        elif core != piece:
            self._verdicts[piece] = self._judge(piece)

    def _learn_core(self, piece: str) -> None:
        if self._plain(piece):
            self._innocent.add(piece)
            return
        verdict = self._judge(piece)
        if any(verdict):
            self._verdicts[piece] = verdict
        else:
            self._innocent.add(piece)

    def _plain(self, piece: str) -> bool:
        """Whether a piece made of letters, hyphens and apostrophes is surely no part of any name."""
        parts = _HINGE.split(piece)
        joined = "".join(parts)
        if not joined.isalpha() or not all(
            part.islower() or part.istitle() or part.isupper() for part in parts if part
        ):
            return False
        return self._no_part(joined) and (len(parts) == 1 or all(map(self._no_part, parts)))

    def _no_part(self, word: str) -> bool:
        """Whether a word is no part of a name, nor one typo away from one."""
        folded = fold(word)
        if word in self._names.exact or any(
            folded in parts for parts in (self._names.anyhow, self._names.capital, self._names.sequences)
        ):
            return False
        return not word[:1].isupper() or self._names.near.keys().isdisjoint(less_one(folded))

    def _judge(self, piece: str) -> _Verdict:
        """What one piece of text, cut at white space, holds."""
        finds: list[_Find] = []
        sequences: list[Sequence] = []
        words: Iterable[Word] = chain.from_iterable(readings(piece))
        site = _DOMAIN.search(piece)  # where names are written without their capitals, and joined
        if site:
            words = (word._replace(written=word.written.title()) for word in words)
        for word in dict.fromkeys(words):
            owners = self._names.exact.get(word.written.upper() if site else word.written, frozenset())
            for part in self._parts_like(word):
                sequences += self._names.sequences.get(part, ())
                if part not in self._names.silent:
                    owners |= self._names.anyhow.get(part, frozenset())
                    owners |= self._names.capital.get(part, frozenset()) if word.capital else frozenset()
            if site:
                owners |= self._joined_in(word.folded)
            if owners:
                finds.append(_Find(word.start, word.end, owners))
        if self._names.codes and _DIGIT.search(piece):
            finds += self._codes_in(piece)
        if self._names.emails and ("@" in piece or "&" in piece or "%" in piece):
            finds += self._emails_in(piece)
        return _Verdict(tuple(finds), tuple(dict.fromkeys(sequences)), self._may_be_phone(piece))

    def _parts_like(self, word: Word) -> Iterator[str]:
        """The word itself and, for one with a capital, the parts of names it may be a typo of."""
        folded = word.folded
        yield folded
        if not word.capital or len(folded) < SHORTEST_TYPO - 1 or folded in self._names.silent:
            return
        if folded in ordinary_words() or folded in TYPE_WORDS or folded in self._names.anyhow:
            return
        keys = list(less_one(folded))
        if self._names.near.keys().isdisjoint(keys):
            return
        near = {part for key in keys for part in self._names.near.get(key, ())}
        yield from (part for part in near if part != folded and within_one_edit(part, folded))

    def _joined_in(self, word: str) -> frozenset[int]:
        """Whose telling parts stand inside a word, as in the name of a site."""
        found = frozenset[int]()
        for parts in (self._names.anyhow, self._names.capital):
            for part, owners in parts.items():
                if len(part) >= SHORTEST_TYPO and part in word and part not in ordinary_words():
                    found |= frozenset() if part in self._names.silent else owners
        return found

    def _at_piece(self, text: str, piece: str) -> Iterator[_Find]:
        """The finds at every place where a suspect piece stands."""
        verdict = self._verdict(piece)
        for start in _places(text, piece):
            yield from _moved(verdict.finds, start)
            if verdict.sequences:
                yield from _whole_names(text, start, start + len(piece), verdict.sequences)

    def _may_be_phone(self, piece: str) -> bool:
        if not self._names.phone_pieces or not _DIGIT.search(piece):
            return False
        digits = [str(int(c)) for c in piece if c.isdecimal()]
        size = min(len(digits), 5)
        runs = ("".join(digits[i : i + size]) for i in range(len(digits) - size + 1))
        return len(digits) <= 3 or any(run in self._names.phone_pieces for run in runs)

    def _may_hold_phone(self, text: str, pieces: set[str]) -> bool:
        """Whether a known phone stands in the text's digits, whatever parts them.

        Each piece of a phone is suspect, so that where these hold too few digits in all there is none.
        """
        if sum(sum(map(str.isdecimal, piece)) * text.count(piece) for piece in pieces) < min(
            self._names.phone_sizes
        ):
            return False
        if any(not piece.isascii() and _OTHER_DIGIT.search(piece) for piece in pieces):
            return True
        digits = text.encode("latin-1", "replace").translate(None, _NO_DIGITS).decode()
        return any(
            digits[i : i + size] in self._names.phones
            for size in self._names.phone_sizes
            for i in range(len(digits) - size + 1)
        )

    def _phones_in(self, text: str, pieces: set[str]) -> set[_Find]:
        """Known phones around these pieces of text, however their digits are grouped."""
        finds: set[_Find] = set()
        for piece in pieces:
            for at in _places(text, piece):
                begin = max(0, at - PHONE_REACH)
                for match in _DIGITS.finditer(text, begin, at + len(piece) + PHONE_REACH):
                    finds.update(self._phones_at(text, match.start(), match.end()))
        return finds

    def _phones_at(self, text: str, start: int, end: int) -> Iterator[_Find]:
        """Known phones in one run of digits and separators."""
        places = [i for i in range(start, end) if text[i].isdecimal()]
        digits = "".join(str(int(text[i])) for i in places)
        for size in self._names.phone_sizes:
            for i in range(len(digits) - size + 1):
                owners = self._names.phones.get(digits[i : i + size])
                if owners:
                    yield _Find(places[i], places[i + size - 1] + 1, owners)

    def _codes_in(self, piece: str) -> Iterator[_Find]:
        """Acronyms with digits, whatever signs stand inside."""
        shown, places = visible(piece)
        for reading, at in ((shown, places), (piece, range(len(piece) + 1))):
            for match in chain(_CODE.finditer(reading), _BARE_CODE.finditer(reading)):
                owners = self._names.codes.get(code(match[0]))
                if owners and (len(match[0]) > 2 or match[0].isupper()):
                    yield _Find(at[match.start()], at[match.end() - 1] + 1, owners)

    def _emails_in(self, piece: str) -> Iterator[_Find]:
        shown, places = visible(piece)
        for reading, at in ((shown, places), (piece, list(range(len(piece) + 1)))):
            bare = bare_email(reading)
            for email, owners in self._names.emails.items() if _ADDRESS.search(bare) else ():
                if email in bare:
                    yield _Find(at[0], at[-1], owners)

    # Putting finds together

    def _hits(self, text: str, finds: list[_Find]) -> list[Hit]:
        hits = []
        spared = [match.span() for phrase in self._names.phrases for match in phrase.finditer(text)]
        for find in self._merged(text, sorted(finds)):
            start, end = self._with_initials(text, find)
            if any(a <= start and end <= z for a, z in spared):
                continue
            if squeezed(text[start:end]) not in self._names.exceptions:
                owners = [self._names.owners[number] for number in sorted(find.owners)]
                hits.append(Hit(start, end, owners[0], tuple(owners[1:])))
        return hits

    def _merged(self, text: str, finds: list[_Find]) -> list[_Find]:
        """Overlapping finds become one; so do neighbours that may be the same person's."""
        merged: list[_Find] = []
        for find in finds:
            last = merged[-1] if merged else None
            if last and find.start < last.end:
                owners = last.owners & find.owners or last.owners | find.owners
                merged[-1] = _Find(last.start, max(last.end, find.end), owners)
            elif last and last.owners & find.owners and _joins(text[last.end : find.start]):
                merged[-1] = _Find(last.start, find.end, last.owners & find.owners)
            else:
                merged.append(find)
        return merged

    def _with_initials(self, text: str, find: _Find) -> tuple[int, int]:
        """The find's places, with the initial that stands before or after the name."""
        initials = frozenset().union(*(self._names.initials[number] for number in find.owners))
        before = _INITIAL_BEFORE.search(text[max(0, find.start - 6) : find.start])
        after = _INITIAL_AFTER.match(text, find.end)
        start, end = find.start, find.end
        if before and before[1].isupper() and fold(before[1]) in initials:
            start -= len(before[0])
        if after and after[1].isupper() and fold(after[1]) in initials:
            end = after.end()
        return start, end


def _joins(gap: str) -> bool:
    """Whether what stands between two parts of a name leaves them one name."""
    return len(gap) <= 12 and "\n\n" not in gap and _JOINING.match(fold(gap)) is not None


def _places(text: str, piece: str) -> Iterator[int]:
    """Where a piece stands between white space."""
    at = text.find(piece)
    while at >= 0:
        end = at + len(piece)
        if (at == 0 or text[at - 1].isspace()) and (end == len(text) or text[end].isspace()):
            yield at
        at = text.find(piece, end)


def _moved(finds: Iterable[_Find], by: int) -> Iterator[_Find]:
    """Finds in a piece, at their places in the text."""
    return (_Find(find.start + by, find.end + by, find.owners) for find in finds)


def _whole_names(text: str, start: int, end: int, sequences: tuple[Sequence, ...]) -> Iterator[_Find]:
    """Whole names in the words around a place."""
    begin = edge(text, max(0, start - WINDOW), -1)
    window = text[begin : edge(text, min(len(text), end + WINDOW), 1)]
    for reading in readings(window)[:-1]:
        words = [w for w in reading if w.folded not in PARTICLES or (len(w.folded) == 1 and w.capital)]
        for sequence in sequences:
            size = len(sequence.words)
            for i in range(len(words) - size + 1):
                if sequence.at(words[i : i + size]):
                    last = words[i + size - 1]
                    yield _Find(words[i].start + begin, last.end + begin, frozenset([sequence.owner]))
