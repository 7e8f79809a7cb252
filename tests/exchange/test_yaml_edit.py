"""Edits at known places: the value changes, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultkit.exchange.yaml_edit import Document, Edit, apply, dump, scalar
from consultkit.located_yaml import read

TEXT = """\
# first
actors:   # the actors
  # group A
  - id: a          # its id
    name: "A, b"   # named so
    regions:       # where
      - gao   # one
      - mopti
    status: {gao: x, mopti: y}
    comment: >
      long
      text

  # group B
  - {id: b, name: B, regions: [gao]}   # flow

  - id: c
    acronym:
    name: C
# the end
"""
ORDER = ("id", "name", "acronym", "regions", "status", "comment")


def root(text: str = TEXT):
    reading = read(text, "m.yaml")
    assert reading.root is not None
    assert not reading.faults
    return reading.root


def actor(index: int):
    return root().get("actors", index)


def lines(changed: str) -> tuple[set[str], set[str]]:
    """The lines that went and those that came."""
    before, after = TEXT.split("\n"), changed.split("\n")
    return {line for line in before if line not in after}, {line for line in after if line not in before}


@pytest.mark.parametrize(
    ("index", "key", "value", "went", "came"),
    [
        (0, "name", "Z", {'    name: "A, b"   # named so'}, {"    name: Z   # named so"}),
        (0, "acronym", "AB", set(), {"    acronym: AB"}),
        (0, "status", {"gao": "x", "mopti": "z"}, {"    status: {gao: x, mopti: y}"}, {"    status: {gao: x, mopti: z}"}),
        (0, "status", "x", {"    status: {gao: x, mopti: y}"}, {"    status: x"}),
        (0, "regions", ["gao", "kayes"], {"      - mopti"}, {"      - kayes"}),
        (0, "comment", "short", {"    comment: >", "      long", "      text"}, {"    comment: short"}),
        (1, "name", "B: b", {"  - {id: b, name: B, regions: [gao]}   # flow"}, {'  - {id: b, name: "B: b", regions: [gao]}   # flow'}),
        (1, "acronym", "BB", {"  - {id: b, name: B, regions: [gao]}   # flow"}, {"  - {id: b, name: B, acronym: BB, regions: [gao]}   # flow"}),
        (2, "acronym", "CC", {"    acronym:"}, {"    acronym: CC"}),
        (2, "comment", "no", set(), {'    comment: "no"'}),
    ],
)  # fmt: skip
def test_set_key(index: int, key: str, value, went: set[str], came: set[str]) -> None:
    changed = apply(TEXT, Document(TEXT).set_key(actor(index), key, value, ORDER))
    assert lines(changed) == (went, came)
    node = root(changed).get("actors", index, key)
    found = (
        node.text
        if node.kind == "scalar"
        else [n.text for n in node.items]
        if node.kind == "seq"
        else {k: v.text for k, _k, v in node}
    )
    assert found == value


@pytest.mark.parametrize(
    ("index", "key", "went", "came"),
    [
        (0, "status", {"    status: {gao: x, mopti: y}"}, set()),
        (0, "comment", {"    comment: >", "      long", "      text"}, set()),
        (
            1,
            "name",
            {"  - {id: b, name: B, regions: [gao]}   # flow"},
            {"  - {id: b, regions: [gao]}   # flow"},
        ),
        (2, "acronym", {"    acronym:"}, set()),
    ],
)
def test_remove_key(index: int, key: str, went: set[str], came: set[str]) -> None:
    changed = apply(TEXT, Document(TEXT).remove_key(actor(index), key))
    assert lines(changed) == (went, came)
    assert key not in root(changed).get("actors", index).entries


def test_a_comment_beside_a_removed_key_stays() -> None:
    changed = apply(TEXT, Document(TEXT).remove_key(actor(0), "name"))
    assert "    # named so\n" in changed
    assert "name" not in root(changed).get("actors", 0).entries


def test_entries_are_added_and_removed_in_the_layout_of_the_list() -> None:
    entry = {"id": "d", "name": "D – d", "regions": ["gao"]}
    added = apply(TEXT, Document(TEXT).add_entries(root(), "actors", [entry]))
    assert added == TEXT.replace(
        "# the end\n", '\n  - id: d\n    name: "D – d"\n    regions: [gao]\n# the end\n'
    )
    removed = apply(TEXT, Document(TEXT).remove_item(root().get("actors"), 0))
    assert "# group A" in removed
    assert "# group B" in removed
    assert [item.get("id").text for item in root(removed).get("actors").items] == ["b", "c"]


@pytest.mark.parametrize(
    "text",
    ["actors:\n", "actors: []\n", "actors: [] # none yet\n", "x: 1", "actors: [{id: z}]", "actors:\n- id: z"],
)
def test_entries_are_added_to_any_list(text: str) -> None:
    changed = apply(text, Document(text).add_entries(root(text), "actors", [{"id": "d"}, {"id": "e"}]))
    ids = [item.get("id").text for item in root(changed).get("actors").items]
    assert ids == (["z"] if "z" in text else []) + ["d", "e"]
    assert ("none yet" in text) == ("none yet" in changed)


def test_comments_that_run_on_stay_with_their_key_and_entry() -> None:
    text = "a:\n  - id: x\n    status: s  # one\n               #  | two\n    # c: d\n\n  # else\n"
    document, node = Document(text), root(text)
    edits = document.set_key(node.get("a", 0), "status2", "t") + document.add_entries(
        node, "a", [{"id": "w"}]
    )
    assert apply(text, edits) == text.replace(
        "two\n    # c: d\n", "two\n    status2: t\n    # c: d\n  - id: w\n"
    )


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply("abc", [Edit(0, 2, ""), Edit(1, 3, "")])


VALUES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\ufeff\ufffe\uffff"),
    max_size=30,
)


@given(VALUES)
def test_any_text_is_read_back_as_written(value: str) -> None:
    found = read(f"a: {scalar(value)}\nb: {dump([value])}\nc: {dump({'k': value})}\n", "m.yaml").root
    assert found is not None
    assert [found.get("a").text, found.get("b", 0).text, found.get("c", "k").text] == [value] * 3
