"""Packs, with real keys and files: what travels, what is refused with nothing changed, and that order never matters."""

from __future__ import annotations

import io
import json
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultkit.cli import main
from consultkit.files import WorkspaceError
from consultkit.team.exchanged import Copy, extract, known, plan
from consultkit.team.packing import Pack, from_bytes, to_bytes
from consultkit.team.units import parse
from consultkit.team.versions import Ledger

SAMPLE = Path(__file__).with_name("small")
NEW = "  # de l’autre côté\n  - id: {id}\n    name: Association {id}   # à vérifier\n    type: osc\n    regions: [gao]\n"


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two copies of one campaign, handed out after a first pack, as the documentation tells."""
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "key.txt"))
    one = Path(shutil.copytree(SAMPLE, tmp_path / "awa"))
    (one / "private").mkdir()
    (one / "private/identities.yaml").write_text(
        "identities:\n  - note: GAO-01\n    name: Zantigui Fictivard\n", "utf-8"
    )
    assert run(one, "pack", "--plain", "--yes") == 0
    return one, Path(shutil.copytree(one, tmp_path / "binta"))


def run(root: Path, *words: str) -> int:
    return main([*words, "--root", str(root), "--lang", "fr"])


def send(one: Path, other: Path, *words: str) -> int:
    file = one.parent / "envoi.zip"
    assert run(one, "pack", "--plain", "--yes", "--out", str(file)) == 0
    return run(other, "receive", str(file), "--yes", *words)


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def everything(root: Path) -> dict[str, bytes]:
    kept = ("private", "build")
    files = (p for p in sorted(root.rglob("*")) if p.is_file() and p.name != "lock")
    return {n: p.read_bytes() for p in files if not (n := p.relative_to(root).as_posix()).startswith(kept)}


def note(id_: str, actor: str) -> str:
    return f"---\nid: {id_}\nactor: {actor}\nregion: gao\nstatus: draft\n---\n\nNote de {actor}.\n"


def test_the_guide_the_codebook_and_the_exceptions_travel(pair: tuple[Path, Path]) -> None:
    one, other = pair
    send(one, other)
    archive = one / "guides/archive/guide-1.0.md"
    archive.parent.mkdir()
    archive.write_bytes((one / "guides/guide-entretien.md").read_bytes())
    edit(one, "guides/guide-entretien.md", "Vos projets ?", "Quels sont vos projets ?")
    edit(one, "guides/themes.yaml", "themes:", "# relu\nthemes:")
    (one / "notes/exceptions.yaml").write_text("allowed: []\n", "utf-8")
    assert send(one, other) == 0
    for name in (
        "guides/guide-entretien.md",
        "guides/archive/guide-1.0.md",
        "guides/themes.yaml",
        "notes/exceptions.yaml",
    ):
        assert (other / name).read_bytes() == (one / name).read_bytes()


def test_a_guide_changed_on_both_sides_is_shown_and_both_are_kept(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = pair
    send(one, other)
    edit(one, "guides/guide-entretien.md", "Vos projets ?", "Quels sont vos projets ?")
    edit(other, "guides/guide-entretien.md", "Vos projets ?", "Vos projets en cours ?")
    edit(one, "guides/themes.yaml", "themes:", "# un\nthemes:")
    edit(other, "guides/themes.yaml", "themes:", "# deux\nthemes:")
    capsys.readouterr()
    send(one, other)
    assert "guides/guide-entretien.md" in capsys.readouterr().out
    assert "Vos projets en cours ?" in (other / "guides/guide-entretien.md").read_text("utf-8")
    (beside,) = (other / "guides").glob("guide-entretien.autre-*.md")
    assert "Quels sont vos projets ?" in beside.read_text("utf-8")
    (codes,) = (other / "guides").glob("themes.autre-*.yaml")
    assert codes.read_text("utf-8").startswith("# un")


def test_a_pack_is_the_regions_work_and_nothing_private(pair: tuple[Path, Path], tmp_path: Path) -> None:
    one, _other = pair
    (one / "notes/mopti").mkdir()
    (one / "notes/mopti/MOP-01.md").write_text(note("MOP-01", "sigi"), "utf-8")
    files = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for file in files:
        assert run(one, "pack", "--region", "gao", "--plain", "--yes", "--out", str(file)) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    with zipfile.ZipFile(files[0]) as archive:
        assert archive.namelist() == [
            "manifest.json", "guides/guide-entretien.md", "guides/themes.yaml", "mapping.yaml", "notes/gao/GAO-01.md", "notes/gao/GAO-02.md", "notes/gao/synthese.md",
        ]  # fmt: skip
        assert not any(b"Fictivard" in archive.read(name) for name in archive.namelist())
        assert [s.name for s in parse(archive.read("mapping.yaml").decode()).sections] == [
            "actor_types",
            "sectors",
            "actors",
        ]
    assert run(one, "pack", "--region", "gap", "--plain", "--yes") == 2


def test_a_known_identity_in_a_note_stops_the_pack(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, _other = pair
    with (one / "notes/gao/GAO-02.md").open("a", encoding="utf-8") as file:
        file.write("\nZantigui Fictivard l’a dit.\n")
    target = one / "build/x.zip"
    assert run(one, "pack", "--plain", "--yes", "--out", str(target)) == 1
    told = capsys.readouterr()
    assert (
        "notes/gao/GAO-02.md" in told.err and "Fictivard" not in told.err + told.out and not target.exists()
    )


def test_it_is_encrypted_unless_plain_is_asked_and_asks_before_it_writes(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = pair
    file = tmp_path / "envoi.age"
    assert run(one, "pack", "--yes", "--out", str(file)) == 2
    assert "Aucun destinataire" in capsys.readouterr().err and not file.exists()
    assert main(["key", "new"]) == 0
    key = next(word for word in capsys.readouterr().out.split() if word.startswith("age1"))
    edit(one, "mapping.yaml", "  language: fr\n", f"  language: fr\n  recipients: [{key}]\n")
    edit(one, "notes/gao/GAO-02.md", "## Observations", "Un mot.\n\n## Observations")
    assert run(one, "pack", "--out", str(file)) == 1 and not file.exists()
    assert " ko" in capsys.readouterr().out
    assert run(one, "pack", "--yes", "--out", str(file)) == 0
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    assert run(other, "receive", str(file), "--yes") == 0
    assert (other / "notes/gao/GAO-02.md").read_bytes() == (one / "notes/gao/GAO-02.md").read_bytes()


def test_new_changed_and_removed_travel_and_ours_stays(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = pair
    (one / "notes/gao/GAO-07.md").write_text(note("GAO-07", "sigi"), "utf-8")
    edit(one, "notes/gao/GAO-01.md", "status:", "status:  ")
    edit(one, "mapping.yaml", "status: declined", "status: postponed")
    with (one / "mapping.yaml").open("a", encoding="utf-8") as file:
        file.write(NEW.format(id="neuf"))
    (one / "notes/gao/GAO-02.md").unlink()
    edit(other, "mapping.yaml", "comment: Bureau n° 2", "comment: Bureau n° 3   # vu")
    mine = (other / "mapping.yaml").read_text("utf-8")
    assert send(one, other, "--dry-run") == 0
    assert (other / "notes/gao/GAO-02.md").exists() and (other / "mapping.yaml").read_text("utf-8") == mine
    capsys.readouterr()
    send(one, other)
    told = capsys.readouterr().out
    for words in (
        "nouveau       notes/gao/GAO-07.md",
        "supprimé      notes/gao/GAO-02.md",
        "nouveau       actors neuf",
    ):
        assert words in told
    assert (other / "mapping.yaml").read_text("utf-8") == mine.replace("declined", "postponed") + NEW.format(
        id="neuf"
    )
    assert (other / "notes/gao/GAO-07.md").exists() and not (other / "notes/gao/GAO-02.md").exists()
    assert (other / "notes/gao/GAO-01.md").read_bytes() == (one / "notes/gao/GAO-01.md").read_bytes()
    before = everything(other)
    assert send(one, other) == 0 and "Rien de nouveau" in capsys.readouterr().out
    assert everything(other) == before


def test_problems_are_told_of_what_was_received_and_of_nothing_else(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = pair
    edit(other, "mapping.yaml", "type: ongi", "type: chezmoi")
    with (one / "mapping.yaml").open("a", encoding="utf-8") as file:
        file.write(NEW.format(id="neuf").replace("type: osc", "type: etrange"))
    capsys.readouterr()
    assert send(one, other) == 1
    told = capsys.readouterr().out
    assert "etrange" in told and "chezmoi" not in told


def test_an_old_pack_that_comes_late_changes_nothing(pair: tuple[Path, Path], tmp_path: Path) -> None:
    one, other = pair
    late = tmp_path / "ancien.zip"
    edit(one, "notes/gao/GAO-02.md", "## Observations", "Mot 1.\n\n## Observations")
    assert run(one, "pack", "--plain", "--yes", "--out", str(late)) == 0
    edit(one, "notes/gao/GAO-02.md", "Mot 1.", "Mot 2.")
    edit(one, "mapping.yaml", "status: declined", "status: postponed")
    assert send(one, other) == 0
    before = everything(other)
    assert run(other, "receive", str(late), "--yes") == 0
    assert everything(other) == before


def test_the_same_id_on_two_laptops_both_notes_stay_and_check_tells(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = pair
    (one / "notes/gao/GAO-07.md").write_text(note("GAO-07", "sigi"), "utf-8")
    (other / "notes/gao/GAO-07.md").write_text(note("GAO-07", "alkafo"), "utf-8")
    assert send(one, other) == 1
    told = capsys.readouterr().out
    assert "consultkit renumber" in told and "N004" in told
    (beside,) = (other / "notes/gao").glob("GAO-07.autre-*.md")
    assert "actor: sigi" in beside.read_text("utf-8")
    assert "actor: alkafo" in (other / "notes/gao/GAO-07.md").read_text("utf-8")
    # settled here under the next id, it is settled there too
    (other / "notes/gao/GAO-08.md").write_text(beside.read_text("utf-8").replace("GAO-07", "GAO-08"), "utf-8")
    beside.unlink()
    assert send(other, one) == 0
    assert "actor: alkafo" in (one / "notes/gao/GAO-07.md").read_text("utf-8")
    assert "actor: sigi" in (one / "notes/gao/GAO-08.md").read_text("utf-8")
    assert not list((one / "notes/gao").glob("*.autre-*"))


def test_one_key_changed_on_both_sides_is_told_kept_and_settled_once_for_all(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = pair
    edit(one, "mapping.yaml", "status: declined", "status: postponed")
    edit(other, "mapping.yaml", "status: declined", "status: unreachable")
    assert send(one, other) == 1
    assert "binkadi (status : ici unreachable, là postponed)" in capsys.readouterr().out.replace(
        "\u00a0", " "
    )
    assert '# ≠ status: "postponed"' in (other / "mapping.yaml").read_text("utf-8")
    assert send(other, one) == 1 and send(one, other) == 0
    text = (other / "mapping.yaml").read_text("utf-8")
    kept = "".join(line for line in text.splitlines(keepends=True) if "≠" not in line)
    (other / "mapping.yaml").write_text(kept, "utf-8")
    assert send(other, one) == 0
    assert "≠" not in (one / "mapping.yaml").read_text("utf-8")
    assert "status: unreachable" in (one / "mapping.yaml").read_text("utf-8")


def test_removed_here_and_changed_there_stays(pair: tuple[Path, Path]) -> None:
    one, other = pair
    text = (one / "mapping.yaml").read_text("utf-8")
    (one / "mapping.yaml").write_text(text[: text.index("  - id: sigi")], "utf-8")
    edit(other, "mapping.yaml", 'name: "Collectif Sigi"', 'name: "Collectif Sigui"')
    assert send(one, other) == 1 and "Sigui" in (other / "mapping.yaml").read_text("utf-8")
    send(other, one)
    assert "Sigui" in (one / "mapping.yaml").read_text("utf-8")
    assert send(one, other) == 0 and "Sigui" in (other / "mapping.yaml").read_text("utf-8")


def test_without_its_record_a_copy_still_merges(pair: tuple[Path, Path]) -> None:
    one, other = pair
    shutil.rmtree(other / ".consultkit")
    edit(one, "notes/gao/GAO-02.md", "## Observations", "Mot 1.\n\n## Observations")
    (other / "notes/gao/GAO-09.md").write_text(note("GAO-09", "sigi"), "utf-8")
    assert send(one, other) == 0
    assert (
        "Mot 1." in (other / "notes/gao/GAO-02.md").read_text("utf-8")
        and (other / "notes/gao/GAO-09.md").exists()
    )


def test_the_log_of_deliveries_is_joined(pair: tuple[Path, Path]) -> None:
    one, other = pair
    entry = 'deliveries:\n  - file: "{f}"\n    kind: report\n    to: "Interpeace"\n    date: 2023-07-05\n    sha256: "{h}"\n'
    (one / "notes/livraisons.yaml").write_text(entry.format(f="a.docx", h="a" * 64), "utf-8")
    (other / "notes/livraisons.yaml").write_text(entry.format(f="b.docx", h="b" * 64), "utf-8")
    assert send(one, other) == 0 and send(one, other) == 0
    text = (other / "notes/livraisons.yaml").read_text("utf-8")
    assert text.count("a.docx") == text.count("b.docx") == 1


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def altered(data: bytes, **changes: object) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | changes).encode()
    return zipped(files)


BAD = {
    "cut short": (lambda good: good[: len(good) // 2], "coupé"),
    "its beginning missing": (lambda good: good[7:], "son début manque"),
    "one byte changed": (lambda good: good.replace(b"GAO-02", b"GAO-03", 1), "altéré"),
    "newer": (lambda good: altered(good, format=2), "version plus récente"),
    "no pack": (lambda good: zipped({"a.txt": b"x"}), "altéré"),
    "another campaign": (lambda good: altered(good, campaign={"title": "Autre", "start": "2020-01-01"}), "autre campagne"),
    "an escape": (lambda good: to_bytes(Pack("x", "", files={"notes/../../x.md": b"x"})), "pas sa place"),
    "a private file": (lambda good: to_bytes(Pack("x", "", files={"private/x.md": b"x"})), "pas sa place"),
    "an absolute path": (lambda good: to_bytes(Pack("x", "", files={"/etc/x.md": b"x"})), "pas sa place"),
    "a backslash": (lambda good: to_bytes(Pack("x", "", files={"notes\\..\\x.md": b"x"})), "pas sa place"),
    "hidden": (lambda good: to_bytes(Pack("x", "", files={"notes/.x.md": b"x"})), "pas sa place"),
    "too large": (lambda good: to_bytes(Pack("x", "", files={"notes/x.md": b"\0" * 100_000_001})), "plus qu’une campagne"),
    "versions of nothing": (lambda good: altered(good, versions={"notes/x.md": [["0123456789ab"], []]}), "altéré"),
    "deep": (lambda good: zipped({"manifest.json": b"[" * 200_000}), ""),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_pack_is_a_sentence_and_nothing_changes(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    one, other = pair
    file = tmp_path / "envoi.zip"
    edit(one, "notes/gao/GAO-02.md", "## Observations", "Mot 1.\n\n## Observations")
    assert run(one, "pack", "--plain", "--yes", "--out", str(file)) == 0
    spoil, words = BAD[case]
    file.write_bytes(spoil(file.read_bytes()))
    before = everything(other)
    capsys.readouterr()
    assert run(other, "receive", str(file), "--yes") == 2
    told = capsys.readouterr().err
    assert words in told and told.count("\n") == 1
    assert everything(other) == before and not (tmp_path / "x.md").exists()


def test_a_pack_for_somebody_else_does_not_open(
    pair: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from consultkit.privacy.encryption import new_key

    one, other = pair
    edit(one, "mapping.yaml", "  language: fr\n", f"  language: fr\n  recipients: [{new_key()[1]}]\n")
    file = tmp_path / "envoi.age"
    assert run(one, "pack", "--yes", "--out", str(file)) == 0
    before = everything(other)
    assert run(other, "receive", str(file), "--yes") == 2
    assert "consultkit key new" in capsys.readouterr().err
    (tmp_path / "key.txt").write_text(new_key()[0], "utf-8")
    assert run(other, "receive", str(file), "--yes") == 2
    assert "d’autres destinataires" in capsys.readouterr().err
    assert everything(other) == before


@pytest.mark.parametrize("name", ["mapping.yaml", "notes/gao/GAO-02.md"])
def test_a_merge_with_markers_left_stops_both_ways_and_says_where(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    one, other = pair
    good = tmp_path / "envoi.zip"
    assert run(one, "pack", "--plain", "--yes", "--out", str(good)) == 0
    with (other / name).open("a", encoding="utf-8") as file:
        file.write("<<<<<<< ours\n# a\n=======\n# b\n>>>>>>> theirs\n")
    before = everything(other)
    for words in (["receive", str(good)], ["pack", "--plain", "--out", str(tmp_path / "x.zip")]):
        assert run(other, *words, "--yes") == 2
        assert f"{name}:" in capsys.readouterr().err
    assert everything(other) == before and not (tmp_path / "x.zip").exists()


def test_a_link_in_the_way_is_not_written_through(pair: tuple[Path, Path], tmp_path: Path) -> None:
    one, other = pair
    (one / "notes/kayes").mkdir()
    (one / "notes/kayes/KAY-01.md").write_text(note("KAY-01", "sigi"), "utf-8")
    (tmp_path / "dehors").mkdir()
    (other / "notes/kayes").symlink_to(tmp_path / "dehors", target_is_directory=True)
    assert send(one, other) == 2
    assert list((tmp_path / "dehors").iterdir()) == []


# Packs cross, come twice and come late: whoever has received all that was sent ends with the same.

Laptop = tuple[dict[str, bytes], str, Ledger]
ROOT = Path("/nonexistent")
MAPPING = "actors:\n" + "".join(
    f"  - id: a{n}\n    name: A{n}\n    status: identified\n    regions: [gao]\n" for n in range(3)
)
DOCUMENTS = {f"notes/gao/GAO-0{n}.md": b"debut" for n in range(3)}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("delete"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("set"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("region"), st.integers(0, 2), st.integers(0, 3), st.sampled_from(["mopti", "kayes"])),
        st.tuples(st.just("drop"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("settle"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("send"), st.integers(0, 2)),
        st.tuples(st.just("get"), st.integers(0, 2), st.integers(0, 30)),
    ),
    max_size=20,
)  # fmt: skip


def packed(laptop: Laptop) -> tuple[Laptop, bytes]:
    documents, text, ledger = laptop
    copy = Copy(documents, parse(text))
    ledger = known(ledger, copy)
    return (documents, text, ledger), to_bytes(extract(copy, ledger, ()))


def received(laptop: Laptop, data: bytes) -> Laptop:
    documents, text, ledger = laptop
    planned = plan(ROOT, Copy(documents, parse(text)), ledger, from_bytes(data))
    after = documents | {n: d for n, d in planned.files.items() if n.endswith(".md")}
    new = planned.files.get("mapping.yaml")
    return {n: d for n, d in after.items() if d is not None}, new.decode() if new else text, planned.ledger


def act(laptop: Laptop, step: tuple, word: str) -> Laptop:
    documents, text, ledger = laptop
    actor, name = f"  - id: a{step[2]}\n", f"notes/gao/GAO-0{step[2]}.md"
    chunk = next((e.text for s in parse(text).sections for e in s.entries if e.id == f"a{step[2]}"), "")
    if step[0] == "write":
        documents = documents | {name: word.encode()}
    elif step[0] == "delete":
        documents = {n: d for n, d in documents.items() if n != name}
    elif step[0] == "settle":
        documents = {n: d for n, d in documents.items() if not n.startswith(name[:-3] + ".autre-")}
        text = text.replace(chunk, re.sub(r" *# ≠.*\n", "", chunk)) if chunk else text
    elif step[0] == "drop" and chunk and text.count("- id:") > 1:
        text = text.replace(chunk, "")
    elif step[0] == "set":
        lines = [
            f"    status: {word}\n" if line.lstrip().startswith("status:") else line
            for line in chunk.splitlines(True)
        ]
        text = (
            text.replace(chunk, "".join(lines))
            if chunk
            else text + f"{actor}    name: A\n    status: {word}\n"
        )
    elif step[0] == "region" and "regions: [" in chunk and step[3] not in chunk:
        text = text.replace(chunk, chunk.replace("regions: [", f"regions: [{step[3]}, "))
    return documents, text, ledger


def meaning(laptop: Laptop) -> dict[str, object]:
    documents, text, _ledger = laptop
    copy = Copy(documents, parse(text))
    return {piece: frozenset(contents) for piece, contents in copy.contents.items()}


def words(laptop: Laptop) -> set[tuple[str, object]]:
    """Documents' texts and actors' statuses, those in another version beside it too."""
    copy = Copy(laptop[0], parse(laptop[1]))
    return {
        (p, c) for p, contents in copy.contents.items() if p.endswith((".md", "status")) for c in contents
    }


@settings(max_examples=60, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_packs_cross_come_twice_and_come_late_and_all_end_with_the_same(steps: list, chance) -> None:
    first, start = packed((DOCUMENTS, MAPPING, {}))
    laptops = [first, first, first]
    sent = [start]
    written: set[tuple[str, object]] = set()
    replaced: set[tuple[str, object]] = set()
    for number, step in enumerate(steps):
        who = step[1]
        if step[0] == "send":
            laptops[who], data = packed(laptops[who])
            sent.append(data)
        elif step[0] == "get":
            laptops[who] = received(laptops[who], sent[step[2] % len(sent)])
        else:
            before = words(laptops[who])
            laptops[who] = act(laptops[who], step, f"w{number}")
            after = words(laptops[who])
            written, replaced = written | (after - before), replaced | (before - after)
    for _round in range(3):
        for who in range(3):
            laptops[who], data = packed(laptops[who])
            sent.append(data)
        for who in range(3):
            for data in chance.sample(sent, len(sent)):
                laptops[who] = received(laptops[who], data)
    assert meaning(laptops[0]) == meaning(laptops[1]) == meaning(laptops[2])
    assert written | words(first) <= words(laptops[0]) | replaced  # gone is only what somebody replaced
    again = received(laptops[0], sent[-1])
    assert again[:2] == laptops[0][:2]


def test_a_pack_with_a_wrong_campaign_hash_raises_for_programs_too() -> None:
    with pytest.raises(WorkspaceError):
        from_bytes(b"PK\x03\x04rubbish")


DYING = """
import os, signal, sys
from consultkit.cli import main
left, replace = int(sys.argv[1]), os.replace
def dies(*paths):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    replace(*paths)
os.replace = dies
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_killed_between_two_writes_a_pack_is_received_again(pair: tuple[Path, Path]) -> None:
    """Whatever was written before the kill, the second run leaves what one run would have left."""
    one, other = pair
    (one / "notes/gao/GAO-21.md").write_text(note("GAO-21", "tamat"), "utf-8")
    edit(one, "notes/gao/GAO-01.md", "place: Gao", "place: Ansongo")
    edit(one, "mapping.yaml", "actors:\n", "actors:\n" + NEW.format(id="lafia"))
    edit(other, "notes/gao/GAO-02.md", "mode: phone", "mode: video")
    file = one.parent / "envoi.zip"
    assert run(one, "pack", "--plain", "--yes", "--out", str(file)) == 0
    words = ["receive", str(file), "--yes", "--lang", "fr", "--root"]
    whole = Path(shutil.copytree(other, one.parent / "entier"))
    assert main([*words, str(whole)]) == 0
    for writes in range(20):
        trial = Path(shutil.copytree(other, one.parent / f"essai-{writes}"))
        code = subprocess.run(
            [sys.executable, "-c", DYING, str(writes), *words, str(trial)], capture_output=True
        ).returncode
        assert code in (0, -signal.SIGKILL)
        if code == 0:
            break
        assert main([*words, str(trial)]) == 0
        left = {name: data for name, data in everything(trial).items() if not name.endswith(".tmp")}
        assert left == everything(whole), writes
    assert writes >= 3
