"""What is looked for of known identities: parts of names, whole names, acronyms, phones, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from consultkit.privacy.folding import WORD, Word, fold
from consultkit.privacy.identities import SHORTEST_PART, TYPE_WORDS, Identity, name_parts
from consultkit.text import within_one_edit

SHORTEST_TYPO = 5  # letters of a part from which one typo is forgiven
PHONE_DIGITS = 8  # a phone is known by its last digits, whatever prefix is written
_DIGIT = re.compile(r"\d")


@cache
def ordinary_words() -> frozenset[str]:
    """Ordinary French and English words and place names, folded: never typos of a name."""
    text = Path(__file__).with_name("ordinary.txt").read_text(encoding="utf-8")
    return frozenset(fold(word) for line in text.splitlines() if line[:1] != "#" for word in line.split())


@dataclass(frozen=True, slots=True, repr=False)
class Sequence:
    """A whole name: its words in order; `capital` where the first must have one, `typos` where forgiven."""

    words: tuple[str, ...]
    owner: int
    capital: bool = False
    typos: bool = False

    def at(self, words: list[Word]) -> bool:
        """Whether these words are the name."""
        if self.capital and not words[0].capital:
            return False
        return all(map(self._same, self.words, words))

    def _same(self, wanted: str, word: Word) -> bool:
        if len(wanted) == 1:
            return word.folded == wanted and word.capital
        if word.folded == wanted:
            return True
        return self.typos and len(wanted) >= SHORTEST_TYPO and within_one_edit(wanted, word.folded)


class Names:
    """The tables of a search: owners are numbers, in the order of `owners`.

    `exceptions` are words or whole names that are no leak; `stop_words` (regions, sectors) count only
    within a whole name.
    """

    def __init__(
        self, identities: Iterable[Identity], exceptions: Iterable[str], stop_words: Iterable[str]
    ) -> None:
        exceptions = tuple(exceptions)
        self.exceptions = frozenset(squeezed(text) for text in exceptions)
        self.phrases = [_phrase(words) for text in exceptions if len(words := WORD.findall(text)) > 1]
        self.silent = self.exceptions | {fold(word) for text in stop_words for word in WORD.findall(text)}
        self.owners: list[str] = []
        self.initials: list[frozenset[str]] = []
        self.anyhow: dict[str, frozenset[int]] = {}  # folded part -> owners
        self.capital: dict[str, frozenset[int]] = {}  # where only a capital tells a name from a word
        self.exact: dict[str, frozenset[int]] = {}  # as written: acronyms, very short names
        self.codes: dict[str, frozenset[int]] = {}  # acronyms with digits, in capitals
        self.near: dict[str, set[str]] = {}  # a part less one letter -> parts
        self.sequences: dict[str, list[Sequence]] = {}  # by their rarest word
        self.phones: dict[str, frozenset[int]] = {}
        self.emails: dict[str, frozenset[int]] = {}
        self._add_all(identities)
        self.phone_pieces = _pieces(self.phones)
        self.phone_sizes = {len(phone) for phone in self.phones}

    def _add_all(self, identities: Iterable[Identity]) -> None:
        numbers: dict[tuple[str, str], int] = {}
        for identity in identities:
            key = (identity.owner_kind, identity.owner)
            if key not in numbers:
                numbers[key] = len(self.owners)
                self.owners.append(identity.owner)
                self.initials.append(frozenset())
            self._add(identity, numbers[key])

    def _add(self, identity: Identity, owner: int) -> None:
        if identity.organisation:
            self._add_organisation(identity.name, owner)
            for alias in identity.aliases:
                self._add_acronym(alias, owner)
        else:
            for name in (identity.name, *identity.aliases):
                self._add_person(name, owner)
        digits = "".join(str(int(c)) for c in identity.phone if c.isdecimal())
        if len(digits) >= PHONE_DIGITS - 2:
            _put(self.phones, digits[-PHONE_DIGITS:], owner)
        if "@" in identity.email:
            _put(self.emails, bare_email(identity.email), owner)

    def _add_person(self, name: str, owner: int) -> None:
        parts = name_parts(name)
        self.initials[owner] |= {part[0] for part in parts}
        alone = [part for part in parts if len(part) >= SHORTEST_PART and part not in TYPE_WORDS]
        sure = False
        for part in (part for part in alone if part not in self.silent):
            ordinary = part in ordinary_words()
            self._add_part(part, owner, capital=ordinary)
            sure = sure or not ordinary
        for joined in {"".join(parts), "".join(reversed(parts))} if len(parts) > 1 else ():
            if len(joined) > SHORTEST_TYPO and joined not in ordinary_words():
                _put(self.anyhow, joined, owner)
        if len(parts) == 1 and len(parts[0]) < SHORTEST_PART:
            self._add_acronym(WORD.findall(name)[-1], owner)
        for words in _orders(parts):
            if not sure or (len(words) == 2 and 1 < len("".join(words)) - 1 < SHORTEST_PART):  # H. Bâ
                capital = any(len(word) == 1 for word in words) or set(parts) <= ordinary_words()
                self._add_sequence(Sequence(words, owner, capital))

    def _add_part(self, part: str, owner: int, capital: bool, typos: bool = True) -> None:
        _put(self.capital if capital else self.anyhow, part, owner)
        if typos and len(part) >= SHORTEST_TYPO:
            self._add_near(part)

    def _add_near(self, part: str) -> None:
        for key in less_one(part):
            self.near.setdefault(key, set()).add(part)

    def _add_organisation(self, name: str, owner: int) -> None:
        parts = name_parts(name)
        plain = ordinary_words() | TYPE_WORDS | self.silent
        telling = [part for part in parts if part not in plain]
        for part in telling:
            if len(part) >= SHORTEST_PART:
                self._add_part(part, owner, capital=True, typos=len(parts) == 1)
        if len(parts) > 1:
            self._add_sequence(Sequence(tuple(parts), owner, capital=not telling, typos=True))
        elif parts and not (telling and len(parts[0]) >= SHORTEST_PART):
            self._add_acronym(WORD.findall(name)[-1], owner)

    def _add_acronym(self, written: str, owner: int) -> None:
        """An acronym: as written where it is short or an ordinary word, else in any case."""
        if _DIGIT.search(written):  # R4, ML2A: as it is written, since letters alone would be another word
            _put(self.codes, code(written), owner)
            return
        letters = "".join(WORD.findall(written))
        if len(name_parts(written)) > 1 and not letters.isupper():
            self._add_organisation(written, owner)
            return
        folded = fold(letters)
        if len(letters) < 2 or folded in self.exceptions:
            return
        if len(letters) < SHORTEST_PART or folded in ordinary_words() or folded in self.silent:
            for form in {letters, letters.upper()}:
                _put(self.exact, form, owner)
        else:
            _put(self.anyhow, folded, owner)

    def _add_sequence(self, sequence: Sequence) -> None:
        plain = ordinary_words() | TYPE_WORDS
        words = sequence.words
        if sequence.capital and len(words[0]) > 1:
            rarest = words[0]
        else:
            rarest = max(words, key=lambda word: (word not in plain, len(word)))
        self.sequences.setdefault(rarest, []).append(sequence)
        if sequence.typos and len(rarest) >= SHORTEST_TYPO and rarest not in plain:
            self._add_near(rarest)


def _put(table: dict[str, frozenset[int]], key: str, owner: int) -> None:
    """Adds an owner under a key."""
    table[key] = table.get(key, frozenset()) | {owner}


def less_one(part: str) -> Iterator[str]:
    """The part, and the part less each of its letters: what two spellings one typo apart share."""
    yield part
    for i in range(len(part)):
        yield part[:i] + part[i + 1 :]


def _orders(parts: list[str]) -> set[tuple[str, ...]]:
    """The ways to write a whole name: as given, inverted, and with an initial for another part."""
    if len(parts) < 2:
        return set()
    orders = {tuple(parts), tuple(reversed(parts)), (parts[-1], *parts[:-1]), (*parts[1:], parts[0])}
    for i, part in enumerate(parts):
        for other in parts[:i] + parts[i + 1 :]:
            if len(part) > 1:
                orders |= {(other[0], part), (part, other[0])}
    return orders


def _pieces(phones: Iterable[str]) -> frozenset[str]:
    """Every run of two to five digits of the phones, prefixes included."""
    written = [prefix + phone for phone in phones for prefix in ("223", "00223")]
    return frozenset(w[i : i + n] for w in written for n in range(2, 6) for i in range(len(w) - n + 1))


def _phrase(words: list[str]) -> re.Pattern[str]:
    """Several words one after the other, as written but for their case and what parts them."""
    between = r"[^\w\n]{1,3}"
    return re.compile(rf"(?<!\w){between.join(map(re.escape, words))}(?!\w)", re.IGNORECASE)


def squeezed(text: str) -> str:
    """A name for comparison with the exceptions: folded words, single spaces."""
    return " ".join(fold(word) for word in WORD.findall(text)) or re.sub(r"\s", "", text)


def code(written: str) -> str:
    """An acronym with digits as it is compared: letters and digits alone, folded."""
    return "".join(character for character in fold(written) if character.isalnum())


def bare_email(text: str) -> str:
    """An address without case, white space, escapes and marks of emphasis."""
    return re.sub(r"[\s\\*_~`\[\]<>]", "", fold(text))
