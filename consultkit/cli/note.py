"""consultkit note: lays down notes to fill, from the guide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.cli.common import region_named, sound, unknown
from consultkit.files import WorkspaceError, locked
from consultkit.i18n import _, speaking
from consultkit.load import load
from consultkit.model import Actor, ActorMapping, Guide, Project
from consultkit.output.terminal import tell
from consultkit.progress import without_note
from consultkit.scaffold import Planned, duplicates_of, next_ids, note_file, shuffled, write_planned
from consultkit.text import listing


def note(
    actors: Annotated[
        list[str] | None, typer.Argument(metavar="ACTOR", help=_("Ids of actors of the mapping."))
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help=_("All scheduled or contacted actors without a note."))
    ] = False,
    region: Annotated[str | None, typer.Option(help=_("The region, where an actor has several."))] = None,
    follow_up: Annotated[
        bool, typer.Option("--follow-up", help=_("A further talk with an actor already heard."))
    ] = False,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help=_("A note typed in Word (.docx)."))
    ] = None,
) -> int:
    """Lays down a note to fill, from the guide; `note renumber OLD NEW` is `renumber OLD NEW`."""
    if actors and actors[0] == "renumber" and len(actors) == 3:
        from consultkit.cli.renumber import renumber

        return renumber(actors[1], actors[2])
    if source is not None:
        from consultkit.cli.note_from import note_from

        if everyone or len(actors or []) > 1:
            raise typer.BadParameter(_("--from takes one actor at most."))
        return note_from(source, actors or [], region, follow_up)
    if bool(actors) == everyone:
        raise typer.BadParameter(_("Name one or more actors, or --all."))
    with locked(root()):
        project = load(root())
        mapping, guide = sound(project)
        region = region_named(mapping, region)
        if everyone:
            pairs = shuffled([pair for pair in without_note(project) if region in (None, pair[1])])
        else:
            named = dict.fromkeys(actors or [])
            pairs = [_pair(project, mapping, actor, region, follow_up) for actor in named]
        if not pairs:
            tell(_("No scheduled or contacted actor waits for a note: name an actor, or set its status."))
            return 0
        written = write_planned(project.root, _plan(project, guide, pairs, follow_up))
    for path in written:
        print(f"  + {path}")
    tell(_("Fill it in, then run `consultkit check {path}`.").format(path=written[0] if written else ""))
    return 0


def _pair(
    project: Project, mapping: ActorMapping, id_: str, region: str | None, again: bool
) -> tuple[Actor, str]:
    """The actor and the region its note counts in; says what is missing where that is not clear."""
    actor = mapping.actor_by_id.get(id_)
    if actor is None:
        raise unknown(_("actor"), id_, mapping.actor_by_id, _("Add the actor to mapping.yaml."))
    regions = [name for name in dict.fromkeys(actor.regions) if name in mapping.region_by_id]
    if region is not None and region not in regions:
        message = _("The mapping does not have “{actor}” in the region “{region}”.")
        raise WorkspaceError(message.format(actor=id_, region=region))
    if not regions:
        raise WorkspaceError(_("“{actor}” has no region of this campaign.").format(actor=id_))
    open_regions = [name for name in regions if again or not duplicates_of(project, actor, name)]
    if region is None and len(open_regions) > 1:
        message = _("“{actor}” has several regions ({regions}): name one with --region.")
        raise WorkspaceError(message.format(actor=id_, regions=listing(open_regions)))
    chosen = region or [*open_regions, *regions][0]
    existing = duplicates_of(project, actor, chosen)
    if existing and not again:
        message = _("“{actor}” already has the note {id}. For a further talk: --follow-up.")
        raise WorkspaceError(message.format(actor=id_, id=existing[0].id))
    return actor, chosen


def _plan(project: Project, guide: Guide, pairs: list[tuple[Actor, str]], again: bool) -> list[Planned]:
    planned: list[Planned] = []
    with speaking(project.language):
        for region in dict.fromkeys(region for _actor, region in pairs):
            here = [actor for actor, name in pairs if name == region]
            for actor, id_ in zip(here, next_ids(project, region, len(here)), strict=True):
                first = duplicates_of(project, actor, region) if again else []
                planned.append(note_file(project, guide, actor, region, id_, first[0].id if first else ""))
    return planned
