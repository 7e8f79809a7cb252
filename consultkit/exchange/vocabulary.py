# ruff: noqa: E501
"""What people write in lists of actors, in two languages: headings, tags, codes, places, sectors, dates."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from consultkit.exchange.spreadsheet import clean
from consultkit.i18n import N_, _, catalogue
from consultkit.model import ActorMapping
from consultkit.places import CERCLES, REGIONS, known_region, region_of_cercle
from consultkit.privacy import patterns
from consultkit.schema.declare import ACTOR_KIND, PRIORITY, REASON_CODE, REVIEW, STATUS
from consultkit.schema.types import Enum
from consultkit.text import MONTHS, fold, listing, parse_date

# key: (heading, width, what else people call it, simplified)
HEADINGS: dict[str, tuple[str, int, str]] = {
    "id": (N_("Id"), 18, "identifiant|identifier|id acteur|actor id"),
    "name": (N_("Actor"), 36, "acteur|acteurs|organisation|organisations|organization|nom de l organisation|"
             "nom organisation|organisation name|organization name|org name|nom de la structure|structure|structures|"
             "nom de l acteur|actor name|actors|nom de l ong|ong|nom de l association|association|institution|"
             "partenaire|partner|nom du partenaire|denomination|raison sociale|intitule|implementing partner|"
             "nom de l institution|organisme|entite"),
    "acronym": (N_("Acronym"), 12, "sigle|sigles|acronyme|abreviation|acronym|org acronym|abbreviation|"
                "organisation acronym|organization acronym"),
    "kind": (N_("Kind"), 14, "nature|nature de l acteur|kind of actor"),
    "type": (N_("Type"), 28, "type d acteur|type d organisation|types|type organisation|categorie|category|"
             "org type|org type code|org type description|organisation type|organization type|actor type|"
             "type de structure|type d ong|type of organisation|categorie d acteur|type acteur"),
    "regions": (N_("Regions"), 24, "region|region s|region d intervention|regions d intervention|admin1|admin1 name|"
                "admin1 code|admin1 pcode|adm1 fr|adm1 pcode|adm1 name|adm1 code|zone d intervention|"
                "zones d intervention|zone|zones|localisation|localite|area|areas|provider admin1 name|"
                "areas of intervention|location|couverture|couverture geographique|pcode"),
    "cercles": (N_("Cercles"), 24, "cercle|admin2|admin2 name|adm2 fr|adm2 name|cercles d intervention|district"),
    "sectors": (N_("Sectors"), 30, "secteur|sector|secteur d intervention|secteurs d intervention|sector name|"
                "sector code|cluster|clusters|domaine|domaines|domaine d intervention|domaines d intervention|"
                "domaines d activite|secteurs d activite|secteur d activite|thematique|thematiques"),
    "priority": (N_("Priority"), 12, "priorite|niveau de priorite"),
    "status": (N_("Status"), 20, "statut|etat|etat du contact|statut du contact|contact status|etat de contact"),
    "reason": (N_("Reason"), 30, "motif|raison|motif du refus"),
    "reason_code": (N_("Kind of reason"), 16, "nature du motif|code du motif|reason code"),
    "replaced_by": (N_("Replaced by"), 18, "remplace par|replacement|remplacant"),
    "appointment": (N_("Appointment"), 16, "rendez vous|rdv|date du rendez vous|date du rdv|date rdv|date de rendez vous"),
    "review": (N_("Review"), 14, "revue|revision"),
    "comment": (N_("Comments"), 50, "commentaire|commentaires|comment|observation|observations|remarque|remarques|"
                "remarks|notes|note"),
}  # fmt: skip
_WEAK_NAMES = ("nom", "name", "noms", "nom complet", "full name", "nom et prenom", "noms et prenoms", "nom prenom")  # fmt: skip
_PERSON = re.compile(
    r"\b(responsables?|contacts?|telephones?|tel|phones?|mobile|emails?|e mails?|mails?|courriels?|"
    r"points? foca(l|ux)|prenoms?|first name|last name|personnes?|gsm|portable|whatsapp|coordonnees|interlocut\w+|"
    r"representante?s?|directeur|directrice|coordinat\w+|president\w*|focal points?|adresse electronique)\b"
)
HXL = {
    ("org", "name"): "name", ("org", "acronym"): "acronym", ("org", "type"): "type", ("org", "id"): "id",
    ("org", ""): "name", ("adm1", ""): "regions", ("adm2", ""): "cercles", ("sector", ""): "sectors",
    ("contact", ""): "person",
}  # fmt: skip

CHOICES: dict[str, Enum] = {
    "kind": ACTOR_KIND, "priority": PRIORITY, "status": STATUS, "reason_code": REASON_CODE, "review": REVIEW,
}  # fmt: skip
LABELS = {
    "organisation": N_("organisation"), "person": N_("person"), "group": N_("group"),
    "high": N_("high"), "medium": N_("medium"), "low": N_("low"),
    "identified": N_("identified"), "contacted": N_("contacted"), "scheduled": N_("scheduled"),
    "declined": N_("declined"), "unreachable": N_("unreachable"), "postponed": N_("postponed"),
    "replaced": N_("replaced"), "refusal": N_("refusal"), "security": N_("security"),
    "unavailable": N_("unavailable"), "other": N_("other"), "new": N_("new"), "updated": N_("updated"),
    "confirmed": N_("confirmed"), "remove": N_("to remove"),
}  # fmt: skip

# IATI codes, OCHA codes, words. The first that fits wins.
TYPES = (
    ("21 437", r"ongi|ingo|(ong|ngo)s? int\w*|international\w* (ong|ngo)s?|non gouvernementales? internationales?"),
    ("22 23 24 441", r"ongn|nngo|lngo|(ong|ngo)s? (nat|loc|reg|mali)\w*|(national|local|malian)\w* (ong|ngo)s?|"
     r"non gouvernementales? (nat|loc)\w*"),
    ("40 447", r"onu\w*|^un$|un agenc\w+|snu|united nations|nations unies"),
    ("11", r"collectivites?|local government|mairies?|communes?|intercommun\w+|conseils? (de cercle|regiona\w+|communa\w+)"),
    ("10 15 435", r"etat|etatiques?|gouvernement\w*|government|gov|state|services? techniques?|ministeres?|administration"),
    ("", r"femmes|jeunes|jeunesfemmes|women|youth"),
    ("446", r"leaders?|chefferies?|notab\w+|tradition\w*|coutumi\w+|relig\w*"),
    ("80 431", r"universit\w*|recherche|academi\w*|research"),
    ("70 71 72 73 444", r"prive|private|entreprises?"),
    ("60 433 434", r"bailleurs?|donors?|fondations?|foundations?|ambassades?|embass\w+"),
    ("439", r"medias?|radios?|presse"),
    ("445", r"croix rouge|red cross"),
    ("448", r"osc|cso|cbo|ocb|societe civile|civil society|associations?|communautaires?"),
    ("90 443", r"autres?|others?"),
)  # fmt: skip
SECTORS = (
    ("edu", r"edu|educati\w+|ecoles?|scola\w+|enseign\w+|alphab\w+|school\w*"),
    ("hea", r"hea|sante|health|medic\w+|soins|vaccin\w+"),
    ("wsh", r"wsh|wash|eau|eha|eaux|assainissement|hygiene|water|sanitation|hydraul\w+|forages?"),
    ("nut", r"nut|nutrition\w*|malnutrition"),
    ("fsc", r"fsc|secal|alimentaires?|food|agricult\w+|agropast\w+|vivres"),
    ("pro", r"pro( \w{3})?|protection|vbg|gbv|cpn|hlp|deminage|mine action"),
    ("shl", r"shl|abris?|shelter\w*|nfi|bna|logement"),
    ("ccm", r"ccm|cccm|camps?|sites? de deplaces"),
    ("ery", r"ery|relevement|recovery|moyens d existence|livelihoods?|agr|revenus|emplois?|economi\w+"),
    ("css", r"css|cohesion|paix|peace\w*|conflits?|conflict\w*|reconciliation|dialogue|mediation"),
    ("gov", r"gouvernance|governance|justice|decentrali\w+|droits humains|human rights|etat de droit"),
    ("mpc", r"mpc|cash|transferts monetaires"),
    ("log", r"log|logisti\w+"),
    ("tel", r"tel|telecom\w*"),
    ("ms", r"ms|multi secteurs?|multi sectors?|multisect\w+"),
)
_EVERYWHERE = ("tout le mali", "mali", "toutes les regions", "all regions", "national", "niveau national", "countrywide")  # fmt: skip
_NEW_REGIONS = ("Bougouni", "Dioïla", "Koutiala", "Nara", "San", "Kita", "Nioro", "Douentza", "Bandiagara")
_NOISE = re.compile(
    r"^((les |la |le )?(regions?|districts?|cercles?|communes?|villes?|zones?)( (de la|de|du|des|d|of))?|de|du|d|la)"
    r"(?= |$)|(?<= )(regions?|district|cercle|ville)$"
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
        return next(
            (key for (name, part), key in HXL.items() if name == tag and (part in attributes or not part)), ""
        )
    known = {name: key for key, (title, _width, names) in HEADINGS.items()
             for name in (simplify(title), key, *names.split("|"))}  # fmt: skip
    for part in (text, *re.split(r"[/\n(|:*]", text)):
        simple = simplify(part)
        if simple in known:
            return known[simple]
        if simple in _WEAK_NAMES:
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
    """A date as people write it: 2023-06-20, 20/06/2023, 20.06.23, “mardi 20 juin 2023”, or Excel's serial number."""
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


