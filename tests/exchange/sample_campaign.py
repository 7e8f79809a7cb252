"""A small campaign in a folder of the test's own: the shipped guide, a few actors, no notes."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

from consultkit.exchange import xlsform
from consultkit.load import load
from consultkit.model import Project

ROOT = Path(__file__).parents[2]
MAPPING = """\
campaign:
  title: "Campagne fictive"
  language: fr
  start: 2023-06-12
  guide: guides/guide-entretien.md
regions:
  - {id: gao, name: Gao, code: ML07}
  - {id: mopti, name: Mopti, code: ML05}
actor_types:
  - {id: ongi, name: ONG internationale, one: une ONG internationale}
  - {id: leaders, name: Leaders, one: un leader}
actors:
  - {id: tamat, name: "Association Tamat", acronym: ATA, type: ongi, regions: [gao]}
  - {id: sigi, name: "Collectif Sigi", type: leaders, regions: [gao, mopti]}
"""


def campaign(folder: Path, *, english: bool = True) -> Project:
    """The campaign, read."""
    (folder / "guides").mkdir(parents=True)
    (folder / "notes" / "gao").mkdir(parents=True)
    (folder / "mapping.yaml").write_text(MAPPING, "utf-8")
    for name in ("guide-entretien.md", "themes.yaml", *(["interview-guide.md"] if english else [])):
        shutil.copy(ROOT / "guides" / name, folder / "guides" / name)
    return load(folder)


def submission(
    project: Project, number: int, actor: str = "tamat", region: str = "gao", **more: Any
) -> dict[str, Any]:
    """A submission as KoboToolbox's JSON has it."""
    names = xlsform.names_of(project.guide)
    made: dict[str, Any] = {
        "_id": 1000 + number, "_uuid": str(uuid.UUID(int=number)), "_submission_time": "2023-06-20T18:00:00",
        "note_consent_given": "yes", "note_consent/note_consent_form": "oral",
        "note_consent/note_consent_quote": "yes", "note_consent/note_consent_share": "no",
        "note_consent/note_consent_recording": "no", "note_consent/note_attribution": "type",
        "note_sheet/note_region": region, "note_sheet/note_actor": actor, "note_sheet/note_date": "2023-06-20",
        "note_sheet/note_mode": "in-person", "note_sheet/note_language": "fr ses",
        "note_sheet/note_interviewer": "AM", "note_sheet/note_minutes": "75",
        "note_participants": [
            {"note_participants/note_role": "Coordinateur", "note_participants/note_gender": "m",
             "note_participants/note_age": "adult", "note_participants/note_count": "1"},
            {"note_participants/note_role": "Animatrice : terrain", "note_participants/note_gender": "f",
             "note_participants/note_age": "youth"},
        ],
    }  # fmt: skip
    for question in project.guide.questions.values():
        key = f"{names[question.section]}/{names[question.id]}"
        options = list(xlsform.options_of(question.options))
        made[key] = options[1] if options else f"Réponse {number} à {question.id}."
    return made | more
