"""What stands inside a block: passages kept off every output, however clumsily they are marked."""

from __future__ import annotations

import pytest

from consultkit.parse.inline import spans, without_off


@pytest.mark.parametrize(
    "braces",
    ["{.off}", "{ .off }", "{off}", "{,off}", "{.Off}", "{OFF}", "{#off}", "{class=off}", "{.acces off}"],
)
def test_a_passage_meant_to_be_kept_off_is_kept_off(braces: str) -> None:
    assert without_off(f"Avant. [le secret]{braces} Après.") == "Avant. Après."


@pytest.mark.parametrize(
    "text", ["[le secret].{off}", "[le secret] {off}", "[le secret] {.off}", "le secret {Off}"]
)
def test_braces_that_keep_nothing_off_are_stray(text: str) -> None:
    assert spans(text)[1] == [text.index("{")]
