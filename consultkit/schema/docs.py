"""docs/cles.md and docs/keys.md: every key of every file, from the declarations that the checks use.

`python -m consultkit.schema.docs` writes both; a test tells where one is out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from consultkit.i18n import _, speaking
from consultkit.schema import declare
from consultkit.schema.deliveries import DELIVERIES
from consultkit.schema.types import Enum, Items, PerRegion, Record, Type

FOLDER = Path(__file__).parents[2] / "docs"
FILES = {"fr": "cles.md", "en": "keys.md"}
RECORDS = (
    declare.MAPPING, declare.NOTE, declare.SYNTHESIS, declare.GUIDE, declare.THEMES, declare.IDENTITIES,
    declare.ALLOWANCES, DELIVERIES,
)  # fmt: skip


def page(language: str) -> str:
    """The page of one language, as Markdown."""
    with speaking(language):
        made = _("This page is made from the program's own declarations.")
        lines = ["# " + _("The keys of every file"), "", made, ""]
        for record in RECORDS:
            lines += [f"## {record.title}", "", *_table(record), ""]
    return "\n".join(lines)


def _table(record: Record) -> Iterator[str]:
    yield f"| {_('Key')} | {_('Required')} | {_('What for')} | {_('Values')} |"
    yield "|---|---|---|---|"
    yield from _rows(record, "")


def _rows(record: Record, above: str) -> Iterator[str]:
    for key, field in record.fields.items():
        required = _("yes") if field.required else ""
        doc = (_(field.doc) if field.doc else "").replace("|", "\\|")
        yield f"| `{above}{key}` | {required} | {doc} | {_values(field.type)} |"
        below = _record(field.type)
        if below is not None:
            many = isinstance(field.type, Items)
            yield from _rows(below, f"{above}{key}{'[]' if many else ''}.")


def _record(kind: Type) -> Record | None:
    if isinstance(kind, Items):
        return _record(kind.of)
    return kind if isinstance(kind, Record) else None


def _values(kind: Type) -> str:
    if isinstance(kind, PerRegion):
        return _values(kind.of) + (", " if _values(kind.of) else "") + _("or one per region")
    if isinstance(kind, Items):
        return _values(kind.of)
    return ", ".join(f"`{value}`" for value in kind.values) if isinstance(kind, Enum) else ""


def main() -> None:
    """Writes both pages."""
    for language, name in FILES.items():
        (FOLDER / name).write_text(page(language), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
