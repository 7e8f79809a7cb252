"""Merging mapping.yaml by what it says: nothing lost, nothing moved, conflicts told; then git itself, with the driver."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consultkit.team.merge import merge
from consultkit.team.units import MergeError, parse

SAMPLE = Path(__file__).with_name("small")
BASE = (SAMPLE / "mapping.yaml").read_text("utf-8")
NEW = "  - id: {id}\n    name: Association {id}   # à vérifier\n    type: osc\n    regions: [gao]\n"


def said(text: str) -> dict[str, dict]:
    return {f"{s.name}/{e.id}": e.units for s in parse(text).sections for e in s.entries}


def test_two_people_who_each_add_an_actor_lose_neither_nor_their_comments() -> None:
    ours = BASE + "  # vue au marché\n" + NEW.format(id="ours")
    theirs = BASE + NEW.format(id="theirs")
    merged = merge(BASE, ours, theirs)
    assert merged.conflicts == ()
    assert merged.text == ours + NEW.format(id="theirs")


def test_different_keys_of_one_actor_merge_and_its_comments_and_layout_stay() -> None:
    base = BASE.replace("comment: Bureau n° 2", "comment: Bureau deux   # confirmé")
    ours = base.replace("    acronym: ATA\n", "    acronym: ATA\n    priority: high\n")
    theirs = base.replace("status: scheduled", "status: contacted").replace("Bureau deux ", "Bureau sept ")
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    expected = ours.replace("status: scheduled", "status: contacted")
    assert merged.text == expected.replace("Bureau deux ", "Bureau sept ")


def test_lists_and_maps_merge_item_by_item() -> None:
    base = BASE.replace("    status: scheduled\n", "    status: {gao: scheduled, mopti: contacted}\n")
    ours = base.replace("regions: [gao]\n    sectors", "regions: [gao, mopti]\n    sectors").replace(
        "gao: scheduled", "gao: declined"
    )
    theirs = base.replace("regions: [gao]\n    sectors", "regions: [gao, kayes]\n    sectors").replace(
        "mopti: contacted", "mopti: postponed"
    )
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert "regions: [gao, mopti, kayes]" in merged.text
    assert "status: {gao: declined, mopti: postponed}" in merged.text


def test_the_same_key_changed_to_two_values_is_told_and_marked_around_that_actor_alone() -> None:
    ours = BASE.replace("status: declined", "status: postponed")
    theirs = BASE.replace("status: declined", "status: unreachable") + NEW.format(id="neuf")
    merged = merge(BASE, ours, theirs)
    (conflict,) = merged.conflicts
    assert (conflict.section, conflict.entry, conflict.key) == ("actors", "binkadi", "status")
    assert (conflict.ours, conflict.theirs) == ("postponed", "unreachable")
    assert ours.splitlines()[conflict.line - 1] == "  - id: binkadi"
    before, _, rest = merged.text.partition("<<<<<<< ours\n")
    mine, _, rest = rest.partition("=======\n")
    other, _, after = rest.partition(">>>>>>> theirs\n")
    assert before + mine + after == ours + NEW.format(id="neuf")
    assert before + other + after == theirs


@pytest.mark.parametrize("removed_by", ["ours", "theirs"])
def test_an_actor_removed_here_and_changed_there_is_a_conflict_that_shows_it(removed_by: str) -> None:
    without = BASE[: BASE.index("  - id: sigi")]
    changed = BASE.replace('name: "Collectif Sigi"', 'name: "Collectif Sigui"')
    sides = (without, changed) if removed_by == "ours" else (changed, without)
    merged = merge(BASE, *sides)
    assert [(c.entry, c.key) for c in merged.conflicts] == [("sigi", "")]
    assert "Collectif Sigui" in merged.text and "<<<<<<<" in merged.text


def test_an_actor_removed_on_one_side_alone_goes_and_the_heading_comment_stays() -> None:
    base = BASE.replace("  - id: sigi", "\n  # --- Autres ---\n\n  - id: sigi")
    theirs = base.replace(base[base.index("  - id: binkadi") : base.index("\n  # --- Autres")], "")
    merged = merge(base, base, theirs)
    assert merged.conflicts == ()
    assert "binkadi" not in merged.text and "# --- Autres ---" in merged.text
    assert set(said(base)) - set(said(merged.text)) == {"actors/binkadi"}


def test_without_a_common_base_nothing_counts_as_removed() -> None:
    ours, theirs = BASE + NEW.format(id="a1"), BASE.replace("comment: Bureau n° 2", "comment: Autre")
    merged = merge("", ours, theirs)
    assert [(c.entry, c.key) for c in merged.conflicts] == [("alkafo", "comment")]
    assert "a1" in merged.text


def test_a_comment_that_belongs_to_no_actor_is_not_lost() -> None:
    merged = merge(BASE, BASE + NEW.format(id="a1"), "# relu le 12 juin\n" + BASE)
    assert "# relu le 12 juin" in merged.text and merged.conflicts == ()


@pytest.mark.parametrize(
    "text", [BASE + "  - id: tamat\n    name: X\n", BASE.replace('title: "', 'title: ["'), BASE + "\tx: 1\n"]
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(MergeError, match=r"mapping\.yaml:\d+"):
        merge(BASE, BASE, text)


# Property: a random history on each side; every change of either side is in the result, or in a conflict.

IDS = [f"a{n}" for n in range(6)]
KEYS = ["name", "comment", "status", "reason", "regions", "cercles"]
TEXTS = st.text("abé'\"#: -\n[]{}≠é", max_size=12).map(lambda text: text.strip() or "x")
VALUES = {
    "regions": st.lists(st.sampled_from(["gao", "mopti", "kayes"]), unique=True, min_size=1),
    "cercles": st.lists(TEXTS, unique=True, min_size=1),
    "status": st.one_of(
        st.just("contacted"),
        st.dictionaries(st.sampled_from(["gao", "mopti"]), st.just("declined"), min_size=1),
    ),
}
ACTOR = st.fixed_dictionaries({"name": TEXTS}, optional={key: VALUES.get(key, TEXTS) for key in KEYS[1:]})
ACTORS = st.dictionaries(st.sampled_from(IDS), ACTOR, max_size=6)


def write(actors: dict[str, dict]) -> str:
    from consultkit.exchange.yaml_edit import dump

    text = "campaign:\n  title: T\n\nactors:\n"
    for id_, keys in actors.items():
        text += f"  # sur {id_}\n  - id: {id_}\n"
        for key, value in keys.items():
            if key == "cercles":
                text += "    cercles:\n" + "".join(f"      - {dump(item)}\n" for item in value)
            else:
                text += f"    {key}: {dump(value)}\n"
        text += "\n"
    return text if actors else text.replace("actors:\n", "actors: []\n")


@settings(max_examples=250, deadline=None)
@given(ACTORS, ACTORS, ACTORS)
@example(
    {"a0": {"name": "x"}},
    {"a0": {"name": "x"}},
    {"a0": {"name": "x", "comment": "x", "cercles": ['"', ": #"]}},
)
def test_whatever_either_side_did_is_in_the_result_or_told(base: dict, ours: dict, theirs: dict) -> None:
    texts = [write(side) for side in (base, ours, theirs)]
    merged = merge(*texts)
    told = {(c.entry, c.key.split(".")[0]) for c in merged.conflicts}
    if merged.conflicts:
        assert merged.text.count("<<<<<<<") == len({c.entry for c in merged.conflicts})
        return
    b, o, t, m = (said(text) for text in (*texts, merged.text))
    for entry in {*b, *o, *t}:
        if o.get(entry) == b.get(entry):
            assert m.get(entry) == t.get(entry), entry
        elif t.get(entry) == b.get(entry):
            assert m.get(entry) == o.get(entry), entry
        else:
            for unit in {*o.get(entry, {}), *t.get(entry, {})}:
                values = [side.get(entry, {}).get(unit) for side in (b, o, t, m)]
                if values[1] == values[0]:
                    assert values[3] == values[2] or (entry, unit[0]) in told
                else:
                    assert values[3] == values[1] or (entry, unit[0]) in told
    again = merge(texts[0], merged.text, texts[2])
    assert said(again.text) == m and not again.conflicts


# git, with the driver


def git(folder: Path, *words: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "CONSULTKIT_LANG": "fr",
    }
    settings_ = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *settings_, *words], cwd=folder, env=environ, capture_output=True, text=True
    )
    assert (done.returncode != 0) == fails, done.stderr + done.stdout
    return done


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of one campaign; each was told by `init` how git merges mapping.yaml."""
    origin = tmp_path / "origine"
    subprocess.run(
        [sys.executable, "-m", "consultkit", "init", str(origin), "--git"], check=True, capture_output=True
    )
    (origin / "mapping.yaml").write_text(BASE, "utf-8")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "début")
    pair = tmp_path / "awa", tmp_path / "binta"
    for clone in pair:
        git(tmp_path, "clone", "-q", str(origin), str(clone))
        subprocess.run(
            [sys.executable, "-m", "consultkit", "init", str(clone), "--git"], check=True, capture_output=True
        )
        assert "merge-driver %O %A %B" in git(clone, "config", "merge.consultkit.driver").stdout
    return pair


