"""Finds what tells who or where somebody is without being a known name: phones, addresses, coordinates.

A find holds its kind and its place, never its text. Dates, year ranges, amounts and ids are no finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from consultkit.i18n import N_
from consultkit.privacy.folding import edge, fold
from consultkit.privacy.matcher import ordinary_words

KINDS = {
    "phone": N_("phone number"),
    "email": N_("e-mail address"),
    "coordinates": N_("geographical coordinates"),
    "iban": N_("bank account number"),
    "handle": N_("account on a social network"),
    "plate": N_("number plate"),
    "title": N_("title before a name"),
    "surname": N_("common surname"),
}
REGIONS = ("ML", "SN", "MR", "DZ", "NE", "BF", "CI", "GN")  # Mali and its neighbours


class PatternHit(NamedTuple):
    """A kind (a key of KINDS) and its place in characters, end excluded."""

    kind: str
    start: int
    end: int


Finder = Callable[[str], Iterator[PatternHit]]

# Phones

_GAP = r"[ .\-/‐‑–\u00a0\u2009\u202f()]{1,3}"
_RUN = re.compile(rf"\d(?:(?:{_GAP})?\d){{6,19}}(?!\w|[.,]\d)")
_PREFIX = re.compile(r"(?<![\w.,])(?:\(?\+\(?|\()?$")
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
    r"|(?<!\d)\d{1,2}\s?(?::|h)\s?\d\d(?!\d)"  # 14h30
)
_UNIT = re.compile(
    r"\s*(?:f\b|fcfa|f\s?cfa|cfa|xof|francs?|euros?|eur\b|€|\$|usd|dollars?|millions?|milliards?|%|personnes|habitants"
    r"|m[ée]nages|tonnes|kg\b|km|ha\b|hectares|m[²³23]?\b|t[êe]tes|b[ée]n[ée]ficiaires|d[ée]plac[ée]s|r[ée]fugi[ée]s"
    r"|people|households|inhabitants)",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .\u00a0\u2009\u202f]\d{3})+$")


def _phones(text: str) -> Iterator[PatternHit]:
    if not _RUN.search(text):
        return
    blanked = _NO_PHONES.sub(lambda match: "_" * len(match.group()), text)
    for match in _RUN.finditer(blanked):
        prefix = _PREFIX.search(blanked[max(0, match.start() - 4) : match.start()])
        if prefix is None:
            continue
        begin = match.start() - len(prefix.group())
        for start, end in _candidates(blanked[begin : match.end()]):
            start, end = begin + start, begin + end
            if not _is_amount(blanked, start, end) and _is_phone(blanked[start:end]):
                yield PatternHit("phone", start, end)


def _candidates(run: str) -> list[tuple[int, int]]:
    """What may be one number in a run of digits: the whole, or what stands between slashes."""
    if not _is_phone(run) and "/" in run:
        return [(match.start(), match.end()) for match in re.finditer(r"[^/\s][^/]*[^/\s]", run)]
    if not _is_phone(run):  # a number, then other digits: the pairs that Malians write
        return [(m.start(), m.end()) for m in re.finditer(rf"(?<!\d)\d\d(?:(?:{_GAP})\d\d){{3}}(?!\d)", run)][
            :1
        ]
    return [(0, len(run))]


def _is_amount(text: str, start: int, end: int) -> bool:
    """Whether digits are an amount: a unit follows, or groups of three end in zeros."""
    written = text[start:end].strip()
    if written.startswith("+"):
        return False
    digits = re.sub(r"\D", "", written)
    rounded = digits.endswith("0000") or (digits.endswith("000") and bool(_THOUSANDS.match(written)))
    return rounded or bool(_UNIT.match(text, end)) or text[max(0, start - 1) : start] in ("€", "$")


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
    re.compile(r"\d{1,3}[.,]\d{2,}\s?[°º]?\s?(?:[NSEWO]|Nord|Sud|Est|Ouest)\b"),
    re.compile(r"\b[NSEWO]\s?\d{1,3}[.,]\d{3,}"),
    re.compile(r"\b(?:lat(?:itude)?|lon(?:g(?:itude)?)?|lng)\b\W{0,4}[-−]?\d{1,3}[.,]\d{2,}", re.I),
    re.compile(r"\b(?:2[89]|3[01])\s?[NPQR]\s\d{6}\s\d{7}\b"),  # UTM
)
_PLUS_CODE = re.compile(r"\b[6CF][CFGHJMPQRVWX2-9]{3,7}\+[CFGHJMPQRVWX2-9]{2,3}\b")  # open location code
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]{4}){2,7}(?:[ \u00a0-]?[A-Z0-9]{1,4})?\b")
_ID = r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*"
_CITATION = re.compile(rf"\[\s*-?@{_ID}(?:\s*[;,]\s*-?@{_ID})*\s*\]")
_CODE = re.compile(r"[A-Z]{2,}(?:[-_][A-Z]+)*[-_]\d+$")
_HANDLE = re.compile(r"(?<![\w@/.&=;])@[A-Za-z_][\w.-]{2,}")
_ACCOUNT = re.compile(
    r"(?:wa\.me|chat\.whatsapp\.com|api\.whatsapp\.com|t\.me|telegram\.me|facebook\.com|fb\.(?:com|me|watch)|m\.me"
    r"|instagram\.com|(?:twitter|x)\.com|linkedin\.com/(?:in|pub)|tiktok\.com|snapchat\.com/add|signal\.(?:me|group)"
    r"|threads\.net|imo\.im)/[^\s)>\]\"'»]+|\b(?:skype|whatsapp|tg|viber):[^\s)>\]]{3,}"
)
_PLATE = re.compile(r"\b[A-Z]{1,2}[ \u00a0-]?\d{4}[ \u00a0-]?M[D1-9]\b")


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

# Most texts hold few digits and signs: one look at their bytes tells which searches can find anything, and
# these read what stands around the signs, and nothing else.
_NUMBER = re.compile(r"\d[\d.,°º]*")
_AT = re.compile(r"@|&#64;|&commat;|%40")
_SPELT_AT = re.compile(r"[\[(](?:at|arobase|chez)[\])]", re.IGNORECASE)
_DOMAIN = re.compile(r"\.(?:com|me|net|im|watch|group)/|(?:skype|whatsapp|tg|viber):")
_NUMERIC = (_phones, _coordinates, _ibans, _plates)
_REACH = 48  # characters read on each side


def _bytes(kind: Callable[[str], str]) -> bytes:
    """A translation table of Latin-1: for each character, the one that stands for its kind."""
    return bytes(ord(kind(chr(code))) for code in range(256))


def _shape(character: str) -> str:
    """A digit, a gap, a capital, another letter, or a sign that counts by itself."""
    if character in "0123456789":
        return "0"
    if character in " /()\xa0?":  # what Latin-1 lacks is encoded as `?`: narrow spaces, hyphens
        return " "
    return character if character in ".,:-°º" else "A" if character.isupper() else "x"


_SHAPES = _bytes(_shape)
ISO_DATE = re.compile(rb"20(?<!\d20)\d\d-[01]\d-[0-3]\d(?!\d)")
# Each begins with the one sign it needs, which is looked for fast. Phone, degrees, number plate, IBAN, geo:
DIGITS = re.compile(rb"0(?:(?:[ .-]{0,3}0){7}|[.,]00|000[ -]?A|(?<=AA0)0|(?<=x:0)|(?<=x:-0))")
_ELSEWHERE = re.compile(rb"\?(?:(?:[ ./-]{0,3}\?){7}|[.,]\?\?)")  # other scripts, which have digits too
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
SPELT_ATS = (re.compile(rb"\((?i:at|arobase|chez)[\])]"), re.compile(rb"\[(?i:at|arobase|chez)[\])]"))
DOMAINS = re.compile(rb"/(?:(?<=\.com/)|(?<=\.me/)|(?<=\.net/)|(?<=\.im/)|(?<=\.watch/)|(?<=\.group/))")
SCHEMES = re.compile(rb":(?:(?<=skype:)|(?<=whatsapp:)|(?<=tg:)|(?<=viber:))")


def search(text: str) -> list[PatternHit]:
    """Everything in the text that may tell who or where somebody is, in order, without overlaps."""
    found = {hit for sign, finders in _searches(text) for hit in _around(text, sign, finders)}
    hits: list[PatternHit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, -hit.end)):
        if not hits or hit.start >= hits[-1].end:
            hits.append(hit)
    return hits


def _searches(text: str) -> Iterator[tuple[re.Pattern[str], tuple[Finder, ...]]]:
    """The searches that may find something: each with the sign around which it reads."""
    data = text.encode("latin-1", "replace")
    shapes = ISO_DATE.sub(b"x", data).translate(_SHAPES)
    if (
        DIGITS.search(shapes)
        or b"\xb0" in data
        or b"\xba" in data
        or (_ELSEWHERE.search(data) and _OTHER_DIGIT.search(text))
    ):
        yield _NUMBER, _NUMERIC
    if b"@" in data or (b"&" in data and _AT.search(text)) or b"%40" in data:
        yield _AT, (_emails, _handles)
    if b"+" in data:
        yield _PLUS_CODE, (_plus_codes,)
    if any(sign.search(data) for sign in SPELT_ATS):
        yield _SPELT_AT, (_spelt_emails,)
    if SCHEMES.search(data) or DOMAINS.search(data):
        yield _DOMAIN, (_accounts,)


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
        for find in finders:
            yield from (PatternHit(hit.kind, hit.start + start, hit.end + start) for hit in find(part))


# Names that nobody declared

_TITLES = """
    MM?\\. M Mr\\.? Mmes? Mme\\. Mlle\\.? Monsieur Madame Mademoiselle Dr\\.? [Dd]octeur Pr\\.? Me\\.?
    Maître Mgr Monseigneur [EA]l[\\s-]?[Hh]adj[ia]? [Hh]adj[ia]? Alhadji [Ii]mam [Cc]heikh [Cc]heick
    [Cc]hef [Cc]ommandant [Cc]olonel [Cc]apitaine [Ll]ieutenant [Gg]énéral [Aa]djudant [Ss]ergent
    [Mm]aire [Pp]réfet [Mm]arabout [Pp]asteur [Aa]bbé [Pp]ère [Ss]œur [Hh]onorable
