"""Persons: read from cells, kept in private/identities.yaml alone, written with all else or not at all."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from consultkit.exchange.yaml_edit import Document, apply
from consultkit.files import WorkspaceError, decode, read_regular, write_all
from consultkit.i18n import _
from consultkit.located_yaml import Node, read
from consultkit.model import Project
from consultkit.privacy.encryption import encrypt
from consultkit.privacy.vault import LOCKED, PLAIN, recipients, unlock
from consultkit.text import fold

_KEYS = ("name", "phone", "email")
_EMAIL = re.compile(r"[^\s,;<>()]+@[^\s,;<>()]+")
_PHONE = re.compile(r"\+?\(?\d[\d .()-]{5,}\d")
_ROLES = re.compile(  # what stands around a name and is none
    r"(?i)\b(t[ée]l|mail|e-mail|cel|mob|contact|m|mm|mr|mme|mlle|mrs|ms|dr|pr|prof|coordinat\w+|responsable|"
    r"(direct\w+|pr[ée]sident\w*|secr[ée]taire|charg[ée]e?|chef\w*|repr[ée]sentante?)"
    r"( (g[ée]n[ée]ral|r[ée]gional|national|ex[ée]cuti|adjoint)\w*)?|point focal)\b[.:]*"
)
_BETWEEN = re.compile(r"[:;,/()<>\n-]+(?=\s|$)")
_PERSONS = re.compile(r"[;\n]|\s/\s|\s&\s|\set\s|\sand\s")


def with_people(project: Project, entries: Iterable[Mapping[str, str]]) -> tuple[str, bytes] | None:
    """The identities' file (name, new content) with the entries ({"note": id, "name": …}) that it lacks.

    None where nothing is to be added. Raises WorkspaceError where the file cannot be opened: then nothing
    else should be written either.
    """
    there = {(i.owner, *map(fold, (i.name, i.phone, i.email))) for i in project.identities}
    fresh = [entry for entry in entries if any(entry.get(key) for key in _KEYS) and _key(entry) not in there]
    if not fresh:
        return None
    plain, locked = project.root / PLAIN, project.root / LOCKED
    if plain.is_file() or not locked.is_file():
        before = plain.read_bytes() if plain.is_file() else b""
        return PLAIN, _added(before, fresh)
    opened = unlock(read_regular(locked))
    if opened is None:
        message = _("{path} cannot be opened here, and names are to be kept in it. Nothing was imported.")
        help = _("Open it first: `consultkit identities unlock`.")
        raise WorkspaceError(f"{message.format(path=LOCKED)} {help}")
    return LOCKED, encrypt(_added(opened, fresh), recipients(project))


def write_together(root: Path, files: Mapping[str, bytes | str], private: tuple[str, bytes] | None) -> None:
    """Writes files and the identities: all, or none where one fails."""
    name, data = private or ("", b"")
    write_all(root, {name: data, **files} if private else files, name)


def _key(entry: Mapping[str, str]) -> tuple[str, ...]:
    return (entry.get("note") or entry.get("actor") or "", *(fold(entry.get(key, "")) for key in _KEYS))


def _added(before: bytes, entries: Sequence[Mapping[str, str]]) -> bytes:
    """The file's text with the entries at the end of its list; all else stays."""
    source = decode(before, PLAIN, [])
    text = (source.original or source.text) if source else ""
    reading = read(text, PLAIN)
    strange = reading.root is not None and reading.root.kind != "map" and not reading.root.empty
    if source is None or reading.broken or strange:
        raise WorkspaceError(_("{path} cannot be read: `consultkit check` says where.").format(path=PLAIN))
    root = reading.root if reading.root is not None and reading.root.kind == "map" else Node("map", {}, 1, 1)
    return apply(text, Document(text).add_entries(root, "identities", entries)).encode()


def persons_in(texts: Iterable[str]) -> list[dict[str, str]]:
    """Names, phones and e-mails in a row's cells about persons; words alone in their cells make one name."""
    found: dict[str, dict[str, None]] = {"name": {}, "phone": {}, "email": {}}
    words: dict[str, None] = {}
    for text in texts:
        for key, pattern in (("email", _EMAIL), ("phone", _PHONE)):
            found[key] |= dict.fromkeys(match.strip() for match in pattern.findall(text))
            text = pattern.sub(" ", text)
        for one in _PERSONS.split(text):
            name = " ".join(_BETWEEN.sub(" ", _ROLES.sub(" ", one)).split())
            if name:
                (found["name"] if " " in name else words)[name] = None
    if words:
        found["name"] = {" ".join(words): None, **found["name"]}
    rows = itertools.zip_longest(*found.values())
    return [{key: value for key, value in zip(found, row, strict=True) if value} for row in rows]
