"""A clean campaign of 44 notes in four regions, as texts by path: what the seeded faults are sown into."""

from __future__ import annotations

from pathlib import Path

REGIONS = {"gao": ("Gao", "GAO", "ML07", "Ansongo"), "mopti": ("Mopti", "MOP", "ML05", "Djenné"),
           "kayes": ("Kayes", "KAY", "ML01", "Kita"), "tombouctou": ("Tombouctou", "TOM", "ML06", "Diré")}  # fmt: skip
TYPES = ("osc", "ongi", "mairie")
NOTES_PER_REGION = 11

MAPPING = """\
# Campagne fictive : aucune personne ni organisation réelle.
campaign:
  title: "Besoins : les quatre régions"
  commissioner: Interpeace
  authors: ["Équipe de consultation"]
  language: fr
  start: 2023-06-12
  working_days: 21
  holidays: [2023-06-28]
  minimum_per_region: 10
  minimum: 40
  guide: guides/guide-entretien.md
deliverables:
  - {id: provisoire, kind: report, due: 2023-07-05}
regions:
%s
actor_types:
  - id: osc
    name: Organisation de la société civile
  - id: ongi
    name: ONG internationale
  - id: mairie
    name: Collectivité territoriale
sectors:
  - id: cohesion
    name: Cohésion sociale
  - id: eau
    name: Eau et assainissement
actors:
%s
"""
GUIDE = """\
---
id: guide-entretien
title: "Guide d’entretien"
version: "1.0"
language: fr
minutes: 75
changes:
  - version: "1.0"
    date: 2023-06-12
    text: "Première version."
---

Bonjour, et merci de nous recevoir.

## Organisation {#organisation}

### Quel est votre mandat ? {#mandat .identifying .required}

- Depuis quand ?

### Où travaillez-vous ? {#zones}

## Contexte {#contexte}

### Quelles tensions ? {#tensions .required}

- Depuis un an ?
- Avec qui ?

> Laissez la personne choisir ses mots.

### Qui pèse sur elles ? {#influence answer=select_one options="chefs|jeunes|autres"}

## Besoins {#besoins}

### De quoi avez-vous besoin ? {#attentes .required}

### Que coûte un projet ? {#couts types="ongi"}

## Observations {#observations .observation}

### Le climat de l’entretien ? {#climat}
"""
THEMES = """\
themes:
  - id: formation
    name: Formation
    kind: need
  - id: acces
    name: Accès
    kind: challenge
"""
NOTE = """\
---
id: {id}
actor: {actor}
region: {region}
date: 2023-06-{day:02d}
place: {place}
mode: in-person
format: individual
language: [fr, {language}]
verbatim: noted
minutes: 75
interviewer: AM
participants:
  - role: "Responsable de programme"
    gender: {gender}
    age: adult
consent:
  given: true
  form: oral
  quote: true
  share: true
  recording: false
attribution: type
guide_version: "1.0"
status: done
---

## Organisation {{#organisation}}

### Quel est votre mandat ? {{#mandat .identifying .required}}

Nous suivons {count} villages depuis dix ans.

### Où travaillez-vous ? {{#zones}}

Dans le cercle de {cercle}.

## Contexte {{#contexte}}

### Quelles tensions ? {{#tensions .required}}

Le puits numéro {count} est disputé, [l’accès est difficile]{{.acces}}.

> {quote}

### Qui pèse sur elles ? {{#influence}}

Les chefs.

## Besoins {{#besoins}}

### De quoi avez-vous besoin ? {{#attentes .required}}

[Une formation de {count} jours]{{.formation}} aux métiers de la médiation.
{costs}
## Observations {{#observations .observation}}

### Le climat de l’entretien ? {{#climat}}

> La salle numéro {count} était pleine et calme.
"""
COSTS = """
### Que coûte un projet ? {#couts types="ongi"}

Deux réunions par mois.
"""
SYNTHESIS = """\
---
kind: synthesis
region: {region}
status: done
---

## Organisation {{#organisation}}

Les organisations suivent peu de villages [@{code}-01; @{code}-02; @{code}-03].

Plusieurs sont anciennes [@{code}-04; @{code}-05; @{code}-06].

## Contexte {{#contexte}}

Une voix le dit : « {first} » [@{code}-01].

> {second} [@{code}-02]

> {third}

[@{code}-03]

D’autres s’accordent [@{code}-07; @{code}-08].

## Besoins {{#besoins}}

La formation vient d’abord [@{code}-09; @{code}-10; @{code}-11].
"""
ACROSS = """\
---
kind: synthesis
status: done
---

## Résumé {#summary}

Quatre régions, quarante-quatre entretiens.

## Contexte {#contexte}

Partout, l’eau manque [@GAO-01; @MOP-01; @KAY-01; @TOM-01].

## Recommandations {#recommendations}

Former des médiateurs.
"""
LESSONS = """\
---
kind: lessons
---

## Parler peu

Les entretiens courts disent autant que les longs [@GAO-01; @KAY-02].
"""


