"""The generated reference of the rules is current, whole and in both languages."""

from __future__ import annotations

import pytest

from consultkit.rules import RULES
from consultkit.rules.docs import FOLDER, PAGES, page


@pytest.mark.parametrize("language", PAGES)
def test_the_reference_is_current(language: str) -> None:
    written = (FOLDER / PAGES[language]).read_text("utf-8")
    assert written == page(language), "run: python -m consultkit.rules.docs"


@pytest.mark.parametrize("language", PAGES)
def test_every_rule_has_its_entry(language: str) -> None:
    text = page(language)
    assert [rule.code for rule in RULES if f"\n### {rule.code}\n" not in text] == []


def test_the_french_page_is_french() -> None:
    english = {rule.documentation.summary for rule in RULES} | {rule.documentation.why for rule in RULES}
    text = page("fr")
    assert [sentence for sentence in english if sentence and sentence in text] == []
