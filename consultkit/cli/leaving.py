"""What every command asks before it writes what leaves: does anybody, or a number, go with it?"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from consultkit.files import MAPPING, WorkspaceError
from consultkit.i18n import _
from consultkit.model import Project
from consultkit.privacy import gate


def refuse_own(project: Project, target: Path) -> None:
    """WorkspaceError where what is to be written would take the place of a file of the campaign."""
    own = {project.root / name for name in (*project.files, *project.sources, MAPPING)}
    if target.resolve() in {path.resolve() for path in own if path.name == target.name}:
        message = _("{path} is a file of the campaign: name another.")
        raise WorkspaceError(message.format(path=target))


def leaks(project: Project, outputs: Mapping[str, bytes], said: Mapping[str, str]) -> list[str]:
    """Known persons in files about to be written; numbers and addresses in what they say, by its place."""
    from consultkit.rules.privacy import matcher

    known = matcher(project) if project.identities else None
    found = [str(leak) for leak in gate.leaks(outputs, known, _blank)]
    for where, text in said.items():
        found += gate.signs(text, project.allowed, where)
    return found


def named(project: Project, said: Mapping[str, str], spared: Iterable[str] = ()) -> list[str]:
    """Organisations that no note allows to name, in what is about to leave."""
    from consultkit.rules.privacy import hidden_actors

    hidden, listed = hidden_actors(project), tuple(spared)
    return [
        told
        for where, text in said.items()
        for told in gate.named(project.mapping, hidden, text, where, listed, project.exceptions)
    ]


def styles(project: Project) -> dict[str, str]:
    """What the campaign's own page layout and style sheet say, which every document takes over."""
    found = {}
    for name in ("mise-en-page.typ", "style.css"):
        path = project.root / "templates" / name
        if path.is_file():
            text = path.read_text("utf-8", "replace")
            found[f"templates/{name}"] = text if name.endswith(".typ") else re.sub("@[a-z-]+", "", text)
    return found


def receiver(project: Project, to: str | None) -> list[str]:
    """Known persons in the name of who receives a file: git keeps it in notes/livraisons.yaml."""
    from consultkit.deliveries import organisation_word
    from consultkit.rules.privacy import matcher

    if to is None:
        return []
    if not organisation_word(to):
        raise WorkspaceError(_("Name the organisation that receives it, not a person or an address."))
    owners = sorted({hit.owner for hit in matcher(project).search(to)}) if project.identities else []
    message = _("A known identity ({owner}) stands in the name of who receives it: name the organisation.")
    return [message.format(owner=owner) for owner in owners]


def refuse(found: Iterable[str]) -> int:
    """Tells where a known identity would leave; nothing overrides that."""
    print(_("Refused: a known identity would leave."), file=sys.stderr)
    for sentence in found:
        print(f"  {sentence}", file=sys.stderr)
    return 1


def _blank() -> dict[str, bytes]:
    """Documents and a workbook that hold nobody's words: what their formats say of themselves."""
    from consultkit.exchange.spreadsheet import Column, Page, to_xlsx
    from consultkit.report.blank import blank

    return {**blank(), "i.xlsx": to_xlsx([Page("-", [Column("-")], [])], "", "-")}
