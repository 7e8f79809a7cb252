"""A first look at a text's UTF-8 bytes: whether `patterns.search` can find anything, in little of its time.

It may say yes for nothing; it never says no where something would be found. Each line is reduced to its
shape, and each distinct shape is judged once: campaigns hold few.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from consultkit.files import signs_of

# The shape of a line: digits (as 0), capitals (as A; M, of plates, as itself), signs, and the first bytes of
# scripts that have digits of their own.
_DIGITS, _CAPITALS = b"0123456789", b"ABCDEFGHIJKLNOPQRSTUVWXYZ"
_OTHERS = b"\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0"
_SHAPES = bytes.maketrans(_DIGITS + _CAPITALS + b"[]\xba", b"0" * 10 + b"A" * 25 + b"()\xb0")
_DELETED = bytes(set(range(256)) - set(_DIGITS + _CAPITALS + _OTHERS + b"M\n.,:;/()[]{-+@&%\xb0\xba"))
_ACCOUNT = rb":(?![ \n])(?:(?<=skype:)|(?<=whatsapp:)|(?<=tg:)|(?<=viber:))"
_innocent: set[bytes] = set()


@cache
def _suspect() -> re.Pattern[bytes]:
    """Phones and what is as long (dates too), coordinates, plates, IBAN, plus codes, addresses, accounts."""
    coordinates = rb"0(?:[.,]00|\xb0(?:0|$)|\.0+,-?0)|^\xb00"
    codes = rb"0000[-./]{0,3}M[AM0]|[AM]{2}00(?:-?[AM0]){8}|[AM0]\+[AM0]"
    phone, signs = rb"(?<!0)0(?:[./()-]{0,3}0){7}", rb"@|&|%00|\./|\([AM]{0,8}\)(?!{)"
    return re.compile(b"|".join((phone, coordinates, codes, signs)))


@cache
def _no_patterns() -> re.Pattern[bytes]:
    """What only looks like one: a comma and a space, dates, citations, words in brackets but “(at)”."""
    id_ = rb"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*"
    cited = rb"\[\s*-?@" + id_ + rb"(?:\s*[;,]\s*-?@" + id_ + rb")*\s*\]"
    date = rb"(?<![\w.,/+-])(?:19|20)\d\d-\d\d-\d\d(?![\w./-])"
    bracket = rb"[(\[](?!(?i:at|arobase|chez)[)\]])(?=[A-Za-z][A-Za-z -]*[)\]])"
    return re.compile(b"|".join((rb", ", cited, date, bracket)))


def _shape(signs: bytes) -> bytes:
    return signs.translate(_SHAPES, _DELETED)


def may_hold_pattern(data: bytes, signs: bytes | None = None) -> bool:
    """Whether a phone, an address, coordinates or the like may stand in a text; its signs may be at hand."""
    shapes = _shape(signs_of(data) if signs is None else signs).split(b"\n")
    unknown = set(shapes) - _innocent
    suspects = {shape for shape in unknown if _suspect().search(shape)}
    others = {shape for shape in unknown if shape.translate(None, _OTHERS) != shape}
    _innocent.update(unknown - suspects - others)
    if any(_is_suspect(line) for shape in suspects for line in _shaped(data, shapes, shape)):
        return True
    if _account().search(data):
        return True
    return bool(others) and re.search(r"[^\D0-9]", data.decode("utf-8", "replace")) is not None


@cache
def _account() -> re.Pattern[bytes]:
    """Something right after a colon, and the name of a social network before it."""
    return re.compile(_ACCOUNT)


@lru_cache(maxsize=4096)
def _is_suspect(line: bytes) -> bool:
    """Whether a line is suspect even without its dates, its citations and the like."""
    return _suspect().search(_shape(_no_patterns().sub(b";", line))) is not None


def _shaped(data: bytes, shapes: list[bytes], shape: bytes) -> Iterator[bytes]:
    """The lines of a text that have this shape."""
    start = at = 0
    for _same in range(shapes.count(shape)):
        number = shapes.index(shape, at)
        for _line in range(at, number):
            start = data.index(b"\n", start) + 1
        at = number
        end = data.find(b"\n", start)
        yield data[start : end if end >= 0 else len(data)]
        at, start = at + 1, end + 1
