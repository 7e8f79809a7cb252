"""The commands as a user runs them: what they print, write and return, in French and English."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from consultkit.cli import COMMANDS, HIDDEN, main

SAMPLE = Path(__file__).with_name("small")


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(shutil.copytree(SAMPLE, tmp_path / "campagne"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_LANG", "")
    return root


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def consultkit(*arguments: str, cwd: Path, env: dict[str, str] | None = None, stdin: str | None = None):
    """A whole process, as from a shell."""
    return subprocess.run(
        [sys.executable, "-m", "consultkit", *arguments],
        cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, encoding="utf-8", input=stdin or "", check=False,
    )  # fmt: skip


def test_version_and_help_name_the_commands(empty: Path) -> None:
    assert consultkit("--version", cwd=empty).stdout.startswith("consultkit ")
    shown = consultkit("--help", "--lang", "fr", cwd=empty)
    assert shown.returncode == 0
    assert "Utilisation" in shown.stdout
    for command in set(COMMANDS) - HIDDEN:
        assert command in shown.stdout


def test_usage_errors_are_french_and_exit_2(empty: Path) -> None:
    result = consultkit("check", "--format", "xml", "--lang", "fr", cwd=empty)
    assert result.returncode == 2
    assert "Erreur" in result.stderr
    assert consultkit("nonsense", cwd=empty).returncode == 2


def test_outside_a_campaign(empty: Path) -> None:
    home = consultkit(cwd=empty, env={"CONSULTKIT_LANG": "fr"})
    assert home.returncode == 0
    assert "consultkit init" in home.stdout
    check = consultkit("check", cwd=empty, env={"CONSULTKIT_LANG": "fr"})
    assert check.returncode == 2
    assert "mapping.yaml" in check.stderr
    assert "Traceback" not in check.stderr


def test_a_command_finds_the_campaign_from_below(campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(campaign / "notes" / "gao")
    assert main(["check"]) == 0


def test_root_and_lang_go_anywhere(
    campaign: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(campaign.parent)
    assert main(["check", f"--root={campaign}", "--lang", "en"]) == 0
    assert "No problem found" in capsys.readouterr().out
    assert main(["--lang=fr", "--root", str(campaign), "check"]) == 0
    assert "Aucun problème" in capsys.readouterr().out


def test_the_campaign_decides_the_language(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "Aucun problème" in capsys.readouterr().out
    mapping = campaign / "mapping.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("language: fr", "language: en"), "utf-8")
    assert main(["check"]) == 0
    assert "No problem" in capsys.readouterr().out


def test_check_json_has_the_shape_of_the_contract(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = campaign / "notes/gao/GAO-01.md"
    note.write_text(note.read_text("utf-8").replace("mode: in-person", "mode: pigeon"), "utf-8")
    assert main(["check", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["version"], found["ok"]) == (1, False)
    (problem,) = found["problems"]
    assert problem["code"] == "N003"
    assert (problem["severity"], problem["file"]) == ("error", "notes/gao/GAO-01.md")
    assert (problem["line"], problem["column"]) == (7, 7)
    assert found["coverage"] == [
        {"region": "gao", "name": "Gao", "minimum": 2, "done": 2, "draft": 0, "actors": 4, "missing": 0}
    ]


def test_check_of_one_file_tells_of_that_file_alone(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GAO-01", "GAO-02"):
        note = campaign / f"notes/gao/{name}.md"
        note.write_text(note.read_text("utf-8").replace("interviewer:", "enqueteur:"), "utf-8")
    assert main(["check", "notes/gao/GAO-02.md", "--format", "json"]) == 1
    files = {p["file"] for p in json.loads(capsys.readouterr().out)["problems"]}
    assert files == {"notes/gao/GAO-02.md"}


def test_check_select_ignore_strict(campaign: Path) -> None:
    note = campaign / "notes/gao/GAO-01.md"
    note.write_text(note.read_text("utf-8").replace("2023-06-20", "2023-05-20"), "utf-8")
    assert main(["check"]) == 0
    assert main(["check", "--strict"]) == 1
    assert main(["check", "--strict", "--ignore", "N010"]) == 0
    assert main(["check", "--strict", "--select", "M,G"]) == 0
    mapping = campaign / "mapping.yaml"
    mapping.write_text(mapping.read_text("utf-8").replace("minimum: 2\n", "minimum: 3\n"), "utf-8")
    assert main(["check"]) == 1
    assert main(["check", "--no-coverage"]) == 0


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_code_that_no_rule_has_is_a_usage_error(
    option: str, campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", option, "N,Z"]) == 2
    assert "Z" in capsys.readouterr().err
    assert main(["check", option, "N02, M2"]) == 2
    assert "M002" in capsys.readouterr().err
    assert main(["check", option, "n02 c,T"]) == 0


def test_check_of_a_file_counts_it_alone(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "notes/gao/GAO-01.md", "--lang", "en"]) == 0
    assert "1 note read" in capsys.readouterr().out
    assert main(["check", "mapping.yaml", "--lang", "en"]) == 0
    assert "0 notes read" in capsys.readouterr().out


def test_status_json_has_the_shape_of_the_contract(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["version"] == 1
    assert found["themes"] == [
        {"id": "formation", "passages": 1, "notes": 1, "regions": {"gao": 1}},
        {"id": "acces", "passages": 1, "notes": 1, "regions": {"gao": 1}},
    ]
    assert found["next"] and all(step.startswith("consultkit ") for step in found["next"])


def test_home_names_no_actor(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert "Gao 2/2" in shown
    assert len(shown.strip().splitlines()) <= 6
    assert not any(name in shown for name in ("Tamat", "Alkafo", "Binkadi", "Sigi", "tamat", "alkafo"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_init_makes_a_campaign_that_check_reads(
    empty: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "campagne", "--lang", language, "--no-git"]) == 0
    root = empty / "campagne"
    mapping = (root / "mapping.yaml").read_text("utf-8")
    assert f"language: {language}" in mapping
    assert (root / "guides" / ("guide-entretien.md" if language == "fr" else "interview-guide.md")).is_file()
    assert (root / "notes" / ("synthese.md" if language == "fr" else "synthesis.md")).is_file()
    assert (root / "private/incidents.md").stat().st_mode & 0o077 == 0
    assert "private/*" in (root / ".gitignore").read_text("utf-8")
    capsys.readouterr()
    assert main(["check", "--root", str(root), "--format", "json"]) == 1
    codes = {problem["code"][0] for problem in json.loads(capsys.readouterr().out)["problems"]}
    assert codes == {"C"}
    assert main(["check", "--root", str(root), "--no-coverage", "--strict"]) == 0


def test_init_completes_and_never_overwrites(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "campagne", "--lang", "fr", "--no-git"]) == 0
    root = empty / "campagne"
    (root / "mapping.yaml").write_text((root / "mapping.yaml").read_text("utf-8") + "# à moi\n", "utf-8")
    (root / "guides/themes.yaml").unlink()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert main(["init", "campagne", "--lang", "fr", "--no-git"]) == 0
    assert all(path.read_bytes() == content for path, content in before.items())
    assert (root / "guides/themes.yaml").is_file()


@pytest.mark.parametrize(
    "begun",
    [b"*.tmp", b"*.tmp\r\nbuild/\r\n", b"private/*\n!private/*\n", b"", "é\n".encode("utf-16"), b"!*.md\nprivate/\n"],
    ids=["no line end", "CRLF", "undone", "empty", "UTF-16", "other lines"],
)  # fmt: skip
def test_init_appends_to_the_git_files_that_are_there(
    empty: Path, begun: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / ".gitignore").write_bytes(begun)
    (empty / ".gitattributes").write_bytes(b"*.png -text\n")
    assert main(["init", "--lang", "en", "--git"]) == 0
    assert "Added to .gitignore" in capsys.readouterr().out
    for name in ("identities.yaml", "x.yaml.age"):
        (empty / "private" / name).write_text("x")
    subprocess.run(["git", "add", "-A"], check=True, capture_output=True)
    tracked = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
    assert "private/identities.yaml" not in tracked and "private/incidents.md" not in tracked
    assert ("private/x.yaml.age" in tracked) == (b"private/\n" not in begun)
    assert (empty / ".gitignore").read_bytes().startswith(begun)
    attributes = (empty / ".gitattributes").read_text()
    assert attributes.startswith("*.png -text\n*.age -text") and "text=auto" not in attributes
    before = {path: path.read_bytes() for path in empty.glob(".git?*") if path.is_file()}
    assert main(["init", "--lang", "en", "--no-git"]) == 0
    assert "Nothing was missing." in capsys.readouterr().out
    assert before == {path: path.read_bytes() for path in before}


def test_init_writes_through_no_link(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (empty / "autre").write_text("x\n")
    (empty / ".gitignore").symlink_to("autre")
    assert main(["init", "--lang", "en", "--no-git"]) == 0
    assert ".gitignore is a link" in capsys.readouterr().out
    assert (empty / "autre").read_text() == "x\n"


def test_init_for_one_region(empty: Path) -> None:
    assert main(["init", "campagne", "--region", "gao", "--lang", "fr", "--no-git"]) == 0
    assert [f.name for f in sorted((empty / "campagne/notes").iterdir()) if f.is_dir()] == ["gao"]
    assert main(["check", "--root", "campagne", "--no-coverage", "--strict"]) == 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_init_for_regions_of_one_s_own(empty: Path, language: str) -> None:
    assert main(["init", "all", "--lang", language, "--no-git"]) == 0
    assert (
        main(["init", "some", "--region", "segou", "--region", "nord", "--lang", language, "--no-git"]) == 0
    )
    whole, some = (Path(name, "mapping.yaml").read_text("utf-8") for name in ("all", "some"))
    added = "  - id: segou\n    name: Ségou\n    code: ML04\n    minimum: 10\n  - id: nord\n    name: Nord\n    minimum: 10\n"
    assert added in some
    lines = [line for line in some.replace(added, "").splitlines() if "regions: [segou]" not in line]
    assert set(lines) <= set(whole.splitlines())
    assert {line for line in whole.splitlines() if line.lstrip().startswith("#")} <= set(some.splitlines())
    assert main(["check", "--root", "some", "--no-coverage", "--strict"]) == 0


def test_init_escapes_a_title_with_quotation_marks(empty: Path) -> None:
    assert main(["init", "c", "--title", 'Besoins "réels" : Gao', "--lang", "fr", "--no-git"]) == 0
    assert main(["check", "--root", "c", "--no-coverage", "--strict"]) == 0


def test_note_takes_the_next_free_id_and_passes_check(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["note", "sigi"]) == 0
    text = (campaign / "notes/gao/GAO-03.md").read_text("utf-8")
    assert "actor: sigi" in text and "status: draft" in text
    assert "### Quelles tensions ? {#tensions .required}" in text
    assert "Depuis un an ?" in text
    assert "{#projets" not in text  # asked of international NGOs only
    assert main(["check", "--strict"]) == 0
    assert main(["note", "sigi"]) == 2
    assert "GAO-03" in capsys.readouterr().err
    assert main(["note", "sigi", "--follow-up"]) == 0
    assert "follow_up_of: GAO-03" in (campaign / "notes/gao/GAO-04.md").read_text("utf-8")


def test_note_all_serves_scheduled_and_contacted_actors(campaign: Path) -> None:
    mapping = campaign / "mapping.yaml"
    text = mapping.read_text("utf-8").replace(
        'name: "Collectif Sigi"', 'name: "Collectif Sigi"\n    status: contacté'
    )
    mapping.write_text(text, "utf-8")
    assert main(["note", "--all"]) == 0
    assert "actor: sigi" in (campaign / "notes/gao/GAO-03.md").read_text("utf-8")
    assert main(["note", "--all"]) == 0
    assert not (campaign / "notes/gao/GAO-04.md").exists()


def test_note_names_the_nearest_actor(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["note", "tamta"]) == 2
    assert "tamat" in capsys.readouterr().err


def test_synthesis_offers_answers_and_quotations_to_paste(campaign: Path) -> None:
    (campaign / "notes/gao/synthese.md").unlink()
    assert main(["synthesis", "gao"]) == 0
    text = (campaign / "notes/gao/synthese.md").read_text("utf-8")
    assert "«\u00a0On ne passe plus après seize heures, et tout le monde le sait.\u00a0» [@GAO-01]" in text
    assert "Ne le répétez" not in text  # kept off
    assert "dix ans" not in text  # tells who speaks, and the attribution is the type
    assert "La salle était pleine" not in text  # an observation
    assert main(["check", "--strict"]) == 0
    pasted = text.replace("status: draft", "status: done")
    assert pasted.count("-->") == pasted.count("<!--")


def test_synthesis_completes_what_init_laid_down_and_nobody_touched(empty: Path) -> None:
    assert main(["init", "--yes", "--lang", "fr"]) == 0
    assert (empty / ".git").is_dir()
    frame = empty / "notes/synthese.md"
    before = frame.read_text("utf-8")
    assert main(["synthesis"]) == 0
    laid = frame.read_text("utf-8")
    assert laid.startswith(before.rstrip()) and laid.count("## ") > before.count("## ")
    assert main(["synthesis"]) == 1
    assert frame.read_text("utf-8") == laid


@pytest.mark.parametrize("region", ["gao", "Gao", "GAO"])
def test_a_region_may_be_named_as_people_write_it(campaign: Path, region: str) -> None:
    (campaign / "notes/gao/synthese.md").unlink(missing_ok=True)
    assert main(["synthesis", region]) == 0
    assert "region: gao" in (campaign / "notes/gao/synthese.md").read_text("utf-8")


def test_a_note_named_without_its_folder_is_pointed_to(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "GAO-01"]) == 2
    assert "notes/gao/GAO-01.md" in capsys.readouterr().err


def test_usage_errors_quote_as_the_language_does(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--to", "docs", "--lang", "fr"]) == 2
    said = capsys.readouterr().err
    assert "« docx »" in said.replace("\u00a0", " ") and "'" not in said


def test_synthesis_never_overwrites(campaign: Path) -> None:
    before = (campaign / "notes/gao/synthese.md").read_bytes()
    assert main(["synthesis", "gao"]) == 1
    assert (campaign / "notes/gao/synthese.md").read_bytes() == before


def test_explain_a_rule_in_both_languages(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "N012", "--lang", "fr"]) == 0
    french = capsys.readouterr().out
    assert main(["explain", "n012", "--lang", "en"]) == 0
    english = capsys.readouterr().out
    assert "N012" in french and "N012" in english and french != english
    assert main(["explain", "N999", "--lang", "en"]) == 2


BROKEN = {
    "empty": b"",
    "binary": bytes(range(256)) * 4,
    "latin-1": "campaign:\n  title: Été\n".encode("latin-1"),
    "utf-16": "campaign:\n".encode("utf-16"),
    "a list": b"- a\n- b\n",
    "a bomb": b"[" * 100_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("command", [["check"], ["status"], [], ["note", "--all"], ["synthesis"]], ids=str)
def test_a_broken_mapping_is_told_without_a_traceback(
    campaign: Path,
    content: bytes,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("CONSULTKIT_DEBUG")
    (campaign / "mapping.yaml").write_bytes(content)
    code = main(command)
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err and "défaut de consultkit" not in shown.err
    assert code in (0, 1, 2)
    if command == ["check"]:
        assert code == 1
        assert "mapping.yaml" in shown.out


def test_a_yaml_fault_in_one_note_leaves_the_others_checked(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = campaign / "notes/gao/GAO-01.md"
    broken.write_text(broken.read_text("utf-8").replace("place: Gao", 'place: "Gao'), "utf-8")
    other = campaign / "notes/gao/GAO-02.md"
    other.write_text(other.read_text("utf-8").replace("mode: phone", "mode: fax"), "utf-8")
    assert main(["check", "--format", "json"]) == 1
    found = [(p["file"], p["code"]) for p in json.loads(capsys.readouterr().out)["problems"]]
    assert found == [("notes/gao/GAO-01.md", "W012"), ("notes/gao/GAO-02.md", "N003")]


def test_heavy_imports_stay_out_of_light_commands(campaign: Path) -> None:
    script = (
        "import sys; sys.argv=['consultkit','check']\n"
        "from consultkit.cli import main\nmain(['check'])\n"
        "heavy={'jinja2','pypandoc','typst','pydantic','phonenumbers','pyrage','python_calamine','xlsxwriter','pypdfium2','rich.console'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=campaign, capture_output=True, encoding="utf-8", check=True
    )
    assert "HEAVY []" in result.stdout


def test_no_colour_when_piped_or_asked(campaign: Path) -> None:
    note = campaign / "notes/gao/GAO-01.md"
    note.write_text(note.read_text("utf-8").replace("mode: in-person", "mode: pigeon"), "utf-8")
    assert "\x1b" not in consultkit("check", cwd=campaign).stdout
    assert "\x1b" in consultkit("check", cwd=campaign, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b" not in consultkit("check", cwd=campaign, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


def test_an_ascii_terminal_does_not_stop_a_run(campaign: Path) -> None:
    result = consultkit("status", cwd=campaign, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert result.returncode == 0
    assert "Traceback" not in result.stderr


def test_another_writer_is_refused(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from consultkit.files import locked

    with locked(campaign):
        assert main(["note", "sigi"]) == 2
    assert not (campaign / "notes/gao/GAO-03.md").exists()
