"""Text as a reader hears it: accents, case, look-alike letters and markup inside words set aside."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

# Marks and invisible characters that may stand inside a word: combining marks (Latin, Arabic, N'Ko, Adlam),
# soft hyphen, zero-width and direction characters, fillers, variation selectors, tags.
IGNORED = (
    "\u00ad\u034f\u0300-\u036f\u0483-\u0489\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u07eb-\u07f3\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u2800"
    "\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\U0001bca0-\U0001bca3\U0001e944-\U0001e94a\U000e0000-\U000e01ef"
)
_IGNORED = re.compile(f"[{IGNORED}]")
LETTERS = rf"[^\W\d_](?:[^\W\d_]|[{IGNORED}])*"
WORD = re.compile(LETTERS)
_COMPOUND = re.compile(rf"{LETTERS}(?:['’‘ʼʹ`´\-‐‑‒–]{LETTERS})+")
_ELIDED = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’‘ʼ]", re.IGNORECASE)
_SPELLED = re.compile(r"(?<![^\W_])[^\W\d_](?:[.\-·•‐‑][^\W\d_])+(?![^\W_])")
_WITH_DIGITS = re.compile(r"[^\W_]+(?:[$@!][^\W_]+)*")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_UNUSUAL = re.compile(r"[-'’‘ʼʹ`´‐‑‒–.·•\d]|[a-zà-ÿ][A-ZÀ-Þ]")
_LEET = str.maketrans("0134578@$!", "oieastbasi")
# A word cut at the end of a line, which a document may show in one line.
_CUT = r"[-‐\u00ad](?:\s*\n\s*|(?<=[^\W\d_].)[ \t]+(?=[^\W\d_]))"
MARKUP = re.compile(rf"[*_~`\\\[\]{{}}<>&%^]|{_CUT}")

# Letters that look like Latin ones (Cyrillic, Greek, small capitals) or stand for them in Mali's languages,
# and that Unicode does not decompose, after the Latin letter; lower case, since case goes first.
_LOOK_ALIKES = """
    aаαɑᴀ bвбβɓʙƀ cсᴄƈ dԁдδɖɗđᴅԃ eеэεɛəᴇɘ fфƒꜰғ gԍгɡɠɣɢ hнһηħʜҳ iіиιıɩɨɪ jјᴊ kкκᴋқƙ
    lӏлłʟɭ mмμɱᴍ nпνɲŋɴң oоοɔøᴏө pрρπᴘƥ qԛꞯ rяʀɾ sѕσςʃꜱʂ tтτᴛƭ uυʊʉᴜ vѵʋᴠ wԝωшᴡ xхχ
    yуγƴʏү zзζʒᴢ
"""
_ALIKE = {alike: row[0] for row in _LOOK_ALIKES.split() for alike in row[1:]}
_SPELT = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ʼ": "", "ʾ": "", "ʿ": "", "ʻ": ""}


def _fold_character(character: str) -> str:
    """One character's folded form; `` for marks and invisible ones."""
    if _IGNORED.match(character):
        return ""
    plain = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    folded = []
    for letter in plain.casefold():
        letter = _ALIKE.get(letter, letter)
        folded.append(_SPELT.get(letter, letter))
    return "".join(folded)


class _Table(dict[int, str]):
    """A translation table that learns each character the first time it is met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


_TABLE = _Table()


def fold(text: str) -> str:
    """The text without accents, case, look-alikes and invisible characters."""
    return text.lower() if text.isascii() else text.translate(_TABLE)


class Word(NamedTuple):
    """A word as found in a text: folded form, as written, place (characters, end excluded)."""

    folded: str
    written: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.written[:1].isupper()


# What a reader does not see, or sees as something else: entities, percent and \u escapes, comments, tags,
# attributes, link targets, a word cut at the end of a line, and single characters of markup.
_UNSEEN = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,20});?"
    r"|(?:%[0-9a-fA-F]{2})+|\\u[0-9a-fA-F]{4}"
    r"|<!--.{0,2000}?-->|<[^<>]{0,500}>|\{[^{}]{0,500}\}|\]\([^()\n]{0,500}\)"
    rf"|{_CUT}|[*_~`\\\[\]^]",
    re.DOTALL,
)


def _seen(written: str) -> str:
    """What a reader sees for one piece of markup: a character for an escape, nothing for the rest."""
    if written[0] == "&":
        return html.unescape(written)
    if written[0] == "%":
        return unquote(written, errors="replace")
    if written.startswith("\\u"):
        return chr(int(written[2:], 16))
    return ""


def visible(text: str) -> tuple[str, list[int]]:
    """The text without markup, and for each of its characters (and its end) the place in the original."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for match in _UNSEEN.finditer(text):
        pieces.append(text[at : match.start()])
        places.extend(range(at, match.start()))
        shown = _seen(match.group())
        pieces.append(shown)
        places.extend([match.start()] * len(shown))
        at = match.end()
    pieces.append(text[at:])
    places.extend(range(at, len(text) + 1))
    return "".join(pieces), places


