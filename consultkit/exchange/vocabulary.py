"""What people write in lists of actors, in two languages: headings, tags, codes, places, sectors, dates."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from consultkit.exchange.spreadsheet import clean
from consultkit.i18n import N_, _, catalogue
from consultkit.model import ActorMapping
from consultkit.places import CERCLES, REGIONS, known_region, region_of_cercle
from consultkit.privacy import patterns
from consultkit.schema.declare import ACTOR_KIND, PRIORITY, REASON_CODE, REVIEW, STATUS
from consultkit.schema.types import Enum
from consultkit.text import MONTHS, fold, listing, parse_date

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


def _split(words: str) -> list[str]:
    return words.replace("\n", "").split("|")


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b({words})\b".replace("\n", ""))


_WEAK, _PERSON = _split(WORDS["weak"]), _pattern(WORDS["person"])
TYPES = [(codes.split("|"), _pattern(words)) for codes, words in WORDS["types"].values()]
SECTORS = [_pattern(words) for words in WORDS["sectors"].values()]
# key: (heading, width)
HEADINGS: dict[str, tuple[str, int]] = {
    "id": (N_("Id"), 18), "name": (N_("Actor"), 36), "acronym": (N_("Acronym"), 12), "kind": (N_("Kind"), 14),
    "type": (N_("Type"), 28), "regions": (N_("Regions"), 24), "cercles": (N_("Cercles"), 24),
    "sectors": (N_("Sectors"), 30), "priority": (N_("Priority"), 12), "status": (N_("Status"), 20),
    "reason": (N_("Reason"), 30), "reason_code": (N_("Kind of reason"), 16),
    "replaced_by": (N_("Replaced by"), 18), "appointment": (N_("Appointment"), 16),
    "review": (N_("Review"), 14), "comment": (N_("Comments"), 50),
}  # fmt: skip
HXL = {
    ("org", "name"): "name", ("org", "acronym"): "acronym", ("org", "type"): "type", ("org", "id"): "id",
    ("org", ""): "name", ("adm1", ""): "regions", ("adm2", ""): "cercles", ("sector", ""): "sectors",
    ("contact", ""): "person",
}  # fmt: skip

CHOICES: dict[str, Enum] = {
    "kind": ACTOR_KIND, "priority": PRIORITY, "status": STATUS, "reason_code": REASON_CODE, "review": REVIEW,
}  # fmt: skip
LABELS = {label: label for label in (
    N_("organisation"), N_("person"), N_("group"), N_("high"), N_("medium"), N_("low"), N_("identified"),
    N_("contacted"), N_("scheduled"), N_("declined"), N_("unreachable"), N_("postponed"), N_("replaced"),
    N_("refusal"), N_("security"), N_("unavailable"), N_("other"), N_("new"), N_("updated"), N_("confirmed"),
)} | {"remove": N_("to remove")}  # fmt: skip

_EVERYWHERE = _pattern("(tout le )?mali|toutes les regions|all regions|(niveau )?national|countrywide")
_NEW_REGIONS = ("Bougouni", "Dioïla", "Koutiala", "Nara", "San", "Kita", "Nioro", "Douentza", "Bandiagara")
_NOISE = re.compile(
    r"^((les |la |le )?(regions?|districts?|cercles?|communes?|villes?|zones?)"
    r"( (de la|de|du|des|d|of))?|de|du|d|la)(?= |$)|(?<= )(regions?|district|cercle|ville)$"
)
_SOFT = re.compile(r"(\s*(?:,|/|&|\+|\bet\b|\band\b|-|–|—|\(|\))\s*)", re.IGNORECASE)
_HARD = re.compile(r"[;\n|•]+")
_CONSULTED = re.compile(r"\b(consult\w+|rencontr\w+|entendue?|interview\w+|realisee?)\b")
_MONTHS = {fold(name): number for names in MONTHS.values() for number, name in enumerate(names, 1)}


@cache
def simplify(text: str) -> str:
    """Text for comparing: no accents, case, punctuation or needless space."""
    return " ".join(re.sub(r"[\W_]+", " ", fold(text)).split())


@cache
def heading_key(text: str) -> str:
    """The key that a heading stands for: one of HEADINGS, “person”, “weak” (a name of whom?), or nothing."""
    if text.startswith("#"):
        tag, *attributes = text[1:].replace(" ", "").lower().split("+")
        fits = (key for (name, part), key in HXL.items() if name == tag and (part in attributes or not part))
        return next(fits, "")
    known = {name: key for key, (title, _width) in HEADINGS.items()
             for name in (simplify(title), key, *_split(WORDS["headings"][key]))}  # fmt: skip
    for part in (text, *re.split(r"[/\n(|:*]", text)):
        simple = simplify(part)
        if simple in known:
            return known[simple]
        if simple in _WEAK:
            return "weak"
        if _PERSON.search(simple) and "date" not in simple:
            return "person"
    close = difflib.get_close_matches(simplify(text), known, 1, 0.88)
    return known[close[0]] if close else ""


def choice(key: str, text: str) -> str:
    """The canonical value of a word in either language; nothing where there is none."""
    folded = simplify(text)
    french = catalogue("fr").gettext
    for canonical, names in CHOICES[key].values.items():
        label = LABELS[canonical]
        if folded in map(simplify, (canonical, label, french(label), *names)):
            return canonical
    return ""


def day(text: str) -> dt.date | None:
    """A date as people write it: 2023-06-20, 20/06/2023, 20.06.23, “mardi 20 juin 2023”, Excel's number."""
    text = text.strip()
    match = re.fullmatch(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{2}|\d{4})", text)
    if match:
        year = match[3] if len(match[3]) == 4 else "20" + match[3]
        return parse_date(f"{match[1]}/{match[2]}/{year}")
    if re.fullmatch(r"\d{5}", text) and 36_000 < int(text) < 60_000:
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
    words = simplify(text).split()
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [re.sub(r"(?<=\d)(er|st|nd|rd|th)$", "", word) for word in words]
    numbers = [word for word in numbers if word.isdigit()]
    if len(months) == 1 and len(numbers) == 2:
        return parse_date(f"{numbers[0]}/{months[0]}/{numbers[1]}")
    return parse_date(re.split("[T ]", text)[0]) if text[:4].isdigit() else None


