"""Every disguise in every place of a document: the gate sees it, or no reader can read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from disguises import DISGUISES
from hostile import MAPPING, Spoil, answer, campaign, swap
from test_leaks_end_to_end import finding

from consultkit.disclose import INTERNAL
from consultkit.load import load
from consultkit.privacy.folding import fold
from consultkit.privacy.gate import spelt
from consultkit.privacy.identities import Identity
from consultkit.privacy.matcher import Matcher
from consultkit.report.build import build_report
from consultkit.report.fonts import substitute

FIRST, LAST = "Zantigui", "Fictivard"
KNOWN = Matcher([Identity("GAO-02", "note", f"{FIRST} {LAST}")])


def quoted(text: str) -> str:
    return text.replace("'", "''").replace("\n", " ")


PLACES: dict[str, Callable[[str], Spoil]] = {
    "paragraph": lambda leak: finding(f"Selon {leak}, c’est fini."),
    "list": lambda leak: finding(f"- Selon {leak}, c’est fini.\n- Autre."),
    "table": lambda leak: finding(f"| Qui | Quoi |\n|---|---|\n| {quoted(leak)} | Rien |"),
    "footnote": lambda leak: finding(f"Fini[^1].\n\n[^1]: Selon {leak}."),
    "heading": lambda leak: finding(f"### Selon {quoted(leak)} {{#selon}}\n\nRien."),
    "block quote": lambda leak: finding(f"> Selon {quoted(leak)}"),
    "title": lambda leak: swap(MAPPING, '"Besoins : le cas de Gao"', f"'Selon {quoted(leak)} !'"),
    "answer": lambda leak: answer(f"Selon {leak}, c’est fini."),
}  # fmt: skip


def letters(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalpha())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("disguise", DISGUISES)
def test_no_disguise_passes_in_any_place(tmp_path: Path, disguise: str, place: str) -> None:
    root = campaign(tmp_path)
    before = shown(root)
    PLACES[place](DISGUISES[disguise](FIRST, LAST))(root)
    text = shown(root)
    assert text != before
    readable = "fictivard" in letters(text) or "zantigui" in letters(text)
    assert KNOWN.search(text) or not readable


def shown(root: Path) -> str:
    """What a forced report of the team is about to say."""
    made = build_report(load(root), edition=INTERNAL, force=True).document
    return spelt(substitute("\n\n".join((made.title, made.subtitle, *made.cover, made.markdown))))
