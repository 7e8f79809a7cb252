"""Each fault of which the checker knows, sown alone into a clean campaign: its line is told, and nothing else.

In a seed, ⟦ marks where the fault is to be told: in what is written instead (`new`), or, for what is then
missing, in a text of a file (`at`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from seeded import campaign, note, quote, write

from consultkit.load import load
from consultkit.rules import run

TODAY = date(2023, 7, 20)
MARK = "⟦"
MAP, GUIDE, THEMES = "mapping.yaml", "guides/guide-entretien.md", "guides/themes.yaml"
NOTE, OTHER, SYNTH = "notes/gao/GAO-06.md", "notes/gao/GAO-07.md", "notes/gao/synthese.md"
ACROSS = "notes/synthese.md"
Q1, Q6 = quote("gao", 1), quote("gao", 6)


SPARE = """\
"Association Lanaya de Gao"
    type: osc
    regions: [gao]
    cercles: [Ansongo]
    sectors: [cohesion]
    status: identified"""


@dataclass(frozen=True)
class Seed:
    """One fault: in `file`, `old` becomes `new` (once); it is told as `code`, and so are its `also`."""

    name: str
    code: str
    file: str
    old: str
    new: str
    at: tuple[str, str] | None = None
    also: tuple[str, ...] = ()


def spare(name: str, code: str, old: str, new: str) -> Seed:
    """A fault in the entry of an actor that no note names."""
    return Seed(name, code, MAP, SPARE, SPARE.replace(old, new))


SEEDS = [
    # Files
    Seed("control character", "W003", NOTE, "Les chefs.", "Les ⟦\x07chefs."),
    Seed("control character in a header", "W003", NOTE, "place: Gao", "place: ⟦\x1bGao"),
    Seed("C1 control", "W003", NOTE, "Les chefs.", "Les ⟦\x85chefs."),
    Seed("bidi control", "W004", NOTE, "Les chefs.", "Les ⟦\u202echefs."),
    Seed("bidi control in an id", "W004", NOTE, "id: GAO-06", "id: GAO⟦\u200f-06"),
    Seed("conflict", "W005", NOTE, "Les chefs.", "⟦<<<<<<< HEAD\nLes chefs.\n=======\nLes jeunes.\n>>>>>>> autre"),
    Seed("indented conflict", "W005", NOTE, "Les chefs.", "    ⟦<<<<<<< HEAD\n    x\n    >>>>>>> b"),
    Seed("conflict in a header", "W005", NOTE, "place: Gao", "⟦<<<<<<< HEAD\nplace: Gao\n=======\nplace: A\n>>>>>>> b"),
    Seed("conflict inside a block scalar", "W005", MAP, "    name: Cohésion sociale",
         "    name: |\n      ⟦<<<<<<< HEAD\n      a\n      =======\n      b\n      >>>>>>> autre"),
    Seed("conflict in the guide", "W005", GUIDE, "- Avec qui ?", "⟦<<<<<<< HEAD\n- Avec qui ?\n=======\n>>>>>>> b"),
    Seed("a lone marker", "W005", NOTE, "Les chefs.\n", "Les chefs.\n⟦=======\n"),
    Seed("tab in a note", "W013", NOTE, "  given: true", "⟦\tgiven: true"),
    Seed("tab in the mapping", "W013", MAP, "  commissioner: Interpeace", "⟦\tcommissioner: Interpeace"),
    Seed("YAML fault", "W012", NOTE, "place: Gao", 'place: ⟦"Gao'),
    Seed("YAML bracket left open", "W012", NOTE, "language: [fr, bm]", "language: ⟦[fr, bm"),
    Seed("YAML fault in the mapping", "W012", MAP, '["Équipe de consultation"]', '⟦["Équipe de consultation"'),
    Seed("YAML fault in the guide", "W012", GUIDE, "language: fr", 'language: ⟦"fr'),
    Seed("YAML fault in the codebook", "W012", THEMES, "name: Accès", 'name: ⟦"Accès'),
    Seed("YAML fault in a synthesis", "W012", SYNTH, "status: done", 'status: ⟦"done'),
    Seed("key without colon", "W012", NOTE, "place: Gao", "⟦place Gao"),
    Seed("code left open", "W026", NOTE, "Les chefs.", "⟦```\nLes chefs."),
    Seed("French colon in braces", "W019", MAP, SPARE,
         SPARE.replace("status: identified", "status: declined\n    reason: {gao: Équipe ⟦: en mission}")),
    Seed("duplicate key", "W014", NOTE, "place: Gao", "place: Gao\n⟦place: Ansongo"),
    Seed("duplicate key in the mapping", "W014", MAP, "commissioner: Interpeace",
         "commissioner: Interpeace\n  ⟦commissioner: Autre"),
    Seed("anchor", "W015", NOTE, "place: Gao", "place: ⟦&lieu Gao"),
    Seed("alias", "W015", NOTE, "place: Gao", "place: ⟦*lieu"),
    Seed("merge", "W015", NOTE, "  form: oral", "  ⟦<<: {form: oral}"),
    Seed("anchor in the mapping", "W015", MAP, "commissioner: Interpeace", "commissioner: ⟦&c Interpeace"),
    Seed("tag", "W016", NOTE, "place: Gao", "place: ⟦!!str Gao"),
    Seed("nesting", "W017", NOTE, "place: Gao", "place: " + "[" * 23 + "⟦" + "[" * 40 + "]" * 63),
    Seed("second document", "W018", THEMES, "themes:", "titre: x\n⟦---\nthemes:"),
    Seed("French colon", "W019", MAP, 'title: "Besoins : les quatre régions"', "title: ⟦Besoins : les quatre régions"),
    Seed("French colon in a note", "W019", NOTE, "place: Gao", "place: ⟦Gao : centre"),
    Seed("French colon in a list item", "W019", NOTE, 'role: "Responsable de programme"', "role: ⟦Responsable : eau"),
    Seed("value cut by #", "W020", NOTE, "place: Gao", "place: Gao ⟦#2"),
    Seed("value that is all comment", "W020", NOTE, "place: Gao", "place: ⟦#2"),
    Seed("unclosed comment", "W023", NOTE, "Les chefs.", "⟦<!-- Les chefs."),
    Seed("no header", "W011", NOTE, "---\nid: GAO-06", "⟦id: GAO-06"),
    Seed("header left open", "W011", NOTE, "status: done\n---\n", "status: done\n", (NOTE, "⟦---")),
    Seed("attribute", "W024", NOTE, "## Contexte {#contexte}", "## Contexte {⟦contexte}"),
    # Mapping
    Seed("unknown key", "M001", MAP, "commissioner: Interpeace", "⟦comissioner: Interpeace"),
    Seed("unknown key of an actor", "M001", MAP, '    name: "Association Alkafo de Gao"',
         '    name: "Association Alkafo de Gao"\n    ⟦acronyme: AAG'),
    Seed("missing key", "M002", MAP, "  start: 2023-06-12\n", "", (MAP, '⟦title: "Besoins')),
    Seed("missing list", "M002", MAP, "regions:\n  - id: gao", "regionz:\n  - id: gao", (MAP, "⟦campaign:"),
         also=("M001",)),
    Seed("empty value", "M002", MAP, "language: fr", "⟦language:"),
    Seed("missing name", "M002", MAP, '    name: "Association Alkafo de Gao"\n', "", (MAP, "⟦id: gao-01")),
    Seed("mistyped value", "M003", MAP, "working_days: 21", "working_days: ⟦vingt et un"),
    Seed("not a list", "M003", MAP, "holidays: [2023-06-28]", "holidays: ⟦2023-06-28"),
    Seed("invalid id", "M003", MAP, "id: gao-03", "id: ⟦gao 03"),
    Seed("invalid region id", "M003", MAP, "id: kayes", "id: ⟦ka yes"),
    Seed("a list for one word", "M003", MAP, "language: fr", "language: ⟦[fr]"),
    Seed("mistyped minimum", "M003", MAP, "code: ML07\n    minimum: 10", "code: ML07\n    minimum: ⟦douze"),
    Seed("impossible date", "M003", MAP, "start: 2023-06-12", "start: ⟦2023-06-31"),
    Seed("duplicate actor", "M004", MAP, "id: gao-12", "id: ⟦gao-11"),
    Seed("duplicate actor, of one heard", "M004", MAP, "id: gao-03", "id: ⟦gao-02"),
    Seed("duplicate actor by case", "M004", MAP, "id: gao-12", "id: ⟦Gao-11"),
    Seed("duplicate region", "M004", MAP, "id: mopti", "id: ⟦gao"),
    Seed("duplicate type", "M004", MAP, "id: ongi", "id: ⟦osc"),
    Seed("duplicate sector", "M004", MAP, "id: eau", "id: ⟦cohesion"),
    Seed("duplicate region by case", "M004", MAP, "id: kayes", "id: ⟦Gao"),
    Seed("probable duplicate by accent", "M005", MAP, '"Association Lanaya de Gao"', '⟦"Association Hére de Gao"'),
    Seed("probable duplicate by case", "M005", MAP, '"Association Lanaya de Gao"', '⟦"ASSOCIATION KAFO de Gao"'),
    Seed("probable duplicate by one letter", "M005", MAP, '"Association Lanaya de Gao"', '⟦"Association Kafoo de Gao"'),
    Seed("probable duplicate by acronym", "M005", MAP,
         '"Association Kafo de Gao"\n    type: mairie\n    regions: [gao]\n    cercles: [Ansongo]\n    sectors: [cohesion]\n'
         '    status: scheduled\n  - id: gao-12\n    name: "Association Lanaya de Gao"',
         '"Association Kafo de Gao"\n    acronym: AKG\n    type: mairie\n    regions: [gao]\n    cercles: [Ansongo]\n'
         '    sectors: [cohesion]\n    status: scheduled\n  - id: gao-12\n    acronym: akg\n'
         '    name: ⟦"Association Lanaya de Gao"'),
    spare("unknown region", "M006", "[gao]", "[⟦goa]"),
    spare("unknown type", "M006", "osc", "⟦ocs"),
    spare("unknown sector", "M006", "[cohesion]", "[⟦cohesions]"),
    spare("unknown actor in the mapping", "M006", "identified", 'replaced\n    reason: "x"\n    replaced_by: ⟦gao-99'),
    spare("unknown region of a status", "M006", "identified", "{⟦mopti: scheduled}"),
    spare("mistyped status", "M003", "identified", "⟦identifed"),
    spare("cercle of another region", "M007", "[Ansongo]", "[⟦Kita]"),
    spare("date out of the campaign", "M008", "identified", "scheduled\n    appointment: ⟦2032-06-20"),
    Seed("holiday out of the campaign", "M008", MAP, "holidays: [2023-06-28]", "holidays: [⟦2022-06-28]"),
    Seed("deliverable before the start", "M008", MAP, "due: 2023-07-05", "due: ⟦2022-07-05"),
    spare("exit without a reason", "M009", "identified", "⟦unreachable"),
    spare("exit without a reason in one region", "M009", "identified", "{gao: ⟦declined}"),
    spare("reason that cannot be read", "M003", "identified", "declined\n    reason: ⟦[x]"),
    spare("reason for a region not the actor's", "M006", "identified", "declined\n    reason: {⟦mopti: x}"),
    spare("regions that cannot be read", "M003", "[gao]", "⟦gao et ailleurs"),
    spare("unknown region, with a status there", "M006", "[gao]\n    cercles: [Ansongo]\n    sectors: [cohesion]\n    status: ",
          "[⟦goa]\n    status: {gao: scheduled}\n    comment: "),
    spare("phone", "P002", "identified", 'identified\n    comment: "Joindre le ⟦76 12 34 56"'),
    spare("e-mail", "P002", "identified", "identified\n    comment: ⟦contact@exemple.org"),
    # Guide
    Seed("section without id", "G004", GUIDE, "## Contexte {#contexte}", "⟦## Contexte"),
    Seed("question without id", "G004", GUIDE, "### Quelles tensions ? {#tensions .required}", "⟦### Quelles tensions ?"),
    Seed("duplicate id", "G005", GUIDE, "{#zones}", "{#mandat}", (GUIDE, "⟦### Où travaillez-vous ?")),
    Seed("level skipped", "G006", GUIDE, "### Quelles tensions ?", "⟦#### Quelles tensions ?"),
    Seed("question outside a section", "G007", GUIDE, "Bonjour, et merci de nous recevoir.",
         "Bonjour.\n\n⟦### Votre code ? {#code}"),
    Seed("version not in its changes", "G008", GUIDE, 'version: "1.0"\nlanguage', 'version: ⟦"1.1"\nlanguage'),
    Seed("unknown attribute", "G009", GUIDE, "{#zones}", "{#zones ⟦.requis}"),
    Seed("unknown attribute with a value", "G009", GUIDE, "{#zones}", '{#zones ⟦type="osc"}'),
    Seed("type that does not exist", "G010", GUIDE, 'types="ongi"', 'types="ongi ⟦onu"'),
    Seed("select without options", "G011", GUIDE, ' options="chefs|jeunes|autres"', "",
         (GUIDE, "⟦### Qui pèse sur elles ?")),
    Seed("guide missing", "G012", MAP, "guide: guides/guide-entretien.md", "guide: ⟦guides/guide.md"),
    Seed("question taken out of the guide", "N014", GUIDE, "### Où travaillez-vous ? {#zones}\n\n", "",
         (GUIDE, 'version: ⟦"1.0"\nlanguage')),
    Seed("question for some taken out of the guide", "N014", GUIDE,
         '### Que coûte un projet ? {#couts types="ongi"}\n', "", (GUIDE, 'version: ⟦"1.0"\nlanguage')),
    Seed("question added to the guide", "N013", GUIDE, "### Où travaillez-vous ? {#zones}\n",
         "### Où travaillez-vous ? {#zones}\n\n⟦### Et demain ? {#demain .required}\n"),
    Seed("question reworded in the guide", "N015", GUIDE, "### Quelles tensions ?", "⟦### Quels conflits ?"),
    Seed("id changed in the guide", "N014", GUIDE, "### Où travaillez-vous ? {#zones}",
         "⟦### Où travaillez-vous ? {#lieux}"),
    Seed("questions of the guide in another order", "N016", GUIDE,
         "### Où travaillez-vous ? {#zones}\n\n## Contexte {#contexte}\n\n",
         "## Contexte {#contexte}\n\n### Où travaillez-vous ? {#zones}\n\n", (GUIDE, 'version: ⟦"1.0"\nlanguage')),
    Seed("unknown key in the guide", "G001", GUIDE, "minutes: 75", "⟦minute: 75"),
    Seed("no version", "G002", GUIDE, 'version: "1.0"\nlanguage', "language", (GUIDE, "⟦id: guide-entretien")),
    Seed("invalid version", "G003", GUIDE, 'version: "1.0"\nlanguage', "version: ⟦premiere\nlanguage"),
    Seed("invalid version among the changes", "G003", GUIDE, '  - version: "1.0"', "  - version: ⟦premiere"),
    Seed("theme id taken twice", "G013", THEMES, "id: acces", "id: ⟦formation"),
    Seed("theme id that is reserved", "G013", THEMES, "    kind: challenge\n",
         "    kind: challenge\n  - id: ⟦mark\n    name: Marque\n"),
    Seed("theme without a valid id", "G003", THEMES, "id: acces", "id: ⟦accès"),
    # Notes
    Seed("unknown key in a note", "N001", NOTE, "place: Gao", "⟦lieu: Gao"),
    Seed("missing actor", "N002", NOTE, "actor: gao-06\n", "", (NOTE, "⟦id: GAO-06")),
    Seed("missing region", "N002", NOTE, "region: gao\n", "", (NOTE, "⟦id: GAO-06")),
    Seed("missing id", "N002", NOTE, "id: GAO-06\n", "", (NOTE, "⟦actor: gao-06")),
    Seed("missing status", "N002", NOTE, "status: done\n", "", (NOTE, "⟦id: GAO-06")),
    Seed("mistyped mode", "N003", NOTE, "mode: in-person", "mode: ⟦pigeon"),
    Seed("mistyped status", "N003", NOTE, "status: done", "status: ⟦dnoe"),
    Seed("mistyped flag", "N003", NOTE, "quote: true", "quote: ⟦peut-être"),
    Seed("quote flag of a note that is quoted", "N003", "notes/gao/GAO-01.md", "quote: true", "quote: ⟦peut-être"),
    Seed("mistyped attribution", "N003", NOTE, "attribution: type", "attribution: ⟦typ"),
    Seed("mistyped kind", "N003", SYNTH, "kind: synthesis", "kind: ⟦sinthezis"),
    Seed("consent that is no block", "N003", "notes/gao/GAO-01.md",
         "consent:\n  given: true\n  form: oral\n  quote: true\n  share: true\n  recording: false", "consent: ⟦oui"),
    Seed("impossible date", "N003", NOTE, "date: 2023-06-12", "date: ⟦2023-06-31"),
    *(Seed(f"a person's name for initials: {name}", "N003", NOTE, "interviewer: AM", f"interviewer: ⟦{name}")
      for name in ("Fictive", "Fanta", "Fanta F.", "F. Fictive")),
    Seed("invalid id", "N003", NOTE, "id: GAO-06", "id: ⟦GAO 06"),
    Seed("id taken twice", "N004", OTHER, "id: GAO-07", "id: ⟦GAO-06"),
    Seed("id and file name differ", "N005", NOTE, "id: GAO-06", "id: ⟦GAO-60"),
    Seed("id differs by case", "N005", NOTE, "id: GAO-06", "id: ⟦Gao-06"),
    Seed("region and folder differ", "N005", NOTE, "region: gao", "region: ⟦mopti"),
    Seed("unknown actor", "N006", NOTE, "actor: gao-06", "actor: ⟦gao-66"),
    Seed("unknown actor in a list", "N006", NOTE, "actor: gao-06", "actor: [gao-06, ⟦gao-66]"),
    Seed("actor of another region", "N007", NOTE, "actor: gao-06\nregion: gao", "actor: mop-12\nregion: ⟦gao"),
    Seed("unknown region of a note", "N008", NOTE, "region: gao", "region: ⟦goa"),
    Seed("unknown region beside", "N008", NOTE, "region: gao", "region: gao\nalso_regions: [⟦mopty]"),
    Seed("unknown region of a synthesis", "N008", SYNTH, "region: gao", "region: ⟦goa"),
    Seed("future", "N009", NOTE, "date: 2023-06-12", "date: ⟦2024-06-12"),
    Seed("before the start", "N010", NOTE, "date: 2023-06-12", "date: ⟦2023-05-12"),
    Seed("done without date", "N011", NOTE, "date: 2023-06-12\n", "", (NOTE, "⟦id: GAO-06")),
    Seed("done with an empty date", "N011", NOTE, "date: 2023-06-12", "⟦date:"),
    Seed("done without interviewer", "N011", NOTE, "interviewer: AM\n", "", (NOTE, "⟦id: GAO-06")),
    Seed("done without participants", "N011", NOTE,
         'participants:\n  - role: "Responsable de programme"\n    gender: f\n    age: adult\n', "⟦participants: []\n"),
    Seed("done without consent", "N011", NOTE,
         "consent:\n  given: true\n  form: oral\n  quote: true\n  share: true\n  recording: false\n", "",
         (NOTE, "⟦id: GAO-06")),
    Seed("done without consent, quoted", "N011", "notes/gao/GAO-01.md",
         "consent:\n  given: true\n  form: oral\n  quote: true\n  share: true\n  recording: false\n", "",
         ("notes/gao/GAO-01.md", "⟦id: GAO-01")),
    Seed("done, consent refused", "N011", NOTE, "given: true", "given: ⟦false"),
    Seed("done, consent not said", "N011", NOTE, "  given: true\n", "", (NOTE, "⟦form: oral")),
    *(Seed(f"required question unanswered: {words!r}", "N012", NOTE,
           "### Quel est votre mandat ? {#mandat .identifying .required}\n\nNous suivons 7 villages depuis dix ans.",
           "⟦### Quel est votre mandat ? {#mandat .identifying .required}\n\n" + words)
      for words in ("", "<!-- - Depuis quand ? -->", "à compléter", "[à compléter]", "À COMPLÉTER.", "TODO", "...", "…",
                    "- Depuis quand ?", "-")),
    Seed("question removed", "N013", NOTE, "### Où travaillez-vous ? {#zones}\n\n", "", (NOTE, "⟦## Organisation")),
    Seed("section removed", "N013", NOTE, "## Besoins {#besoins}\n\n", "",
         (NOTE, "⟦### De quoi avez-vous besoin ?")),
    Seed("section removed with its question", "N013", NOTE,
         "## Observations {#observations .observation}\n\n### Le climat de l’entretien ? {#climat}\n\n"
         "> La salle numéro 7 était pleine et calme.\n", "", (NOTE, "⟦## Besoins")),
    Seed("heading unknown", "N014", NOTE, "{#influence}", "{#influense}", (NOTE, "⟦### Qui pèse sur elles ?")),
    Seed("heading written twice", "N014", NOTE, "## Besoins {#besoins}",
         "⟦### Qui pèse sur elles ? {#influence}\n\nLes vieux.\n\n## Besoins {#besoins}"),
    Seed("heading written twice, in another section", "N014", NOTE, "## Observations {",
         "⟦### Qui pèse sur elles ? {#influence}\n\nLes vieux.\n\n## Observations {"),
    Seed("heading without id", "N014", NOTE, " {#influence}", "", (NOTE, "⟦### Qui pèse sur elles ?")),
    Seed("heading of the writer's own", "N014", NOTE, "Les chefs.", "Les chefs.\n\n⟦### Divers\n\nRien."),
    Seed("heading twice", "N014", NOTE, "Les chefs.", "Les chefs.\n\n⟦### Qui pèse sur elles ? {#influence}\n\nEux."),
    Seed("heading underlined", "N014", NOTE, "Les chefs.", "⟦Les chefs\n---------"),
    Seed("heading renamed", "N015", NOTE, "### Qui pèse sur elles ?", "⟦### Qui décide ?"),
    Seed("question out of order", "N016", NOTE,
         "### Quel est votre mandat ? {#mandat .identifying .required}\n\nNous suivons 7 villages depuis dix ans.\n\n"
         "### Où travaillez-vous ? {#zones}\n\nDans le cercle de Ansongo.",
         "### Où travaillez-vous ? {#zones}\n\nDans le cercle de Ansongo.\n\n"
         "⟦### Quel est votre mandat ? {#mandat .identifying .required}\n\nNous suivons 7 villages depuis dix ans."),
    Seed("question in another section", "N016", NOTE, "### Où travaillez-vous ? {#zones}\n\nDans le cercle de Ansongo.\n\n"
         "## Contexte {#contexte}", "## Contexte {#contexte}\n\n⟦### Où travaillez-vous ? {#zones}\n\nÀ Ansongo."),
    Seed("section out of order", "N016", NOTE, "## Observations {#observations .observation}\n\n"
         "### Le climat de l’entretien ? {#climat}\n\n> La salle numéro 7 était pleine et calme.\n",
         "", (NOTE, "⟦## Observations")),
    Seed("unknown theme", "N017", NOTE, "{.acces}", "{⟦.acess}"),
    Seed("span left open", "N018", NOTE, "[l’accès est difficile]{.acces}", "[l’accès est difficile⟦{.acces}"),
    Seed("span never opened", "N018", NOTE, "[l’accès est difficile]{.acces}", "l’accès est difficile⟦]{.acces}"),
    Seed("span left open in words that are quoted", "N018", "notes/gao/GAO-01.md", "on partage l’eau en 2 tours",
         "[on partage⟦{.acces} l’eau en 2 tours"),
    Seed("empty block quote", "N019", NOTE, "Les chefs.", "Les chefs.\n\n⟦> "),
    Seed("HTML", "N020", NOTE, "Les chefs.", "Les ⟦<nous> chefs."),
    Seed("HTML block", "N020", NOTE, "Les chefs.", "⟦<p>Les chefs.", also=()),
    Seed("link definition in a synthesis", "N020", SYNTH, "## Besoins {#besoins}\n",
         "## Besoins {#besoins}\n\n⟦[AM]: Silence.\n"),
    Seed("a pair of tags", "N020", NOTE, "Les chefs.", "Les ⟦<b>chefs</b>."),
    Seed("a pair of tags over several lines", "N020", NOTE, "Les chefs.", "⟦<div>\nLes chefs.\n</div>"),
    Seed("link definition", "N020", NOTE, "Les chefs.", "⟦[AM]: Silence."),
    Seed("raw block", "N020", NOTE, "Les chefs.", "Les chefs.\n\n```⟦{=html}\nx\n```"),
    Seed("raw span", "N020", NOTE, "Les chefs.", "Les `chefs`⟦{=html}."),
    Seed("several notes for one actor", "N021", OTHER, "actor: gao-07", "actor: ⟦gao-04"),
    Seed("declined, and heard", "N022", MAP, '"Association Faso de Gao"\n    type: osc\n    regions: [gao]\n'
         "    cercles: [Ansongo]\n    sectors: [cohesion]\n    status: scheduled",
         '"Association Faso de Gao"\n    type: osc\n    regions: [gao]\n    cercles: [Ansongo]\n    sectors: [cohesion]\n'
         '    status: declined\n    reason: "Pas de temps."', (NOTE, "actor: ⟦gao-06")),
    Seed("follow-up of nothing", "N023", NOTE, "status: done", "status: done\nfollow_up_of: ⟦GAO-77"),
    Seed("follow-up of another actor's note", "N023", NOTE, "status: done", "status: done\nfollow_up_of: ⟦GAO-08"),
    Seed("recorded without consent", "N024", NOTE, "verbatim: noted", "verbatim: ⟦recorded"),
    Seed("unknown guide version", "N025", NOTE, 'guide_version: "1.0"', 'guide_version: ⟦"2.0"'),
    # Coverage
    Seed("region below its minimum", "C001", MAP, "code: ML07\n    minimum: 10", "code: ML07\n    minimum: 12",
         (MAP, "- id: ⟦gao")),
    Seed("campaign below its minimum", "C002", MAP, "minimum: 40", "minimum: ⟦45"),
    Seed("minimum out of reach", "C003", MAP, "code: ML07\n    minimum: 10", "code: ML07\n    minimum: 14",
         (MAP, "- id: ⟦gao"), also=("C001",)),
    Seed("a type never heard", "C004", MAP, "  - id: mairie", "  - id: onu\n    name: Nations unies\n  - id: mairie",
         (MAP, "- id: ⟦gao")),
    # Syntheses and lessons
    Seed("unknown key in a synthesis", "F001", SYNTH, "region: gao", "⟦regoin: gao\nregion: gao"),
    Seed("kind is missing", "F002", SYNTH, "kind: synthesis\n", "", (SYNTH, "⟦region: gao")),
    Seed("mistyped status of a synthesis", "F003", SYNTH, "status: done", "status: ⟦presque"),
    Seed("unknown section", "F004", SYNTH, "## Contexte {#contexte}", "⟦## Contexte {#context}"),
    Seed("section without id", "F004", SYNTH, "## Contexte {#contexte}", "⟦## Contexte"),
    Seed("unknown section across regions", "F004", ACROSS, "## Résumé {#summary}", "⟦## Résumé {#resume}"),
    Seed("unknown note cited", "F005", SYNTH, "[@GAO-07; @GAO-08]", "[@GAO-07; @GAO-08; ⟦@GAO-80]"),
    Seed("unknown note cited in the lessons", "F005", "notes/lecons.md", "@KAY-02", "⟦@KAY-20"),
    Seed("a draft cited", "F006", "notes/gao/GAO-04.md", "status: done", "status: draft", (SYNTH, "⟦@GAO-04")),
    Seed("a draft quoted", "F006", "notes/mopti/MOP-02.md", "status: done", "status: draft",
         ("notes/mopti/synthese.md", "[⟦@MOP-02]"), also=("F006",)),
    Seed("consent withdrawn", "F006", NOTE, "recording: false", "recording: false\n  withdrawn: 2023-07-01",
         (SYNTH, "⟦@GAO-06")),
    Seed("attribution none", "F007", "notes/gao/GAO-04.md", "attribution: type", "attribution: none", (SYNTH, "⟦@GAO-04")),
    Seed("quoted without consent", "F008", "notes/gao/GAO-01.md", "quote: true", "quote: false", (SYNTH, "⟦« Ici")),
    Seed("block quoted without consent", "F008", "notes/gao/GAO-02.md", "quote: true", "quote: false",
         (SYNTH, f"⟦{quote('gao', 2)}")),
    Seed("observation quoted", "F009", SYNTH, f"« {Q1.rstrip('.')} »", "⟦« La salle numéro 2 était pleine et calme »"),
    Seed("summary quoted", "F010", SYNTH, f"« {Q1.rstrip('.')} »", "⟦« Le puits numéro 2 est disputé »"),
    Seed("not verbatim", "F011", SYNTH, "en 2 tours, et chacun attend", "en 2 rondes, et chacun attend", (SYNTH, "⟦« Ici")),
    Seed("block quote not verbatim", "F011", SYNTH, "en 3 tours", "en trois tours", (SYNTH, "⟦Ici, à Gao, on partage l’eau en trois")),
    Seed("block quote not verbatim, citation below", "F011", SYNTH, "en 4 tours", "en quatre tours",
         (SYNTH, "⟦Ici, à Gao, on partage l’eau en quatre")),
    Seed("words of another note", "F011", SYNTH, f"« {Q1.rstrip('.')} »", f"⟦« {Q6.rstrip('.')} »"),
    Seed("identifying answer quoted", "F017", SYNTH, f"« {Q1.rstrip('.')} »", "⟦« Nous suivons 2 villages »"),
    Seed("citation in round brackets", "F012", SYNTH, "[@GAO-07; @GAO-08]", "(⟦@GAO-07) [@GAO-08]"),
    Seed("citation with a comma", "F012", SYNTH, "[@GAO-07; @GAO-08]", "[⟦@GAO-07, p. 3] [@GAO-08]"),
    Seed("citation of several with a comma", "F012", SYNTH, "[@GAO-07; @GAO-08]", "[⟦@GAO-07, @GAO-08]"),
    Seed("citation of a quotation in round brackets", "F012", SYNTH, "» [@GAO-01].", "» (⟦@GAO-01). Et [@GAO-01]."),
    Seed("citation of a block quote in round brackets", "F012", SYNTH, "[@GAO-03]\n\nD’autres", "(⟦@GAO-03)\n\nD’autres"),
    Seed("citation in lower case", "F012", SYNTH, "[@GAO-07; @GAO-08]", "voir ⟦@gao-07 [@GAO-08]"),
    Seed("note named in prose", "F021", SYNTH, "D’autres s’accordent", "D’autres (⟦GAO-07) s’accordent"),
    Seed("quoted words without citation", "F013", SYNTH, "D’autres s’accordent [@GAO-07; @GAO-08].",
         "D’autres s’accordent [@GAO-07; @GAO-08]. ⟦« L’eau est à celui qui attend », dit-on."),
    Seed("finding without citation", "F014", SYNTH, "## Besoins {#besoins}\n", "## Besoins {#besoins}\n\n⟦La paix est chère.\n"),
    Seed("finding without citation below a heading of its own", "F014", SYNTH, "D’autres s’accordent [@GAO-07; @GAO-08].",
         "### Les autres\n\nD’autres s’accordent [@GAO-07; @GAO-08].\n\n⟦La paix est chère."),
    Seed("section without finding", "F015", SYNTH,
         "D’autres s’accordent [@GAO-07; @GAO-08].\n\n## Besoins {#besoins}\n\nLa formation vient d’abord [@GAO-09; @GAO-10; @GAO-11].",
         "D’autres s’accordent [@GAO-07; @GAO-08; @GAO-09; @GAO-10; @GAO-11].\n\n⟦## Besoins {#besoins}"),
    Seed("section that is absent", "F015", SYNTH,
         "D’autres s’accordent [@GAO-07; @GAO-08].\n\n## Besoins {#besoins}\n\nLa formation vient d’abord [@GAO-09; @GAO-10; @GAO-11].",
         "D’autres s’accordent [@GAO-07; @GAO-08; @GAO-09; @GAO-10; @GAO-11].", (SYNTH, "⟦kind: synthesis")),
    Seed("a note that no synthesis cites", "F016", SYNTH, "[@GAO-07; @GAO-08]", "[@GAO-08]",
         (OTHER, "id: ⟦GAO-07")),
    Seed("a note of another region", "F019", SYNTH, "[@GAO-07; @GAO-08]", "[@GAO-07; @GAO-08; ⟦@MOP-08]"),
]  # fmt: skip


def sown(seed: Seed) -> tuple[dict[str, str], str, int, int]:
    files = campaign()
    text = files[seed.file]
    assert text.count(seed.old) == 1, f"{text.count(seed.old)} times in {seed.file}"
    files[seed.file] = text.replace(seed.old, seed.new.replace(MARK, ""))
    if seed.name == "section out of order":
        moved = seed.old.rstrip("\n") + "\n\n"
        files[seed.file] = files[seed.file].replace(
            "---\n\n## Organisation", f"---\n\n{moved}## Organisation"
        )
    if seed.name == "a type never heard":
        head, tail = files[MAP].split("  - id: gao-12\n", 1)
        files[MAP] = head + "  - id: gao-12\n" + tail.replace("type: osc", "type: onu", 1)
    if seed.at is None:
        file, place = seed.file, text.replace(seed.old, seed.new)
    else:
        file, snippet = seed.at
        bare = snippet.replace(MARK, "")
        assert bare in files[file], f"{bare!r} is not in {file}"
        place = files[file].replace(bare, snippet, 1)
    before = place[: place.index(MARK)]
    return files, file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def problems(root: Path) -> list[tuple[str, int, int, str]]:
    return [(d.place.file, d.place.line, d.place.column, d.code) for d in run(load(root, TODAY))]


def test_the_campaign_is_clean(tmp_path: Path) -> None:
    files = campaign()
    write(tmp_path, files)
    assert sum(name.count("/") == 2 and "synthese" not in name for name in files) == 44
    assert run(load(tmp_path, TODAY)) == []


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_a_fault_is_told_once_where_it_is(seed: Seed, tmp_path: Path) -> None:
    files, file, line, column = sown(seed)
    write(tmp_path, files)
    found = problems(tmp_path)
    also = list(seed.also)
    rest = [p for p in found if not (p[3] in also and not also.remove(p[3]))] if len(found) > 1 else found
    assert (file, line, column, seed.code) in found
    assert [p[3] for p in rest] == [seed.code], found


def test_names_of_seeds_are_unique() -> None:
    names = [(seed.name, seed.file) for seed in SEEDS]
    assert len(set(names)) == len(names)


def told(root: Path, files: dict[str, str] | None = None) -> list[tuple[str, int, int, str]]:
    write(root, files or campaign())
    return problems(root)


@pytest.mark.parametrize(
    ("data", "place", "code"),
    [
        (b"Les " + b"\xe9lus.", (40, 5), "W001"),
        ("Les chefs.".encode("utf-16"), (1, 1), "W001"),
        (b"Les \x00chefs.", (40, 5), "W003"),
    ],
    ids=["not UTF-8", "UTF-16", "NUL"],
)
def test_bytes_that_are_no_text(data: bytes, place: tuple[int, int], code: str, tmp_path: Path) -> None:
    write(tmp_path, campaign())
    path = tmp_path / NOTE
    whole = path.read_bytes().replace(b"Les chefs.", data)
    if code == "W001" and place == (1, 1):
        whole = path.read_text("utf-8").encode("utf-16")
    path.write_bytes(whole)
    line = whole.split(b"Les ")[0].count(b"\n") + 1 if place != (1, 1) else 1
    assert problems(tmp_path) == [(NOTE, line, place[1], code)]


@pytest.mark.parametrize("file", [NOTE, MAP, GUIDE, THEMES, SYNTH])
@pytest.mark.parametrize("way", ["bom", "crlf", "cr", "no final line end"])
def test_what_is_accepted(way: str, file: str, tmp_path: Path) -> None:
    write(tmp_path, campaign())
    path = tmp_path / file
    data = path.read_bytes()
    changed = {
        "bom": b"\xef\xbb\xbf" + data, "crlf": data.replace(b"\n", b"\r\n"), "cr": data.replace(b"\n", b"\r"),
        "no final line end": data.rstrip(b"\n"),
    }  # fmt: skip
    path.write_bytes(changed[way])
    assert problems(tmp_path) == ([(file, 1, 1, "W002")] if way == "bom" else [])


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    files = campaign()
    files[NOTE] += "x" * 4_000_001
    assert told(tmp_path, files) == [(NOTE, 1, 1, "W007")]


def test_an_empty_file(tmp_path: Path) -> None:
    files = campaign() | {THEMES: "# rien\n"}
    assert told(tmp_path, files) == [(THEMES, 1, 1, "W010")]


def test_a_section_taken_out_of_the_guide(tmp_path: Path) -> None:
    files = campaign()
    before, _section, after = files[GUIDE].partition("## Besoins {#besoins}\n")
    files[GUIDE] = before + after[after.index("\n## ") + 1 :]
    assert told(tmp_path, files) == [(GUIDE, 4, 10, "N014")]


def test_no_codebook(tmp_path: Path) -> None:
    files = campaign()
    del files[THEMES]
    assert told(tmp_path, files) == [(THEMES, 1, 1, "N017")]


def test_a_theme_that_many_notes_have_and_the_codebook_lacks(tmp_path: Path) -> None:
    files = {name: text.replace("{.acces}", "{.chemins}") for name, text in campaign().items()}
    assert told(tmp_path, files) == [(THEMES, 1, 1, "N017")]


def test_an_empty_note(tmp_path: Path) -> None:
    assert told(tmp_path, campaign() | {NOTE: ""}) == [(NOTE, 1, 1, "W011")]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("target", ["../../../ailleurs.md", "GAO-06.md"])
def test_links_that_leave_or_turn(target: str, tmp_path: Path) -> None:
    root = tmp_path / "campagne"
    write(root, campaign())
    (tmp_path / "ailleurs.md").write_text("secret", "utf-8")
    (root / NOTE).unlink()
    (root / NOTE).symlink_to(target)
    assert problems(root) == [(NOTE, 1, 1, "W006")]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_folder_that_is_a_link(tmp_path: Path) -> None:
    root = tmp_path / "campagne"
    write(root, campaign())
    (tmp_path / "ailleurs").mkdir()
    (root / "notes/autres").symlink_to(tmp_path / "ailleurs")
    assert problems(root) == [("notes/autres", 1, 1, "W006")]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root opens every file")
def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    write(tmp_path, campaign())
    (tmp_path / NOTE).chmod(0)
    assert problems(tmp_path) == [(NOTE, 1, 1, "W008")]


def test_no_mapping(tmp_path: Path) -> None:
    write(tmp_path, campaign())
    (tmp_path / MAP).unlink()
    assert problems(tmp_path) == [(MAP, 1, 1, "W009")]


@pytest.mark.parametrize("twin", ["notes/gao/gao-06.md", "notes/Gao/GAO-06.md"])
def test_names_that_differ_by_case(twin: str, tmp_path: Path) -> None:
    files = campaign()
    files[twin] = files[NOTE]
    if len(set(told(tmp_path, files))) == 0:
        pytest.skip("this file system keeps one of the two")
    found = problems(tmp_path)
    assert [(p[3], p[1], p[2]) for p in found] == [("W021", 1, 1)]
    assert found[0][0] in (twin, NOTE)


def test_names_that_differ_by_unicode_form(tmp_path: Path) -> None:
    files = campaign()
    files["notes/gao/lisible-é.txt"] = files["notes/gao/lisible-e\u0301.txt"] = "x"
    found = told(tmp_path, files)
    assert [p[3] for p in found] == ["W021"]


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot store them")
@pytest.mark.parametrize("name", ["notes/gao/aux.md", "notes/gao/GAO:12.md", "notes/gao/fin."])
def test_names_that_windows_cannot_store(name: str, tmp_path: Path) -> None:
    files = campaign()
    files[name] = files[NOTE] if name.endswith(".md") else "x"
    assert told(tmp_path, files) == [(name, 1, 1, "W022")]


def test_two_syntheses_for_one_region(tmp_path: Path) -> None:
    files = campaign()
    files["notes/gao/synthese-bis.md"] = files[SYNTH]
    assert told(tmp_path, files) == [("notes/gao/synthese-bis.md", 3, 9, "F018")]


def test_only_men_heard(tmp_path: Path) -> None:
    files = campaign()
    for name in files:
        if name.startswith("notes/gao/GAO"):
            files[name] = files[name].replace("gender: f", "gender: m")
    found = told(tmp_path, files)
    assert [p[3] for p in found] == ["C005"] and found[0][0] == MAP


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("minimum_per_region: 12", ["C001"] * 4),
        ("minimum_per_region: douze", ["M003"]),
        ("minimum_per_region:", []),
    ],
)
def test_a_minimum_that_cannot_be_read_is_told_alone(text: str, codes: list[str], tmp_path: Path) -> None:
    files = campaign()
    files[MAP] = files[MAP].replace("    minimum: 10\n", "").replace("minimum_per_region: 10", text)
    files |= {
        name: files[name].replace("status: done", "status: draft") for name in files if "-11.md" in name
    }
    files = {name: text.replace("; @GAO-11", "") for name, text in files.items()}
    found = [p[3] for p in told(tmp_path, files) if p[3] not in ("C003", "F006")]
    assert found == codes


def test_a_mapping_that_is_being_filled_in_is_not_out_of_reach(tmp_path: Path) -> None:
    files = {name: text for name, text in campaign().items() if not name.startswith("notes/")}
    files[MAP] = files[MAP].replace("declined", "identified")
    assert [p[3] for p in told(tmp_path, files)] == ["C001"] * 4


def test_findings_may_stand_below_headings_of_their_own(tmp_path: Path) -> None:
    files = campaign()
    files[SYNTH] = files[SYNTH].replace("## Besoins {#besoins}", "## Besoins {#besoins}\n\n### Se former")
    assert told(tmp_path, files) == []


@pytest.mark.parametrize("file", [NOTE, "notes/gao/GAO-01.md", GUIDE, SYNTH, THEMES])
@pytest.mark.parametrize("value", ["[x, y]", "{a: b}", "é é", "0", ""])
def test_whatever_stands_for_a_value_is_told_once(file: str, value: str, tmp_path: Path) -> None:
    files = campaign()
    files["notes/gao/GAO-12.md"] = note("gao", 12, "gao-06", "osc").replace(
        "status", "follow_up_of: GAO-06\nstatus"
    )
    files[SYNTH] = files[SYNTH].replace("@GAO-11]", "@GAO-11; @GAO-12]")
    write(tmp_path, files)
    lines = files[file].split("\n")
    for index, line in enumerate(lines[: lines.index("---", 1) if "---" in lines else None]):
        key, colon, _old = line.partition(": ")
        if colon and (value or not key.endswith("attribution")):  # without one, nothing may be cited
            changed = [*lines[:index], f"{key}: {value}", *lines[index + 1 :]]
            (tmp_path / file).write_text("\n".join(changed), "utf-8")
            found = problems(tmp_path)
            assert len({p[:2] for p in found}) <= 1, (line, found)


@pytest.mark.parametrize("folder", ["notes", "notes/gao/juin", "notes/mopti"])
def test_a_note_in_another_folder_is_told_as_such_alone(folder: str, tmp_path: Path) -> None:
    files = campaign()
    files[NOTE] = files[NOTE].replace("actor: gao-06", "actor: gao-05")  # who has a note already
    files[f"{folder}/GAO-06.md"] = files.pop(NOTE)
    assert told(tmp_path, files) == [(f"{folder}/GAO-06.md", 4, 9, "N005")]


@pytest.mark.parametrize("seed", SEEDS[::7], ids=lambda seed: seed.name)
def test_a_byte_order_mark_and_crlf_hide_nothing(seed: Seed, tmp_path: Path) -> None:
    files, file, line, column = sown(seed)
    write(tmp_path, files)
    for name, text in files.items():
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert (file, line, column, seed.code) in problems(tmp_path)


def test_an_empty_draft_is_no_fault(tmp_path: Path) -> None:
    files = campaign()
    header = (
        "---\nid: GAO-12\nactor: gao-12\nregion: gao\ndate:\nplace:\nmode:\nlanguage:\nminutes:\ninterviewer:\n"
        "participants:\n  - role:\n    gender:\n    age:\nconsent:\n  given:\n  form:\n  quote:\nattribution:\n"
        'guide_version: "1.0"\nstatus: draft\n---\n\n'
    )
    body = files[GUIDE].split("recevoir.\n\n")[1]
    answers = "\n".join(line for line in body.split("\n") if line.startswith("#") and "couts" not in line)
    files["notes/gao/GAO-12.md"] = header + answers.replace("\n", "\n\n") + "\n"
    assert told(tmp_path, files) == []
