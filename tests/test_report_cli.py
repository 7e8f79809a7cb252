"""consultkit report end to end: what it writes, marks, refuses, delivers and verifies."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections import Counter
from pathlib import Path

import docx
import pytest

from consultkit.cli import main
from consultkit.privacy.readback import texts

SMALL = Path(__file__).with_name("small")


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(shutil.copytree(SMALL, tmp_path / "campagne"))
    monkeypatch.chdir(root)
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    return root


def words_of(path: Path) -> str:
    text = " ".join(text for _where, text in texts(path.read_bytes(), path.suffix))
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_word_and_pdf_by_default_and_they_agree(campaign: Path) -> None:
    assert main(["report"]) == 0
    word, pdf = words_of(campaign / "build/rapport.docx"), words_of(campaign / "build/rapport.pdf")
    for text in (word, pdf):
        assert "On ne passe plus après seize heures" in text
        assert "une personne consultée" in text
        assert "noms non contrôlés" in text
    assert not (campaign / "build/evidence.json").exists()


def test_the_shared_edition_tells_no_code_place_or_day(campaign: Path) -> None:
    assert main(["report", "--to", "docx", "--to", "html", "--to", "md"]) == 0
    for suffix in ("docx", "html", "md"):
        text = words_of(campaign / f"build/rapport.{suffix}")
        assert "GAO-0" not in text and "2023-06-20" not in text and "20 juin" not in text
        assert "Coordinateur" not in text and "Présidente" not in text
        assert "Ne le répétez" not in text and "dix ans" not in text


def test_the_internal_edition_is_marked_and_has_its_evidence(campaign: Path) -> None:
    assert main(["report", "--edition", "internal", "--to", "docx"]) == 0
    text = words_of(campaign / "build/rapport.docx")
    assert "Diffusion restreinte" in text and "GAO-01" in text and "Traçabilité" in text
    assert "Ne le répétez" not in text and "dix ans" not in text
    evidence = json.loads((campaign / "build/evidence.json").read_text("utf-8"))
    note = campaign / "notes/gao/GAO-01.md"
    assert evidence["notes"]["GAO-01"]["sha256"] == hashlib.sha256(note.read_bytes()).hexdigest()


def test_below_the_minimum_it_is_provisional_on_every_page(campaign: Path) -> None:
    change(campaign / "mapping.yaml", "    minimum: 2\n", "    minimum: 3\n")
    assert main(["report"]) == 0
    pages = [
        text
        for where, text in texts((campaign / "build/rapport.pdf").read_bytes(), ".pdf")
        if "page" in where.lower()
    ]
    assert len(pages) > 3
    assert all("Provisoire" in page for page in pages)
    assert "Provisoire" in words_of(campaign / "build/rapport.docx")


def test_errors_refuse_it_and_force_marks_a_draft(campaign: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--to", "docx"]) == 0
    before = (campaign / "build/rapport.docx").read_bytes()
    change(campaign / "notes/gao/synthese.md", "seize heures", "dix-sept heures")
    assert main(["report", "--to", "docx"]) == 1
    assert "F011" in capsys.readouterr().out
    assert (campaign / "build/rapport.docx").read_bytes() == before
    assert main(["report", "--to", "docx", "--force"]) == 0
    assert "Brouillon" in words_of(campaign / "build/rapport.docx")


def test_a_known_identity_refuses_it_and_nothing_overrides_that(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (campaign / "private").mkdir()
    (campaign / "private/identities.yaml").write_text(
        "identities:\n  - note: GAO-01\n    name: Zantigui Fictivard\n", "utf-8"
    )
    assert main(["report", "--to", "docx"]) == 0
    assert "noms non contrôlés" not in words_of(campaign / "build/rapport.docx")
    before = (campaign / "build/rapport.docx").read_bytes()
    change(campaign / "notes/gao/synthese.md", "L'accès recule", "L'accès de FICTIVÁRD recule")
    for arguments in (
        ["report", "--to", "docx"],
        ["report", "--to", "docx", "--force"],
        ["report", "--to", "html", "--force"],
    ):
        assert main(arguments) == 1
        shown = capsys.readouterr()
        assert "fictiv" not in (shown.out + shown.err).lower()
    assert (campaign / "build/rapport.docx").read_bytes() == before
    assert not (campaign / "build/rapport.html").exists()


def test_an_organisation_below_its_attribution_is_not_named(campaign: Path) -> None:
    change(campaign / "notes/gao/synthese.md", "L'accès recule", "Le Réseau Alkafo dit que l'accès recule")
    assert main(["report", "--to", "docx"]) == 1
    assert main(["report", "--to", "docx", "--force"]) == 1


def test_same_input_same_bytes(campaign: Path) -> None:
    assert main(["report"]) == 0
    first = [(campaign / f"build/rapport.{s}").read_bytes() for s in ("docx", "pdf")]
    assert main(["report", "--out", "ailleurs"]) == 0
    assert first == [(campaign / f"ailleurs/rapport.{s}").read_bytes() for s in ("docx", "pdf")]


def test_region_progress_and_lessons_have_names_of_their_own(campaign: Path) -> None:
    assert main(["report", "--region", "gao", "--to", "docx"]) == 0
    assert main(["report", "--kind", "progress", "--to", "docx", "--since", "2023-06-21"]) == 0
    assert main(["report", "--kind", "lessons", "--to", "docx"]) == 0
    assert {p.name for p in (campaign / "build").iterdir()} == {
        "rapport-gao.docx",
        "avancement.docx",
        "lecons.docx",
    }
    assert main(["report", "--region", "goa"]) == 2


def test_the_progress_report_is_one_page(campaign: Path) -> None:
    assert main(["report", "--kind", "progress", "--to", "pdf", "--since", "2023-06-21"]) == 0
    pages = [
        where
        for where, _text in texts((campaign / "build/avancement.pdf").read_bytes(), ".pdf")
        if "page" in where
    ]
    assert len(pages) == 1


def test_an_english_campaign_makes_an_english_report(campaign: Path) -> None:
    change(campaign / "mapping.yaml", "language: fr", "language: en")
    assert main(["report", "--to", "docx"]) == 0
    assert "names not checked" in words_of(campaign / "build/report.docx")


def test_a_delivered_file_is_named_logged_and_marks_the_deliverable(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(
        campaign / "mapping.yaml",
        "regions:\n  - id: gao",
        "deliverables:\n  - {id: rapport-final, kind: report, due: 2023-07-07}\nregions:\n  - id: gao",
    )
    assert main(["report", "--to", "docx", "--deliver", "Interpeace"]) == 0
    (sent,) = (campaign / "build").glob("Rapport_v1_*.docx")
    log = (campaign / "notes/livraisons.yaml").read_text("utf-8")
    assert hashlib.sha256(sent.read_bytes()).hexdigest() in log and "rapport-final" in log and "GAO-01" in log
    assert main(["check", "--strict"]) == 0
    capsys.readouterr()
    assert main(["status"]) == 0
    assert "rapport-final remis" in capsys.readouterr().out.replace("remise", "remis")
    assert main(["report", "--to", "docx", "--deliver", "Interpeace"]) == 0
    assert list((campaign / "build").glob("Rapport_v2_*.docx"))
    assert "interne" not in capsys.readouterr().err
    assert main(["report", "--to", "docx", "--deliver", "Interpeace", "--edition", "internal"]) == 0
    assert "plus que ce qui peut sortir" in capsys.readouterr().err
    assert main(["report", "--to", "docx", "--deliver", "quelquun@example.org"]) == 2


def test_an_altered_word_in_a_delivered_file_is_named(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--to", "docx"]) == 0
    delivered = campaign / "build/rapport.docx"
    assert main(["report", "--verify", str(delivered)]) == 0
    buffer = io.BytesIO()
    with zipfile.ZipFile(delivered) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "word/document.xml":
                assert b"seize" in data
                data = data.replace(b"seize", b"dix")
            new.writestr(entry, data)
    delivered.write_bytes(buffer.getvalue())
    capsys.readouterr()
    assert main(["report", "--verify", str(delivered)]) == 1
    assert "seize" in capsys.readouterr().out
    (campaign / "autre.docx").write_bytes(b"PK nothing")
    assert main(["report", "--verify", "autre.docx"]) == 2


def test_a_template_with_an_error_is_told_with_its_line(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = campaign / "templates"
    templates.mkdir()
    (templates / "rapport.md.j2").write_text("# Titre\n\n{{ inconnu }}\n", "utf-8")
    assert main(["report", "--to", "docx"]) in (1, 2)
    shown = capsys.readouterr()
    assert "rapport.md.j2:3" in shown.err + shown.out
    assert not (campaign / "build").exists()


def test_an_emoji_is_printed_as_its_code_with_a_warning(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(campaign / "notes/gao/synthese.md", "L'accès recule", "L'accès recule \U0001f600")
    assert main(["report"]) == 0
    assert "notes/gao/synthese.md" in capsys.readouterr().err
    assert "[U+1F600]" in words_of(campaign / "build/rapport.pdf")
    assert "[U+1F600]" in words_of(campaign / "build/rapport.docx")


def test_the_warning_names_no_file_that_the_document_does_not_read(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(campaign / "notes/gao/synthese.md", "L'accès recule", "L'accès recule \U0001f600")
    (campaign / "notes/lecons.md").write_text("---\nkind: lessons\n---\n\n## \U0001f600\n", "utf-8")
    change(campaign / "notes/gao/GAO-02.md", "Le réseau", "\U0001f680 Le réseau")
    assert main(["report", "--to", "md", "--region", "gao"]) == 0
    told = capsys.readouterr().err
    assert "notes/gao/synthese.md" in told
    assert "lecons" not in told and "GAO-02" not in told  # not read; read, but not shown


def test_what_follows_an_open_comment_stays_out_even_by_force(campaign: Path) -> None:
    change(campaign / "notes/gao/synthese.md", "L'accès recule", "<!-- à cacher : L'accès recule")
    assert main(["report", "--to", "md"]) == 1
    assert main(["report", "--to", "md", "--force"]) == 0
    text = (campaign / "build/rapport.md").read_text("utf-8")
    assert "cacher" not in text and "accès recule" not in text and "organisations entendues" in text


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_told(campaign: Path) -> None:
    (campaign / "build").mkdir(mode=0o500)
    assert main(["report", "--to", "docx"]) == 2


def test_an_output_folder_that_is_a_file_is_told(campaign: Path) -> None:
    (campaign / "build").write_text("x", "utf-8")
    assert main(["report", "--to", "docx"]) == 2


def test_consent_withdrawn_takes_the_note_out(campaign: Path) -> None:
    change(campaign / "notes/gao/GAO-02.md", "  quote: true\n", "  quote: true\n  withdrawn: 2023-07-01\n")
    change(
        campaign / "notes/gao/synthese.md",
        "Les deux organisations entendues sont petites [@GAO-01; @GAO-02].",
        "L'organisation entendue est petite [@GAO-01].",
    )
    change(campaign / "notes/gao/synthese.md", "D'autres le confirment [@GAO-02].", "")
    assert main(["report", "--edition", "internal", "--to", "md"]) == 0
    text = (campaign / "build/rapport.md").read_text("utf-8")
    assert "aller au marché" not in text and "quatre quartiers" not in text


def test_a_deeper_heading_under_an_identifying_question_hides_too(
    campaign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(
        campaign / "notes/gao/GAO-01.md",
        "Elle emploie six personnes.\n",
        "Elle emploie six personnes.\n\n#### Précision\n\n> Nous sommes nés dans la cour de la vieille école.\n",
    )
    change(
        campaign / "notes/gao/synthese.md",
        "L'accès recule",
        "« Nous sommes nés dans la cour de la vieille école » [@GAO-01]. L'accès recule",
    )
    assert main(["report", "--to", "md"]) == 1
    assert "F017" in capsys.readouterr().out
    assert main(["report", "--to", "md", "--edition", "internal", "--force"]) == 0
    assert "vieille école" not in (campaign / "build/rapport.md").read_text("utf-8")


def test_tables_and_figures_are_listed_after_the_contents(campaign: Path) -> None:
    assert main(["report", "--to", "docx", "--to", "pdf", "--to", "html"]) == 0
    for suffix in ("pdf", "html"):
        listed = words_of(campaign / f"build/rapport.{suffix}").partition("Tableaux et figures")[2]
        captions = Counter(re.findall(r"(?:Tableau|Figure) \d+ :", listed))
        assert len(captions) > 3 and set(captions.values()) == {2}
    by_style: dict[str, list[str]] = {}
    for paragraph in docx.Document(str(campaign / "build/rapport.docx")).paragraphs:
        by_style.setdefault(paragraph.style.name, []).append(paragraph.text)
    captioned = [*by_style["Table Caption"], *by_style["Image Caption"]]
    assert sorted(by_style["table of figures"]) == sorted(captioned)
