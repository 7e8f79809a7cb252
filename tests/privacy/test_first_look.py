"""The first look never says no where the search finds something."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from consultkit.privacy import patterns, unknown_names
from consultkit.privacy.first_look import may_hold_pattern

PIECES = ["76 12 34 56", "+223 76.12.34.56", "76\u202f12\u202f34\u202f56", "٧٦١٢٣٤٥٦", "76\u201112\u201134\u201156", "(76) 12-34-56",
          "awa@exemple.org", "awa [at] exemple.org", "awa(arobase)exemple.org", "16.2666, -0.0500", "16°16′", "16º 2'",
          "N 16,266", "lat : 16.26", "lat -16.26", "30 P 123456 1234567", "6CX8+2F", "geo:16.27,-0.05", "AB 1234 MD",
          "GB82 WEST 1234 5698 7654 32", "@aminata_t", "wa.me/22376123456", "t.me/fictif", "skype:fictif.nom", "AB1234M1", "AB.1234.MD", "orange2 ", "76·12·34·56",
          "76-12-34-56", "20 juin ", "20 23-06-20", "(76() 12/34/56", "2023-06-20", "12 000 000", " ", "\n", "é", "’", "\xa0", "−", "x", "Gao", ":", "-", "&#64;", "１２３４５６７８"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=6))
@example(["76 12 34 56"])
@example(["AB 1234 MD"])
@example(["lat ", "−", "16.26"])
@example(["20 juin ", "76-12-34-56"])
@example(["20 23-06-20"])
@example(["(76() 12/34/56"])
@example(["16°", "\n", "16′"])
@example(["16", "\n", "°16′"])
def test_no_find_is_missed(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert patterns.search(text) == patterns.search_closely(text)


def test_plain_words_need_no_search() -> None:
    text = "date: 2023-06-20\n\nL’eau manque à 14h30 ; 76 familles, 120 têtes, 12 000 F CFA.\n"
    assert not may_hold_pattern(text.encode())


NAMES = ["imam ", "madame ", "alhaji ", "Cadi ", "sœur ", "père  ", "Maire ", "M. ", "Mme\u202f", "El Hadj ", "Zogbo", "Éva", "Traoré", "Cissé'", "N’Diaye",
         "TOURÉ", "le ", "eau. ", "\n", "- ", "**", "12 ", "\xa0", "’"]  # fmt: skip


@given(st.lists(st.sampled_from(NAMES), max_size=6))
@example(["imam ", "Zogbo"])
@example(["eau. ", "\n", "imam ", "Zogbo"])
@example(["Cissé'", "Éva"])
def test_no_unknown_name_is_missed(pieces: list[str]) -> None:
    text = "".join(pieces)
    lines = [len(hits) for hits in map(unknown_names._in_line, text.split("\n"))]
    assert len(unknown_names.unknown_names(text.encode())) == sum(lines)
