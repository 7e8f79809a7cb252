"""Small facts about words: folding, nearest name, French and English dates."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from consultkit.i18n import _, language

_DATE = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4}))\Z")
_MARKS = dict.fromkeys(range(0x300, 0x370)) | {ord("’"): "'"}

MONTHS = {
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
           "novembre", "décembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"],
}  # fmt: skip


def in_words(path: str) -> str:
    """A path or an id as the words that it is made of, each at its place."""
    return path.replace("/", " ").replace("_", " ")


def fold(text: str) -> str:
    """Text without accents or case, for comparing what people type."""
    if text.isascii():
        return text.lower().strip()
    return unicodedata.normalize("NFKD", text).translate(_MARKS).lower().strip()


def parse_date(text: str) -> dt.date | None:
    """A date written 2023-06-20 or 20/06/2023; None where it is neither or no such day exists."""
    match = _DATE.match(text)
    if match is None:
        return None
    try:
        return dt.date(int(match[1] or match[6]), int(match[2] or match[5]), int(match[3] or match[4]))
    except ValueError:
        return None


def month_name(day: dt.date, lang: str | None = None) -> str:
    """“mai 2023”, “May 2023”."""
    return f"{MONTHS[lang or language()][day.month - 1]} {day.year}"


def long_date(day: dt.date, lang: str | None = None) -> str:
    """“1er juillet 2023”, “1 July 2023”."""
    lang = lang or language()
    number = "1er" if day.day == 1 and lang == "fr" else str(day.day)
    return f"{number} {month_name(day, lang)}"


def within_one_edit(a: str, b: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes b of a."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return a == b
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if rest_a[1:] == rest_b or rest_a == rest_b[1:] or rest_a[1:] == rest_b[1:]:
        return True
    return rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:] and len(rest_a) > 1


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None: close in spelling, accents and case aside."""
    import difflib

    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(fold(name), name)
    target = fold(word)
    if target in folded:
        return folded[target]
    close = difflib.get_close_matches(target, folded, n=1, cutoff=0.6 if len(target) > 3 else 0.5)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """“Did you mean “mopti”?”, or nothing where no known word is near."""
    near = nearest(word, known)
    return _("Did you mean “{near}”?").format(near=near) if near else ""


def listing(words: Iterable[str], most: int = 12) -> str:
    """Words as a list in a sentence, cut where it would run too long."""
    words = list(words)
    shown = ", ".join(words[:most])
    return shown + ", …" if len(words) > most else shown
