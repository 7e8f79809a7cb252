"""No screen, no log and no annotation shows whom the identities name, whatever is wrong around."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hostile import MAPPING, NOTE, SYNTHESIS, Spoil, answer, campaign, files, run, swap, with_identities
from test_leaks_end_to_end import silent

PHONE = "76 12 34 56"


@pytest.fixture
def known(tmp_path: Path) -> Path:
    return with_identities(campaign(tmp_path))


SPOILT: dict[str, Spoil] = {
    "beside a French colon": swap(MAPPING, "comment: Bureau n° 2", "comment: Voir : Zantigui Fictivard"),
    "as the type of an actor": swap(MAPPING, "    type: ongi\n", "    type: Fictivard\n"),
    "over two lines": answer("Le chef est Zantigui\nFictivard [parti]{.inconnu} hier."),
    "in an unknown key": swap(NOTE, "language: fr\n", "language: fr\nfictivard: 1\n"),
    "in a citation": swap(SYNTHESIS, "[@GAO-02]", "[@Fictivard-02]"),
    "in a span": answer("Le chef est [parti]{.fictivard} hier."),
    "in an expression": swap(SYNTHESIS, "petites", 'petites {{ n(theme="fictivard") }}'),
    "a number": answer(f"Le [chef]{{.inconnu}} est au {PHONE}."),
}


@pytest.mark.parametrize("options", [[], ["--ignore", "P"], ["--select", "W,M,N,F"], ["--format", "json"],
                                     ["--format", "github"]])  # fmt: skip
@pytest.mark.parametrize("place", SPOILT)
def test_check_shows_nobody(known: Path, place: str, options: list[str]) -> None:
    SPOILT[place](known)
    ran = run(known, "check", *options)
    assert ran.out.strip()
    silent(ran)
    assert PHONE not in ran.said


@pytest.mark.parametrize("place", SPOILT)
def test_refusals_and_mends_show_nobody(known: Path, place: str) -> None:
    SPOILT[place](known)
    for command in (["report", "--to", "md"], ["share"], ["export", "build/e.csv"], ["check", "--fix"], []):
        ran = run(known, *command)
        silent(ran)
        assert PHONE not in ran.said


def test_a_file_that_bears_a_name_is_told_without_it(known: Path) -> None:
    (known / NOTE).rename(known / "notes/gao/Fictivard.md")
    for options in ([], ["--format", "json"], ["--format", "github"]):
        ran = run(known, "check", *options)
        assert ran.code == 1 and "P001" in ran.out and "notes/gao/[…].md" in ran.out
        silent(ran)
    problems = json.loads(run(known, "check", "--format", "json").out)["problems"]
    assert {p["file"] for p in problems if p["code"] == "P001"} == {"notes/gao/[…].md"}


def test_no_note_is_renumbered_to_a_name(known: Path) -> None:
    before = files(known)
    ran = run(known, "renumber", "GAO-01", "Fictivard")
    assert ran.code == 2 and files(known) == before


def test_what_changed_in_the_guide_is_shown_without_names(known: Path) -> None:
    guide = known / "guides/guide-entretien.md"
    (known / "guides/archive").mkdir()
    (known / "guides/archive/v1.md").write_text(guide.read_text("utf-8"), "utf-8")
    text = guide.read_text("utf-8").replace('version: "1.0"', 'version: "1.1"', 1)
    guide.write_text(text.replace("Votre mandat ?", "Connaissez-vous Zantigui Fictivard ?"), "utf-8")
    for command in (["guide", "diff", "1.0"], ["guide", "feedback"], ["guide", "upgrade", "--dry-run"]):
        silent(run(known, *command))


def test_no_link_carries_private_files_out(known: Path) -> None:
    (known / "private/incidents.md").write_text("# Incident\n\nMenace du 3 juin.\n", "utf-8")
    (known / "notes/gao/carnet.md").symlink_to("../../private/incidents.md")
    assert "Menace" not in run(known, "check").said
    ran = run(known, "pack", "--plain", "--yes", "--out", str(known / "build/p.zip"))
    assert ran.code == 2 and not (known / "build").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_among_the_notes_is_not_waited_for(known: Path) -> None:
    os.mkfifo(known / "notes/gao/attente.md")
    assert run(known, "check").code == 0
    assert run(known, "pack", "--plain", "--yes", "--out", str(known / "build/p.zip")).code == 2


@pytest.mark.parametrize("target", ["mapping.yaml", "notes/gao/GAO-01.md", "guides/guide-entretien.md"])
def test_no_output_takes_the_place_of_a_file_of_the_campaign(known: Path, target: str) -> None:
    swap(NOTE, "  quote: true\n", "  quote: true\n  share: true\n")(known)
    before = files(known)
    for command in (["pack", "--plain", "--yes"], ["share"]):
        assert run(known, *command, "--out", str(known / target)).code == 2
    assert files(known) == before


def test_where_names_are_not_checked_it_is_said(known: Path) -> None:
    said = "Noms non contrôlés"
    commands = (["check"], ["guide", "export", str(known / "build/g.xlsx")])
    assert not [command for command in commands if said in run(known, *command).said]
    (known / "private/identities.yaml").unlink()
    assert all(said in run(known, *command).said for command in commands)
