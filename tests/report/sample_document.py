# ruff: noqa: E501
"""A document with everything in it, and pictures made by hand, for the tests of the pipeline."""

import datetime
import struct
import zlib
from pathlib import Path

from consultkit import files
from consultkit.report.render import Document, Figure

TEMPLATES = files.defaults_dir("templates")
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 120" width="640" height="120">'
    '<text x="0" y="40" font-family="Noto Sans" font-size="14">Gao 11/11</text>'
    '<rect x="120" y="20" width="400" height="40" fill="#1f4e5f"/></svg>'
)
MARKDOWN = """# Résumé {#resume}

Mots bambara ɲɔgɔn fɛ, fulfulde ɓiɗɗo ƴiiwoonde, songhay ŋaarey, arabe العربية, visage 😀. [Voir](#note-GAO-01)

::: {.box}
**À retenir** :

- premier point
- second point
:::

# Constats {#constats}

## Intégration

Texte [codé]{.theme}, [à écrire]{.missing}, avec note[^1] et `code`.

> « On nous forme un jour, et le lendemain l’outil a changé. »
>
> [— une organisation, région de Gao]{.attribution}

| Région | Tenues |
|:-------|-------:|
| Gao    |     11 |
| Mopti  |    < 5 |

Table: Consultations tenues

![Couverture](figure:coverage)

::: {.missing}
Section à écrire.
:::

::: {.landscape}
## Liste

| Code | Type d’acteur | Remarque |
|---|---|---|
| [GAO-01](#note-GAO-01) | ONG nationale | longue remarque qui demande de la place sur la page |

Table: Liste des consultations
:::

::: {.pagebreak}
:::

# Annexe

[^1]: Une note de bas de page.

\f

## GAO-01 {#note-GAO-01}

Réponse <b onclick="x">en gras</b> <!-- secret caché --> et [retour](#constats).

- [ ] tâche
- [x] faite

\f

## GAO-02 {#note-GAO-02}

1. un
2. deux

Fin[^1].

[^1]: L’autre note.
"""


def document(**changes) -> Document:
    """The sample, with some of its facts changed."""
    facts = {
        "markdown": MARKDOWN,
        "title": "Consultations & besoins",
        "language": "fr",
        "date": datetime.date(2023, 7, 13),
        "subtitle": "Rapport d’essai",
        "authors": ("A. Fictive", "B. Inventé"),
        "cover": ("Édition interne",),
        "banner": "Diffusion restreinte",
        "figures": {"coverage": Figure(DRAWING, "Gao : onze sur onze.")},
    }
    return Document(**{**facts, **changes})


def png(width: int = 30, height: int = 20, *extra: tuple[bytes, bytes]) -> bytes:
    """A PNG, with further chunks before its picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\0" + b"\x1f\x4e\x5f" * width) * height)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    more = b"".join(chunk(*item) for item in extra)
    return b"\x89PNG\r\n\x1a\n" + head + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def workspace(folder: Path) -> Path:
    """A workspace with a picture that tells who took it, and where."""
    (folder / "notes").mkdir()
    (folder / "notes" / "photo.png").write_bytes(
        png(30, 20, (b"tEXt", b"Author\0Moussa Secret"), (b"eXIf", b"GPS 16.27 -0.04"))
    )
    return folder
