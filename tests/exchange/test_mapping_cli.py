"""consultkit mapping export and import as users run them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import openpyxl
import pytest

from consultkit import files
from consultkit.cli import main
from consultkit.files import WorkspaceError
from consultkit.load import load

SAMPLE = Path(__file__).parents[1] / "sample"
LIST = """\
Organisation;Type;Zone d'intervention;Téléphone;Responsable;Intérêt
Kura;437;"Gao, Kidal";76 12 34 56;Zélie Kassabogo;fort
Sans type;;Mopti;;;
"""


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(shutil.copytree(SAMPLE, tmp_path / "campagne"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_LANG", "en")
    (root / "liste.csv").write_text(LIST, "utf-8")
    return root


def state(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".consultkit" not in path.parts
    }


@pytest.mark.parametrize("name", ["acteurs.xlsx", "acteurs.csv"])
@pytest.mark.parametrize("options", [[], ["--with-appointments"]])
def test_an_export_read_again_writes_nothing(campaign: Path, name: str, options: list[str], capsys) -> None:
    assert main(["mapping", "export", name, *options]) == 0
    before = state(campaign)
    assert main(["mapping", "import", name, "--yes"]) == 0
    assert state(campaign) == before
    assert "already" in capsys.readouterr().out


def test_a_mapping_that_is_sent_has_a_name_for_it_and_is_logged(campaign: Path) -> None:
    assert main(["mapping", "export", "acteurs.xlsx", "--deliver", "Interpeace"]) == 0
    (sent,) = campaign.glob("Cartographie_v1_*.xlsx")
    log = (campaign / "notes/livraisons.yaml").read_text("utf-8")
    assert sent.name in log and "Interpeace" in log and "kind: mapping" in log
    assert not (campaign / "acteurs.xlsx").exists()
    assert main(["mapping", "export", "acteurs.xlsx", "--deliver", "quelqu-un@example.org"]) == 2


def test_an_export_tells_neither_who_was_heard_nor_when_one_meets(campaign: Path) -> None:
    assert main(["mapping", "export", "a.xlsx"]) == 0
    assert main(["mapping", "export", "b.xlsx", "--with-appointments"]) == 0
    book = openpyxl.load_workbook("a.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    assert "scheduled" in cells or "planifié" in cells
    assert not any(
        "2023-06-20" in cell or "GAO-0" in cell or "onsult" in cell.replace("consultkit", "")
        for cell in cells
    )
    assert any(
        cell.value == "2023-06-20"
        for sheet in openpyxl.load_workbook("b.xlsx")
        for row in sheet
        for cell in row
    )
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref
    assert len(sheet.data_validations.dataValidation) == 8
    assert len(book.sheetnames) == 3


def test_headings_are_in_the_campaigns_language(campaign: Path) -> None:
    assert main(["mapping", "export", "a.csv", "--lang", "en"]) == 0
    assert "Acteur;" in (campaign / "a.csv").read_text("utf-8-sig").splitlines()[0]
    (beside,) = campaign.glob("a-*.txt")
    assert "Noms non contrôlés" in beside.read_text("utf-8")


def test_an_export_with_a_known_name_is_refused(campaign: Path, capsys) -> None:
    (campaign / "private").mkdir()
    (campaign / "private/identities.yaml").write_text(
        "identities:\n  - actor: tamat\n    name: Zélie Kassabogo\n", "utf-8"
    )
    text = (campaign / "mapping.yaml").read_text("utf-8")
    (campaign / "mapping.yaml").write_text(text.replace("Bureau n° 2", "Demander Zélie Kassabogo"), "utf-8")
    assert main(["mapping", "export", "a.xlsx"]) == 1
    assert not (campaign / "a.xlsx").exists()
    shown = capsys.readouterr()
    assert "Kassabogo" not in shown.out + shown.err


def test_import_writes_with_yes_alone(campaign: Path, capsys) -> None:
    before = state(campaign)
    assert main(["mapping", "import", "liste.csv", "--dry-run"]) == 1
    assert main(["mapping", "import", "liste.csv"]) == 1
    assert state(campaign) == before
    shown = capsys.readouterr().out
    assert "kura · Kura" in shown
    assert "liste.csv!F1" in shown
    assert "Kidal" in shown
    assert "76 12" not in shown
    assert "Kassabogo" not in shown
    assert main(["mapping", "import", "liste.csv", "--yes"]) == 1
    private = campaign / "private/identities.yaml"
    assert private.stat().st_mode & 0o777 == 0o600
    assert "name: Zélie Kassabogo" in private.read_text("utf-8")
    mapping = (campaign / "mapping.yaml").read_text("utf-8")
    assert mapping.startswith(before["mapping.yaml"].decode())
    assert "Kassabogo" not in mapping
    assert main(["check", "--select", "M,W,P"]) == 0
    after = state(campaign)
    assert main(["mapping", "import", "liste.csv", "--yes"]) == 1
    assert state(campaign) == after


def test_asking_takes_an_answer(campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for answer, written in (("n", False), ("y", True)):
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda *_, said=answer: said)
        assert main(["mapping", "import", "liste.csv"]) == 1
        assert ("kura" in (campaign / "mapping.yaml").read_text("utf-8")) == written


def test_a_failing_write_leaves_both_files_as_they_were(
    campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (campaign / "private").mkdir()
    (campaign / "private/identities.yaml").write_text("identities: []\n", "utf-8")
    before = state(campaign)
    (campaign / "mapping.yaml").rename(campaign / "real.yaml")
    (campaign / "mapping.yaml").symlink_to("real.yaml")  # not written through
    assert main(["mapping", "import", "liste.csv", "--yes"]) == 2
    (campaign / "mapping.yaml").unlink()
    (campaign / "real.yaml").rename(campaign / "mapping.yaml")
    assert state(campaign) == before


def test_windows_line_ends_and_comments_survive(campaign: Path) -> None:
    path = campaign / "mapping.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    (campaign / "l.csv").write_text("Id,Acteur,Revue\nalkafo,Réseau Alkafo,à retirer\n", "utf-8")
    assert main(["mapping", "import", "l.csv", "--yes"]) == 0
    assert path.read_bytes() == before.replace("n° 2\r\n".encode(), "n° 2\r\n    review: remove\r\n".encode())


def test_map_names_headings_and_words(campaign: Path, capsys) -> None:
    (campaign / "l.csv").write_text("Qui;Quoi;Où\nKura;Zblork;Gaw\n", "utf-8")
    assert main(["mapping", "import", "l.csv", "--yes"]) == 2
    assert "--map" in capsys.readouterr().err
    options = [f"--map={pair}" for pair in ("Qui=name", "Quoi=type", "Où=regions", "Zblork=osc", "Gaw=gao")]
    assert main(["mapping", "import", "l.csv", "--yes", *options]) == 0
    project = load(campaign)
    assert project.mapping is not None
    assert project.mapping.actor_by_id["kura"].regions == ("gao",)
    assert main(["mapping", "import", "l.csv", "--map", "nothing"]) == 2


@pytest.mark.parametrize(
    ("old", "new"), [("id: alkafo", "id: Tamat"), ("comment: Bureau", "comment: Bureau : "), ("    type: osc\n", "    type: osc\n    type: osc\n")]
)  # fmt: skip
def test_a_mapping_with_errors_is_not_edited(campaign: Path, old: str, new: str, capsys) -> None:
    path = campaign / "mapping.yaml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    before = path.read_bytes()
    assert main(["mapping", "import", "liste.csv", "--yes"]) == 2
    assert "check" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_layout_that_cannot_be_edited_is_left_alone(
    campaign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(campaign)
    monkeypatch.setattr("consultkit.exchange.actors.apply", lambda text, _edits: text)
    assert main(["mapping", "import", "liste.csv", "--yes"]) == 2
    assert state(campaign) == before


def test_another_writer_is_waited_for(campaign: Path) -> None:
    with files.locked(campaign):
        assert main(["mapping", "import", "liste.csv", "--yes"]) == 2
        assert main(["mapping", "import", "liste.csv", "--dry-run"]) == 1


def test_usage(campaign: Path) -> None:
    assert main(["mapping", "export", "a.pdf"]) == 2
    assert main(["mapping", "import", "none.xlsx"]) == 2
    (campaign / "x.xlsx").symlink_to("liste.csv")
    assert main(["mapping", "export", "x.xlsx"]) == 2
    with pytest.raises(WorkspaceError):
        files.write_atomic(campaign / "x.xlsx", b"")
