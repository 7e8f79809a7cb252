"""The French catalogue: extracts the messages, merges the translations, compiles them.

    python .ci/messages.py            writes consultkit.po and consultkit.mo, lists what is untranslated
    python .ci/messages.py --check    writes nothing; exit 1 if something is untranslated or out of date

Messages come from the package's Python files, from the Jinja templates, from the rules' documentation and
from click and typer, whose words the user reads too. Translations are made in consultkit.po.
"""

from __future__ import annotations

import argparse
import ast
import gettext
import importlib
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "consultkit/locale/fr/LC_MESSAGES/consultkit.po"
MO = PO.with_suffix(".mo")

Id = str | tuple[str, ...]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
# consultkit's templates, where {# … #} belongs to pandoc.
JINJA = {"comment_start_string": "{##", "comment_end_string": "##}"}
# What of click and typer can reach a user of ours; the rest speaks to programmers or is about shells.
FOREIGN = {
    click: ("core", "decorators", "exceptions", "formatting", "parser", "types", "termui"),
    typer: ("core",),
}
FOR_PROGRAMMERS = (
    "defined twice",
    "true/false",
    "Could not determine",
    "No options defined",
    "parameter decl",
    "start character",
    "Unknown color",
    "DeprecationWarning",
    "Value must be an iterable",
)


class Quiet(Catalog):
    """A catalogue whose header holds no date and no tool version, so that differences are translations."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "consultkit"),
            ("Language", "fr"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", "nplurals=2; plural=(n > 1);"),
        ]


def from_file(path: Path, method: str = "python", options: dict[str, str] | None = None) -> Iterator[Id]:
    for _line, message, _comments, _context in extract_from_file(
        method, path, keywords=KEYWORDS, options=options or {}
    ):
        if message:
            yield message


def from_code(path: Path) -> Iterator[Id]:
    """The messages of a Python file of ours, those inside f-strings too, which Babel does not see."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            places = [place - 1 for place in KEYWORDS[node.func.id] or (1,)]
            texts = [argument.value for argument in (node.args[place] for place in places if place < len(node.args))
                     if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]  # fmt: skip
            if len(texts) == len(places):
                yield texts[0] if len(texts) == 1 else tuple(texts)


def messages(root: Path = ROOT) -> list[Id]:
    """Every message that a user can meet, once."""
    found: dict[Id, None] = {}
    for path in sorted((root / "consultkit").rglob("*.py")):
        found.update(dict.fromkeys(from_code(path)))
    for path in sorted([*(root / "templates").rglob("*.j2"), *(root / "consultkit").rglob("*.j2")]):
        found.update(dict.fromkeys(from_file(path, "jinja2.ext:babel_extract", JINJA)))
    for package, modules in FOREIGN.items():
        for module in modules:
            path = Path(package.__file__).with_name(f"{module}.py")
            found.update(dict.fromkeys(m for m in from_file(path) if not for_programmers(m)))
    found.update(dict.fromkeys(rule_messages()))
    return [message for message in found if message]


def for_programmers(message: Id) -> bool:
    """Whether click says it to whoever writes a command, and not to whoever types one."""
    return any(part in str(message) for part in FOR_PROGRAMMERS)


def rule_messages() -> Iterator[str]:
    """The rules' documentation, which is docstrings and so no call that can be extracted."""
    sys.path.insert(0, str(ROOT))
    rules = importlib.import_module("consultkit.rules")
    yield from rules.messages()


def key(message: Id) -> str:
    return message if isinstance(message, str) else message[0]


def strings(catalog: Catalog) -> dict[str, str | tuple[str, ...]]:
    """msgid (singular) → translation, of the entries that have a whole one and are not fuzzy."""
    whole = {}
    for entry in catalog:
        parts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if entry.id and all(parts) and not entry.fuzzy:
            whole[key(entry.id)] = entry.string
    return whole


def read(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, charset="utf-8", abort_invalid=True)
    except FileNotFoundError:
        return Catalog()


def spaced(text: str) -> str:
    """The text with French no-break spaces and apostrophes, which keyboards lack; code between ` as it is."""
    pieces = text.split("`")
    for index in range(0, len(pieces), 2):
        piece = re.sub(r"(?<=[^\W\d_])'(?=[^\W\d_]|«|$)", "’", pieces[index])
        piece = re.sub(r"«\s*", "«\u00a0", re.sub(r"\s*»", "\u00a0»", piece))
        piece = re.sub(r" ([;!?])(?=\s|$)", "\u202f\\1", piece)
        pieces[index] = re.sub(r" :(?=\s|$)", "\u00a0:", piece)
    return "`".join(pieces)


def typeset(string: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return spaced(string) if isinstance(string, str) else tuple(map(spaced, string))


def build() -> Quiet:
    """The catalogue as it should be: every message, each with its translation where one is known."""
    catalog, translations = Quiet(fuzzy=False), strings(read(PO))
    plural_of: dict[str, Id] = {}
    for message in messages():
        if isinstance(message, tuple) or key(message) not in plural_of:
            plural_of[key(message)] = message
    for name, message in plural_of.items():
        string = translations.get(name, "")
        fits = isinstance(string, tuple) == isinstance(message, tuple)
        catalog.add(message, typeset(string) if fits else "")
    return catalog


def untranslated(catalog: Catalog) -> list[str]:
    done = strings(catalog)
    return sorted(key(entry.id) for entry in catalog if entry.id and key(entry.id) not in done)


def as_po(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, sort_output=True, no_location=True, omit_header=False)
    text = buffer.getvalue().decode()
    body = (
        text[text.index('msgid ""') :]
        .replace("#, python-brace-format\n", "")
        .replace("#, python-format\n", "")
    )
    return (
        f"# French translation of consultkit; written by “make messages”, edit the msgstr.\n{body}".encode()
    )


def as_mo(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def drifted(catalog: Catalog) -> list[str]:
    """What in the compiled file is not what the catalogue says, by content and not by bytes."""
    compiled = gettext.GNUTranslations(io.BytesIO(as_mo(catalog)))._catalog
    if not MO.is_file():
        return [str(MO)]
    present = gettext.GNUTranslations(io.BytesIO(MO.read_bytes()))._catalog
    return sorted(
        str(name)
        for name in compiled.keys() | present.keys()
        if name and compiled.get(name) != present.get(name)
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything is amiss")
    check = parser.parse_args().check
    catalog = build()
    left = untranslated(catalog)
    for message in left:
        print(f"untranslated: {message!r}")
    print(f"{len(catalog)} messages, {len(left)} untranslated")
    if not check:
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_bytes(as_po(catalog))
        MO.write_bytes(as_mo(catalog))
        return 0
    stale = drifted(catalog)
    for name in stale:
        print(f"out of date, run “make messages”: {name!r}")
    return 1 if left or stale else 0


if __name__ == "__main__":
    sys.exit(main())