def change(clone: Path, text: str) -> None:
    (clone / "mapping.yaml").write_text(text, "utf-8")
    git(clone, "commit", "-qam", "cartographie")


def test_git_merges_two_additions_without_conflict_or_loss(clones: tuple[Path, Path]) -> None:
    awa, binta = clones
    change(awa, BASE + NEW.format(id="awa1"))
    change(binta, BASE.replace("status: declined", "status: postponed") + NEW.format(id="binta1"))
    git(awa, "pull", "-q", "--no-rebase", str(binta), "HEAD")
    text = (awa / "mapping.yaml").read_text("utf-8")
    assert "awa1" in text and "binta1" in text and "status: postponed" in text and "<<<" not in text


def test_git_tells_a_true_conflict_actor_by_actor_and_leaves_it_to_be_settled(
    clones: tuple[Path, Path],
) -> None:
    awa, binta = clones
    change(awa, BASE.replace("status: declined", "status: postponed"))
    change(binta, BASE.replace("status: declined", "status: unreachable") + NEW.format(id="binta1"))
    done = git(awa, "pull", "-q", "--no-rebase", str(binta), "HEAD", fails=True)
    assert "binkadi" in done.stderr and "ici postponed, là unreachable" in done.stderr
    assert "UU mapping.yaml" in git(awa, "status", "--porcelain").stdout
    text = (awa / "mapping.yaml").read_text("utf-8")
    assert text.count("<<<<<<<") == 1 and "binta1" in text


