"""What `check --fix` would write: Unicode form, line ends, trailing spaces, canonical values, French colons.

Only what changes no meaning: a second run finds nothing left to mend.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from consultkit.diagnostic import Place
from consultkit.files import Source
from consultkit.i18n import _
from consultkit.located_yaml import quoted
from consultkit.model import Project

Change = tuple[Place, str]


def mended(project: Project) -> Iterator[tuple[str, str, list[Change]]]:
    """The files that can be mended: name, new text, and what changes where."""
    edits: dict[str, list[tuple[Place, str, str]]] = defaultdict(list)
    for fix in project.fixes:
        edits[fix.place.file].append((fix.place, fix.old, fix.new))
    for quoting in project.quotings:
        edits[quoting.place.file].append((quoting.place, quoting.text, quoted(quoting.text)))
    for name, source in project.sources.items():
        if name.startswith("templates/") or source.original:
            continue
        text, changes = _mend(source, edits.get(name, []))
        if changes:
            yield name, text, changes


def _mend(source: Source, edits: list[tuple[Place, str, str]]) -> tuple[str, list[Change]]:
    lines = source.text.split("\n")
    changes: list[Change] = []
    for place, old, new in sorted(edits, reverse=True):
        line, start = lines[place.line - 1], place.column - 1
        written = line[start : start + place.length]
        if written == old or written.strip("\"'") == old:
            lines[place.line - 1] = line[:start] + new + line[start + place.length :]
            changes.append((place, f"{written} → {new}"))
    changes.reverse()
    markdown = source.file.endswith(".md")
    for index, line in enumerate(lines):
        normal = unicodedata.normalize("NFC", line)
        break_kept = markdown and normal.endswith("  ") and normal.strip()  # two spaces end a line
        lines[index] = stripped = normal if break_kept else normal.rstrip(" \t")
        if normal != line:
            changes.append((Place(source.file, index + 1), _("accents in one piece (Unicode NFC)")))
        elif stripped != line:
            place = Place(source.file, index + 1, len(stripped) + 1)
            changes.append((place, _("spaces at the end of the line")))
    if source.crlf:
        changes.append((Place(source.file), _("line ends of Windows (CRLF)")))
    if source.bom:
        changes.append((Place(source.file), _("byte order mark")))
    return "\n".join(lines), changes
