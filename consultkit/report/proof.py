"""build/evidence.json, for the team: what each finding and quotation rests on, and what made the document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from consultkit import __version__
from consultkit.disclose import INTERNAL, Disclosure
from consultkit.evidence import ledger
from consultkit.i18n import speaking
from consultkit.kept_off import open_words
from consultkit.model import Project
from consultkit.report import pandoc
from consultkit.report.build import Built
from consultkit.report.verify import expected
from consultkit.repository import git


def evidence(project: Project, built: Built) -> bytes:
    """The evidence of an internal document as JSON: version, what made it, findings, quotations, notes.

    Notes that may be neither quoted nor cited are not in it. `sha256` is of the note's file as it lies there.
    """
    assert built.edition == INTERNAL
    with speaking(built.document.language):
        disclosure = Disclosure(project, INTERNAL)
        findings = list(_findings(project, disclosure, built.region))
        quotations = list(_quotations(project, disclosure, built.region))
    named = {id_ for entry in (*findings, *quotations) for id_ in entry["notes"]}
    value = {
        "version": 1,
        "document": {
            "kind": built.kind, "edition": built.edition, "region": built.region or None,
            "date": built.document.date.isoformat(), "provisional": built.provisional,
        },
        "made_with": {
            "consultkit": __version__, "pandoc": pandoc.version(), "typst": metadata.version("typst"),
        },
        "commit": commit(project.root),
        "findings": findings,
        "quotations": quotations,
        "notes": {id_: _note(project, id_) for id_ in sorted(named)},
    }  # fmt: skip
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _findings(project: Project, disclosure: Disclosure, region: str) -> Iterator[dict[str, Any]]:
    for document, statements in ledger(project).statements:
        for statement in statements if region in ("", document.region) else ():
            ids = dict.fromkeys(id_ for cited in statement.citations for id_ in cited.ids)
            notes = [id_ for id_ in ids if disclosure.citable(project.note_by_id.get(id_))]
            if notes:
                place = statement.place
                yield {"file": place.file, "line": place.line, "section": statement.section, "notes": notes}


def _quotations(project: Project, disclosure: Disclosure, region: str) -> Iterator[dict[str, Any]]:
    for proof in expected(project, region):
        quotation = proof.quotation
        if not disclosure.showable(proof):
            continue
        note = project.note_by_id[proof.passage.note] if proof.passage else None
        cited = [id_ for id_ in quotation.ids if disclosure.citable(project.note_by_id.get(id_))]
        yield {
            "text": open_words(quotation.text),
            "file": quotation.place.file, "line": quotation.place.line,
            "column": quotation.place.column, "section": quotation.section,
            "notes": cited, "holds": proof.holds,
            "found_in": {"note": note.id, "file": note.file, "line": proof.passage.place.line}
            if note and proof.passage else None,
            "attribution": disclosure.attribution(note, proof) if note and proof.holds else None,
        }  # fmt: skip


def _note(project: Project, id_: str) -> dict[str, str]:
    note = project.note_by_id[id_]
    return {"file": note.file, "sha256": hashlib.sha256((project.root / note.file).read_bytes()).hexdigest()}


def commit(root: Path) -> dict[str, Any] | None:
    """The git commit that the campaign stands at and whether its files are as committed; None without git."""
    head = git.line(root, "rev-parse", "HEAD")
    changed = git.ask(root, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    return None if not head or changed is None else {"id": head, "clean": not changed.strip()}