@dataclass(slots=True)
class Understood:
    """What a cell says: values; cercles that a region's name told; warnings; what could not be understood."""

    values: list[str] = field(default_factory=list)
    cercles: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, *values: str) -> None:
        """Takes values that are some, each once."""
        self.values += [value for value in dict.fromkeys(values) if value and value not in self.values]


class Vocabulary:
    """The words of one campaign; `given` are the user's own, from the command line (simplified -> id)."""

    def __init__(self, mapping: ActorMapping, given: Mapping[str, str]) -> None:
        self.mapping = mapping
        self.given = dict(given)
        self._regions = self._known_regions()
        types = {t.id: (t.id, t.name, t.one) for t in mapping.actor_types}
        sectors = {s.id: (s.id, s.name) for s in mapping.sectors}
        self._types, self._sectors = self._named(types), self._named(sectors)
        self._kinds = {id_: next((kind for name in names if (kind := _kind(name)) is not None), None)
                       for id_, names in types.items()}  # fmt: skip
        self._clusters = {id_: next((c for name in names for c in _clusters(name)), -1)
                          for id_, names in sectors.items()}  # fmt: skip
        self.read = cache(self._read)

    def _read(self, key: str, text: str) -> Understood:
        """What a cell under regions, cercles, type, sectors or a choice says."""
        reader = {"regions": self._read_regions, "cercles": self._read_cercles, "type": self._read_type,
                  "sectors": self._read_sectors}.get(key)  # fmt: skip
        return reader(text) if reader else self._read_choice(key, text)

    def _named(self, entries: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
        """Simplified name -> id, the user's own words included."""
        known = {simplify(name): id_ for id_, names in entries.items() for name in names if name}
        return known | {word: id_ for word, id_ in self.given.items() if id_ in entries}

    def _known_regions(self) -> dict[str, str]:
        """Simplified name or code -> region's id, “+id:Cercle” for a cercle, “!Name” for one outside."""
        slugs = {known_region(r.id, r.name, r.code): r.id for r in self.mapping.regions}
        known: dict[str, str] = {}
        for slug, (name, pcode, iso) in REGIONS.items():
            target = slugs.get(slug, "!" + name)
            known |= {simplify(word): target for word in (name, pcode, iso) if word}
        for name in (*_NEW_REGIONS, *(cercle for names in CERCLES.values() for cercle in names)):
            region = slugs.get(region_of_cercle(name))
            known.setdefault(simplify(name), f"+{region}:{name}" if region else "!" + name)
        return known | self._named({r.id: (r.id, r.name, r.code) for r in self.mapping.regions})

    def _read_regions(self, text: str) -> Understood:
        if _EVERYWHERE.fullmatch(simplify(text)):
            note = _("“{value}” is taken as all regions of the campaign.").format(value=text)
            return Understood(list(self.mapping.region_by_id), warnings=[note])
        made = Understood()
        for atom, known in _atoms(text, self._regions):
            target = known or self._near(atom, self._regions, made)
            region, _colon, cercle = target.removeprefix("+").partition(":")
            if target.startswith("!"):
                message = _("“{name}” is no region of this campaign: left out.")
                made.warnings.append(message.format(name=target[1:]))
            elif target:
                made.add(region)
            if cercle:
                message = _("“{name}” is taken as a cercle of {region} (the map of 2021).")
                name = self.mapping.region_by_id[region].name
                made.warnings.append(message.format(name=cercle, region=name))
                made.cercles.append(cercle)
        return made

    def _read_cercles(self, text: str) -> Understood:
        if patterns.search(text):
            message = _("This text holds a phone number or an address: it has no place in the mapping.")
            return Understood(problems=[message])
        known = {simplify(name): name for names in CERCLES.values() for name in names}
        return Understood(list(dict.fromkeys(target or atom for atom, target in _atoms(text, known))))

    def _read_type(self, text: str) -> Understood:
        kind, made = _kind(text), Understood()
        fitting = [id_ for id_, own in self._kinds.items() if own == kind and kind is not None]
        found = self._types.get(simplify(text)) or (fitting[0] if len(fitting) == 1 else "")
        made.add(found or self._near(text, self._types, made))
        return made

    def _read_sectors(self, text: str) -> Understood:
        made = Understood()
        for atom, target in _atoms(text, self._sectors):
            wanted = _clusters(atom)
            fitting = [target] if target else [id_ for id_, own in self._clusters.items() if own in wanted]
            made.add(*(fitting or [self._near(atom, self._sectors, made)]))
        return made

    def _read_choice(self, key: str, text: str) -> Understood:
        made = Understood()
        found = choice(key, text) or self.given.get(simplify(text), "")
        if found in CHOICES[key].values:
            made.add(found)
        elif key == "status" and _CONSULTED.search(simplify(text)):
            made.warnings.append(_("That an actor was heard follows from the notes: it is not written."))
        else:
            words = {simplify(_(LABELS[value])): value for value in CHOICES[key].values}
            made.add(self._near(text, words, made))
        return made

    def _near(self, text: str, known: Mapping[str, str], made: Understood) -> str:
        """The one known name that is near, with a warning; or nothing, with what cannot be understood."""
        simple = _bare(text) or simplify(text)
        close = difflib.get_close_matches(simple, known, 3, 0.8) if len(simple) > 3 else []
        targets = list(dict.fromkeys(known[name] for name in close))
        person = "@" in text or sum(map(str.isdigit, text)) > 5  # in the wrong column: not shown
        value = "…" if person else clean(text)[:60]
        if len(targets) == 1:
            name = self._title(targets[0])
            made.warnings.append(_("“{value}” is read as “{name}”.").format(value=value, name=name))
            return targets[0]
        message = _("“{value}” is not understood.").format(value=value)
        if targets:
            message += " " + _("Near: {names}.").format(names=listing(map(self._title, targets)))
        if not person:
            message += " " + _('--map "{value}=ID" tells what it is.').format(value=value)
        made.problems.append(message)
        return ""

    def _title(self, target: str) -> str:
        """How a person calls what a word stands for."""
        tables = (self.mapping.region_by_id, self.mapping.type_by_id, self.mapping.sector_by_id)
        names = [table[target].name for table in tables if target in table]
        return (names or [_(LABELS[target]) if target in LABELS else re.split("[!:]", target)[-1]])[0]


def _kind(text: str) -> int | None:
    """Which of the kinds of actors a text tells."""
    simple = simplify(text)
    fits = (n for n, (codes, words) in enumerate(TYPES) if simple in codes or words.search(simple))
    return next(fits, None) if simple else None


def _clusters(text: str) -> list[int]:
    """Which of the sectors a text tells."""
    simple = simplify(text)
    return [number for number, words in enumerate(SECTORS) if words.search(simple)]


def _atoms(text: str, known: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    """The names in a cell, each with what it is known as; longest first, as a name may hold “,” or “et”."""
    for chunk in _HARD.split(text):
        parts = _SOFT.split(chunk.strip())
        at = 0
        while at < len(parts):  # names stand at even places, signs between them
            for end in range(min(len(parts), at + 9), at, -2):
                name = "".join(parts[at:end]).strip()
                target = known.get(simplify(name)) or known.get(_bare(name))
                if target:
                    break
            at = end + 1
            words = [known.get(simplify(word), "") for word in name.split()]
            if not target and len(words) > 1 and all(words):  # “gao mopti”
                yield from zip(name.split(), words, strict=True)
            elif target or _bare(name):
                yield name, target


def _bare(name: str) -> str:
    """A place's name without “région de” and the like."""
    simple, before = simplify(name), ""
    while simple != before:
        before, simple = simple, _NOISE.sub("", simple).strip()
    return simple