def _plain_words(text: str) -> list[Word]:
    """The words in order, letters alone."""
    return [Word(fold(m.group()), m.group(), m.start(), m.end()) for m in WORD.finditer(text)]


def _other_readings(text: str) -> list[Word]:
    """Words that appear when pieces are joined, parted at an inner capital, or digits read as letters."""
    found: list[Word] = []
    if not _UNUSUAL.search(text):
        return found
    for pattern in (_COMPOUND, _SPELLED):
        for match in pattern.finditer(text):
            joined = "".join(WORD.findall(match.group()))
            if _ELIDED.match(match.group()):  # “L’espoir” is no name with a typo
                joined = joined.lower()
            found.append(Word(fold(joined), joined, match.start(), match.end()))
    for match in _WITH_DIGITS.finditer(text):
        if match.group().isalpha() or sum(map(str.isalpha, match.group())) < 3:
            continue
        found.append(Word(fold(match.group().translate(_LEET)), match.group(), match.start(), match.end()))
    for match in WORD.finditer(text):
        at = match.start()
        pieces = _CAMEL.split(match.group())
        for piece in pieces if len(pieces) > 1 else ():
            found.append(Word(fold(piece), piece, at, at + len(piece)))
            at += len(piece)
    return found


def _moved(words: list[Word], places: list[int]) -> list[Word]:
    """The words of a text without markup, at their places in the original."""
    return [Word(w.folded, w.written, places[w.start], places[w.end - 1] + 1) for w in words]


def readings(text: str) -> list[list[Word]]:
    """Every way to read a short text as words: as written, without markup (in the order of the text), and
    last of all the words that appear only when pieces are joined or parted.
    """
    if text.isalpha() and (text.islower() or text.istitle() or text.isupper()):
        return [[Word(fold(text), text, 0, len(text))], []]
    plain = _plain_words(text)
    if not MARKUP.search(text):
        return [plain, _other_readings(text)]
    shown, places = visible(text)
    bare = _moved(_plain_words(shown), places)
    return [plain, bare, _other_readings(text) + _moved(_other_readings(shown), places)]


WINDOW = 120  # characters read on each side of a word that may begin or end a whole name
# Where one word runs over a white space: inside an attribute, a tag or a comment, or cut at a line's end.
_CROSSINGS = (
    ("{", re.compile(r"\{[^{}]{0,200}?\s[^{}]{0,200}\}(?=[^\W_]|[*_~`<\[])")),
    ("-->", re.compile(r"<!--.{0,2000}?-->(?=[^\W_]|[*_~`<\[])", re.DOTALL)),
    ("<", re.compile(r"<[^<>]{0,200}?\s[^<>]{0,200}>(?=[^\W_]|[*_~`<\[])")),
    *(
        (sign, re.compile(rf"{sign}(?:[ \t]*\r?\n[ \t]*(?=[^\W_])|(?<=[^\W\d_].)[ \t]+(?=[^\W\d_]))"))
        for sign in "-\u2010\u00ad"
    ),
)


def crossings(text: str) -> list[tuple[int, int]]:
    """Stretches in which markup with white space inside, or a line's end, may part a word."""
    spans: list[tuple[int, int]] = []
    for sign, pattern in _CROSSINGS:
        if sign in text:
            for match in pattern.finditer(text):
                spans.append((edge(text, match.start(), -1), edge(text, match.end(), 1)))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def edge(text: str, at: int, step: int) -> int:
    """The nearest white space (or end of text) from a place, at most WINDOW characters away."""
    for _ in range(WINDOW):
        here = at - 1 if step < 0 else at
        if not 0 <= here < len(text) or text[here].isspace():
            break
        at += step
    return at
