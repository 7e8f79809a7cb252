"""check --staged, and plain check beside git: a name or a private file enters git under no name of a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import IDENTITIES, NOTE, problems, run
from keeping import NAME, commit, docx, git, kept_campaign, other_repository, put, silent, zipped

COPIES = (
    "identities.yaml", "notes/identities.yaml", "notes/private/qui.yaml", "guides/qui.yaml", "Private/qui.yaml",
    "qui", "notes/gao/Identities.YAML", "a/b/private/c/d.txt",
)  # fmt: skip
TEXTS = (
    "README.md", "contacts.csv", "docs/a.md", "notes/carnet.txt", "notes/gao/README.md", "templates/x.j2",
    "guides/archive/v0.md", "notes/gao/sans-suffixe", "A.MD", "page.html", "liste.tsv", "build/x.md",
)  # fmt: skip
SENTENCE = f"# Carnet\n\nVu {NAME} hier.\n"
DOCUMENTS = {
    "notes/gao/GAO-01.docx": docx(f"Vu {NAME} hier."),
    "tout.zip": zipped(notes_txt=SENTENCE),
    "sans-suffixe": docx(f"Vu {NAME} hier."),
    "utf16.txt": SENTENCE.encode("utf-16"),
    "utf16-sans-marque.txt": SENTENCE.encode("utf-16-le"),
    "latin.txt": f"Été : {NAME}".encode("latin-1"),
    "page.html": f"<p>Vu Zantigui Ficti<b>vard</b> hier.</p>{NAME}",
    "vieux.doc": b"\xd0\xcf\x11\xe0" + bytes(600) + NAME.encode("utf-16-le") + bytes(range(256)),
}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return kept_campaign(tmp_path)


def staged(root: Path, name: str, data: str | bytes) -> list[tuple[str, str, int]]:
    """What is told once a file is staged, and gone from the disk."""
    path = put(root, name, data)
    git(root, "add", "-f", name)
    path.unlink()
    silent(run(root, "check", "--staged"))
    return problems(root, "--staged")


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_the_identities_is_refused_wherever_it_lies(kept: Path, name: str) -> None:
    found = staged(kept, name, IDENTITIES)
    private = name != "qui" and not name.startswith("guides/")
    assert ("P004" in [code for code, file, _line in found if file == name]) == private
    lines = {line for code, file, line in found if (code, file) == ("P001", name)}
    assert lines == (set() if private else {3, 4, 5, 6})  # a private file is told once


@pytest.mark.parametrize("name", TEXTS)
def test_a_name_in_any_text_is_told_by_its_line(kept: Path, name: str) -> None:
    assert ("P001", name, 3) in staged(kept, name, SENTENCE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_name_inside_a_document_is_told(kept: Path, name: str) -> None:
    assert ("P001", name) in [(code, file) for code, file, _line in staged(kept, name, DOCUMENTS[name])]


def test_a_name_of_a_staged_file_is_told(kept: Path) -> None:
    put(kept, "docs/Zantigui-Fictivard.md", "Rien.\n")
    git(kept, "add", "docs")
    assert [code for code, _file, _line in problems(kept, "--staged")] == ["P001"]


def test_what_is_clean_or_really_encrypted_passes(kept: Path) -> None:
    put(kept, "README.md", "# La campagne\n")
    put(kept, "templates/reference.docx", docx("Rien."))
    put(kept, "private/identities.yaml.age", b"age-encryption.org/v1\n-> X25519 abc\n")
    put(kept, "private/identities.txt", b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n")
    put(kept, "private/.gitkeep", b"")
    git(kept, "add", "-f", "README.md", "templates", "private/identities.yaml.age", "private/identities.txt")
    git(kept, "add", "-f", "private/.gitkeep")
    assert problems(kept, "--staged") == problems(kept) == []


def test_the_suffix_alone_encrypts_nothing(kept: Path) -> None:
    put(kept, "private/identities.yaml.age", IDENTITIES)
    git(kept, "add", "private")
    for arguments in ((), ("--staged",)):
        assert ("P004", "private/identities.yaml.age", 1) in problems(kept, *arguments)


def test_what_cannot_be_searched_is_said(kept: Path) -> None:
    put(kept, "clos.7z", b"7z\xbc\xaf\x27\x1c" + bytes(40))
    put(kept, "abime.docx", docx("Rien.")[:-30])
    git(kept, "add", ".")
    ran = run(kept, "check", "--staged", "--format", "json")
    told = [(p["file"], p["severity"]) for p in json.loads(ran.out)["problems"] if p["code"] == "P001"]
    assert told == [("abime.docx", "warning"), ("clos.7z", "warning")]


def test_without_identities_names_are_not_searched_and_private_files_are(kept: Path) -> None:
    (kept / "private/identities.yaml").unlink()
    put(kept, "Private/qui.yaml", IDENTITIES)
    put(kept, "a.md", SENTENCE)
    git(kept, "add", "-f", ".")
    assert problems(kept, "--staged") == [("P004", "Private/qui.yaml", 1)]


# Plain check


def test_plain_check_searches_the_other_texts_too(kept: Path) -> None:
    put(kept, "README.md", SENTENCE)
    put(kept, "notes/carnet.txt", SENTENCE)
    put(kept, "templates/x.j2", SENTENCE)
    put(kept, "libre.txt", SENTENCE)  # nobody's: git does not track it
    put(kept, "build/rapport.md", SENTENCE)
    git(kept, "add", "README.md")
    assert problems(kept) == [
        ("P001", "README.md", 3), ("P001", "notes/carnet.txt", 3), ("P001", "templates/x.j2", 3),
    ]  # fmt: skip
    silent(run(kept, "check"))


def test_plain_check_follows_no_link(kept: Path, tmp_path: Path) -> None:
    put(tmp_path, "dehors.txt", SENTENCE)
    (kept / "notes/lien.txt").symlink_to(tmp_path / "dehors.txt")
    (kept / "lien.txt").symlink_to(tmp_path / "dehors.txt")
    git(kept, "add", "lien.txt")
    assert "P001" not in [code for code, _file, _line in problems(kept)]


# What git holds in other ways


def test_a_submodule_and_a_missing_object_are_no_fault_of_the_program(kept: Path, tmp_path: Path) -> None:
    other = other_repository(tmp_path)
    git(kept, "submodule", "add", "-q", str(other), "notes/module")
    git(kept, "submodule", "add", "-q", str(other), "private/module.md", "-f", check=False)
    assert problems(kept, "--staged") == []
    blob = git(kept, "rev-parse", f"HEAD:{NOTE}").strip()
    (kept / ".git/objects" / blob[:2] / blob[2:]).unlink()
    found = problems(kept, "--staged")
    assert NOTE in [file for _code, file, _line in found]


def test_git_that_refuses_says_why_and_the_way_out(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    for arguments in (("--staged",), ("--history",)):
        ran = run(kept, "check", *arguments, "--lang", "en")
        assert ran.code == 2 and "dubious ownership" in ran.err
        assert f"git config --global --add safe.directory {kept}" in ran.err
    plain = run(kept, "check", "--lang", "en", "--no-coverage")
    assert plain.code == 0 and "P005" in plain.out and "safe.directory" in plain.out


# The hook, at the root of a repository that holds campaigns


def checked(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "consultkit", "check", "--staged", "--no-coverage", *arguments]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "CONSULTKIT_LANG": "en", **environment}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=env)


@pytest.fixture
def larger(tmp_path: Path) -> Path:
    """A repository of two campaigns, in folders of their own."""
    repository = tmp_path / "depot"
    for place in ("a/un", "deux"):
        root = kept_campaign(repository / place)
        subprocess.run(["rm", "-rf", str(root / ".git")], check=True)
    git(repository, "init", "-q", "-b", "main")
    commit(repository, "propre")
    return repository


def test_outside_a_campaign_those_with_something_staged_are_checked(larger: Path) -> None:
    one = "a/un/campagne"
    none = checked(larger)
    assert none.returncode == 0 and "Nothing of a campaign is staged" in none.stdout
    put(larger, f"{one}/carnet.txt", SENTENCE)
    git(larger, "add", ".")
    ran = checked(larger)
    assert ran.returncode == 1 and "carnet.txt:3" in ran.stdout and one in ran.stdout
    assert "deux/campagne" not in ran.stdout
    listed = json.loads(checked(larger, "--format", "json").stdout)["problems"]
    assert [(p["code"], p["file"]) for p in listed] == [("P001", f"{one}/carnet.txt")]
    assert checked(larger / "a").returncode == 1


def test_what_is_staged_around_the_campaigns_is_searched(larger: Path) -> None:
    put(larger, "LISEZMOI.txt", "Rien.\n")
    put(larger, "a/carnet.txt", SENTENCE)
    put(larger, "a/identities.yaml", "identities: []\n")
    git(larger, "add", ".")
    ran = checked(larger, "--format", "json")
    told = [(p["code"], p["file"]) for p in json.loads(ran.stdout)["problems"]]
    assert ran.returncode == 1 and told == [("P001", "a/carnet.txt"), ("P004", "a/identities.yaml")]
    assert "carnet.txt:3" in checked(larger).stdout
    inside = problems(larger / "deux/campagne", "--staged")
    assert inside == [("P001", "../../a/carnet.txt", 3), ("P004", "../../a/identities.yaml", 1)]
    git(larger, "commit", "-qm", "x")
    assert problems(larger / "deux/campagne", "--staged") == []  # of what was before, history tells


def test_outside_a_campaign_and_a_repository_it_is_still_a_sentence(tmp_path: Path) -> None:
    ran = checked(tmp_path)
    assert ran.returncode == 2 and "no campaign" in ran.stderr


def test_a_commit_is_blocked_by_the_hook_and_only_then(larger: Path) -> None:
    program = f"PYTHONPATH={Path(__file__).parents[2]} {sys.executable} -m consultkit"
    hook = put(larger, ".git/hooks/pre-commit", f"#!/bin/sh\n{program} check --staged --no-coverage\n")
    hook.chmod(0o755)
    git(larger, "worktree", "add", "-q", "../ailleurs", "-b", "autre")
    for place in (larger, larger.parent / "ailleurs"):
        put(place, "LISEZMOI.txt", place.name)
        git(place, "add", ".")
        git(place, "commit", "-qm", "sans rapport")
        put(place, "deux/campagne/Private/qui.txt", place.name)
        git(place, "add", ".")
        git(place, "commit", "-qm", "une fuite", check=False)
        assert "une fuite" not in git(place, "log", "--format=%s")


def test_the_hook_sees_what_commit_dash_a_adds(larger: Path) -> None:
    program = f"PYTHONPATH={Path(__file__).parents[2]} {sys.executable} -m consultkit"
    hook = put(larger, ".git/hooks/pre-commit", f"#!/bin/sh\n{program} check --staged --no-coverage\n")
    hook.chmod(0o755)
    note = larger / "deux/campagne" / NOTE
    note.write_text(note.read_text("utf-8").replace("Le responsable est parti.", f"Vu {NAME}."), "utf-8")
    git(larger, "commit", "-qam", "une fuite", check=False)
    git(larger, "commit", "-qm", "une fuite", "--", str(note), check=False)
    git(larger / "deux", "commit", "-qm", "une fuite", "--", f"campagne/{NOTE}", check=False)
    assert "une fuite" not in git(larger, "log", "--format=%s")


def test_names_and_documents_that_are_badly_made_are_no_fault_of_the_program(kept: Path) -> None:
    put(kept, "abime.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 9)
    put(kept, "page.html", f"<![x[ <!-- <!DOCTYPE [ {NAME}")
    put(kept, os.fsdecode(b"caf\xe9.txt"), SENTENCE)
    git(kept, "add", ".")
    for arguments in ((), ("--staged",)):
        found = [(code, line) for code, _file, line in problems(kept, *arguments) if code == "P001"]
        assert found.count(("P001", 3)) == 1 and len(found) == 2 + len(arguments)
    assert run(kept, "check", "--history").code == 0
    commit(kept, "x")
    assert run(kept, "check", "--history").code == 1


def test_an_index_that_is_damaged_is_said(kept: Path) -> None:
    (kept / ".git/index").write_bytes(b"x")
    assert problems(kept) == [("P005", "mapping.yaml", 1)]
    assert run(kept, "check", "--staged").code == 2
