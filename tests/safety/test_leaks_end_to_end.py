"""Known persons sown where a report takes its words: it is refused whatever is asked, and the name is not said."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import (
    IDENTITIES,
    MAPPING,
    NOTE,
    SYNTHESIS,
    Ran,
    Spoil,
    answer,
    campaign,
    files,
    problems,
    run,
    swap,
    with_identities,
)

from consultkit.files import defaults_dir

REPOSITORY = Path(__file__).parents[2]
TOLD = ("fictiv", "zantigui", "zanfou", "76 00", "76000001", "example.org")
FINDING = "L'accès recule [@GAO-01]."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return with_identities(campaign(tmp_path))


def silent(ran: Ran) -> None:
    """Nothing printed tells who it is; the small campaign says “fictive” of itself."""
    said = ran.said.lower().replace("fictive", "").replace("fictif", "")
    assert not [word for word in TOLD if word in said]


def finding(text: str) -> Spoil:
    return swap(SYNTHESIS, FINDING, f"{FINDING}\n\n{text}")


def shipped(name: str, change: Callable[[str], str]) -> Spoil:
    """A copy of a shipped template, changed."""

    def spoil(root: Path) -> None:
        (root / "templates").mkdir(exist_ok=True)
        text = (defaults_dir("templates") / name).read_text("utf-8")
        (root / "templates" / name).write_text(change(text), "utf-8")

    return spoil


def pictured(alt: str, name: str) -> Spoil:
    def spoil(root: Path) -> None:
        from consultkit.report.typeset import png

        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="9" height="9"/></svg>'
        )
        (root / name).write_bytes(png(drawing))
        finding(f"![{alt}]({name})")(root)

    return spoil


def styled(root: Path) -> None:
    """Word styles whose footer names somebody."""
    (root / "templates").mkdir(exist_ok=True)
    with (
        zipfile.ZipFile(defaults_dir("templates") / "reference.docx") as source,
        zipfile.ZipFile(root / "templates/reference.docx", "w") as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "word/styles.xml":
                data = data.replace(b'w:val="Body Text"', b'w:val="Zantigui Fictivard"')
                assert b"Fictivard" in data
            target.writestr(name, data)


SOWN: dict[str, Spoil] = {
    "a name in a finding": finding("Zantigui Fictivard le dit."),
    "accents and case": finding("Le dit aussi FICTÌVÀRD."),
    "an initial": finding("Selon Z. Fictivard, oui."),
    "inverted": finding("FICTIVARD Zantigui le confirme."),
    "a Cyrillic letter": finding("Selon F\u0456ctivard, oui."),
    "markup inside the word": finding("Selon Ficti**va**rd, oui."),
    "a zero-width space": finding("Selon Ficti\u200bvard, oui."),
    "one typo": finding("Selon Fictivart, oui."),
    "an alias": finding("Selon Zanfou, oui."),
    "a phone in other groups": finding("Joindre au 7600 0001."),
    "an address": finding("Écrire à z.fictivard@example.org."),
    "the words of a picture": pictured("Fictivard devant le puits", "photo.png"),
    "the campaign's title": swap(MAPPING, "Besoins : le cas de Gao", "Besoins selon Fictivard"),
    "an author": swap(MAPPING, "  language: fr\n", "  authors: [Zantigui Fictivard]\n  language: fr\n"),
    "the commissioner": swap(MAPPING, "Interpeace", "Fondation Fictivard"),
    "a region's name, on the map": swap(MAPPING, "name: Gao", "name: Zantigui Fictivard"),
    "a type's name, in a drawing": swap(MAPPING, "name: ONG internationale", "name: ONG Fictivard"),
    "a theme's name": swap("guides/themes.yaml", "name: ", "name: Fictivard "),
    "the guide": swap("guides/guide-entretien.md", "Votre mandat ?", "Connaissez-vous Fictivard ?"),
    "the template": shipped("rapport.md.j2", lambda text: text + "\nMerci à Zantigui Fictivard.\n"),
    "the PDF layout": shipped("mise-en-page.typ", lambda text: text.replace('"Version', '"Fictivard') + "\n#let x = [Fictivard]\n"),
    "the web style's words": shipped("style.css", lambda text: text + '\nh1::after { content: "Fictivard" }\n'),
    "the Word styles": styled,
}  # fmt: skip


@pytest.mark.parametrize("place", SOWN)
def test_a_known_person_stops_the_report_whatever_is_asked(root: Path, place: str) -> None:
    SOWN[place](root)
    before = files(root)
    ran = run(root, "report", "--force", "--to", "docx", "--to", "pdf", "--to", "html", "--to", "md")
    leaving = [name for name in files(root) if name not in before]
    if ran.code == 0:  # what holds the name did not reach any output
        assert place in ("the PDF layout", "the Word styles", "the web style's words")
        for name in leaving:
            data = (root / name).read_bytes()
            assert b"Fictivard" not in data
            if name.endswith(".docx"):
                with zipfile.ZipFile(root / name) as archive:
                    assert not [entry for entry in archive.namelist() if b"Fictivard" in archive.read(entry)]
    else:
        assert ran.code == 1
        assert leaving == []
    silent(ran)


@pytest.mark.parametrize("place", list(SOWN)[:12])
def test_check_tells_it_by_its_place(root: Path, place: str) -> None:
    SOWN[place](root)
    assert "P001" in [code for code, _file, _line in problems(root)]
    silent(run(root, "check"))


def test_a_name_in_the_names_of_files_is_not_said(root: Path) -> None:
    (root / "notes/gao/Fictivard-Zantigui.md").write_bytes((root / SYNTHESIS).read_bytes())
    ran = run(root, "check", "--select", "P")
    assert ran.code == 1


def test_a_name_in_a_picture_files_name_is_refused_at_check(root: Path) -> None:
    pictured("un puits", "notes/gao/zantigui_fictivard.png")(root)
    assert "P001" in [code for code, _file, _line in problems(root)]


def test_names_that_cannot_be_checked_are_said_on_the_first_page(root: Path) -> None:
    shutil.rmtree(root / "private")
    assert run(root, "report", "--to", "html").code == 0
    assert "noms non contrôlés" in (root / "build/rapport.html").read_text("utf-8")


def test_an_excepted_name_is_no_leak_and_an_excepted_number_no_error(root: Path) -> None:
    finding("Le quartier Fictivard est loin. Le numéro vert est le 76 11 22 33 [@GAO-01].")(root)
    assert {code for code, _file, _line in problems(root)} == {"P001", "P002"}
    (root / "private/identities.yaml").write_text(IDENTITIES + "exceptions: [Fictivard]\n", "utf-8")
    (root / "notes/exceptions.yaml").write_text(
        'allowed:\n  - {text: "76 11 22 33", reason: "Le numéro vert du ministère."}\n', "utf-8"
    )
    assert problems(root) == []
    assert run(root, "report", "--to", "md").code == 0


def test_an_exception_needs_a_reason(root: Path) -> None:
    (root / "notes/exceptions.yaml").write_text('allowed:\n  - {text: "76 11 22 33"}\n', "utf-8")
    assert "notes/exceptions.yaml" in [file for _code, file, _line in problems(root)]


def test_a_number_in_a_template_is_told_before_it_leaves(root: Path) -> None:
    shipped("rapport.md.j2", lambda text: text + "\nContact : 76 11 22 33\n")(root)
    ran = run(root, "report", "--to", "md")
    assert ran.code == 1
    assert not (root / "build/rapport.md").exists()


def test_the_repositorys_campaign_raises_no_alarm(tmp_path: Path) -> None:
    root = tmp_path / "campagne"
    root.mkdir()
    for name in ("notes", "guides", "mapping.yaml"):
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    people = [
        "Marie Contat",
        "Aly Gourmette",
        "Fatou Constatt",
        "Sékou Marchal",
        "Rokia Fleuvier",
        "Jean Regionnal",
    ]
    (root / "private").mkdir()
    entries = "".join(f"  - {{note: GAO-0{n}, name: {name}}}\n" for n, name in enumerate(people, 1))
    (root / "private/identities.yaml").write_text("identities:\n" + entries, "utf-8")
    assert problems(root, "--select", "P") == []
    assert run(root, "report", "--to", "md", "--to", "docx").code == 0


# What is about to be committed


def git(root: Path, *arguments: str) -> str:
    who = {
        f"GIT_{role}_{key}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")
    }
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **who}
    ).stdout


@pytest.fixture
def kept(root: Path) -> Path:
    """The campaign in git, private/ ignored, all clean and committed."""
    (root / ".gitignore").write_text("private/*\n!private/*.age\nbuild/\n.consultkit/\n", "utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "propre")
    return root


def test_staged_a_clean_commit_passes(kept: Path) -> None:
    assert problems(kept, "--staged") == []


def test_staged_private_files_are_refused_even_when_forced_in(kept: Path) -> None:
    git(kept, "add", "-f", "private/identities.yaml")
    assert ("P004", "private/identities.yaml") in [
        (code, file) for code, file, _line in problems(kept, "--staged")
    ]
    silent(run(kept, "check", "--staged"))


def test_staged_encrypted_identities_may_be_committed(kept: Path) -> None:
    (kept / "private/identities.yaml.age").write_bytes(b"age-encryption.org/v1\n")
    git(kept, "add", "private")
    assert problems(kept, "--staged") == []


def test_staged_is_what_is_looked_at_and_not_the_disk(kept: Path) -> None:
    clean = (kept / NOTE).read_bytes()
    answer("Zantigui Fictivard, au 76 11 22 33.")(kept)
    assert problems(kept, "--staged") == []  # not staged yet
    git(kept, "add", NOTE)
    (kept / NOTE).write_bytes(clean)
    assert {code for code, _file, _line in problems(kept, "--staged")} == {"P001", "P002"}
    assert problems(kept) == []


def test_the_hooks_run_a_command_that_refuses_it(kept: Path) -> None:
    import yaml

    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))
    entry = next(hook["entry"] for hook in hooks if hook["id"] == "consultkit-check").split()
    assert run(kept, *entry[1:]).code == 0
    git(kept, "add", "-f", "private/identities.yaml")
    assert run(kept, *entry[1:]).code == 1


def test_history_keeps_what_was_deleted_and_says_how_to_remove_it(kept: Path) -> None:
    answer("Zantigui Fictivard, au 76 11 22 33.")(kept)
    git(kept, "commit", "-qam", "une fuite")
    git(kept, "revert", "--no-edit", "HEAD")
    assert problems(kept) == []
    ran = run(kept, "check", "--history")
    assert ran.code == 1
    assert NOTE in ran.out and "filter-repo" in ran.out
    silent(ran)


# What was shared


def shareable(root: Path) -> None:
    for name in (NOTE, "notes/gao/GAO-02.md"):
        swap(name, "  quote: true\n", "  quote: true\n  share: true\n")(root)


def entries(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_share_holds_the_notes_that_consent_lets_leave_and_says_nothing_more(root: Path) -> None:
    swap(NOTE, "  quote: true\n", "  quote: true\n  share: true\n")(root)
    ran = run(root, "share")
    assert ran.code == 0, ran.said
    held = entries(root / "build/partage.zip")
    assert sorted(held) == ["consultation-01.docx", "index.docx"]
    inside = b"".join(data for name in held for data in _parts(held[name])).decode("utf-8", "replace")
    assert "On ne passe plus après seize heures" in inside
    for hidden in (
        "GAO-01",
        "GAO-02",
        "Tamat",
        "ATA",
        "dix ans",
        "répétez surtout",
        "marché",
        "Coordinateur",
        "20 juin",
    ):
        assert hidden not in inside
    first = (root / "build/partage.zip").read_bytes()
    assert run(root, "share").code == 0
    assert (root / "build/partage.zip").read_bytes() == first


def _parts(data: bytes) -> list[bytes]:
    import io

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("status: done", "status: draft"),
        ("attribution: type", "attribution: none"),
        ("attribution: type", "attribution: type\nsensitivity: confidential"),
        ("  quote: true\n", "  quote: true\n  withdrawn: 2023-07-01\n"),
        ("  share: true\n", ""),
    ],
)
def test_what_may_not_be_shared_is_not(root: Path, old: str, new: str) -> None:
    shareable(root)
    swap(NOTE, old, new)(root)
    shutil.rmtree(root / "private")
    swap(SYNTHESIS, "status: done", "status: draft")(root)
    ran = run(root, "share", "--without-identities")
    assert ran.code == 0, ran.said
    assert sorted(entries(root / "build/partage.zip")) == ["consultation-01.docx", "index.docx"]


def test_share_asks_before_it_leaves_names_unchecked(root: Path) -> None:
    shareable(root)
    shutil.rmtree(root / "private")
    before = files(root)
    ran = run(root, "share")
    assert ran.code == 2 and "--without-identities" in ran.err
    assert files(root) == before
    assert run(root, "share", "--without-identities").code == 0
    index = b"".join(_parts(entries(root / "build/partage.zip")["index.docx"])).decode()
    assert "noms non contrôlés" in index


def test_nothing_to_share_is_said_and_nothing_written(root: Path) -> None:
    before = files(root)
    assert run(root, "share").code == 1
    assert files(root) == before


def test_a_known_person_stops_the_share(root: Path) -> None:
    shareable(root)
    shipped("note.md.j2", lambda text: text + "\nZantigui Fictivard\n")(root)
    before = files(root)
    ran = run(root, "share", "--to", "Interpeace")
    assert ran.code == 1
    assert files(root) == before
    silent(ran)


def test_a_delivery_is_logged_and_a_withdrawal_calls_it_back(root: Path) -> None:
    shareable(root)
    assert run(root, "share", "--to", "Interpeace").code == 0
    log = (root / "notes/livraisons.yaml").read_text("utf-8")
    (sent,) = (root / "build").glob("*.zip")
    for told in (sent.name, "Interpeace", hashlib.sha256(sent.read_bytes()).hexdigest(), "GAO-01, GAO-02"):
        assert told in log
    assert problems(root) == []
    swap(NOTE, "  quote: true\n", "  quote: true\n  withdrawn: 2023-07-01\n")(root)
    ran = run(root, "check", "--select", "P008")
    assert "notes/livraisons.yaml" in ran.out and sent.name in ran.out and "Interpeace" in ran.out
    assert run(root, "share", "--to", "a.b@example.org").code == 2


@pytest.mark.parametrize("suffix", ["xlsx", "docx", "pdf"])
def test_the_guide_leaves_without_anybody(suffix: str, root: Path) -> None:
    file = root / "build" / f"guide.{suffix}"
    assert run(root, "guide", "export", str(file)).code == 0
    file.unlink()
    guide = root / "guides/guide-entretien.md"
    text = guide.read_text("utf-8")
    guide.write_text(text.replace(" ?", " selon F*ictivard* ?"), "utf-8")
    ran = run(root, "guide", "export", str(file))
    assert ran.code == 1
    assert not file.exists()
    silent(ran)
