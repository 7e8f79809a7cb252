"""What travels: the wheel made from the sdist, the Makefile, the guard against the network."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that the sdist of this checkout makes."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(out.glob("*.whl")))


@pytest.mark.parametrize("folder", ["guides", "templates"])
def test_wheel_carries_the_top_level_folder(wheel: zipfile.ZipFile, folder: str) -> None:
    files = {p.relative_to(ROOT).as_posix(): p for p in (ROOT / folder).rglob("*") if p.is_file()}
    assert files
    for name, path in files.items():
        assert wheel.read(f"consultkit/_defaults/{name}") == path.read_bytes()


def test_wheel_carries_what_the_package_reads(wheel: zipfile.ZipFile) -> None:
    source = {
        p.relative_to(ROOT).as_posix()
        for p in (ROOT / "consultkit").rglob("*")
        if p.is_file() and p.suffix not in (".po", ".pyc")
    }
    carried = {n for n in wheel.namelist() if n.startswith("consultkit/") and "/_defaults/" not in n}
    assert carried == source


def test_wheel_carries_nothing_of_the_campaign(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"consultkit"}


def test_wheel_names_its_licence(wheel: zipfile.ZipFile) -> None:
    (licence,) = [n for n in wheel.namelist() if n.endswith("licenses/LICENSE")]
    assert b"MIT License" in wheel.read(licence)
    (metadata,) = [n for n in wheel.namelist() if n.endswith(".dist-info/METADATA")]
    assert "License-Expression: MIT" in wheel.read(metadata).decode()


def test_top_level_holds_nothing_else() -> None:
    allowed = {
        "consultkit", "guides", "mapping.yaml", "notes", "templates", "pyproject.toml", "tests", "README.md",
        "README.fr.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "docs", "bench",
    }  # fmt: skip
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no git checkout: nothing says which files belong to the project")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    tops = {name.split("/")[0] for name in listed.split("\0") if name}
    assert {top for top in tops if not top.startswith(".")} <= allowed


def test_what_decides_the_output_is_pinned() -> None:
    exact = {name for name in PROJECT["dependencies"] if "==" in name}
    assert {re.split("==", name)[0] for name in exact} >= {"typer", "click", "pypandoc_binary", "typst"}


def make(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """make as typed in a shell: the suite itself may run under another make."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.skipif(not shutil.which("make"), reason="make is not on this machine")
@pytest.mark.parametrize(("goal", "does"), [("report", "consultkit report"), ("test", "-m pytest")])
def test_make_knows_the_two_first_goals(goal: str, does: str) -> None:
    done = make("--dry-run", goal, folder=ROOT)
    assert done.returncode == 0 and does in done.stdout.splitlines()[-1]


@pytest.mark.skipif(not shutil.which("make"), reason="make is not on this machine")
def test_make_says_which_python_is_needed(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    done = make("report", "PYTHON=", folder=tmp_path)
    assert done.returncode != 0
    assert "Il faut Python 3.11" in done.stderr and "Python 3.11 or later is needed" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_suite_stays_off_the_network() -> None:
    with pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match="example"):
        socket.getaddrinfo("example.invalid", 80)


def test_loopback_is_allowed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname(), timeout=5)
        assert client.getpeername() == server.getsockname()
        client.close()
