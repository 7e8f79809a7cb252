"""Small whole campaigns, written to a folder and loaded: what disclosure and report tests work on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from consultkit.load import load
from consultkit.model import Project

GUIDE = """---
id: guide
title: "Guide"
version: "1.0"
language: fr
changes:
  - {version: "1.0", date: 2023-06-12, text: "Première version."}
---

Bonjour et merci.

## Organisation {#organisation}

### Qui êtes-vous ? {#mandat .identifying}

### Que faites-vous ? {#activites .required}

- Depuis quand ?

## Besoins {#besoins-prioritaires}

### De quoi avez-vous besoin ? {#besoins .required}

## Observations {#observations .observation}

### Comment était-ce ? {#climat}
"""
THEMES = """themes:
  - {id: formation, name: "Formation", kind: need, description: "Se former."}
  - {id: acces, name: "Accès", kind: challenge}
  - {id: ecoute, name: "Écoute", kind: practice}
"""


@dataclass
class N:
    """A note: what tests vary of it."""

    id: str
    actors: tuple[str, ...]
    region: str = "gao"
    attribution: str = "type"
    status: str = "done"
    given: bool = True
    quote: bool = True
    share: bool = False
    withdrawn: str = ""
    sensitivity: str = "restricted"
    date: str = "2023-06-20"
    place: str = "Gao"
    role: str = "Coordinatrice"
    language: str = "fr"
    verbatim: str = "noted"
    extra: str = ""
    identifying: str = "Nous aidons les éleveurs."
    answer: str = "On répare des puits."
    quoted: str = "On ne passe plus après seize heures"
    need: str = "[Nous n’avons jamais été formés]{.formation}, dit-elle."

    def text(self) -> str:
        """The file."""
        withdrawn = f", withdrawn: {self.withdrawn}" if self.withdrawn else ""
        flag = {True: "true", False: "false"}
        return f"""---
id: {self.id}
actor: [{", ".join(self.actors)}]
region: {self.region}
date: {self.date}
place: "{self.place}"
mode: in-person
language: {self.language}
verbatim: {self.verbatim}
minutes: 60
interviewer: AM
participants:
  - {{role: "{self.role}", gender: f, age: adult, count: 1}}
consent: {{given: {flag[self.given]}, form: oral, quote: {flag[self.quote]}, share: {flag[self.share]}{withdrawn}}}
attribution: {self.attribution}
sensitivity: {self.sensitivity}
guide_version: "1.0"
status: {self.status}
{self.extra}---

## Organisation {{#organisation}}

### Qui êtes-vous ? {{#mandat .identifying}}

{self.identifying}

### Que faites-vous ? {{#activites .required}}

{self.answer}

> {self.quoted}.

## Besoins {{#besoins-prioritaires}}

### De quoi avez-vous besoin ? {{#besoins .required}}

{self.need}

## Observations {{#observations .observation}}

### Comment était-ce ? {{#climat}}

Calme.
"""


@dataclass
class A:
    """An actor of the mapping."""

    id: str
    type: str = "osc"
    regions: tuple[str, ...] = ("gao",)
    name: str = ""
    acronym: str = ""
    kind: str = "organisation"
    extra: str = ""

    def text(self) -> str:
        """Its entry."""
        acronym = f"\n    acronym: {self.acronym}" if self.acronym else ""
        name = self.name or f"Organisation {self.id}"
        return (
            f'  - id: {self.id}\n    name: "{name}"{acronym}\n    kind: {self.kind}\n    type: {self.type}\n'
            f"    regions: [{', '.join(self.regions)}]\n{self.extra}"
        )


@dataclass
class Campaign:
    """A campaign to be written."""

    notes: list[N] = field(default_factory=list)
    actors: list[A] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    language: str = "fr"
    minimum: int = 1

    def mapping(self) -> str:
        """mapping.yaml."""
        actors = "".join(actor.text() for actor in self.actors) or " []\n"
        return f"""campaign:
  title: "Besoins : essai"
  commissioner: Commanditaire
  authors: ["Équipe fictive"]
  language: {self.language}
  start: 2023-06-12
  working_days: 21
  guide: guides/guide.md
regions:
  - {{id: gao, name: Gao, code: ML07, minimum: {self.minimum}}}
  - {{id: mopti, name: Mopti, code: ML05, minimum: 0}}
actor_types:
  - {{id: osc, name: "Organisation de la société civile", one: "une organisation de la société civile"}}
  - {{id: ong, name: "ONG nationale", one: "une ONG nationale"}}
  - {{id: etat, name: "Service de l’État"}}
sectors:
  - {{id: eau, name: Eau}}
actors:
{actors}"""

    def load(self, root: Path) -> Project:
        """The campaign written and read."""
        files = {
            "mapping.yaml": self.mapping(),
            "guides/guide.md": GUIDE,
            "guides/themes.yaml": THEMES,
            **self.files,
        }
        files |= {f"notes/{note.region}/{note.id}.md": note.text() for note in self.notes}
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        return load(root, dt.date(2023, 7, 1))


def synthesis(body: str, region: str = "gao", status: str = "done") -> str:
    """A synthesis's file."""
    named = f"region: {region}\n" if region else ""
    return f"---\nkind: synthesis\n{named}status: {status}\n---\n\n{body}\n"
