"""The reference of keys is the declarations' own."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from consultkit.i18n import speaking
from consultkit.located_yaml import Node
from consultkit.model import Guide
from consultkit.scaffold import Filled, note_text
from consultkit.schema.declare import CONSENT, NOTE, PARTICIPANT
from consultkit.schema.docs import FILES, page
from consultkit.schema.types import Enum, Reader

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("language", FILES)
def test_the_page_is_up_to_date(language: str) -> None:
    assert (DOCS / FILES[language]).read_text("utf-8") == page(language), "run `make docs`"


def test_every_key_of_a_note_is_told() -> None:
    shown = page("fr")
    for key in ("`also_regions`", "`consent.withdrawn`", "`participants[].gender`", "`actors[].replaced_by`"):
        assert key in shown


def test_every_french_value_that_a_new_note_offers_is_read() -> None:
    guide = Guide("g.md", "g", "Guide", "1.0", "fr", None, (), "", (), None, True)
    with speaking("fr"):
        lines = note_text(guide, Filled({}), set(), "fr", dt.date(2023, 6, 20)).split("\n")
    offered = 0
    for line in lines:
        match = re.match(r"[ -]*(\w+):.*?(?:# |: )([\w-]+(?: \| [\w-]+)+) \(([^)]*)\)$", line)
        kinds = [
            r.fields[match[1]].type for r in (NOTE, CONSENT, PARTICIPANT) if match and match[1] in r.fields
        ]
        if match is None or not isinstance(kinds[0], Enum):
            continue
        for value, french in zip(match[2].split(" | "), match[3].split(", "), strict=True):
            assert kinds[0].read(Node("scalar", french, 1, 1), Reader("n", "note")) == value, french
            offered += 1
    assert offered > 15
