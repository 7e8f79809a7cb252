"""Another id for a note: its file, its header, and every place that names it; all of it or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from consultkit.exchange.yaml_edit import Document, Edit, apply, scalar
from consultkit.files import DELIVERIES, WorkspaceError, bad_windows_name, write_all
from consultkit.i18n import _
from consultkit.located_yaml import Node, read
from consultkit.model import Note, Project
from consultkit.note_edit import normal, read_split, set_keys
from consultkit.privacy.vault import LOCKED, PLAIN
from consultkit.quotation import ANY_AT
from consultkit.rules.privacy import matcher
from consultkit.schema.types import ID
from consultkit.text import did_you_mean

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass
class Renumbering:
    """What a new id changes: the files' new bytes, and the note's place before and after."""

    old: str
    new: str
    source: str
    target: str
    files: dict[str, bytes] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)  # files that name the old id and were not changed


def plan(project: Project, old: str, new: str) -> Renumbering:
    """What giving the note `old` (an id or a file) the id `new` would change.

    Raises WorkspaceError where the new id is none or taken, or where two notes have the old one and no file
    is named. Citations of an id that two notes have stay: nobody but their author knows which was meant.
    """
    note = _note(project, old)
    _refuse_taken(project, note, new)
    search = matcher(project).search if project.identities else None
    if search and search(new) and not search(note.id):
        raise WorkspaceError(_("This id holds a known identity: give the note another."))
    shared = sum(other.id == note.id for other in project.notes) > 1
    target = str(PurePosixPath(note.file).with_name(f"{new}.md"))
    found = Renumbering(note.id, new, note.file, target)
    raw = _text(project.root / note.file)
    found.files[target] = set_keys(raw, read_split(normal(raw), note.file), {"id": new}).encode()
    for name, text in _naming(project, note, new):
        if shared:
            found.left.append(name)
        else:
            found.files[name] = text.encode()
    if not (project.root / PLAIN).is_file() and (project.root / LOCKED).is_file():
        found.left.append(LOCKED)
    return found


def write(root: Path, renumbering: Renumbering) -> None:
    """Writes a renumbering; where a file cannot be written, the others get their old bytes back."""
    source, target = root / renumbering.source, root / renumbering.target
    same = target.exists() and source.samefile(target)  # the file already had that name, but for its case
    write_all(root, {**renumbering.files, **({} if same else {renumbering.source: None})})


def _note(project: Project, named: str) -> Note:
    by_file = [note for note in project.notes if note.file == named.removeprefix("./").replace("\\", "/")]
    found = by_file or [note for note in project.notes if note.id == named]
    if not found:
        message = _("No {what} has the id “{id}”.").format(what=_("note"), id=named)
        raise WorkspaceError(f"{message} {did_you_mean(named, project.note_by_id)}".rstrip())
    if len(found) > 1:
        message = _("Two notes have the id {id}: name the file of the one that changes ({files}).")
        files = ", ".join(note.file for note in found)
        raise WorkspaceError(message.format(id=named, files=files))
    return found[0]


def _refuse_taken(project: Project, note: Note, new: str) -> None:
    if not ID.match(new) or bad_windows_name(f"{new}.md"):
        message = _(
            "“{value}” is no id: letters without accents and digits, joined by - or _, a letter first."
        )
        raise WorkspaceError(message.format(value=new))
    taken = {other.id.lower() for other in project.notes if other.file != note.file}
    taken |= {
        PurePosixPath(name).stem.lower()
        for name in project.files
        if name.startswith("notes/") and name.endswith(".md") and name != note.file
    }
    if new.lower() in taken or (new == note.id and PurePosixPath(note.file).stem == new):
        raise WorkspaceError(_("The id {id} is taken. Nothing was changed.").format(id=new))
    if (project.root / note.file).is_symlink():
        raise WorkspaceError(_("{path} is a link; it is not written through.").format(path=note.file))


def _naming(project: Project, note: Note, new: str) -> Iterator[tuple[str, str]]:
    """Every other file that names the note, with its text after."""
    root = project.root
    for synthesis in (*project.syntheses, *project.lessons):
        raw = _text(root / synthesis.file)
        text = _cited(raw, note.id, new)
        if text != raw:
            yield synthesis.file, text
    for other in project.notes:
        if other.follow_up_of == note.id and other.file != note.file:
            raw = _text(root / other.file)
            yield other.file, set_keys(raw, read_split(normal(raw), other.file), {"follow_up_of": new})
    for name, keys in ((DELIVERIES, {"notes"}), (PLAIN, {"note"})):
        if (root / name).is_file():
            raw = _text(root / name)
            text = _yaml(raw, name, keys, note.id, new)
            if text != raw:
                yield name, text


def _cited(text: str, old: str, new: str) -> str:
    """Citations of a note, and its code in the material that the scaffold lays down as comments."""
    bare = re.compile(rf"(?<![\w@.-]){re.escape(old)}(?![\w-])")
    text = _COMMENT.sub(lambda comment: bare.sub(new, comment[0]), text)
    return ANY_AT.sub(lambda match: f"@{new}" if match[1] == old else match[0], text)


def _yaml(raw: str, file: str, keys: set[str], old: str, new: str) -> str:
    """A YAML text in which values under these keys that are the old id become the new one."""
    root = read(raw, file).root
    if root is None:
        return raw
    document = Document(raw)
    named = (node for node in _values(root, keys) if node.text == old)
    return apply(raw, [Edit(*document.span(node), scalar(new)) for node in named])


def _values(node: Node, keys: set[str], under: bool = False) -> Iterator[Node]:
    if node.kind == "scalar" and under:
        yield node
    for item in node.items:
        yield from _values(item, keys, under)
    for key, _key, value in node:
        yield from _values(value, keys, key in keys)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        message = _("{path} cannot be read: `consultkit check` says where.")
        raise WorkspaceError(message.format(path=path)) from None