def test_a_mapping_that_cannot_be_read_falls_back_to_lines(clones: tuple[Path, Path]) -> None:
    awa, binta = clones
    change(awa, BASE + NEW.format(id="awa1"))
    change(binta, BASE.replace("regions:\n", "regions: [\n"))
    done = git(awa, "pull", "-q", "--no-rebase", str(binta), "HEAD")
    assert "ligne à ligne" in done.stderr
    assert "awa1" in (awa / "mapping.yaml").read_text("utf-8")


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    from consultkit.cli import main

    texts = [BASE, BASE + NEW.format(id="a1"), BASE + NEW.format(id="a2")]
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text.replace("\n", "\r\n").encode())
    assert main(["merge-driver", *map(str, paths)]) == 0
    data = paths[1].read_bytes()
    assert b"a1" in data and b"a2" in data and data.count(b"\r\n") == data.count(b"\n")


def test_a_thousand_actors_edited_on_both_sides_lose_nothing() -> None:
    chance = random.Random(7)
    base = "campaign:\n  title: T\nactors:\n" + "".join(NEW.format(id=f"b{n}") for n in range(200))
    ours, theirs = base, base
    for n in chance.sample(range(200), 60):
        ours = ours.replace(f"id: b{n}\n", f"id: b{n}\n    priority: high\n")
    for n in chance.sample(range(200), 60):
        theirs = theirs.replace(f"id: b{n}\n", f"id: b{n}\n    acronym: X{n}\n")
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert merged.text.count("priority: high") == merged.text.count("acronym: X") == 60