@dataclass(frozen=True, slots=True)
class Understood:
    """What a cell says: values; cercles that a region's name told; warnings; what could not be understood."""

    values: tuple[str, ...] = ()
    cercles: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Vocabulary:
    """The words of one campaign; `given` are the user's own, written on the command line (simplified -> id)."""

    def __init__(self, mapping: ActorMapping, given: Mapping[str, str]) -> None:
        self.mapping = mapping
        self.given = dict(given)
        self._regions = self._known_regions()
        self._types = _concepts({t.id: (t.id, t.name, t.one) for t in mapping.actor_types}, TYPES)
        self._sectors = _concepts({s.id: (s.id, s.name) for s in mapping.sectors}, SECTORS)
        self._cache: dict[tuple[str, str], Understood] = {}

    def read(self, key: str, text: str) -> Understood:
        """What a cell under regions, cercles, type, sectors or a choice says."""
        if (key, text) not in self._cache:
            reader = {"regions": self._read_regions, "cercles": self._read_cercles, "type": self._read_type,
                      "sectors": self._read_sectors}.get(key)  # fmt: skip
            self._cache[key, text] = reader(text) if reader else self._read_choice(key, text)
        return self._cache[key, text]

    def _known_regions(self) -> dict[str, str]:
        """Simplified name or code -> region's id, “+id:Cercle” for a cercle of it, “!Name” for one outside."""
        slugs = {known_region(r.id, r.name, r.code): r.id for r in self.mapping.regions}
        known: dict[str, str] = {}
        for slug, (name, pcode, iso) in REGIONS.items():
            target = slugs.get(slug, "!" + name)
            known |= {simplify(word): target for word in (name, pcode, iso) if word}
        for name in (*_NEW_REGIONS, *(cercle for names in CERCLES.values() for cercle in names)):
            region = slugs.get(region_of_cercle(name))
            known.setdefault(simplify(name), f"+{region}:{name}" if region else "!" + name)
        for own in self.mapping.regions:
            known |= {simplify(word): own.id for word in (own.id, own.name, own.code) if word}
        return known | {key: id_ for key, id_ in self.given.items() if id_ in self.mapping.region_by_id}

    def _read_regions(self, text: str) -> Understood:
        if simplify(text) in _EVERYWHERE:
            note = _("“{value}” is taken as all regions of the campaign.").format(value=text)
            return Understood(tuple(self.mapping.region_by_id), warnings=(note,))
        values: list[str] = []
        cercles: list[str] = []
        warnings: list[str] = []
        problems: list[str] = []
        for atom, target in _atoms(text, self._regions):
            if target is None:
                target, said = _near(atom, self._regions)
                (warnings if target else problems).append(said)
            if target.startswith("!"):
                warnings.append(
                    _("“{name}” is no region of this campaign: left out.").format(name=target[1:])
                )
            elif target.startswith("+"):
                region, _colon, cercle = target[1:].partition(":")
                message = _("“{name}” is taken as a cercle of {region} (the map of 2021).")
                warnings.append(message.format(name=cercle, region=self.mapping.region_by_id[region].name))
                values.append(region)
                cercles.append(cercle)
            elif target:
                values.append(target)
        return Understood(_once(values), _once(cercles), tuple(warnings), tuple(problems))

    def _read_cercles(self, text: str) -> Understood:
        if patterns.search(text):
            message = _("This text holds a phone number or an address: it has no place in the mapping.")
            return Understood(problems=(message,))
        known = {simplify(name): name for names in CERCLES.values() for name in names}
        return Understood(_once(target or atom for atom, target in _atoms(text, known)))

    def _read_type(self, text: str) -> Understood:
        names = {
            simplify(word): t.id for t in self.mapping.actor_types for word in (t.id, t.name, t.one) if word
        }
        names |= {key: id_ for key, id_ in self.given.items() if id_ in self.mapping.type_by_id}
        simple = simplify(text)
        if simple in names:
            return Understood((names[simple],))
        concept = _concept(simple, TYPES)
        fitting = [id_ for id_, own in self._types.items() if own == concept and concept is not None]
        if len(fitting) == 1:
            return Understood((fitting[0],))
        target, said = _near(text, names)
        return Understood((target,), warnings=(said,)) if target else Understood(problems=(said,))

    def _read_sectors(self, text: str) -> Understood:
        names = {simplify(word): s.id for s in self.mapping.sectors for word in (s.id, s.name)}
        names |= {key: id_ for key, id_ in self.given.items() if id_ in self.mapping.sector_by_id}
        values: list[str] = []
        warnings: list[str] = []
        problems: list[str] = []
        for atom, target in _atoms(text, names):
            simple = simplify(atom)
            wanted = [c for c, (_codes, words) in enumerate(SECTORS) if re.search(rf"\b({words})\b", simple)]
            fitting = [id_ for id_, own in self._sectors.items() if own in wanted]
            if target or fitting:
                values += [target] if target else fitting
            else:
                near, said = _near(atom, names)
                values += [near] if near else []
                (warnings if near else problems).append(said)
        return Understood(_once(values), warnings=tuple(warnings), problems=tuple(problems))

    def _read_choice(self, key: str, text: str) -> Understood:
        found = choice(key, text) or self.given.get(simplify(text), "")
        if found in CHOICES[key].values:
            return Understood((found,))
        if key == "status" and _CONSULTED.search(simplify(text)):
            return Understood(
                warnings=(_("That an actor was heard follows from the notes: it is not written."),)
            )
        words = {simplify(_(LABELS[value])): value for value in CHOICES[key].values}
        target, said = _near(text, words)
        return Understood((target,), warnings=(said,)) if target else Understood(problems=(said,))


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _concept(simple: str, table: Iterable[tuple[str, str]]) -> int | None:
    for number, (codes, words) in enumerate(table):
        if simple in codes.split() or re.search(rf"\b({words})\b", simple):
            return number
    return None


