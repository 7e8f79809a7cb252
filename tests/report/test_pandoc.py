import os
import stat
import sys
from pathlib import Path

import pytest

from consultkit.report import pandoc
from consultkit.report.errors import RenderError


def test_the_embedded_pandoc_is_the_one_that_runs(monkeypatch):
    monkeypatch.delenv("PYPANDOC_PANDOC", raising=False)
    monkeypatch.setenv("PATH", "")
    assert pandoc.binary().parent.name == "files"
    assert pandoc.version() == "3.9"
    assert "pypandoc" not in sys.modules


def test_another_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PYPANDOC_PANDOC", str(pandoc.binary()))
    assert pandoc.binary().is_absolute()
    monkeypatch.setenv("PYPANDOC_PANDOC", str(tmp_path / "absent"))
    with pytest.raises(RenderError, match="absent"):
        pandoc.binary()


def test_a_pandoc_that_does_not_start_is_a_sentence(monkeypatch, tmp_path):
    broken = tmp_path / "pandoc"
    broken.write_bytes(b"\x7fELF not really")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PYPANDOC_PANDOC", str(broken))
    with pytest.raises(RenderError):
        pandoc.read(["a"], tmp_path)


def test_the_text_that_stalls_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(pandoc, "seconds", lambda size: 1.5)
    with pytest.raises(RenderError, match="GAO-02"):
        pandoc.read(
            ["## GAO-01 {#a}\n\nbref", "## GAO-02 {#b}\n\n" + "[" * 20_000, "## GAO-03 {#c}\n\nbref"],
            tmp_path,
        )


def test_the_text_that_eats_the_memory_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(pandoc, "megabytes", lambda size: 64)
    with pytest.raises(RenderError, match="Grande"):
        pandoc.read(["# Petite\n\na", "# Grande\n\n" + "mot *mot* [mot](#x) " * 60_000], tmp_path)


def test_it_reads_no_file_but_its_input(tmp_path):
    (tmp_path / "secret.csv").write_text("secret")
    data = pandoc.tree([{"t": "Para", "c": [{"t": "Image", "c": [["", [], []], [], ["secret.csv", ""]]}]}])
    (tmp_path / "in.json").write_bytes(data)
    run = pandoc.start(
        ["-f", "json", "-t", "html", "--embed-resources", "in.json"], "out.html", tmp_path, size=10
    )
    try:
        assert b"secret" not in pandoc.finish(run).replace(b"secret.csv", b"")
    except RenderError as error:
        assert "secret.csv" in str(error)


def test_a_users_own_pandoc_folder_is_ignored(monkeypatch, tmp_path):
    own = tmp_path / "home" / ".local" / "share" / "pandoc"
    own.mkdir(parents=True)
    (own / "reference.docx").write_bytes(b"not a zip")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(own.parent))
    (tmp_path / "in.json").write_bytes(pandoc.tree([]))
    assert pandoc.finish(
        pandoc.start(["-f", "json", "-t", "docx", "in.json"], "o.docx", tmp_path, size=9)
    ).startswith(b"PK")


def test_the_folder_may_hold_a_file_named_pandoc(tmp_path):
    (tmp_path / "pandoc").write_text("no program")
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        assert pandoc.read(["mot"], tmp_path)[0].startswith(b"{")
    finally:
        os.chdir(before)
