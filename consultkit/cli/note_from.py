"""consultkit note --from: a note typed in Word becomes a draft note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from consultkit.cli import root
from consultkit.cli.common import hidden, item, keep, sound, unknown
from consultkit.exchange import drafts
from consultkit.exchange.typed import join
from consultkit.exchange.word_note import Typed, read_note
from consultkit.exchange.word_read import read_word
from consultkit.files import WorkspaceError, locked
from consultkit.i18n import _, speaking
from consultkit.load import load
from consultkit.model import ActorMapping
from consultkit.scaffold import duplicates_of
from consultkit.text import fold, listing


def note_from(file: Path, actors: Sequence[str], region: str | None, again: bool) -> int:
    """Writes the draft note that a Word file makes; says what found no place."""
    if file.suffix.lower() != ".docx":
        raise WorkspaceError(_("{file} is no Word file (.docx), or is damaged.").format(file=file.name))
    with locked(root()):
        project = load(root())
        mapping, guide = sound(project)
        word = read_word(file)
        typed = read_note(word, project, guide)
        if not typed.answers and not typed.rest and not typed.values:
            raise WorkspaceError(_("{file} is empty: no answer and no cover table.").format(file=file.name))
        actor, where = _where(mapping, typed, actors, region)
        held = [note for note in duplicates_of(project, mapping.actor_by_id[actor], where)
                if not drafts.untouched(note)]  # fmt: skip
        values = typed.values | ({"follow_up_of": held[0].id} if again and held else {})
        key = drafts.digest(repr(word))
        with speaking(project.language):
            rest = drafts.unplaced(join(typed.rest))
        answers = {id_: text for id_, blocks in typed.answers.items() if (text := join(blocks))}
        draft = drafts.Draft(
            "document", (key,), key, actor, where, values, typed.participants, answers, rest,
            [typed.person] if typed.person else [],
        )  # fmt: skip
        outcomes = drafts.plan(project, guide, [draft])
        if outcomes[0].kind == "same":
            raise WorkspaceError(
                _("{file} was imported before: it is {path}.").format(file=file.name, path=outcomes[0].path)
            )
        if held and not again:
            message = _("“{actor}” already has the note {id}. For a further talk: --follow-up.")
            raise WorkspaceError(message.format(actor=actor, id=held[0].id))
        for line in typed.told:
            item("  ! ", hidden(project, line))
        return keep(project, outcomes, dry_run=False, yes=True)


def _where(mapping: ActorMapping, typed: Typed, actors: Sequence[str], region: str | None) -> tuple[str, str]:
    """The actor and the region: those named on the command line, else those of the cover table."""
    names = drafts.actors_called(mapping)
    said = actors[0] if actors else typed.said.get("actor", "")
    if not said:
        raise WorkspaceError(_("The cover table names no actor: `consultkit note ACTOR --from FILE` does."))
    actor = names.get(fold(said))
    if actor is None:
        raise unknown(_("actor"), said, names, _("Add the actor to mapping.yaml."))
    own = [name for name in mapping.actor_by_id[actor].regions if name in mapping.region_by_id]
    wanted = region or typed.said.get("region", "")
    bare = re.sub(r"^region (d[eu] )?", "", fold(wanted))
    where = drafts.regions_called(mapping).get(bare) if wanted else own[0] if len(own) == 1 else None
    if where is None:
        message = _("Which region? Name it with --region: {regions}.")
        raise WorkspaceError(message.format(regions=listing(own or list(mapping.region_by_id))))
    return actor, where
