"""Finds what tells who or where somebody is without being a known name: phones, addresses, coordinates.

A find holds its kind and its place, never its text. Dates, year ranges, amounts and ids are no finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from functools import cache
from typing import NamedTuple

from consultkit.i18n import N_
from consultkit.privacy.first_look import may_hold_pattern
from consultkit.privacy.folding import MARKUP, edge, visible

KINDS = {
    "phone": N_("phone number"),
    "email": N_("e-mail address"),
    "coordinates": N_("geographical coordinates"),
    "iban": N_("bank account number"),
    "handle": N_("account on a social network"),
    "plate": N_("number plate"),
}
REGIONS = ("ML", "SN", "MR", "DZ", "NE", "BF", "CI", "GN")  # Mali and its neighbours


class PatternHit(NamedTuple):
    """A kind (a key of KINDS) and its place in characters, end excluded."""

    kind: str
    start: int
    end: int


Finder = Callable[[str], Iterator[PatternHit]]

# Phones

_GAP = r"[ .·•\-/‐‑‒–—−\u00a0\u2009\u202f()]{1,3}"
_RUN = re.compile(rf"\d(?:(?:{_GAP})?\d){{6,19}}(?!\w|[.,]\d)")
_PREFIX = re.compile(r"(?<![\w.,])(?:\(?\+\(?|\()?$")
_GLUED = re.compile(r"(?<=[^\W\d_])\d+")  # the digits of a word such as orange2
_YEAR = r"(?:19|20)\d\d"
_NO_PHONES = re.compile(
    rf"{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d)"  # 2023-06-20
    rf"|(?<!\d)\d{{1,2}}[-/.\s]\d{{1,2}}[-/.\s]{_YEAR}(?!\d)"  # 20/06/2023
    r"|(?<![\d/-])(?:0?[1-9]|[12]\d|3[01])[-/](?:0?[1-9]|1[0-2])[-/]\d\d(?![\d/-])"  # 20/06/23
    rf"|(?<!\d){_YEAR}\s?[-–/‐‑]\s?(?:{_YEAR}|\d\d)(?!\d)"  # 2025-2026, 2025/26
    rf"|(?<!\d){_YEAR}(?: {_YEAR})+(?!\d)|\({_YEAR}\)"  # 2022 2023; resolution 2164 (2014)
    rf"|(?<!\d){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"  # 20230620
    r"|(?i:n[°ºo]\.?|loi|d[ée]cret|arr[êe]t[ée]|ordonnance)\s*(?:n[°ºo]\.?\s*)?\d{2,4}[-/]\d{1,4}(?![\d-])"
    r"|(?i:isbn|issn|doi)[:\s]*[\d\-./]+"
    r"|(?<!\d)(?:[01]?\d|2[0-4])(?::|\s?h\s?)[0-5]\d(?!\d|[ .\-/]\d\d)"  # 14h30
    r"|(?<![\d/-])\d{1,2}/\d{1,2}/\d\d\s?[-–]\s?\d{1,2}/\d{1,2}/\d\d(?![\d/])"  # 20/06/23-25/06/23
)
_UNIT = re.compile(
    r"[^\S\n]*(?:\n(?=(?-i:[a-z€$%FCUXE])))?(?:de |d['’])?"
    r"(?:f\b|fcfa|f\s?cfa|cfa|xof|francs?|euros?|eur\b|€|\$|usd|dollars?|millions?|milliards?|%|personnes|habitants"
    r"|m[ée]nages|tonnes|kg\b|km|ha\b|hectares|(?-i:m)(?:[²³23]|\b(?!\.))|litres|sacs|ans\b|t[êe]tes"
    r"|b[ée]n[ée]ficiaires|d[ée]plac[ée]s|r[ée]fugi[ée]s|people|households|inhabitants)",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"(?:[€$]|\b(?:USD|EUR|XOF|F\s?CFA|CFA))\s?\Z")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .\u00a0\u2009\u202f]\d{3})+$")


def _phones(text: str) -> Iterator[PatternHit]:
    if not _RUN.search(text):
        return
    blanked = _NO_PHONES.sub(lambda match: "_" * len(match.group()), text)
    for match in _runs(blanked):
        prefix = _PREFIX.search(blanked[max(0, match.start() - 4) : match.start()])
        if prefix is None:
            continue
        begin = match.start() - len(prefix.group())
        for start, end in _candidates(blanked[begin : match.end()]):
            start, end = begin + start, begin + end
            if not _is_amount(blanked, start, end) and _is_phone(blanked[start:end]):
                yield PatternHit("phone", start, end)


def _runs(text: str) -> Iterator[re.Match[str]]:
    """Runs of digits; after a word that ends in one, the run that goes on behind it."""
    at = 0
    while match := _RUN.search(text, at):
        yield match
        glued = _GLUED.match(text, match.start())
        at = glued.end() if glued else match.end()


def _candidates(run: str) -> list[tuple[int, int]]:
    """What may be one number in a run of digits: the whole, or what stands between slashes."""
    if not _is_phone(run) and "/" in run:
        return [(match.start(), match.end()) for match in re.finditer(r"[^/\s][^/]*[^/\s]", run)]
    if not _is_phone(run):  # a number, then other digits: the pairs that Malians write
        return [
            (m.start(), m.end())
            for m in re.finditer(rf"(?<!\d)(?:\d\d(?:{_GAP}\d\d){{3}}|\d{{8}})(?!\d)", run)
        ][:1]
    return [(0, len(run))]


def _is_amount(text: str, start: int, end: int) -> bool:
    """Whether digits are an amount: a unit follows, or groups of three end in zeros."""
    written = text[start:end].strip()
    if written.startswith("+"):
        return False
    digits = re.sub(r"\D", "", written)
    rounded = digits.endswith("0000") or (digits.endswith("000") and bool(_THOUSANDS.match(written)))
    return rounded or bool(_UNIT.match(text, end)) or bool(_CURRENCY.search(text, max(0, start - 8), start))


@cache
def _is_phone(written: str) -> bool:
    """Whether a phone of Mali, of a neighbour or in international form can be written so."""
    import phonenumbers

    digits = re.sub(r"\D", "", written)
    if not 8 <= len(digits) <= 15:
        return False
    if digits.startswith("00"):
        written, digits = "+" + digits[2:], digits[2:]
    regions = (None,) if "+" in written else REGIONS
    texts = ("+" + digits,) if "+" in written else (digits,)
    if "+" not in written and len(digits) >= 11:  # 223 76 12 34 56: the prefix without its sign
        regions, texts = (None,), ("+" + digits,)
    for region in regions:
        for text in texts:
            try:
                if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                    return True
            except phonenumbers.NumberParseException:
                continue
    return False


# Everything else

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+(?:@|&#64;|&commat;|%40)[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}")
_EMAIL_SPELT = re.compile(
    r"(?<![\w.+-])[\w.+-]+\s?[\[(](?:at|arobase|chez)[\])]\s?[\w-]+(?:\s?(?:[\[(](?:dot|point)[\])]|\.)\s?\w+)+",
    re.I,
)
_DEGREES = r"\d{1,3}(?:[.,]\d+)?\s?[°º]"
_COORDINATES = (
    re.compile(r"geo:-?\d+\.\d+,-?\d+\.\d+", re.I),
    re.compile(r"(?<![\w.])[-−]?\d{1,2}\.\d{4,}°?\s*[,;/ ]\s*[-−]?\d{1,3}\.\d{4,}(?![\w.]\d)"),
    re.compile(r"(?<![\w.])\d{1,2}\.\d{3,}\s*[,;/ ]\s*[-−]\d{1,3}\.\d{3,}(?!\w)"),
    re.compile(r"(?<![\w.])[-−]\d{1,2}\.\d{3,}\s*[,;/ ]\s*[-−]?\d{1,3}\.\d{3,}(?!\w)"),
    re.compile(r"(?<![\w.,])[-−]?\d{1,2},\d{3,}\s*[;/]\s*[-−]?\d{1,3},\d{3,}(?!\w)"),
    re.compile(rf"{_DEGREES}\s?\d{{1,2}}(?:[.,]\d+)?\s?['’′]"),
    re.compile(r"\d{1,3}[.,](?:\d{3,}|\d\d(?=\s?[°º]|[NSEWO]))\s?[°º]?\s?(?:[NSEWO]|Nord|Sud|Est|Ouest)\b"),
    re.compile(r"\b[NSEWO]\s?\d{1,3}[.,]\d{3,}"),
    re.compile(r"\b(?:lat(?:itude)?|lon(?:g(?:itude)?)?|lng)\b\W{0,4}[-−]?\d{1,3}[.,]\d{2,}", re.I),
    re.compile(r"\b(?:2[89]|3[01])\s?[NPQR]\s\d{6}\s\d{7}\b"),  # UTM
)
_PLUS_CODE = re.compile(r"\b[6CF][CFGHJMPQRVWX2-9]{3,7}\+[CFGHJMPQRVWX2-9]{2,3}\b")  # open location code
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]{4}){2,7}(?:[ \u00a0-]?[A-Z0-9]{1,4})?\b")
_ID = r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*"
_CITATION = re.compile(rf"\[\s*-?@{_ID}(?:\s*[;,]\s*-?@{_ID})*\s*\]")
_CODE = re.compile(r"[A-Z]{2,}(?:[-_][A-Z]+)*[-_]\d+$")
_HANDLE = re.compile(r"(?<![\w@/.&=;])@(?![A-Z]+\()[A-Za-z_][\w.-]{2,}")
_ACCOUNT = re.compile(
    r"(?:wa\.me|chat\.whatsapp\.com|api\.whatsapp\.com|t\.me|telegram\.me|facebook\.com|fb\.(?:com|me|watch)|m\.me"
    r"|instagram\.com|(?:twitter|x)\.com|linkedin\.com/(?:in|pub)|tiktok\.com|snapchat\.com/add|signal\.(?:me|group)"
    r"|threads\.net|imo\.im)/[^\s)>\]\"'»]+|\b(?:skype|whatsapp|tg|viber):[^\s)>\]]{3,}"
)
_PLATE = re.compile(r"\b[A-Z]{1,2}[ ./·\u00a0\u202f‐-—-]{0,3}\d{4}[ ./·\u00a0\u202f‐-—-]{0,3}M[D1-9]\b")


def _simple(kind: str, *patterns: re.Pattern[str]) -> Finder:
    """A search for a kind that regular expressions alone can tell."""

    def search(text: str) -> Iterator[PatternHit]:
        for pattern in patterns:
            yield from (PatternHit(kind, match.start(), match.end()) for match in pattern.finditer(text))

    return search


def _ibans(text: str) -> Iterator[PatternHit]:
    for match in _IBAN.finditer(text):
        iban = re.sub(r"[^A-Z0-9]", "", match.group())
        if int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1:
            yield PatternHit("iban", match.start(), match.end())


def _handles(text: str) -> Iterator[PatternHit]:
    cited = [match.span() for match in _CITATION.finditer(text)]
    for match in _HANDLE.finditer(text):
        if any(start <= match.start() < end for start, end in cited):
            continue
        if not _CODE.match(match.group()[1:].rstrip(".-_")):
            yield PatternHit("handle", match.start(), match.end())


_emails = _simple("email", _EMAIL)
_spelt_emails = _simple("email", _EMAIL_SPELT)
_plus_codes = _simple("coordinates", _PLUS_CODE)
_coordinates = _simple("coordinates", *_COORDINATES)
_accounts = _simple("handle", _ACCOUNT)
_plates = _simple("plate", _PLATE)

# Each search reads what stands around its sign, and nothing else.
_NUMBER = re.compile(r"\d[\d.,°º]*")
_AT = re.compile(r"@|&#64;|&commat;|%40")
_SPELT_AT = re.compile(r"[\[(](?:at|arobase|chez)[\])]", re.IGNORECASE)
_DOMAIN = re.compile(r"\.(?:com|me|net|im|watch|group)/|(?:skype|whatsapp|tg|viber):")
_SEARCHES: tuple[tuple[re.Pattern[str], tuple[Finder, ...]], ...] = (
    (_NUMBER, (_phones, _coordinates, _ibans, _plates)),
    (_AT, (_emails,)),
    (_PLUS_CODE, (_plus_codes,)),
    (_SPELT_AT, (_spelt_emails,)),
    (_DOMAIN, (_accounts,)),
)
_REACH = 48  # characters read on each side


def search(text: str) -> list[PatternHit]:
    """Everything in the text that may tell who or where somebody is, in order, without overlaps."""
    return search_closely(text) if may_hold_pattern(text.encode("utf-8", "replace")) else []


def unexcepted(text: str, allowed: Container[str]) -> list[PatternHit]:
    """The same, but for what a line of notes/exceptions.yaml allows."""
    return [hit for hit in search(text) if text[hit.start : hit.end].strip() not in allowed]


def search_closely(text: str) -> list[PatternHit]:
    """As `search`, without the first look that spares most texts; markup and entities hide nothing."""
    found = {hit for sign, finders in _SEARCHES for hit in _around(text, sign, finders)}
    found |= set(_around(text, _AT, (_handles,)))  # without its brackets, a citation would look like one
    if MARKUP.search(text):
        shown, places = visible(text)
        seen = {hit for sign, finders in _SEARCHES for hit in _around(shown, sign, finders)}
        found |= {PatternHit(hit.kind, places[hit.start], places[hit.end - 1] + 1) for hit in seen}
    hits: list[PatternHit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if not hits or hit.start >= hits[-1].end:
            hits.append(hit)
    return hits


def _around(text: str, sign: re.Pattern[str], finders: tuple[Finder, ...]) -> Iterator[PatternHit]:
    """What the finders find in the stretches around a sign."""
    stretches: list[tuple[int, int]] = []
    for match in sign.finditer(text):
        if stretches and match.end() <= stretches[-1][1] - _REACH:
            continue
        start = edge(text, max(0, match.start() - _REACH), -1)
        end = edge(text, min(len(text), match.end() + 2 * _REACH), 1)
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    for start, end in stretches:
        part = text[start:end]
        for find in finders if may_hold_pattern(part.encode("utf-8", "replace")) else ():
            yield from (PatternHit(hit.kind, hit.start + start, hit.end + start) for hit in find(part))
