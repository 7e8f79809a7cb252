"""notes/livraisons.yaml: what left, to which organisation, when, with which hash and notes; no person."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from consultkit.files import DELIVERIES
from consultkit.i18n import _
from consultkit.located_yaml import quoted
from consultkit.model import Delivery, Project
from consultkit.text import fold


def sending_name(project: Project, words: Iterable[str], suffix: str) -> str:
    """`Rapport_Gao_v1_2023-07-05.docx`: a name for sending; the version counts what was sent before."""
    stem = "_".join(word for word in (_plain(word) for word in words) if word)
    sent = {delivery.file.rsplit(".", 1)[0] for delivery in project.deliveries}
    versions = [int(m[1]) for name in sent if (m := re.match(rf"{re.escape(stem)}_v(\d+)_", name))]
    return f"{stem}_v{max(versions, default=0) + 1}_{project.today.isoformat()}{suffix}"


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word)
    return re.sub(r"[^A-Za-z0-9]+", "-", "".join(c for c in letters if not unicodedata.combining(c))).strip(
        "-"
    )


def fulfilled(project: Project, kind: str, region: str = "") -> str:
    """The deliverable that a file of this kind fulfils: the first due, not delivered yet; or nothing."""
    if project.mapping is None:
        return ""
    done = {delivery.deliverable for delivery in project.deliveries}
    waiting = [
        d for d in project.mapping.deliverables if d.kind == kind and d.region == region and d.id not in done
    ]
    waiting.sort(key=lambda d: (d.due or dt.date.max, d.id))
    return waiting[0].id if waiting else ""


def delivery(
    project: Project,
    name: str,
    data: bytes,
    *,
    to: str,
    kind: str,
    notes: Iterable[str] = (),
    region: str = "",
) -> Delivery:
    """The entry for a file that is about to be sent."""
    from consultkit.diagnostic import Place

    digest = hashlib.sha256(data).hexdigest()
    listed = tuple(sorted(notes))
    return Delivery(
        name, to, project.today, digest, kind, fulfilled(project, kind, region), listed, Place(DELIVERIES)
    )


def logged(root: Path, entries: Iterable[Delivery]) -> str:
    """The log's text with more entries; what stands there stays as it is."""
    path = root / DELIVERIES
    text = (
        path.read_text("utf-8")
        if path.exists()
        else f"# {_('What was delivered. The program writes this file.')}\n"
    )
    if not re.search(r"^deliveries:\s*$", text, re.MULTILINE):
        text = text.rstrip("\n") + "\ndeliveries:\n"
    return text.rstrip("\n") + "\n" + "".join(map(_entry, entries))


def _entry(entry: Delivery) -> str:
    rows = [
        f"file: {quoted(entry.file)}",
        f"kind: {entry.kind}",
        *([f"deliverable: {entry.deliverable}"] if entry.deliverable else []),
        f"to: {quoted(entry.to)}",
        f"date: {entry.date.isoformat() if entry.date else ''}",
        f"sha256: {quoted(entry.sha256)}",
        *([f"notes: [{', '.join(entry.notes)}]"] if entry.notes else []),
    ]
    return "  - " + "\n    ".join(rows) + "\n"


def organisation_word(text: str) -> bool:
    """Whether a recipient looks like an organisation and not like an address of a person."""
    from consultkit.privacy import patterns

    return not ("@" in text or re.search(r"\d{6,}", text) or patterns.search(text)) and bool(fold(text))
