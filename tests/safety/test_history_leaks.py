"""check --history: what was ever in git is told, wherever git keeps it, and how it is removed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import IDENTITIES, NOTE, Ran, answer, run
from keeping import NAME, commit, docx, git, kept_campaign, other_repository, put, silent, zipped

LEAK = f"# Carnet\n\nVu {NAME} hier.\n"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return kept_campaign(tmp_path)


def history(root: Path) -> Ran:
    ran = run(root, "check", "--history", "--lang", "en")
    silent(ran)
    return ran


def taken_back(root: Path, name: str, data: str | bytes) -> None:
    """A file committed, then removed by the next commit."""
    put(root, name, data)
    git(root, "add", "-f", name)
    git(root, "commit", "-qm", "un")
    git(root, "rm", "-qrf", name)
    git(root, "commit", "-qm", "deux")


def test_a_clean_history_is_said_to_be_clean(kept: Path) -> None:
    put(kept, "private/sauvegarde.age", b"age-encryption.org/v1\n-> X25519 abc\n")
    put(kept, "private/.gitkeep", b"")
    git(kept, "add", "-f", "private/sauvegarde.age", "private/.gitkeep")
    commit(kept, "chiffré")
    ran = history(kept)
    assert ran.code == 0 and ran.out.strip() == "Nothing dangerous was found in git's history."


def test_a_repository_without_a_commit(tmp_path: Path, kept: Path) -> None:
    subprocess.run(["rm", "-rf", str(kept / ".git")], check=True)
    git(kept, "init", "-q")
    assert history(kept).code == 0


FILES = {
    "a text": ("notes/carnet.txt", LEAK, "notes/carnet.txt:3"),
    "no suffix": ("docs/carnet", LEAK, "docs/carnet:3"),
    "capitals in the suffix": ("notes/X.MD", LEAK, "notes/X.MD:3"),
    "a table": ("liste.tsv", f"nom\tnote\n{NAME}\tGAO-01\n", "liste.tsv:2"),
    "UTF-16": ("notes/x.md", LEAK.encode("utf-16"), "notes/x.md:3"),
    "UTF-16 without its mark": ("notes/x.csv", LEAK.encode("utf-16-be"), "notes/x.csv:3"),
    "Latin-1": ("notes/x.md", f"Été\n{NAME}".encode("latin-1"), "notes/x.md:2"),
    "a page": ("page.html", "<p>Zantigui&#32;Ficti<b>vard</b></p>", "page.html:1"),
    "a Word document": ("GAO-01.docx", docx(f"Vu {NAME} hier."), "GAO-01.docx:1"),
    "an archive": ("tout.zip", zipped(notes_txt=LEAK), "tout.zip:1"),
    "a template": ("templates/x.j2", LEAK, "templates/x.j2:3"),
    "capitals in the folder": ("Private/qui.txt", "rien", "Private/qui.txt:1"),
    "private/ in a folder": ("notes/private/qui.txt", "rien", "notes/private/qui.txt:1"),
    "identities elsewhere": ("vieux/identities.yaml", "identities: []\n", "vieux/identities.yaml:1"),
    "not encrypted": ("private/identities.yaml.age", "identities: []\n", "private/identities.yaml.age:1"),
    "a line break in the name": ("notes/a\nb.txt", LEAK, "notes/a\\nb.txt:3"),
    "accents in the name": ("notes/é à.txt", LEAK, "notes/é à.txt:3"),
    "a colon first": (":a.txt", LEAK, ":a.txt:3"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_was_taken_back_is_told(kept: Path, case: str) -> None:
    name, data, place = FILES[case]
    if ":" in name[:1]:
        put(kept, name, data)
        git(kept, "add", "-A")
        git(kept, "commit", "-qm", "un")
        (kept / name).unlink()
        commit(kept, "deux")
    else:
        taken_back(kept, name, data)
    ran = history(kept)
    assert ran.code == 1 and place in ran.out


def aside(root: Path) -> None:
    """A branch that leaks and takes it back, merged and deleted."""
    git(root, "checkout", "-qb", "essai")
    taken_back(root, "notes/carnet.txt", LEAK)
    git(root, "checkout", "-q", "main")
    put(root, "a.txt", "a")
    commit(root, "autre")
    git(root, "merge", "-q", "--no-ff", "-m", "fusion", "essai")
    git(root, "branch", "-D", "essai")
    git(root, "reflog", "expire", "--expire=now", "--all")


def in_a_merge(root: Path) -> None:
    """Words that the merge itself brings in, and that neither side had."""
    git(root, "checkout", "-qb", "essai")
    put(root, "b.txt", "b")
    commit(root, "b")
    git(root, "checkout", "-q", "main")
    put(root, "a.txt", "a")
    commit(root, "a")
    git(root, "merge", "-q", "--no-ff", "--no-commit", "essai")
    put(root, "a.txt", LEAK)
    git(root, "add", "a.txt")
    git(root, "commit", "-qm", "fusion")
    git(root, "rm", "-qf", "a.txt")
    git(root, "commit", "-qm", "retrait")


def stashed_deep(root: Path) -> None:
    for text in (LEAK, "rien\n"):
        put(root, "libre.txt", text)
        git(root, "stash", "push", "-qu")


def amended(root: Path) -> None:
    put(root, "a.txt", LEAK)
    commit(root, "un")
    git(root, "rm", "-qf", "a.txt")
    git(root, "commit", "-q", "--amend", "--allow-empty", "-m", "deux")


def detached(root: Path) -> None:
    git(root, "checkout", "-q", "--detach")
    put(root, "a.txt", LEAK)
    commit(root, "à part")
    git(root, "checkout", "-q", "main")


def tagged_blob(root: Path) -> None:
    put(root, "private/qui.txt", LEAK)
    blob = git(root, "hash-object", "-w", "private/qui.txt").strip()
    git(root, "tag", "objet", blob)


def replaced(root: Path) -> None:
    """A commit that another stands in for."""
    put(root, "a.txt", LEAK)
    commit(root, "un")
    bad = git(root, "rev-parse", "HEAD").strip()
    git(root, "rm", "-qf", "a.txt")
    git(root, "commit", "-q", "--amend", "--allow-empty", "-m", "deux")
    good = git(root, "rev-parse", "HEAD").strip()
    git(root, "reset", "-q", "--hard", bad)
    git(root, "replace", bad, good)
    git(root, "reflog", "expire", "--expire=now", "--all")


def moved(root: Path) -> None:
    """The campaign lay in another folder of the repository."""
    taken_back(root, "vieux/notes/carnet.txt", LEAK)


KEEPERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a branch merged and deleted": (aside, "notes/carnet.txt:3"),
    "a merge": (in_a_merge, "a.txt:3"),
    "an older stash": (stashed_deep, "libre.txt:3"),
    "what was amended": (amended, "a.txt:3"),
    "a detached head": (detached, "a.txt:3"),
    "a tag of a file": (tagged_blob, "refs/tags/objet:3"),
    "what was replaced": (replaced, "a.txt:3"),
    "another folder": (moved, "vieux/notes/carnet.txt:3"),
    "the message of a commit": (lambda root: commit(root, f"Note\n\nVu {NAME}"), "message of a commit:3"),
    "the message of a tag": (lambda root: git(root, "tag", "-am", f"Avec {NAME}", "v1"), "message of a tag:1"),  # type: ignore[dict-item, return-value]
    "the name of a branch": (lambda root: git(root, "branch", "entretien-fictivard"), "refs/heads/"),  # type: ignore[dict-item, return-value]
    "the name of a tag": (lambda root: git(root, "tag", "Zantigui_Fictivard"), "refs/tags/"),  # type: ignore[dict-item, return-value]
    "the name of a file": (lambda root: taken_back(root, "notes/gao/Fictivard.txt", "rien"), "notes/gao/•••.txt:1"),
    "a branch that is gone": (
        lambda root: [git(root, "checkout", "-qb", "fictivard"), git(root, "checkout", "-q", "main"),
                      git(root, "branch", "-D", "fictivard")], "reflog:1",  # type: ignore[dict-item, return-value]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", KEEPERS)
def test_wherever_git_keeps_it_it_is_told(kept: Path, case: str) -> None:
    keep, place = KEEPERS[case]
    keep(kept)
    ran = history(kept)
    assert ran.code == 1 and place in ran.out


def test_each_path_of_the_same_bytes_is_told(kept: Path) -> None:
    for name in ("private/qui.txt", "a/copie.txt", "notes/z.txt"):
        put(kept, name, LEAK)
        git(kept, "add", "-f", name)
    git(kept, "commit", "-qm", "un")
    lines = history(kept).out.splitlines()
    for place in ("a/copie.txt:3", "notes/z.txt:3", "private/qui.txt:3", "private/qui.txt:1"):
        assert [line for line in lines if line.startswith(place)]


def test_a_campaign_that_was_moved_in_its_repository(tmp_path: Path) -> None:
    root = kept_campaign(tmp_path / "depot")
    subprocess.run(["rm", "-rf", str(root / ".git")], check=True)
    depot = root.parent
    git(depot, "init", "-q")
    answer(f"Vu {NAME} hier.")(root)
    commit(depot, "un")
    git(depot, "mv", "campagne", "autre")
    put(depot, "autre/private/identities.yaml", IDENTITIES)
    git(depot / "autre", "checkout", "-q", "HEAD", "--", ".", check=False)
    ran = history(depot / "autre")
    assert ran.code == 1 and f"campagne/{NOTE}:" in ran.out


def test_a_shallow_copy_says_what_it_lacks(kept: Path, tmp_path: Path) -> None:
    taken_back(kept, "notes/carnet.txt", LEAK)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{kept}", "copie")
    put(tmp_path / "copie", "private/identities.yaml", IDENTITIES)
    ran = history(tmp_path / "copie")
    assert ran.code == 0 and "This copy is shallow" in ran.out
    assert "in what could be looked at" in ran.out


def test_submodules_and_what_cannot_be_opened_are_said(kept: Path, tmp_path: Path) -> None:
    other = other_repository(tmp_path)
    git(kept, "submodule", "add", "-q", str(other), "module")
    put(kept, "abime.docx", docx("Rien.")[:-30])
    commit(kept, "module")
    ran = history(kept)
    assert ran.code == 0 and "1 submodule was not looked at" in ran.out
    assert "abime.docx (" in ran.out and "in what could be looked at" in ran.out


def partial(kept: Path, folder: Path) -> Path:
    """A copy that fetches what it lacks when it is asked for."""
    git(kept, "config", "uploadpack.allowFilter", "true")
    git(kept, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(folder, "clone", "-q", "--filter=blob:none", f"file://{kept}", "copie")
    put(folder / "copie", "private/identities.yaml", IDENTITIES)
    return folder / "copie"


def test_a_partial_copy_fetches_nothing_and_says_what_it_lacks(kept: Path, tmp_path: Path) -> None:
    taken_back(kept, "notes/carnet.txt", LEAK)
    taken_back(kept, "private/qui.txt", "rien")
    taken_back(kept, "private/x.age", b"age-encryption.org/v1\n")
    copy = partial(kept, tmp_path)
    before = sorted(path.name for path in (copy / ".git/objects").rglob("*"))
    trace = tmp_path / "trace"
    command = [sys.executable, "-m", "consultkit", "check", "--history", "--lang", "en", "--root", str(copy)]
    env = {**os.environ, "GIT_TRACE": str(trace), "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert "3 objects are not in this partial copy" in ran.stdout
    assert ran.returncode == 1 and "private/qui.txt:1" in ran.stdout and "x.age" not in ran.stdout
    assert sorted(path.name for path in (copy / ".git/objects").rglob("*")) == before
    assert "upload-pack" not in trace.read_text() and "fetch" not in trace.read_text()


def test_numbers_in_notes_are_told_in_any_version(kept: Path) -> None:
    answer("Joindre le 76 11 22 33.")(kept)
    commit(kept, "un")
    git(kept, "revert", "--no-edit", "HEAD")
    ran = history(kept)
    assert ran.code == 1 and f"{NOTE}:" in ran.out and "a number or an address" in ran.out


def test_the_advice_keeps_the_notes(kept: Path) -> None:
    answer(f"Vu {NAME} hier.")(kept)
    commit(kept, "une fuite")
    ran = history(kept)
    assert "--replace-text" in ran.out and "--invert-paths" not in ran.out
    for word in ("fresh clone", "cloned anew", "considered read"):
        assert word in ran.out
    taken_back(kept, "private/qui.txt", "rien")
    assert "private/: git filter-repo --invert-paths --path FILE" in history(kept).out


def test_without_identities_it_does_not_say_all_is_well(kept: Path) -> None:
    (kept / "private/identities.yaml").unlink()
    ran = run(kept, "check", "--history", "--lang", "en")
    assert ran.code == 0 and "Names were not checked" in ran.out
    assert "Nothing dangerous was found in git's history." not in ran.out