def _concepts(
    entries: Mapping[str, tuple[str, ...]], table: Iterable[tuple[str, str]]
) -> dict[str, int | None]:
    table = tuple(table)
    return {id_: next((c for c in (_concept(simplify(w), table) for w in words) if c is not None), None)
            for id_, words in entries.items()}  # fmt: skip


def _atoms(text: str, known: Mapping[str, str]) -> Iterable[tuple[str, str | None]]:
    """The names in a cell, each with what it is known as: longest first, so that a name may hold “,” or “et”."""
    for chunk in _HARD.split(text):
        parts = _SOFT.split(chunk.strip())
        at = 0
        while at < len(parts):
            for end in range(min(len(parts), at + 9), at, -2):
                name = "".join(parts[at:end]).strip()
                target = known.get(simplify(name)) or known.get(_bare(name))
                if target or end == at + 1:
                    if target or _bare(name):
                        yield name, target
                    at = end + 1
                    break
            else:
                at += 2


def _bare(name: str) -> str:
    """A place's name without “région de” and the like."""
    simple, before = simplify(name), ""
    while simple != before:
        before, simple = simple, _NOISE.sub("", simple).strip()
    return simple


def _near(text: str, known: Mapping[str, str]) -> tuple[str, str]:
    """The one known name that is near, with a warning; or nothing, with what cannot be understood."""
    simple = _bare(text) or simplify(text)
    close = difflib.get_close_matches(simple, known, 3, 0.8) if len(simple) > 3 else []
    targets = _once(known[name] for name in close)
    person = "@" in text or sum(map(str.isdigit, text)) > 5  # in the wrong column: not shown
    shown = "…" if person else clean(text)[:60]
    if len(targets) == 1:
        return targets[0], _("“{value}” is read as “{name}”.").format(value=shown, name=close[0])
    message = _("“{value}” is not understood.").format(value=shown)
    if targets:
        message += " " + _("Near: {names}.").format(names=listing(close))
    return "", message
