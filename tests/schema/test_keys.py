"""The reference of keys is the declarations' own."""

from __future__ import annotations

from pathlib import Path

import pytest

from consultkit.schema.docs import FILES, page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("language", FILES)
def test_the_page_is_up_to_date(language: str) -> None:
    assert (DOCS / FILES[language]).read_text("utf-8") == page(language), "run `make docs`"


def test_every_key_of_a_note_is_told() -> None:
    shown = page("fr")
    for key in ("`also_regions`", "`consent.withdrawn`", "`participants[].gender`", "`actors[].replaced_by`"):
        assert key in shown