"""
_NAME = r"(?:[A-ZÀ-Þ]['’]?[^\W\d_]+|[A-ZÀ-Þ]\.)"
_TITLE = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(_TITLES.split())})[ \u00a0\u202f]+"
    rf"({_NAME}(?:[ \u00a0\u202f-]+(?:ag |ould |el |dit )?{_NAME})*)"
)
_NOT_AFTER_TITLE = frozenset({"conseiller", "adjoint", "general", "secteur", "cercle", "commune", "etat"})
_CAPITALISED = re.compile(r"(?<![^\W_])[A-ZÀ-Þ](?:['’][A-ZÀ-Þ])?[^\W\d_]{2,}(?![^\W_])")


@cache
def surnames() -> dict[str, frozenset[str]]:
    """Common surnames as written, by their folded form."""
    text = Path(__file__).with_name("surnames.txt").read_text(encoding="utf-8")
    names: dict[str, set[str]] = {}
    for line in text.splitlines():
        for name in line.split() if line[:1] != "#" else ():
            names.setdefault(_bare(name), set()).add(name)
    return {key: frozenset(written) for key, written in names.items()}


def titles(text: str) -> list[PatternHit]:
    """Titles before a capitalised word, and common Malian surnames: places where a name may stand."""
    if not _may_name(text):
        return []
    hits = [
        PatternHit("title", match.start(), match.end())
        for match in _TITLE.finditer(text)
        if not _tells_nobody(match.group(1))
    ]
    for match in _CAPITALISED.finditer(text):
        if _is_surname(match.group()) and not any(h.start <= match.start() < h.end for h in hits):
            hits.append(PatternHit("surname", match.start(), match.end()))
    return sorted(hits, key=lambda hit: hit.start)


# A first look, in a tenth of the time: the text as bytes, capitals all alike, cut at each of them. What
# follows a capital may be the rest of a surname, what precedes it the end of a title.
_CUT = _bytes(lambda c: fold(c)[:1] if c.isalpha() and c.islower() else "\x01" if c.isupper() else " ")
_SHOUTED = re.compile(rb"\x01\x01\x01+[a-z]*")
_TITLE_IN_M = re.compile(
    rb"M(?:M?\.|r\.?|mes?|me\.|lle\.?|onsieur|adame|ademoiselle|e\.?|a\xeetre|gr|onseigneur|aire|arabout)?"
    rb"[ \xa0?]+[A-Z\xc0-\xde]"
)
_SPACES = re.compile(rb"  +(?=[A-Z\xc0-\xde])")  # between a title and a name one is enough
_TAIL = 6
_OTHER_TITLES = b"""
    dr dr. pr docteur hadj hadji hadja elhadj elhadji elhadja alhadj alhadji imam cheikh cheick chef
    commandant colonel capitaine lieutenant general adjudant sergent maire prefet marabout pasteur abbe pere
    s?ur honorable
