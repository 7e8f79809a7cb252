"""A first look at a text's UTF-8 bytes: whether `patterns.search` can find anything, in little of its time.

It may say yes for nothing; it never says no where something would be found. Each line is reduced to its
shape, and each distinct shape is judged once: campaigns hold few.
"""

from __future__ import annotations

import re
from functools import cache

# The shape of a line: digits (as 0), capitals (as A; M, of plates, as itself), signs, and the first bytes of
# scripts that have digits of their own.
_DIGITS, _CAPITALS = b"0123456789", b"ABCDEFGHIJKLNOPQRSTUVWXYZ"
_OTHERS = b"\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0"
_SHAPES = bytes.maketrans(_DIGITS + _CAPITALS + b"[]\xba", b"0" * 10 + b"A" * 25 + b"()\xb0")
_DELETED = bytes(set(range(256)) - set(_DIGITS + _CAPITALS + _OTHERS + b"M\n.,:;/()[]{-+@&%\xb0\xba"))
_SCHEMES = (b"skype", b"whatsapp", b"tg", b"viber")
_innocent: set[bytes] = set()


@cache
def _suspect() -> re.Pattern[bytes]:
    """Phones (dates aside), coordinates, number plates, IBAN, plus codes, addresses, accounts."""
    phone = rb"(?<!0)(?!0000-00-00(?!0))0(?:[./()-]{0,3}0){7}"
    coordinates = rb"0(?:[.,]00|\xb00|\.0+,-?0)"
    codes = rb"0000-?M[AM0]|[AM]{2}00(?:-?[AM0]){8}|[AM0]\+[AM0]"
    return re.compile(b"|".join((phone, coordinates, codes, rb"@|&|%00|\./|\([AM]{0,8}\)(?!{)")))


@cache
def _no_patterns() -> re.Pattern[bytes]:
    """What only looks like one: a comma between two numbers, citations, words in brackets but “(at)”."""
    id_ = rb"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*"
    cited = rb"\[\s*-?@" + id_ + rb"(?:\s*[;,]\s*-?@" + id_ + rb")*\s*\]"
    return re.compile(rb", |" + cited + rb"|[(\[](?!(?i:at|arobase|chez)[)\]])(?=[A-Za-z -]*[)\]])")


def may_hold_pattern(data: bytes) -> bool:
    """Whether a phone, an address, coordinates or the like may stand in a text."""
    shapes = set(data.translate(_SHAPES, _DELETED).split(b"\n")) - _innocent
    if any(map(_suspect().search, shapes)):
        shapes = set(_no_patterns().sub(b";", data).translate(_SHAPES, _DELETED).split(b"\n"))
    suspects = {shape for shape in shapes if _suspect().search(shape)}
    others = {shape for shape in shapes if shape.translate(None, _OTHERS) != shape}
    _innocent.update(shapes - suspects - others)
    if suspects or _names_account(data):
        return True
    return bool(others) and re.search(r"[^\D0-9]", data.decode("utf-8", "replace")) is not None


def _names_account(data: bytes) -> bool:
    """Whether something stands right after a colon, and the name of a social network before it."""
    at = data.find(58)
    while at >= 0:
        if data[at + 1 : at + 2] not in (b" ", b"\n") and data.endswith(_SCHEMES, 0, at):
            return True
        at = data.find(58, at + 1)
    return False
