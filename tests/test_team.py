"""Four copies of a campaign play 21 days, two with git and all with packs, in random order; nothing is lost.

What each person did is written down beside the play; at the end all copies say the same, and it is the union of all
that was done. A second play lets two people change the same key: the conflict names its place.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from consultkit.cli import main
from consultkit.team.units import Units, parse

SAMPLE = Path(__file__).with_name("small")
PEOPLE = {"gao": "GAO", "mopti": "MOP", "kayes": "KAY", "tombouctou": "TOM"}
WITH_GIT = ("gao", "mopti")
DAYS = 21


@dataclass
class Truth:
    """What was done, by anybody: what must be there in the end, and what must not."""

    notes: dict[str, str] = field(default_factory=dict)  # path -> the words that it must hold
    comments: dict[str, str] = field(default_factory=dict)
    sectors: dict[str, set[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """One campaign in four folders: two clones, two plain copies; all know the state it began with."""
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    origin = Path(shutil.copytree(SAMPLE, tmp_path / "origine"))
    mapping = (origin / "mapping.yaml").read_text("utf-8")
    regions = "".join(
        f"  - id: {region}\n    name: {region.capitalize()}\n" for region in PEOPLE if region != "gao"
    )
    actors = "".join(
        f"  # --- {region} ---\n"
        + "".join(
            f"  - id: {region}-{n}\n    name: Association {region} {n}\n    type: osc   # à vérifier\n"
            f"    regions: [{region}]\n    sectors: [cohesion]\n    comment: Début\n\n"
            for n in range(6)
        )
        for region in PEOPLE
    )
    mapping = mapping.replace("actor_types:\n", regions + "actor_types:\n")
    (origin / "mapping.yaml").write_text(mapping + "\n" + actors, "utf-8")
    subprocess.run(
        [sys.executable, "-m", "consultkit", "init", str(origin), "--git"], check=True, capture_output=True
    )
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "début")
    folders = {}
    for region in PEOPLE:
        folders[region] = tmp_path / region
        if region in WITH_GIT:
            git(tmp_path, "clone", "-q", str(origin), str(folders[region]))
            subprocess.run(
                [sys.executable, "-m", "consultkit", "init", str(folders[region]), "--git"],
                check=True,
                capture_output=True,
            )
        else:
            assert consultkit(origin, "pack", "--plain", "--yes") == 0
            shutil.copytree(origin, folders[region], ignore=shutil.ignore_patterns(".git"))
    return folders


def consultkit(root: Path, *words: str) -> int:
    return main([*words, "--root", str(root), "--lang", "fr"])


def git(folder: Path, *words: str) -> None:
    done = tried(folder, *words)
    assert done.returncode == 0, done.stdout + done.stderr


def tried(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *words], cwd=folder, env=environ, capture_output=True, text=True)


def said(root: Path) -> dict[str, Units]:
    layout = parse((root / "mapping.yaml").read_text("utf-8"))
    return {e.id: e.units for s in layout.sections for e in s.entries if s.name == "actors"}


def rewrite(root: Path, name: str, pattern: str, new: str) -> bool:
    path = root / name
    text = path.read_text("utf-8")
    changed = re.sub(pattern, lambda match: match.expand(new), text, count=1)
    path.write_text(changed, "utf-8")
    return changed != text


def work(root: Path, region: str, day: int, chance: random.Random, truth: Truth) -> None:
    """One thing that a consultant does in a day, in the part of the campaign that is theirs."""
    mine = [id_ for id_ in said(root) if id_.startswith(region + "-")]
    notes = [name for name in truth.notes if name.startswith(f"notes/{region}/")]
    what = chance.choice(["note", "note", "answer", "actor", "comment", "sector", "remove", "remove note"])
    if what == "note":
        name = f"notes/{region}/{PEOPLE[region]}-{day + 10}.md"
        words = f"Parole du jour {day}."
        (root / name).parent.mkdir(exist_ok=True)
        header = f"id: {Path(name).stem}\nactor: {mine[0]}\nregion: {region}\nstatus: draft"
        (root / name).write_text(f"---\n{header}\n---\n\n## Besoins {{#besoins}}\n\n{words}\n", "utf-8")
        truth.notes[name] = words
    elif what == "answer" and notes:
        name = chance.choice(notes)
        with (root / name).open("a", encoding="utf-8") as file:
            file.write(f"\nRéponse du jour {day}.\n")
        truth.notes[name] = f"Réponse du jour {day}."
    elif what == "actor":
        with (root / "mapping.yaml").open("a", encoding="utf-8") as file:
            file.write(
                f"  # trouvée le jour {day}\n  - id: {region}-n{day}\n    name: Nouvelle {day}\n    type: osc\n    regions: [{region}]\n"
            )
        truth.comments[f"{region}-n{day}"] = ""
    elif what == "comment":
        actor, comment = chance.choice(mine), f"Mot du jour {day}"
        if rewrite(
            root, "mapping.yaml", rf"(- id: {actor}\n(?:    .*\n)*?    comment: ).*", rf"\g<1>{comment}"
        ):
            truth.comments[actor] = comment
    elif what == "sector":
        actor = chance.choice(mine)
        if rewrite(
            root, "mapping.yaml", rf"(- id: {actor}\n(?:    .*\n)*?    sectors: \[)", rf"\g<1>s{day}, "
        ):
            truth.sectors.setdefault(actor, set()).add(f"s{day}")
    elif what == "remove" and len(mine) > 3:
        actor = mine[-1]
        assert rewrite(root, "mapping.yaml", rf"(?:  # trouvée.*\n)?  - id: {actor}\n(?:    .*\n)*\n?", "")
        truth.gone.add(actor)
        truth.comments.pop(actor, None)
        truth.sectors.pop(actor, None)
    elif what == "remove note" and len(notes) > 2:
        (root / notes[0]).unlink()
        truth.gone.add(notes[0])
        del truth.notes[notes[0]]


def exchange(copies: dict[str, Path], sent: list[Path], region: str, chance: random.Random) -> None:
    """Sends, receives (perhaps twice, perhaps late), or merges with git."""
    root = copies[region]
    what = chance.choice(["send", "receive", "receive", "git"])
    if what == "git" and region in WITH_GIT:
        other = next(one for one in WITH_GIT if one != region)
        for one in (region, other):
            git(copies[one], "add", "-A")
            git(copies[one], "commit", "-qm", "jour", "--allow-empty")
        done = tried(root, "pull", "-q", "--no-rebase", "--no-edit", str(copies[other]), "HEAD")
        if done.returncode:  # each received another pack of the same third person: told, and left to packs
            assert re.search(
                r"mapping\.yaml:\d+ actors [\w-]+|(CONFLICT|CONFLIT).* notes/", done.stdout + done.stderr
            )
            git(root, "merge", "--abort")
    elif what == "send" or not sent:
        sent.append(root.parent / f"envoi-{len(sent)}.zip")
        only = chance.choice([["--region", region], []])
        assert consultkit(root, "pack", *only, "--plain", "--yes", "--out", str(sent[-1])) == 0
    else:
        receive(root, chance.choice(sent))


def receive(root: Path, pack: Path) -> None:
    """Received whole: 1 tells problems in the notes themselves, never 2."""
    assert consultkit(root, "receive", str(pack), "--yes") in (0, 1)


def settle(copies: dict[str, Path], sent: list[Path], chance: random.Random) -> None:
    """At the end everybody sends, and everybody receives all, in any order; then once more."""
    for number in range(2):
        last = []
        for region, root in copies.items():
            last.append(root.parent / f"fin-{number}-{region}.zip")
            assert consultkit(root, "pack", "--plain", "--yes", "--out", str(last[-1])) == 0
        for root in copies.values():
            some = chance.sample(sent, min(2, len(sent)))
            for pack in chance.sample([*some, *last], len(last) + len(some)):
                receive(root, pack)


def documents(root: Path) -> dict[str, bytes]:
    paths = [path for folder in ("guides", "notes") for path in sorted((root / folder).rglob("*.md"))]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def improve_guide(root: Path) -> None:
    """In the middle of the play, one of the four rewords a question; the version before is kept."""
    guide = root / "guides/guide-entretien.md"
    archive = root / "guides/archive/guide-entretien-1.0.md"
    archive.parent.mkdir()
    archive.write_bytes(guide.read_bytes())
    assert rewrite(root, "guides/guide-entretien.md", re.escape("Vos projets ?"), "Quels sont vos projets ?")


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_one_days_end_with_one_campaign_that_is_the_union_of_all(
    copies: dict[str, Path], seed: int
) -> None:
    chance = random.Random(seed)
    truth, sent = Truth(), []
    for day in range(DAYS):
        if day == DAYS // 2:
            improve_guide(copies["kayes"])
        for region in chance.sample(list(copies), len(copies)):
            work(copies[region], region, day, chance, truth)
            if chance.random() < 0.4:
                exchange(copies, sent, region, chance)
    settle(copies, sent, chance)
    first, *others = copies.values()
    for other in others:
        assert documents(other) == documents(first)
        assert said(other) == said(first)
    final, texts = said(first), documents(first)
    assert not [name for name in texts if ".autre-" in name]
    assert "Quels sont vos projets ?" in texts["guides/guide-entretien.md"].decode()
    assert "Vos projets ?" in texts["guides/archive/guide-entretien-1.0.md"].decode()
    assert "≠" not in (first / "mapping.yaml").read_text("utf-8")
    for name, words in truth.notes.items():
        assert words in texts[name].decode()
    for actor, comment in truth.comments.items():
        assert actor in final and final[actor].get(("comment",), "") == comment
    for actor, sectors in truth.sectors.items():
        assert {path[2] for path in final[actor] if path[0] == "sectors"} >= sectors
    assert not truth.gone & (set(final) | set(texts))
    assert {f"{region}-0" for region in PEOPLE} <= set(final)


def test_two_people_who_say_different_things_of_one_actor_are_told_where(
    copies: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for region, status in (("kayes", "un"), ("tombouctou", "deux")):
        assert rewrite(
            copies[region], "mapping.yaml", r"(- id: gao-0\n(?:    .*\n)*?    comment: ).*", rf"\g<1>{status}"
        )
    sent: list[Path] = []
    settle(copies, sent, random.Random(1))
    told = capsys.readouterr().out
    assert "actors gao-0 (comment" in told
    values = {root: (root / "mapping.yaml").read_text("utf-8") for root in copies.values()}
    for text in values.values():
        assert (
            re.search(r"comment: \"?un\b", text)
            and re.search(r"comment: \"?deux\b", text)
            and text.count("# ≠ comment:") == 1
        )