"""
_TAILS = frozenset(
    (form.translate(_CUT) + b" ")[-_TAIL:]
    for title in _OTHER_TITLES.split()
    for form in (title, b" " + title, title[1:])
)


@cache
def _rests() -> frozenset[bytes]:
    """What follows the capital in each surname; for N'Diaye, what follows either."""
    names = {_bare(name) for written in surnames().values() for name in written}
    parted = {name.split("'")[1] for written in surnames().values() for name in written if "'" in name}
    return frozenset(name[1:].encode() for name in names | set(map(_bare, parted)))


def _may_name(text: str) -> bool:
    """Whether a title or a surname may stand in the text."""
    data = text.encode("latin-1", "replace")
    if _SPACES.search(data):
        data = _SPACES.sub(b" ", data)
    if _TITLE_IN_M.search(data):
        return True
    cut = data.translate(_CUT)
    pieces = cut.split(b"\x01")
    if not _rests().isdisjoint([piece.partition(b" ")[0] for piece in pieces]):
        return True
    if not _TAILS.isdisjoint([piece[-_TAIL:] for piece in pieces]):
        return True
    shouted = (data[m.start() : m.end()].decode("latin-1") for m in _SHOUTED.finditer(cut))
    return any(fold(word)[1:].encode() in _rests() for word in shouted)


def _tells_nobody(after: str) -> bool:
    """Whether a title is followed by a place or an ordinary word, as in “le maire de Gao”."""
    first = fold(re.split(r"[ \u00a0\u202f-]", after)[0]).rstrip(".")
    return first in _NOT_AFTER_TITLE or (first in ordinary_words() and first not in surnames())


def _bare(name: str) -> str:
    return fold(re.sub("['’]", "", name))


def _is_surname(word: str) -> bool:
    written = surnames().get(_bare(word))
    return written is not None and (_bare(word) not in ordinary_words() or word in written)
