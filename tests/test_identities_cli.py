"""Identities, keys, purge and history, with a real key, the real age program and real git repositories."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyrage
import pytest

from consultkit.cli import main
from consultkit.load import load
from consultkit.privacy.encryption import encrypt

SAMPLE = Path(__file__).with_name("small")
SECRET = "identities:\n  - note: GAO-01\n    name: Zantigui Fictivard\n    phone: 76 00 00 01\n"
OTHERS = "identities:\n  - note: GAO-02\n    name: Autre Fictif\n"


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(shutil.copytree(SAMPLE, tmp_path / "campagne"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "config" / "key.txt"))
    (root / "private").mkdir()
    (root / "private/identities.yaml").write_text(SECRET, "utf-8")
    return root


def add_recipients(root: Path, *recipients: str) -> None:
    mapping = root / "mapping.yaml"
    listed = ", ".join(recipients)
    text = mapping.read_text("utf-8").replace(
        "  language: fr\n", f"  language: fr\n  recipients: [{listed}]\n"
    )
    mapping.write_text(text, "utf-8")


def make_key(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["key", "new"]) == 0
    return next(word for word in capsys.readouterr().out.split() if word.startswith("age1"))


def test_lock_and_unlock_bring_back_the_same_bytes(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    assert "un seul destinataire" in capsys.readouterr().err.lower()
    sealed = campaign / "private/identities.yaml.age"
    assert sealed.is_file() and not (campaign / "private/identities.yaml").exists()
    assert b"Fictivard" not in sealed.read_bytes()
    assert main(["identities", "unlock"]) == 0
    plain = campaign / "private/identities.yaml"
    assert plain.read_text("utf-8") == SECRET
    assert plain.stat().st_mode & 0o077 == 0


def test_a_key_is_never_overwritten_and_is_private(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_key(capsys)
    key = tmp_path / "config/key.txt"
    before = key.read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    assert main(["key", "new"]) == 2
    assert key.read_bytes() == before


def test_without_recipients_nothing_is_locked(campaign: Path) -> None:
    assert main(["identities", "lock"]) == 2
    assert (campaign / "private/identities.yaml").read_text("utf-8") == SECRET


def test_a_tampered_file_opens_nothing(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    sealed = campaign / "private/identities.yaml.age"
    data = bytearray(sealed.read_bytes())
    data[-1] ^= 1
    sealed.write_bytes(bytes(data))
    assert main(["identities", "unlock"]) == 2
    assert not (campaign / "private/identities.yaml").exists()


def test_somebody_elses_file_stays_closed_and_the_plain_one_stays(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "other/key.txt"))
    make_key(capsys)
    assert main(["identities", "lock"]) == 0
    assert (campaign / "private/identities.yaml").exists()


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not installed")
def test_the_age_program_opens_it(campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    command = [
        "age",
        "--decrypt",
        "-i",
        str(tmp_path / "config/key.txt"),
        str(campaign / "private/identities.yaml.age"),
    ]
    assert subprocess.run(command, capture_output=True, check=True).stdout.decode() == SECRET


def test_edit_runs_the_editor_and_seals_again(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    editor = tmp_path / "editeur.sh"
    editor.write_text('#!/bin/sh\nprintf "  - note: GAO-02\\n    name: Autre Fictif\\n" >> "$1"\n', "utf-8")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert main(["identities", "edit"]) == 0
    assert not (campaign / "private/identities.yaml").exists()
    assert main(["identities", "unlock"]) == 0
    assert "Autre Fictif" in (campaign / "private/identities.yaml").read_text("utf-8")


def test_an_editor_that_fails_changes_nothing(campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "false")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert main(["identities", "edit"]) == 2
    assert (campaign / "private/identities.yaml").read_text("utf-8") == SECRET


def test_without_a_terminal_no_editor_is_started(
    campaign: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert main(["identities", "edit"]) == 2
    assert "terminal" in capsys.readouterr().err
    assert not (campaign / "ouvert").exists()


def test_a_known_identity_is_told_by_its_place_alone(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = campaign / "notes/gao/GAO-01.md"
    note.write_text(
        note.read_text("utf-8").replace("Le responsable est parti.", "Fictivàrd est parti."), "utf-8"
    )
    for format_ in ("text", "json", "github"):
        assert main(["check", "--format", format_]) == 1
        shown = capsys.readouterr()
        assert "P001" in shown.out
        assert "ictiv" not in (shown.out + shown.err).replace("Fictive", "").lower().replace("fictive", "")
    assert main(["status"]) == 0


def test_a_users_value_with_a_name_in_it_is_masked_in_messages(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = campaign / "notes/gao/GAO-01.md"
    note.write_text(
        note.read_text("utf-8").replace("interviewer: AM", "interviewer: Zantigui Fictivard"), "utf-8"
    )
    assert main(["check"]) == 1
    assert "Fictivard" not in capsys.readouterr().out


def test_names_in_file_names_are_found(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (campaign / "notes/gao/Zantigui_Fictivard.md").write_bytes(
        (campaign / "notes/gao/GAO-02.md").read_bytes()
    )
    assert main(["check", "--format", "json", "--select", "P"]) == 1
    assert "P001" in capsys.readouterr().out


def test_purge_asks_and_removes(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (campaign / "build").mkdir()
    assert main(["purge"]) == 1
    assert (campaign / "private/identities.yaml").exists()
    assert main(["purge", "--yes"]) == 0
    assert not any((campaign / name).exists() for name in ("private", "build", ".consultkit"))
    assert (campaign / "notes/gao/GAO-01.md").exists()
    assert "git" in capsys.readouterr().out


def test_purge_says_what_a_link_leaves(
    campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("private", ".consultkit"):
        (tmp_path / f"ailleurs{name}").mkdir()
        if (campaign / name).exists():
            shutil.rmtree(campaign / name)
        (campaign / name).symlink_to(tmp_path / f"ailleurs{name}")
    (tmp_path / "ailleursprivate/identities.yaml").write_text(SECRET, "utf-8")
    assert main(["purge", "--yes"]) == 1
    shown = capsys.readouterr().err
    assert all(str(tmp_path / f"ailleurs{name}") in shown for name in ("private", ".consultkit"))
    assert not (campaign / "private").is_symlink() and not (campaign / ".consultkit").exists()
    assert (tmp_path / "ailleursprivate/identities.yaml").read_text("utf-8") == SECRET
    assert not list((tmp_path / "ailleurs.consultkit").iterdir())


def test_purge_removes_files_in_the_place_of_folders(campaign: Path) -> None:
    shutil.rmtree(campaign / "private")
    for name in ("private", ".consultkit"):
        (campaign / name).write_text(SECRET, "utf-8")
    (campaign / "build").symlink_to(campaign / "nulle part")
    assert main(["purge", "--yes"]) == 0
    assert not (campaign / "build").is_symlink()
    assert not (campaign / "private").exists() and not (campaign / ".consultkit").exists()


@pytest.mark.parametrize("resists", ["private/dedans/a.txt", ".consultkit/exchanged.json"])
def test_purge_says_what_resists(
    campaign: Path, resists: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = campaign / resists
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("x", "utf-8")
    real = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path == kept:  # as in a folder that is read-only, which stops no administrator
            raise PermissionError(13, "Permission denied")
        real(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    assert main(["purge", "--yes"]) == 1
    shown = capsys.readouterr()
    assert resists in shown.err and "private/dedans " not in shown.err
    assert kept.exists() and not (campaign / "private/identities.yaml").exists()
    assert ("Supprimés\u00a0: private." in shown.out) is (resists[0] == ".")


def test_purge_asks_git_what_it_holds(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Path(shutil.copytree(campaign, campaign.parent / "gardee"))
    git(kept, "init", "-q")
    (kept / "private/identities.yaml.age").write_bytes(b"age-encryption.org/v1\n")
    git(kept, "add", "-f", "mapping.yaml", "private/identities.yaml.age")
    git(kept, "commit", "-qm", "sans private")
    clean = Path(shutil.copytree(kept, campaign.parent / "propre"))
    assert main(["purge", "--yes", "--root", str(clean)]) == 0
    assert "git n’a enregistré aucun fichier de private" in capsys.readouterr().out
    git(kept, "add", "-f", "private/identities.yaml")
    git(kept, "commit", "-qm", "private")
    git(kept, "rm", "-q", "--cached", "private/identities.yaml")
    git(kept, "commit", "-qm", "trop tard")
    assert main(["purge", "--yes", "--root", str(kept)]) == 0
    assert "git contient encore" in capsys.readouterr().out


def git(root: Path, *arguments: str) -> None:
    identity = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }
    subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, capture_output=True, env={**os.environ, **identity}
    )


def test_private_files_in_git_are_told_and_stay_in_history(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(campaign, "init", "-q")
    git(campaign, "add", "-A")
    assert main(["check", "--select", "P004"]) == 1
    git(campaign, "commit", "-qm", "tout")
    git(campaign, "rm", "-q", "--cached", "private/identities.yaml")
    git(campaign, "commit", "-qm", "sans private")
    assert main(["check", "--select", "P004"]) == 0
    capsys.readouterr()
    assert main(["check", "--history"]) == 1
    shown = capsys.readouterr().out
    assert "private/identities.yaml" in shown and "Fictivard" not in shown


def test_a_clean_history_is_said_to_be_clean(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (campaign / ".gitignore").write_text("private/*\n", "utf-8")
    git(campaign, "init", "-q")
    git(campaign, "add", "-A")
    git(campaign, "commit", "-qm", "propre")
    assert main(["check", "--history"]) == 0


def test_cloud_folders_and_public_remotes_are_warned_of(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    synced = tmp_path / "OneDrive - Bureau"
    synced.mkdir()
    moved = Path(shutil.copytree(campaign, synced / "campagne"))
    git(moved, "init", "-q")
    git(moved, "remote", "add", "origin", "https://github.com/exemple/exemple.git")
    monkeypatch.chdir(moved)
    assert main(["check", "--select", "P005", "--strict"]) == 1
    assert capsys.readouterr().out.count("P005") == 2


NAMED = "Le responsable est parti.", "Le responsable, Zantigui Fictivard, est parti."
DAMAGED = {
    "a French key": "identities:\n  - note: GAO-01\n    nom: Zantigui Fictivard\n",
    "a French list": "identites:\n  - note: GAO-01\n    name: Zantigui Fictivard\n",
    "a bare list": "- note: GAO-01\n  name: Zantigui Fictivard\n",
    "a list for a name": "identities:\n  - note: GAO-01\n    name: [Zantigui Fictivard]\n",
    "an empty file": "",
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_file_means_that_names_are_not_checked(
    campaign: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (campaign / "private/identities.yaml").write_text(text, "utf-8")
    assert not load(campaign).names_checked
    assert main(["report", "--to", "md"]) == 0
    assert "oms non contrôlés" in capsys.readouterr().out
    assert "oms non contrôlés" in (campaign / "build/rapport.md").read_text("utf-8")
    assert main(["share"]) == 2
    assert "--without-identities" in capsys.readouterr().err
    assert main(["pack", "--plain", "--yes"]) == 0
    assert "oms non contrôlés" in capsys.readouterr().err
    assert main(["check", "--select", "P006"]) == 1
    shown = capsys.readouterr().out
    assert "private/identities.yaml:" in shown and "Fictivard" not in shown


def test_an_empty_plain_file_does_not_hide_the_encrypted_one(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    (campaign / "private/identities.yaml").write_bytes(b"")
    project = load(campaign)
    assert [identity.name for identity in project.identities] == ["Zantigui Fictivard"]
    assert not project.names_checked
    note = campaign / "notes/gao/GAO-01.md"
    note.write_text(note.read_text("utf-8").replace(*NAMED), "utf-8")
    assert main(["pack", "--plain", "--yes"]) == 1
    assert main(["check", "--select", "P006"]) == 1


def test_both_files_are_searched_where_a_key_fits(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    (campaign / "private/identities.yaml").write_text(OTHERS, "utf-8")
    project = load(campaign)
    assert {identity.name for identity in project.identities} == {"Zantigui Fictivard", "Autre Fictif"}
    assert project.names_checked


def test_a_closed_file_beside_a_plain_one_leaves_names_unchecked_but_for_its_own_copy(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "none/key.txt"))
    assert main(["identities", "lock"]) == 0  # for others: no key here opens it, and the plain file stays
    assert load(campaign).names_checked
    recipient = main(["key", "new"]), capsys.readouterr().out.split()[-1]
    (campaign / "private/identities.yaml.age").write_bytes(encrypt(OTHERS.encode(), [recipient[1]]))
    (tmp_path / "none/key.txt").unlink()
    assert not load(campaign).names_checked


def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    """Makes a shell script, which finds the file in $1, the editor."""
    path = tmp_path / "editeur.sh"
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(path))


def private(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "private").iterdir()}


def test_lock_keeps_what_a_colleague_encrypted(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipient = make_key(capsys)
    add_recipients(campaign, recipient)
    theirs = campaign / "private/identities.yaml.age"
    theirs.write_bytes(encrypt(OTHERS.encode(), [recipient]))
    before = private(campaign)
    assert main(["identities", "lock"]) == 2
    assert "identities edit" in (shown := capsys.readouterr().err) and "Fictif" not in shown
    assert private(campaign) == before
    (campaign / "private/identities.yaml").write_text(SECRET + OTHERS.removeprefix("identities:\n"), "utf-8")
    assert main(["identities", "lock"]) == 0


def test_lock_keeps_a_file_that_no_key_here_opens(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipient = make_key(capsys)
    add_recipients(campaign, recipient)
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "other/key.txt"))
    other = make_key(capsys)
    (campaign / "private/identities.yaml.age").write_bytes(encrypt(OTHERS.encode(), [other]))
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "config/key.txt"))
    before = private(campaign)
    assert main(["identities", "lock"]) == 2
    assert "private/identities.yaml.age" in capsys.readouterr().err
    assert private(campaign) == before


def test_what_was_changed_or_taken_out_after_unlock_is_locked_again_but_not_an_empty_list(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    plain = campaign / "private/identities.yaml"
    plain.write_text(SECRET + OTHERS.removeprefix("identities:\n"), "utf-8")
    assert main(["identities", "lock"]) == main(["identities", "unlock"]) == 0
    plain.write_text(plain.read_text("utf-8").replace("Autre Fictif", "Autre Inventé"), "utf-8")
    assert main(["identities", "lock"]) == main(["identities", "unlock"]) == 0
    assert "Autre Inventé" in plain.read_text("utf-8")
    assert main(["renumber", "GAO-02", "GAO-22"]) == 0
    assert main(["identities", "lock"]) == main(["identities", "unlock"]) == 0
    assert "GAO-22" in plain.read_text("utf-8")
    plain.write_text(SECRET, "utf-8")  # somebody asked to be taken out
    assert main(["identities", "lock"]) == main(["identities", "unlock"]) == 0
    for nobody in ("identities: []\n", SECRET.replace("name:", "nom:")):
        plain.write_text(nobody, "utf-8")
        assert main(["identities", "lock"]) == 2
        assert plain.read_text("utf-8") == nobody


def test_one_bad_recipient_among_good_ones_is_told_and_nothing_is_encrypted(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipient = make_key(capsys)
    for bad in ("age1bad", recipient[:-1] + ("q" if recipient[-1] != "q" else "p")):
        mapping = (campaign / "mapping.yaml").read_text("utf-8")
        add_recipients(campaign, recipient, bad)
        assert main(["identities", "lock"]) == 2
        assert "mapping.yaml:6:" in capsys.readouterr().err
        assert list(private(campaign)) == ["identities.yaml"]
        assert main(["pack", "--yes"]) == 2
        (campaign / "mapping.yaml").write_text(mapping, "utf-8")


def test_a_link_is_not_locked(campaign: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_recipients(campaign, make_key(capsys))
    plain = campaign / "private/identities.yaml"
    plain.rename(tmp_path / "ailleurs.yaml")
    plain.symlink_to(tmp_path / "ailleurs.yaml")
    for command in ("lock", "edit"):
        assert main(["identities", command]) == 2
        assert "lien" in capsys.readouterr().err
    assert plain.is_symlink() and (tmp_path / "ailleurs.yaml").read_text("utf-8") == SECRET
    assert not (campaign / "private/identities.yaml.age").exists()


@pytest.fixture(params=["identities.yaml", "identities.yaml.age"])
def kept(
    request: pytest.FixtureRequest, campaign: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[Path, str]:
    """The identities, plain or encrypted, and who can open them."""
    recipient = make_key(capsys)
    add_recipients(campaign, recipient)
    assert request.param == "identities.yaml" or main(["identities", "lock"]) == 0
    capsys.readouterr()
    return campaign / "private" / request.param, recipient


@pytest.mark.usefixtures("kept")
def test_an_editor_that_empties_the_file_changes_nothing(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = private(campaign)
    for script in (': > "$1"', 'rm "$1"', 'echo > "$1"'):
        editor(monkeypatch, tmp_path, script)
        assert main(["identities", "edit"]) == 2
        assert private(campaign) == before


def test_recipients_are_looked_at_before_the_editor_opens(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = campaign / "mapping.yaml"
    without = mapping.read_text("utf-8")
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    editor(monkeypatch, tmp_path, f"touch {tmp_path}/ouvert")
    for text in (
        without,
        "campaign: [\n",
        without.replace("  language: fr\n", "  language: fr\n  recipients: [x]\n"),
    ):
        mapping.write_text(text, "utf-8")
        assert main(["identities", "edit"]) == 2
    assert not (tmp_path / "ouvert").exists()


def test_a_file_that_changed_during_the_edit_stays_and_so_does_what_was_written(
    kept: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, recipient = kept
    pulled = tmp_path / "venu-de-git"
    pulled.write_bytes(encrypt(OTHERS.encode(), [recipient]) if path.suffix == ".age" else OTHERS.encode())
    editor(monkeypatch, tmp_path, f'cp {pulled} {path}; echo "# ajout" >> "$1"')
    assert main(["identities", "edit"]) == 2
    assert path.read_bytes() == pulled.read_bytes()
    (written,) = (other for other in path.parent.iterdir() if other != path)
    assert str(written) in capsys.readouterr().err
    assert written.read_text("utf-8") == SECRET + "# ajout\n" and written.stat().st_mode & 0o077 == 0


def test_what_was_written_is_kept_where_the_disk_refuses_it(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    before = private(campaign)
    editor(monkeypatch, tmp_path, 'echo "# ajout" >> "$1"')
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("consultkit.files.os.replace", full)
    real = tempfile.mkstemp

    def elsewhere(suffix: str = "", prefix: str = "", dir: object = None) -> tuple[int, str]:
        if prefix == "identities-" and Path(str(dir)).name == "private":
            raise OSError(30, "Read-only file system")
        return real(suffix, prefix, dir)

    monkeypatch.setattr("tempfile.mkstemp", elsewhere)
    capsys.readouterr()
    assert main(["identities", "edit"]) == 2
    assert private(campaign) == before
    (kept,) = tmp_path.glob("identities-*.yaml")
    assert str(kept) in capsys.readouterr().err and kept.read_text("utf-8") == SECRET + "# ajout\n"
    assert not list(tmp_path.glob("consultkit-*"))


@pytest.mark.parametrize("command", ["lock", "unlock", "edit"])
def test_what_a_killed_write_left_in_plain_text_is_removed(
    campaign: Path,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert command == "lock" or main(["identities", "lock"]) == 0
    editor(monkeypatch, tmp_path, "true")
    for name in (".identities.yaml.a1b2c3_4.tmp", ".identities.yaml.age.zzzzzzzz.tmp"):
        (campaign / "private" / name).write_text(SECRET, "utf-8")
    (campaign / "private/incidents.tmp").write_text("à garder", "utf-8")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    for name in ("consultkit-abc", "consultkit-used"):  # of editors that were killed with their terminal
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}.lock").touch()
        (tmp_path / name / "identities.yaml").write_text(SECRET, "utf-8")
    used = os.open(tmp_path / "consultkit-used.lock", os.O_RDWR)
    fcntl.flock(used, fcntl.LOCK_EX)
    capsys.readouterr()
    assert main(["identities", command]) == 0
    assert not list((campaign / "private").glob(".*")) and (campaign / "private/incidents.tmp").exists()
    assert "2 restes" in capsys.readouterr().out
    left = sorted(path.name for path in tmp_path.glob("consultkit-*"))
    assert left == ["consultkit-used", "consultkit-used.lock"]
    os.close(used)


@pytest.mark.parametrize(
    ("data", "opens"),
    [
        ("# clé\r\n{key}".encode("utf-16"), True),
        ("# clé\r\n{key}".encode("utf-8-sig"), True),
        ("# clé\n{key}".encode("latin-1"), False),
        (b"\xff\xfe\x00", False),
        (b"", False),
    ],
)
def test_key_files_as_windows_saves_them(
    campaign: Path, tmp_path: Path, data: bytes, opens: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    key = tmp_path / "config/key.txt"
    secret = key.read_text("utf-8").splitlines()[1]
    assert main(["identities", "lock"]) == 0
    encoding = "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-8"
    key.write_bytes(data.replace("{key}".encode(encoding), secret.encode(encoding)))
    assert load(campaign).names_checked is opens
    assert main(["check", "--no-coverage"]) == main(["status"]) == 0
    capsys.readouterr()
    assert main(["identities", "unlock"]) == (0 if opens else 2)
    assert opens or "key.txt" in capsys.readouterr().err or data in (b"",)


@pytest.mark.parametrize("named", ["~personnexx/k", "\0", "/dev/null/k"])
def test_a_key_that_cannot_be_is_a_sentence(
    campaign: Path, named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    if "\0" not in named:
        monkeypatch.setenv("CONSULTKIT_KEY", named)
    else:
        monkeypatch.setenv("CONSULTKIT_KEY", str(campaign))
    for command in (["identities", "unlock"], ["key", "new"]):
        assert main(command) == 2
    assert main(["check", "--no-coverage"]) == 0


@pytest.mark.parametrize("named", ['vi "x', " ", "'"])
def test_an_editor_that_is_no_command_is_a_sentence(
    campaign: Path, named: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISUAL", named)
    assert main(["identities", "edit"]) == 2
    assert "VISUAL" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_nobody_waits_for_a_pipe(
    campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    os.mkfifo(tmp_path / "tube")
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "tube"))
    assert main(["identities", "unlock"]) == 2
    assert not load(campaign).names_checked
    os.mkfifo(campaign / "private/identities.yaml")
    for command in ("edit", "unlock", "lock"):
        assert main(["identities", command]) == 2
    assert not load(campaign).names_checked
    assert main(["check", "--select", "P006"]) == 1


def test_unlock_takes_the_place_of_an_empty_file(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_recipients(campaign, make_key(capsys))
    assert main(["identities", "lock"]) == 0
    plain = campaign / "private/identities.yaml"
    plain.write_bytes(b"\n")
    assert main(["identities", "unlock"]) == 0
    assert plain.read_text("utf-8") == SECRET


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_identities_in_another_encoding_are_a_sentence(campaign: Path, encoding: str) -> None:
    plain = campaign / "private/identities.yaml"
    plain.write_bytes(SECRET.replace("Zantigui", "Zaïd").encode(encoding))
    assert main(["check", "--select", "P006"]) == 1
    (campaign / "acteurs.csv").write_text("nom;type;régions;contact\nNeuf;osc;gao;Awa Fictive\n", "utf-8")
    before = private(campaign)
    for command in (["renumber", "GAO-02", "GAO-22"], ["mapping", "import", "acteurs.csv", "--yes"]):
        assert main(command) == 2
    assert private(campaign) == before


def at_terminal(arguments: list[str], typed: str) -> str:
    """What the program shows at a terminal where this is typed once it asks."""
    pid, terminal = pty.fork()
    if not pid:
        os.execv(sys.executable, [sys.executable, "-m", "consultkit", *arguments])
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal ends
        while data := os.read(terminal, 4096):
            shown += data
            if data.rstrip().endswith(b":"):
                os.write(terminal, f"{typed}\n".encode())
    os.waitpid(pid, 0)
    os.close(terminal)
    return shown.decode()


@pytest.mark.parametrize(("typed", "opens"), [("noix de karité", True), ("noix", False), ("", False)])
def test_what_the_age_program_closed_with_a_passphrase(
    campaign: Path, typed: str, opens: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, sealed = campaign / "private/identities.yaml", campaign / "private/identities.yaml.age"
    sealed.write_bytes(pyrage.passphrase.encrypt(SECRET.encode(), "noix de karité"))
    plain.unlink()
    shown = at_terminal(["identities", "unlock"], typed)
    assert plain.exists() is opens and "Fictivard" not in shown
    assert not opens or plain.read_text("utf-8") == SECRET
    plain.unlink(missing_ok=True)
    assert main(["identities", "unlock"]) == 2  # no terminal: nobody is asked
    assert "terminal" in capsys.readouterr().err
