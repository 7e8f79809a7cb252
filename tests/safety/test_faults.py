"""Killed, full, read-only, twice at once: every file is the old one or the new one, and no run needs the network."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import NetworkError
from hostile import MAPPING, NOTE, answer, campaign, files, run, swap

COMMAND = [sys.executable, "-m", "consultkit"]
KILLS = int(os.environ.get("CONSULTKIT_KILLS", "12"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return campaign(tmp_path)


def actors(root: Path, count: int) -> None:
    """Many actors to scaffold notes for."""
    extra = "".join(
        f"  - id: acteur-{n}\n    name: Fictif {n}\n    type: osc\n    regions: [gao]\n    status: scheduled\n"
        for n in range(count)
    )
    path = root / MAPPING
    path.write_text(path.read_text("utf-8") + extra, "utf-8")


def whole(note: bytes) -> bool:
    """Whether a scaffolded note goes from its header to the guide's last question."""
    return note.startswith(b"---\n") and note.endswith(b"{#climat}\n")


def killed(root: Path, arguments: list[str], after: float) -> bool:
    """A real process, stopped by SIGKILL after a while; whether it was still at work."""
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(after)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return alive


def duration(root: Path, arguments: list[str]) -> float:
    start = time.monotonic()
    subprocess.run([*COMMAND, *arguments], cwd=root, capture_output=True)
    return time.monotonic() - start


def test_killed_while_laying_down_notes_each_file_is_whole_or_absent(root: Path, tmp_path: Path) -> None:
    actors(root, 60)
    old = files(root)
    takes = duration(Path(shutil.copytree(root, tmp_path / "entier")), ["note", "--all"])
    for _ in range(KILLS):
        trial = Path(shutil.copytree(root, tmp_path / "essai"))
        killed(trial, ["note", "--all"], random.uniform(0.3, 1) * takes)
        found = {name: data for name, data in files(trial).items() if not name.endswith(".tmp")}
        assert old.items() <= found.items()
        for name in found.keys() - old.keys():
            assert whole(found[name]), name
        assert run(trial, "check", "--no-coverage").code == 0  # what is left behind harms nothing
        shutil.rmtree(trial)


def test_killed_while_writing_the_report_the_old_one_stays(root: Path) -> None:
    arguments = ["report", "--to", "docx", "--to", "html"]
    takes = duration(root, arguments)
    old = {name: (root / "build" / name).read_bytes() for name in ("rapport.docx", "rapport.html")}
    answer("Le puits est loin.")(root)
    swap(MAPPING, "le cas de Gao", "le cas de la région de Gao")(root)
    new = Path(shutil.copytree(root, root.parent / "neuf"))
    duration(new, arguments)
    for _ in range(KILLS):
        killed(root, arguments, random.uniform(0.5, 1.05) * takes)
        for name, data in old.items():
            assert (root / "build" / name).read_bytes() in (data, (new / "build" / name).read_bytes())
            if name.endswith(".docx"):
                assert zipfile.ZipFile(root / "build" / name).testzip() is None


def test_killed_while_mending_each_note_is_the_old_one_or_the_mended_one(root: Path, tmp_path: Path) -> None:
    note = (root / NOTE).read_text("utf-8").replace("mode: in-person", "mode: présentiel")
    for n in range(40):
        (root / f"notes/gao/GAO-{n + 10}.md").write_text(
            note.replace("id: GAO-01", f"id: GAO-{n + 10}"), "utf-8"
        )
    old = files(root)
    whole = Path(shutil.copytree(root, tmp_path / "entier"))
    takes = duration(whole, ["check", "--fix"])
    new = files(whole)
    assert new != old
    for _ in range(KILLS):
        trial = Path(shutil.copytree(root, tmp_path / "essai"))
        killed(trial, ["check", "--fix"], random.uniform(0.3, 1) * takes)
        found = files(trial)
        for name in old:
            assert found[name] in (old[name], new[name])
        shutil.rmtree(trial)


