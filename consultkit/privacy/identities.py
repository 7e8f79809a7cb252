"""Who must not be recognised: the entries of private/identities.yaml, and whether they can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from consultkit.diagnostic import Fault
from consultkit.i18n import _
from consultkit.located_yaml import Node
from consultkit.privacy.folding import WORD, fold
from consultkit.text import did_you_mean

KEYS = ("note", "actor", "name", "aliases", "phone", "email")
_FRENCH = {"nom": "name", "surnoms": "aliases", "courriel": "email", "acteur": "actor"}
SHORTEST_PART = 4  # letters from which a part of a name counts alone

# Parts of names that name nobody, in the languages of Mali.
PARTICLES: frozenset[str] = frozenset(
    """
    ag agg aga ould wuld walet oult mint bint ben bin ibn abou abu abd el al as ach es la le les de des
    du da di do d l dit dite alias et and of the von van veuve epouse nee ne feu fils fille mme mlle
    monsieur madame mademoiselle docteur imam chef elhadj elhadji hadj hadji hadja alhaji alhadji
    marabout maire colonel commandant capitaine general pour en aux au sur dans par with for in a
    """.split()  # noqa: SIM905
)
# Words of actor types: an organisation is not recognised by them.
TYPE_WORDS = frozenset(
    """
    association associations assoc ong ongi ongn osc osi organisation organisations organization
    organizations groupement groupements groupe reseau network cooperative cooperatives collectif comite
    committee commission federation union fondation foundation plateforme platform forum mouvement
    coordination coalition consortium conseil council agence agency bureau centre center institut
    institute programme program programmes projet project ministere direction service services cellule
    equipe mission societe civile section antenne delegation mairie prefecture commune region regional
    regionale national nationale international internationale internationales internationaux local
    locale mali malien malienne maliens maliennes
    """.split()  # noqa: SIM905
)


class LockState(StrEnum):
    """What became of the identities: read, damaged (in part at least), locked (no key at hand), or absent."""

    READ = "read"
    DAMAGED = "damaged"
    LOCKED = "locked"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Somebody, or an organisation, that must not be recognised; `owner` is the note's or the actor's id.

    A person's parts of four letters or more count alone; an organisation (`organisation=True`, aliases being
    its acronyms) is known by its whole name, its acronyms, and those words of its name that are not ordinary.
    """

    owner: str
    owner_kind: Literal["note", "actor"]
    name: str = ""
    aliases: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    line: int = 1
    organisation: bool = False

    def __repr__(self) -> str:
        """Names the owner alone: an identity reaches no log or crash output."""
        return f"Identity(owner={self.owner!r}, owner_kind={self.owner_kind!r})"


class EntryFault(NamedTuple):
    """What is wrong with an entry: its position in the list (0 the first), the key concerned, a sentence."""

    entry: int
    key: str
    message: str


def name_parts(name: str) -> list[str]:
    """The folded words of a name that tell something: no particles, no honorifics."""
    return [part for part in (fold(word) for word in WORD.findall(name)) if part and part not in PARTICLES]


def from_entries(entries: object) -> tuple[list[Identity], list[EntryFault]]:
    """Identities from the plain lists and maps of private/identities.yaml, and what is wrong there.

    `entries` is the value of the key `identities`. A wrong entry does not stop the others. No message holds
    a name, a phone or an address.
    """
    if entries is None:
        return [], []
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return [], [EntryFault(0, "", _("“identities” must be a list."))]
    identities: list[Identity] = []
    faults: list[EntryFault] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            faults.append(EntryFault(index, "", _("An identity must be a map with “note” or “actor”.")))
            continue
        found = [EntryFault(index, key, message) for key, message in _faults(entry)]
        faults += found
        owned = next((key for key in ("note", "actor") if _text(entry.get(key))), "")
        if owned:
            identities.append(_identity(entry, "note" if owned == "note" else "actor"))
    return identities, faults


def from_node(listed: Node | None, file: str) -> tuple[list[Identity], list[Fault]]:
    """Identities from the list as it stands in a file, and what is wrong there, each at its place.

    Faults hold no word of the file: what helps elsewhere by quoting a line would put a name on a screen here.
    """
    identities, found = from_entries(_plain(listed) if listed else None)
    faults = []
    for fault in found:
        assert listed is not None
        place = listed.place(file, fault.entry, *filter(None, (fault.key,)))
        faults.append(Fault("private-value", place._replace(length=1), fault.message))
    return identities, faults


def _plain(node: Node) -> object:
    """A node as plain lists, maps and texts; each map with its line under `__line__`."""
    if node.kind == "map":
        return {"__line__": node.line, **{key: _plain(value) for key, _key, value in node}}
    if node.kind == "seq":
        return [_plain(item) for item in node.items]
    return None if node.empty else node.text


def _identity(entry: Mapping[object, object], kind: Literal["note", "actor"]) -> Identity:
    """The identity that one entry describes."""
    aliases, name = entry.get("aliases"), entry.get("name")
    listed = [aliases] if isinstance(aliases, str) else aliases if isinstance(aliases, Sequence) else []
    if isinstance(name, list):  # a fault, and looked for all the same
        listed = [*name, *listed]
    line = entry.get("__line__")
    return Identity(
        owner=_text(entry.get(kind)),
        owner_kind=kind,
        name=_text(name),
        aliases=tuple(_text(alias) for alias in listed if _text(alias)),
        phone=_text(entry.get("phone")),
        email=_text(entry.get("email")),
        line=line if isinstance(line, int) else 1,
    )


def _faults(entry: Mapping[object, object]) -> list[tuple[str, str]]:
    """What is wrong with one entry, as (key, sentence)."""
    faults = []
    for key in entry:
        if key not in KEYS and key != "__line__":
            near = did_you_mean(_FRENCH.get(str(key), str(key)), KEYS)
            faults.append((str(key), " ".join(filter(None, (_("Unknown key in an identity."), near)))))
    owners = [key for key in ("note", "actor") if _text(entry.get(key))]
    if not owners:
        faults.append(("", _("An identity needs “note” or “actor”: whose is it?")))
    elif len(owners) > 1:
        faults.append(("actor", _("An identity has either “note” or “actor”, not both.")))
    if not any(entry.get(key) for key in ("name", "aliases", "phone", "email")):
        faults.append(("", _("This identity says nothing to look for: give a name, a phone or an e-mail.")))
    faults += [
        (key, _("“{key}” must be a text.").format(key=key))
        for key in ("note", "actor", "name", "phone", "email")
        if isinstance(entry.get(key), (Mapping, list))
    ]
    return faults


def _text(value: object) -> str:
    """A scalar as text; empty for lists, maps and nothing."""
    return "" if value is None or isinstance(value, (Mapping, list, tuple)) else str(value).strip()