def quote(region: str, number: int) -> str:
    """What a person said in one note: the same in no other."""
    return f"Ici, à {REGIONS[region][0]}, on partage l’eau en {number + 1} tours, et chacun attend le sien."


def note(region: str, number: int, actor: str, kind: str) -> str:
    """One consultation note."""
    name, code, _pcode, cercle = REGIONS[region]
    return NOTE.format(
        id=f"{code}-{number:02d}", actor=actor, region=region, day=12 + number % 3, place=name,
        language=("bm", "ff", "ses")[number % 3], gender="fm"[number % 2], count=number + 1, cercle=cercle,
        quote=quote(region, number), costs=COSTS if kind == "ongi" else "",
    )  # fmt: skip


def actor(region: str, number: int) -> str:
    """An actor of the mapping; the last two of a region were not heard."""
    name, code, _pcode, cercle = REGIONS[region]
    word = ("Alkafo", "Binkadi", "Cissoko", "Djiguiya", "Egnè", "Faso", "Guina", "Hèrè", "Imidi", "Jigi", "Kafo", "Lanaya",
            "Miniyan")[number - 1]  # fmt: skip
    status = {12: "status: identified", 13: 'status: declined\n    reason: "Équipe en mission."'}
    return f"""\
  - id: {code.lower()}-{number:02d}
    name: "Association {word} de {name}"
    type: {TYPES[number % 3]}
    regions: [{region}]
    cercles: [{cercle}]
    sectors: [cohesion]
    {status.get(number, "status: scheduled")}"""


def campaign() -> dict[str, str]:
    """Every file of the campaign."""
    regions = [
        f"  - id: {r}\n    name: {n}\n    code: {p}\n    minimum: 10" for r, (n, _c, p, _) in REGIONS.items()
    ]
    actors = [actor(region, number) for region in REGIONS for number in range(1, 14)]
    files = {
        "mapping.yaml": MAPPING % ("\n".join(regions), "\n".join(actors)),
        "guides/guide-entretien.md": GUIDE,
        "guides/themes.yaml": THEMES,
        "notes/synthese.md": ACROSS,
        "notes/lecons.md": LESSONS,
    }
    for region, (_name, code, _pcode, _cercle) in REGIONS.items():
        quotes = [quote(region, number) for number in (1, 2, 3)]
        files[f"notes/{region}/synthese.md"] = SYNTHESIS.format(
            region=region, code=code, first=quotes[0].rstrip("."), second=quotes[1], third=quotes[2]
        )
        for number in range(1, NOTES_PER_REGION + 1):
            name = f"{code}-{number:02d}"
            files[f"notes/{region}/{name}.md"] = note(region, number, name.lower(), TYPES[number % 3])
    return files


def write(root: Path, files: dict[str, str]) -> None:
    """Lays the campaign down."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