def test_a_full_disk_leaves_the_old_report(root: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disque"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small file system needs root to be mounted")
    try:
        (disk / "rapport.docx").write_bytes(b"l'ancien rapport")
        (disk / "bourre.bin").write_bytes(bytes(280_000))
        ran = run(root, "report", "--to", "docx", "--out", str(disk))
        assert ran.code == 2
        assert (disk / "rapport.docx").read_bytes() == b"l'ancien rapport"
        assert sorted(path.name for path in disk.iterdir()) == ["bourre.bin", "rapport.docx"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_the_old_note(root: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disque"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)], capture_output=True
    ).returncode:
        pytest.skip("a small file system needs root to be mounted")
    try:
        there = Path(shutil.copytree(root, disk / "campagne"))
        actors(there, 100)
        before = files(there)
        assert run(there, "note", "--all").code == 2
        after = files(there)
        assert before.items() <= after.items()
        for name in after.keys() - before.keys():
            assert whole(after[name]), name
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_read_only_folder_is_told_and_left_alone(root: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disque"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("a file system needs root to be mounted read-only")
    try:
        there = Path(shutil.copytree(root, disk / "campagne"))
        swap(NOTE, "mode: in-person", "mode: présentiel")(there)
        before = files(there)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for command in (["report", "--to", "md"], ["note", "alkafo"], ["check", "--fix"]):
            assert run(there, *command).code == 2
        assert run(there, "check", "--no-coverage").code == 0
        assert files(there) == before
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_two_runs_at_once_wait_or_refuse(root: Path, tmp_path: Path) -> None:
    actors(root, 60)
    whole = Path(shutil.copytree(root, tmp_path / "entier"))
    duration(whole, ["note", "--all"])
    both = [
        subprocess.Popen(
            [*COMMAND, "note", "--all"], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    codes = [process.wait() for process in both]
    assert 0 in codes and set(codes) <= {0, 2}
    for process in both:
        assert b"Traceback" not in process.stderr.read()
    assert sorted(files(root)) == sorted(files(whole))
    ids = [
        line
        for name, data in files(root).items()
        if name.startswith("notes/gao/GAO")
        for line in data.decode().splitlines()
        if line.startswith("id: ")
    ]
    assert len(ids) == len(set(ids))


def test_two_deliveries_at_once_are_both_logged_or_one_is_refused(root: Path) -> None:
    for name in (NOTE, "notes/gao/GAO-02.md"):
        swap(name, "  quote: true\n", "  quote: true\n  share: true\n")(root)
    command = [*COMMAND, "share", "--without-identities", "--to"]
    both = [
        subprocess.Popen([*command, name], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for name in ("Interpeace", "Fictivale")
    ]
    codes = [process.wait() for process in both]
    assert set(codes) <= {0, 2}
    log = (root / "notes/livraisons.yaml").read_text("utf-8")
    assert log.count("- file:") == codes.count(0)
    assert run(root, "check", "--no-coverage").code == 0


def refusing(monkeypatch: pytest.MonkeyPatch, where: str, number: int) -> None:
    """Makes the system refuse once, at one of the writes (mkstemp) or one of the moves (replace)."""
    module, name = where.split(".")
    real, left = getattr(sys.modules[module], name), [number]

    def refused(*arguments: object, **options: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        return real(*arguments, **options)

    monkeypatch.setattr(f"{module}.{name}", refused)


SEVERAL = {
    "report": ["report", "--to", "docx", "--to", "md", "--deliver", "Interpeace"],
    "export": ["export", "build/a.csv"],
    "receive": ["receive", "../envoi.zip", "--yes"],
}


@pytest.mark.parametrize("where", ["tempfile.mkstemp", "os.replace"])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("command", list(SEVERAL))
def test_of_several_files_all_are_written_or_none(
    root: Path, command: str, number: int, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    other = Path(shutil.copytree(root, root.parent / "autre"))
    answer("Le puits est loin.")(other)
    swap("notes/gao/GAO-02.md", "mode: phone", "mode: video")(other)
    assert run(other, "pack", "--plain", "--yes", "--out", str(root.parent / "envoi.zip")).code == 0
    (root / "build").mkdir(exist_ok=True)
    for name in ("rapport.docx", "rapport.md", "a-consultations.csv"):
        (root / "build" / name).write_bytes(b"l'ancien")
    before = files(root)
    with monkeypatch.context() as patched:
        refusing(patched, where, number)
        ran = run(root, *SEVERAL[command])
    assert ran.code == 2 and "Rien n’a été modifié" in ran.err, ran.said
    assert files(root) == before
    assert run(root, *SEVERAL[command]).code < 2
    assert files(root) != before


def test_a_folder_in_the_place_of_the_second_file_leaves_the_first(root: Path) -> None:
    (root / "build/rapport.md").mkdir(parents=True)
    (root / "build/rapport.docx").write_bytes(b"l'ancien")
    ran = run(root, "report", "--to", "docx", "--to", "md")
    assert ran.code == 2
    assert (root / "build/rapport.docx").read_bytes() == b"l'ancien"
    assert sorted(path.name for path in (root / "build").iterdir()) == ["rapport.docx", "rapport.md"]


def until(found: Callable[[], object]) -> None:
    """Waits for something to be there, for a while."""
    for _ in range(600):
        if found():
            return
        time.sleep(0.02)
    raise AssertionError("nothing came")


ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.skipif(os.name == "nt", reason="no such signals on Windows")
@pytest.mark.parametrize("number", ENDS)
def test_a_closed_terminal_leaves_no_plain_text(root: Path, tmp_path: Path, number: int) -> None:
    (root / "private").mkdir(exist_ok=True)
    (root / "private/identities.yaml").write_text("identities: []\n", "utf-8")
    editor = tmp_path / "editeur.sh"
    editor.write_text(f"#!/bin/sh\necho x >> $1\necho $$ > {tmp_path}/pid\nexec sleep 60\n", "utf-8")
    editor.chmod(0o755)
    aside = tmp_path / "aside"
    aside.mkdir()
    environment = {**os.environ, "TMPDIR": str(aside), "XDG_RUNTIME_DIR": str(aside), "VISUAL": str(editor)}
    for command, begun in (
        (["identities", "edit"], lambda: (tmp_path / "pid").exists()),
        (["report"], lambda: list(aside.iterdir())),
    ):
        process = subprocess.Popen(
            [*COMMAND, *command], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        until(begun)
        process.send_signal(number)
        _out, error = process.communicate()
        assert process.returncode == 128 + number and b"Traceback" not in error
        assert not list(aside.iterdir())
    assert (root / "private/identities.yaml").read_text("utf-8") == "identities: []\n"


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes the streams")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("check --no-coverage >&-", 0),
        ("status >&-", 0),
        ("note --all >&-", 0),
        ("check --no-coverage >&- 2>&- <&-", 0),
        ("purge <&-", 1),
        ("identities edit <&-", 2),
        ("--version >&-", 0),
    ],
)
def test_closed_streams_are_no_fault(root: Path, command: str, code: int) -> None:
    (root / "private").mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR")}
    line = f"{sys.executable} -m consultkit {command}"
    done = subprocess.run(["sh", "-c", line], cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and "consultkit lui-même" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("command", ["--version", "check --no-coverage", "explain N012"])
def test_what_cannot_be_printed_is_a_sentence(root: Path, command: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m consultkit {command} >/dev/full"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("consultkit: "), done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signal to one process")
def test_stopped_while_it_is_loaded_it_says_nothing(root: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, os, signal\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'consultkit.i18n':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Stop())\n",
        "utf-8",
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [*COMMAND, "status"], cwd=root, env={**os.environ, "PYTHONPATH": path}, capture_output=True
    )
    assert done.returncode == 130 and done.stderr == b""


def test_the_suite_itself_refuses_the_network() -> None:
    with pytest.raises(NetworkError):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
    with pytest.raises(NetworkError):
        socket.getaddrinfo("example.org", 80)
