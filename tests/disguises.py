"""Ways in which a name is written that a reader still reads: each takes a first name and a surname."""

from __future__ import annotations

CYRILLIC = str.maketrans("aeopcyxiAEOPCTXHMKB", "аеорсухіАЕОРСТХНМКВ")
ENTITIES = {"ï": "&iuml;", "é": "&eacute;", "a": "&#97;", "o": "&#x6f;"}


def plain(name):
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def cut(name, sign):
    return name[:2] + sign + name[2:]


DISGUISES = {
    "as is": lambda first, last: f"{first} {last}",
    "accents gone": lambda first, last: plain(f"{first} {last}"),
    "capitals": lambda first, last: f"{first} {last}".upper(),
    "lower case": lambda first, last: f"{first} {last}".lower(),
    "inverted": lambda first, last: f"{last.upper()} {first}",
    "inverted, comma": lambda first, last: f"{last}, {first}",
    "initial": lambda first, last: f"{first[0]}. {last}",
    "surname alone": lambda first, last: last,
    "first name alone": lambda first, last: first,
    "decomposed": lambda first, last: __import__("unicodedata").normalize("NFD", f"{first} {last}"),
    "full width": lambda first, last: "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in last),
    "cyrillic": lambda first, last: last.translate(CYRILLIC),
    "bold inside": lambda first, last: f"{last[:2]}**{last[2]}**{last[3:]}",
    "underscore": lambda first, last: f"_{last}_",
    "escaped hyphen": lambda first, last: cut(last, "\\-"),
    "soft hyphen": lambda first, last: cut(last, "\u00ad"),
    "zero width": lambda first, last: cut(last, "\u200b"),
    "span": lambda first, last: f"[{last[:3]}]{{.formation}}{last[3:]}",
    "span of two": lambda first, last: f"[{last[:3]}]{{.formation .off}}{last[3:]}",
    "tag": lambda first, last: f'<span class="x">{last[:3]}</span>{last[3:]}',
    "comment": lambda first, last: cut(last, "<!-- note à moi -->"),
    "entity": lambda first, last: "".join(ENTITIES.get(c, c) for c in last),
    "json": lambda first, last: __import__("json").dumps(f"{first} {last}"),
    "url": lambda first, last: "https://example.org/" + __import__("urllib.parse").parse.quote(last),
    "file name": lambda first, last: f"entretien_{first}_{last}.docx".lower(),
    "camel": lambda first, last: f"{plain(first)}{plain(last)}",
    "line end": lambda first, last: cut(last, "-\n"),
    "letter gone": lambda first, last: last[:3] + last[4:],
    "letter twice": lambda first, last: last[:3] + last[2:],
    "letters swapped": lambda first, last: last[:2] + last[3] + last[2] + last[4:],
    "letter changed": lambda first, last: last[:3] + "z" + last[4:],
    "elided": lambda first, last: f"d’{first} {last}",
    "digits": lambda first, last: last[0] + last[1:].replace("o", "0").replace("i", "1"),
}
