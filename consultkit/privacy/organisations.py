"""Organisations that must not be recognised: their names and acronyms as identities.

One reading for the rules, the gate and the notes that are shown: the whole name and the acronym count, and so
does each telling word of the name alone. A word tells nothing where the name itself writes it in lower case
(“des femmes venues de…”), where two actors share it, or where it names a place, a sector or a type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from consultkit.model import Actor, ActorMapping
from consultkit.privacy.folding import WORD, fold
from consultkit.privacy.identities import Identity
from consultkit.privacy.matcher import Matcher


def organisation(actor: Actor) -> Identity:
    """An actor's name and acronym as an identity."""
    aliases = (actor.acronym,) if actor.acronym else ()
    return Identity(actor.id, "actor", actor.name, aliases, organisation=True)


def organisation_matcher(
    mapping: ActorMapping, hidden: Iterable[str], exceptions: Iterable[str] = ()
) -> Matcher:
    """The search for the actors with these ids, but for words and names that are no leak."""
    actors = mapping.actor_by_id
    sought = [organisation(actors[id_]) for id_ in sorted(hidden) if id_ in actors]
    return Matcher(sought, exceptions, _plain(mapping))


def _plain(mapping: ActorMapping) -> Iterator[str]:
    """Words that name no organisation."""
    for items in (mapping.regions, mapping.sectors, mapping.actor_types):
        yield from (item.name for item in items)
    yield mapping.campaign.commissioner
    shared: Counter[str] = Counter()
    for actor in mapping.actor_by_id.values():
        yield from actor.cercles
        written = WORD.findall(actor.name)
        yield from (word for word in written if word[:1].islower())
        shared.update({fold(word) for word in written})
    yield from (word for word, number in shared.items() if number > 1)
