"""What changed in the mapping since a date or a git revision, for the meeting with the commissioner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consultkit.exchange.table import Change, changes, values_of
from consultkit.files import DELIVERIES, MAPPING, WorkspaceError, decode
from consultkit.i18n import _
from consultkit.model import Actor, ActorMapping
from consultkit.parse.mapping import parse_mapping
from consultkit.repository import git
from consultkit.text import parse_date

UNTOLD = ("appointment",)  # when somebody is met is nobody's business at that table


@dataclass(frozen=True, slots=True)
class Review:
    """Actors added, changed and gone between two states of the mapping."""

    added: list[Actor]
    changed: list[tuple[Actor, list[Change]]]
    gone: list[Actor]


def compare(mapping: ActorMapping, before: ActorMapping | None) -> Review:
    """What two states of the mapping differ in; without an earlier one, all is new."""
    old, now = before.actor_by_id if before else {}, mapping.actor_by_id
    changed = [(actor, _changes(mapping, old[id_], actor)) for id_, actor in now.items() if id_ in old]
    return Review(
        [actor for id_, actor in now.items() if id_ not in old],
        [(actor, changes) for actor, changes in changed if changes],
        [actor for id_, actor in old.items() if id_ not in now],
    )


def _changes(mapping: ActorMapping, old: Actor, new: Actor) -> list[Change]:
    return [one for one in changes(mapping, new.id, values_of(old), values_of(new)) if one.key not in UNTOLD]


def earlier(root: Path, since: str | None) -> tuple[str, ActorMapping | None]:
    """The mapping before a day or at a revision; by default at the last delivery, else the first commit.

    Returns the revision, shortened, and the mapping, None before it existed. WorkspaceError without git.
    """
    if git.ask(root, "rev-parse", "--git-dir") is None:
        raise WorkspaceError(_("The mapping's past is in git, and this campaign is not kept there."))
    log, day = ("log", "--format=%h"), parse_date(since) if since else None
    if since is None:
        revision = git.line(root, *log, "-1", "--", DELIVERIES)
        revision = revision or git.line(root, *log, "--", MAPPING).split("\n")[-1]
    elif day:
        revision = git.line(root, *log, "-1", f"--before={day.isoformat()}T00:00:00", "--", MAPPING)
    else:
        commit = since + "^{commit}"
        revision = git.line(root, "rev-parse", "--verify", "--quiet", "--short", "--end-of-options", commit)
        if not revision:
            raise WorkspaceError(_("git knows no revision “{since}”, and it is no date.").format(since=since))
    data = git.ask(root, "show", f"{revision}:./{MAPPING}") if revision else None
    source = decode(data, MAPPING, []) if data else None
    return revision, parse_mapping(source, [], [], []) if source else None
