"""Spaces, quotation marks and apostrophes as French and English print them, in Markdown text.

Done on the text, not in pandoc: a Lua filter costs 61 to 73 % more time. Whatever is not prose is left alone:
code, comments, addresses, link targets, attributes, citations.
"""

from __future__ import annotations

import datetime
import re

from consultkit.text import long_date as in_words

THIN, FIXED = "\u202f", "\u00a0"  # no-break spaces: before ; ! ? and before : or inside guillemets

# What is passed over whole. Each branch opens with a plain character: the engine skips prose quickly.
_ASIDE = re.compile(
    r"<!--.*?-->"
    r"|<[^<>\s][^<>\n]*>"
    r"|```(?<![^\n]```)[^\n]*\n.*?(?:\n```[^\n]*|\Z)"
    r"|~~~(?<![^\n]~~~)[^\n]*\n.*?(?:\n~~~[^\n]*|\Z)"
    r"|`(?<!``)(`*)(?!`)(?:(?!\n\s*\n).)+?(?<!`)`\1(?!`)"
    r"|\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)"
    r"|\{[^{}\n]*\}"
    r"|Table:(?<![^\n]Table:)"
    r"|:::[^\n]*"
    r"|://[^\s<>\"“”`)\]]+"
    r"|&(?:#?\w{2,8});"
    r"|\[\^[^\]\s]+\]:?"
    r"|\[-?@[^\]\n]*\]"
    r"|\\[\"'.!?:;]"
    r"|\ue000",
    re.DOTALL,
)
_HELD = "\ue000"  # stands for what is passed over, which is put back at the end
_SPACES = f" {FIXED}{THIN}"
_AFTER = r"(?=[ \t\n)\]»”’\"'*_…,.|]|\Z)"  # what may follow a sign that takes a space before it
_DOTS = re.compile(r"\.\.\.(?<!\.\.\.\.)(?!\.)")
_QUOTE = re.compile('"')
_APOSTROPHE = re.compile(r"'(?<=[^\W_]')(?=[^\W_]|[«“\"*_\[\ue000])")
_OPENING = re.compile(f"«[{_SPACES}]*")
_SPACED = re.compile(rf"[{_SPACES}]+(?=»|[;!?]+{_AFTER}|:{_AFTER})")
_SIGN = re.compile(rf"[;!?:]+{_AFTER}")
_SINGLE = re.compile(r"'(?:(?<=\w')|(?=\d\d\b)|(?<![\w'’]')(?P<opens>(?=\w)))")


def typographic(text: str, language: str) -> str:
    """Markdown in the typography of `fr` or `en`, all but prose as it was; again, it changes nothing."""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return _HELD

    prose = (_french if language == "fr" else _english)(_ASIDE.sub(hold, text)).split(_HELD)
    return "".join(piece for pair in zip(prose, [*held, ""], strict=True) for piece in pair)


def long_date(date: datetime.date, language: str) -> str:
    """A day in words: 13 juillet 2023, 1er juillet 2023, 13 July 2023."""
    return in_words(date, language).replace(" ", FIXED, 1)


def _french(text: str) -> str:
    """No-break spaces, « », ’ and …"""
    text = _DOTS.sub("…", text)
    text = _APOSTROPHE.sub("’", text)
    text = _QUOTE.sub(lambda match: "«" if _opens(match) else "»", text)
    text = _SPACED.sub(lambda match: match[0] if _begins(match) and not _closes(match) else "", text)
    text = _SIGN.sub(lambda match: match[0] if _begins(match) else _spaced(match[0]), text)
    return _OPENING.sub("«" + FIXED, text).replace("»", FIXED + "»")


def _english(text: str) -> str:
    text = _DOTS.sub("…", text)
    text = _QUOTE.sub(lambda match: "“" if _opens(match) else "”", text)
    return _SINGLE.sub(lambda match: "’" if match["opens"] is None else "‘", text)


def _opens(match: re.Match[str]) -> bool:
    """Whether a straight double quote opens: it follows a space or an opening sign."""
    before = match.string[match.start() - 1] if match.start() else " "
    return before.isspace() or before in "([{«“—–-/|*_'’"


def _begins(match: re.Match[str]) -> bool:
    """Whether nothing stands before a sign that it could close: it opens a line, a bracket, a list."""
    before = match.string[match.start() - 1] if match.start() else "\n"
    return before.isspace() or before in "([{«“:;!?-"


def _closes(match: re.Match[str]) -> bool:
    return match.string[match.end()] == "»"


def _spaced(signs: str) -> str:
    """Signs after the space that is theirs."""
    return (FIXED if signs[0] == ":" else THIN) + signs
