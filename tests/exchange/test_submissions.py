"""Submissions as KoboToolbox and ODK export them: each a draft note, once, with names kept apart."""

from __future__ import annotations

import csv
import json
import os
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sample_campaign import campaign, submission

from consultkit.cli import main
from consultkit.exchange import xlsform
from consultkit.exchange.spreadsheet import column_name
from consultkit.i18n import use
from consultkit.load import load
from consultkit.rules import run


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    campaign(tmp_path / "c")
    monkeypatch.chdir(tmp_path / "c")
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_LANG", "en")
    use("en")
    return tmp_path / "c"


def as_json(path: Path, *submissions: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"count": len(submissions), "results": submissions}), "utf-8")
    return path


def flat(item: dict[str, Any], sign: str = "/") -> dict[str, str]:
    return {key.replace("/", sign): str(value) for key, value in item.items() if not isinstance(value, list)}


def as_csv(path: Path, rows: list[dict[str, str]], delimiter: str) -> Path:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, heads, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_xlsx(path: Path, sheets: dict[str, list[dict[str, str]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            heads = list(dict.fromkeys(key for row in rows for key in row))
            for line, row in enumerate([dict(zip(heads, heads, strict=True)), *rows]):
                for column, head in enumerate(heads):
                    sheet.write(line, column, row.get(head, ""))
    return path


def notes(root: Path):
    return load(root).notes


def bodies(root: Path) -> list[str]:
    """Notes without what tells them apart: ids, keys and digests."""
    texts = (path.read_text("utf-8") for path in sorted((root / "notes").rglob("*.md")))
    return sorted(re.sub(r"^(id: .*|# submission .*)$", "", text, flags=re.MULTILINE) for text in texts)


def test_a_submission_becomes_a_draft_with_its_header(root):
    assert main(["import", str(as_json(root / "s.json", submission(load(root), 1))), "--yes"]) == 0
    (note,) = notes(root)
    assert (note.actors, note.region, note.date.isoformat(), note.mode) == (
        ("tamat",),
        "gao",
        "2023-06-20",
        "in-person",
    )
    assert note.languages == ("fr", "ses") and note.minutes == 75 and note.interviewer == "AM"
    assert note.consent.given and note.consent.quote and not note.consent.share and note.attribution == "type"
    assert [(p.role, p.gender, p.age, p.count) for p in note.participants] == [
        ("Coordinateur", "m", "adult", 1), ("Animatrice : terrain", "f", "youth", 1)]  # fmt: skip
    assert note.status == "draft"
    parts = {part.heading.id: part for part in note.body.parts}
    assert parts["mandat"].blocks[0].text == "Réponse 1 à mandat."
    assert parts["frequence-analyse"].blocks[0].text == "au démarrage des projets"
    assert not [d for d in run(load(root)) if d.place.file == note.file and d.severity.value == "error"]


def test_every_export_of_the_same_submissions_makes_the_same_notes(root, tmp_path):
    """JSON, Kobo's workbook and CSV with either separator, ODK Central's and Briefcase's: one set of notes."""
    project = load(root)
    sent = [submission(project, n, actor) for n, actor in enumerate(("tamat", "sigi"), 1)]
    person = [{**p, "_parent_index": str(n), "_submission__uuid": s["_uuid"]}
              for n, s in enumerate(sent, 1) for p in s["note_participants"]]  # fmt: skip
    indexed = [{**flat(s), "_index": str(n)} for n, s in enumerate(sent, 1)]
    bare = [{key.rpartition("/")[2]: value for key, value in row.items()} for row in indexed]
    split = []
    for row in indexed:
        languages = row["note_sheet/note_language"].split()
        split.append(
            row | {f"note_sheet/note_language/{code}": str(int(code in languages)) for code in xlsform.SPOKEN}
        )
        del split[-1]["note_sheet/note_language"]
    odk = [{"KEY": "uuid:" + s["_uuid"], "SubmissionDate": "2023-06-20", **flat(s, "-")} for s in sent]
    for row in odk:
        del row["_uuid"], row["_id"], row["_submission_time"]
    odk_people = [
        {k.replace("/", "-"): v for k, v in p.items()} | {"PARENT_KEY": "uuid:" + p["_submission__uuid"]}
        for p in person
    ]
    central = [{"__id": "uuid:" + s["_uuid"], "__system": {"submitterId": "1"}} for s in sent]
    for item, s in zip(central, sent, strict=True):
        for key, value in s.items():
            group, slash, name = key.rpartition("/")
            if slash:
                item.setdefault(group, {})[name] = value
            elif not key.startswith("_"):
                item[key] = value
    exports = {
        "kobo.json": as_json(root / "kobo.json", *sent),
        "kobo.xlsx": as_xlsx(root / "kobo.xlsx", {"Guide": indexed, "note_participants": person}),
        "bare.xlsx": as_xlsx(root / "bare.xlsx", {"note_participants": person, "Guide": bare}),
        "split.xlsx": as_xlsx(root / "split.xlsx", {"Guide": split, "note_participants": person}),
        "semicolon.csv": as_csv(root / "semicolon.csv", indexed, ";"),
        "comma.csv": as_csv(root / "comma.csv", odk, ","),
    }
    as_csv(root / "semicolon-note_participants.csv", person, ";")
    as_csv(root / "comma-note_participants.csv", odk_people, ",")
    (root / "central.json").write_text(json.dumps({"value": central}), "utf-8")
    made = {}
    for name, path in {**exports, "central.json": root / "central.json"}.items():
        assert main(["import", str(path), "--yes"]) == 0, name
        made[name] = bodies(root)
        for note in (root / "notes").rglob("*.md"):
            note.unlink()
    assert len(made["kobo.json"]) == 2
    assert all(texts == made["kobo.json"] for texts in made.values()), [
        n for n, t in made.items() if t != made["kobo.json"]
    ]


def test_headings_and_choices_by_their_labels(root):
    """Kobo can export labels in place of names: “Région”, “En présentiel”."""
    project = load(root)
    labels = {"note_consent_given": "Does the person agree to take part?", "note_region": "Region", "note_actor": "Actor",
              "note_mode": "Mode", "note_date": "Date of the interview", "tensions": project.guide.questions["tensions"].text}  # fmt: skip
    values = {"note_consent_given": "Yes", "note_region": "Gao", "note_actor": "Association Tamat (ATA)",
              "note_mode": "By phone", "note_date": "20/06/2023", "tensions": "Le puits."}  # fmt: skip
    row = {labels[key]: values[key] for key in labels} | {"_uuid": "a-b"}
    assert main(["import", str(as_csv(root / "l.csv", [row], ",")), "--yes"]) == 0
    (note,) = notes(root)
    assert (note.actors, note.mode, note.date.isoformat()) == (("tamat",), "phone", "2023-06-20")
    assert {p.heading.id: p for p in note.body.parts}["tensions"].blocks[0].text == "Le puits."


def test_twice_doubles_nothing_and_an_edited_note_is_never_overwritten(root, capsys):
    project = load(root)
    path = as_json(root / "s.json", submission(project, 1), submission(project, 2, "sigi"))
    assert main(["import", str(path), "--yes"]) == 0
    before = {file: file.read_bytes() for file in (root / "notes").rglob("*.md")}
    assert len(before) == 2
    assert main(["import", str(path), "--yes"]) == 0
    assert "already imported: 2" in capsys.readouterr().out
    assert {file: file.read_bytes() for file in (root / "notes").rglob("*.md")} == before
    edited = next(file for file, text in before.items() if b"actor: tamat" in text)
    edited.write_text(
        edited.read_text("utf-8").replace("Réponse 1 à tensions.", "[Réponse 1]{.acces} relue."), "utf-8"
    )
    corrected = [
        submission(project, n, a, **{"contexte/tensions": f"Corrigé {n}."})
        for n, a in ((1, "tamat"), (2, "sigi"))
    ]
    kept = edited.read_bytes()
    assert main(["import", str(as_json(path, *corrected)), "--yes"]) == 1
    shown = capsys.readouterr().out
    assert edited.read_bytes() == kept
    assert "+Corrigé 1." in shown and "-[Réponse 1]{.acces} relue." in shown
    other = next(file for file in before if file != edited)
    assert "Corrigé 2." in other.read_text("utf-8"), "nobody had edited this one: the correction is taken"
    assert len(list((root / "notes").rglob("*.md"))) == 2


def test_an_edit_on_the_server_changes_the_uuid_and_is_still_the_same_submission(root):
    first = submission(load(root), 1)
    assert main(["import", str(as_json(root / "s.json", first)), "--yes"]) == 0
    again = first | {
        "_uuid": "new-one",
        "meta/instanceID": "uuid:new-one",
        "meta/deprecatedID": "uuid:" + first["_uuid"],
    }
    assert main(["import", str(as_json(root / "s.json", again)), "--yes"]) == 0
    assert len(notes(root)) == 1


def test_names_and_phones_go_to_private_and_nowhere_else(root, capsys):
    sent = submission(load(root), 1, **{
        "note_person/note_person_name": "Zoubeirou Exemplaire", "note_person/note_person_phone": "70 00 00 01",
        "ajout/Téléphone du chef": "66 00 00 02", "contexte/tensions": "Rien à dire."})  # fmt: skip
    path = as_json(root / "s.json", sent)
    assert main(["import", str(path), "--yes"]) == 0
    assert main(["import", str(path), "--yes"]) == 0
    captured = capsys.readouterr()
    secrets = ("Zoubeirou", "Exemplaire", "70 00 00 01", "66 00 00 02")
    (note,) = notes(root)
    text = (root / note.file).read_text("utf-8")
    assert not [secret for secret in secrets if secret in text + captured.out + captured.err]
    private = root / "private" / "identities.yaml"
    kept = private.read_text("utf-8")
    assert kept.count("note:") == 1 and f"note: {note.id}" in kept and "Zoubeirou Exemplaire" in kept
    assert private.stat().st_mode & 0o777 == 0o600
    assert load(root).identities[0].owner == note.id


def test_identities_that_are_encrypted_stay_so(root, monkeypatch, tmp_path):
    monkeypatch.setenv("CONSULTKIT_KEY", str(tmp_path / "key.txt"))
    from consultkit.privacy.encryption import decrypt, encrypt, new_key

    key, recipient = new_key()
    (tmp_path / "key.txt").write_text(key)
    mapping = root / "mapping.yaml"
    mapping.write_text(
        mapping.read_text("utf-8").replace("  start:", f"  recipients: [{recipient}]\n  start:"), "utf-8"
    )
    (root / "private").mkdir()
    locked = root / "private" / "identities.yaml.age"
    locked.write_bytes(encrypt(b"identities:\n  - note: GAO-99\n    name: Premier\n", [recipient]))
    path = as_json(root / "s.json", submission(load(root), 1, **{"note_person/note_person_name": "Second"}))
    assert main(["import", str(path), "--yes"]) == 0
    assert decrypt(locked.read_bytes(), key).count(b"name:") == 2
    assert not (root / "private" / "identities.yaml").exists()
    (tmp_path / "key.txt").unlink()
    path = as_json(
        root / "s.json", submission(load(root), 2, "sigi", **{"note_person/note_person_name": "Tiers"})
    )
    assert main(["import", str(path), "--yes"]) == 2
    assert len(notes(root)) == 1, "without the key nothing is written at all"


def test_photos_sound_and_positions_are_left_out_and_named(root, capsys):
    sent = submission(load(root), 1, **{"ajout/photo_puits": "1687.jpg", "ajout/point": "16.2706 -0.0447 0 0",
                                        "ajout/remarque": "Un mot <de plus>."})  # fmt: skip
    assert main(["import", str(as_json(root / "s.json", sent)), "--yes"]) == 0
    shown = capsys.readouterr().out
    assert "photo_puits" in shown and "ajout/point" in shown
    text = (root / notes(root)[0].file).read_text("utf-8")
    assert "1687.jpg" not in text and "16.27" not in text
    assert "remarque : Un mot \\<de plus>." in text.partition("{#unplaced}")[2]


def test_what_makes_no_note_is_told_with_its_place_and_the_rest_goes_in(root, capsys):
    project = load(root)
    sent = [
        submission(project, 1), submission(project, 2, note_consent_given="no"), submission(project, 3, "inconnu"),
        submission(project, 4, region="kidal"), submission(project, 5, _validation_status="validation_status_not_approved"),
        submission(project, 6, "_other", **{"note_sheet/note_actor_other": "Groupe neuf"}),
    ]  # fmt: skip
    assert main(["import", str(as_json(root / "s.json", *sent)), "--yes"]) == 1
    shown = capsys.readouterr().out
    assert [n for n in range(1, 7) if f"s.json[{n}]" in shown] == [2, 3, 4, 5, 6]
    assert "Groupe neuf" in shown and len(notes(root)) == 1


def test_an_actor_typed_by_hand_counts_once_it_is_mapped(root):
    sent = submission(load(root), 1, "_other", **{"note_sheet/note_actor_other": "collectif SIGI"})
    assert main(["import", str(as_json(root / "s.json", sent)), "--yes"]) == 0
    assert notes(root)[0].actors == ("sigi",)


def test_an_empty_note_that_was_laid_down_is_filled(root):
    assert main(["note", "tamat"]) == 0
    assert main(["import", str(as_json(root / "s.json", submission(load(root), 1))), "--yes"]) == 0
    (note,) = notes(root)
    assert note.date is not None and note.id == "GAO-01"


def test_ids_do_not_follow_the_order_of_submissions(root):
    project = load(root)
    path = as_json(root / "s.json", *(submission(project, n) for n in range(1, 41)))
    assert main(["import", str(path), "--yes"]) == 0
    order = [
        int(re.search(r"Réponse (\d+) ", (root / n.file).read_text("utf-8"))[1])
        for n in sorted(notes(root), key=lambda n: n.id)
    ]
    assert sorted(order) == list(range(1, 41)) and order != sorted(order)


@pytest.mark.parametrize("text", ["<nous>", "[AM]: oui", "# titre", "--- ", "*a* _b_ `c`", "| a | b |", "<!-- x -->",
                                  "1. un\n2) deux", "=======", "a&amp;b", "\\", "\u202eabc", "\ud800", "::: x", "[a](b c)", "[^1] x"])  # fmt: skip
def test_nothing_typed_vanishes_or_acts(root, text):
    sent = submission(load(root), 1, **{"contexte/tensions": text, "note_sheet/note_place": text})
    assert main(["import", str(as_json(root / "s.json", sent)), "--yes"]) == 0
    project = load(root)
    (note,) = project.notes
    told = [
        d
        for d in run(project)
        if d.place.file == note.file and d.severity.value == "error" and "unplaced" not in d.message
    ]
    assert not told
    from consultkit.parse.inline import plain

    part = next(p for p in note.body.parts if p.heading.id == "tensions")
    said = " ".join(plain(block.text) for block in part.blocks)
    assert re.findall(r"\w+", said.replace("-", " ")) == re.findall(
        r"\w+", text.replace("\ud800", "").replace("-", " ")
    )


def test_a_dry_run_and_no_answer_write_nothing(root):
    path = as_json(root / "s.json", submission(load(root), 1))
    assert main(["import", str(path), "--dry-run"]) == 0
    assert main(["import", str(path)]) == 0
    assert not notes(root) and not (root / "private").exists()


def bad_files(root: Path) -> dict[str, Path]:
    files = {
        name: root / name
        for name in ("empty.csv", "none.json", "broken.json", "old.xls", "text.xlsx", "list.json")
    }
    files["empty.csv"].write_bytes(b"")
    files["none.json"].write_text('{"results": []}')
    files["broken.json"].write_text("{")
    files["list.json"].write_text("[1, 2]")
    files["old.xls"].write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    files["text.xlsx"].write_text("bonjour")
    files["other.csv"] = as_csv(
        root / "other.csv", [{"_uuid": "1", "group/menage": "12", "group/date": "2023-06-20"}], ","
    )
    with zipfile.ZipFile(root / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 420_000_000)
    return files | {"bomb.xlsx": root / "bomb.xlsx", "absent.csv": root / "absent.csv"}


def test_bad_files_get_a_sentence_and_nothing_is_written(root, capsys):
    for name, path in bad_files(root).items():
        assert main(["import", str(path), "--yes"]) == 2, name
        said = capsys.readouterr().err
        assert said.startswith("consultkit: ") and name in said, name
    assert "another form" in _said(root, capsys) and not notes(root)


def _said(root: Path, capsys) -> str:
    main(["import", str(root / "other.csv"), "--yes"])
    return capsys.readouterr().err


def test_a_fault_half_way_leaves_nothing_behind(root, monkeypatch):
    from consultkit.exchange import drafts, people
    from consultkit.files import WorkspaceError

    project = load(root)
    path = as_json(root / "s.json", *(submission(project, n) for n in range(1, 6)))
    real, calls = os.replace, []

    def failing(source, target):
        calls.append(target)
        if len(calls) == 4:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr("os.replace", failing)
    with pytest.raises(WorkspaceError, match="No space"):
        outcomes = drafts.plan(project, project.guide, _drafts(path, project))
        people.write_together(project.root, {o.path: o.text for o in outcomes}, None)
    assert len(calls) == 4 and not notes(root)


def _drafts(path: Path, project):
    from consultkit.exchange.submissions import read_submissions

    return read_submissions(path, project, project.mapping, project.guide).drafts


def test_five_hundred_submissions(root):
    project = load(root)
    path = as_json(root / "s.json", *(submission(project, n) for n in range(1, 501)))
    start = time.perf_counter()
    assert main(["import", str(path), "--yes"]) == 0
    assert time.perf_counter() - start < 120, "bench/exchange.py measures; only a hang fails here"
    assert len(notes(root)) == 500


def test_the_language_on_the_screen_changes_nothing_of_what_is_known(root, monkeypatch, capsys):
    """What was read has the same digest in French and in English: no note is told as corrected."""
    sent = submission(load(root), 1, **{"note_sheet/note_minutes": "une heure", "ajout/divers": "Un mot."})
    path = as_json(root / "s.json", sent)
    assert main(["import", str(path), "--yes", "--lang", "en"]) == 0
    assert main(["import", str(path), "--yes", "--lang", "fr"]) == 0
    assert "+ notes" not in capsys.readouterr().out.partition("consultkit check")[2]
    assert "une heure" in (root / notes(root)[0].file).read_text("utf-8").partition("{#unplaced}")[2]


def test_an_export_without_its_repeats_keeps_the_participants_already_read(root, capsys):
    """KoboToolbox's CSV has no repeats: the same submissions again, or corrected, lose nobody."""
    project = load(root)
    sent = submission(project, 1)
    assert main(["import", str(as_json(root / "s.json", sent)), "--yes"]) == 0
    before = notes(root)[0].participants
    assert main(["import", str(as_csv(root / "s.csv", [flat(sent)], ";")), "--yes"]) == 0
    assert "already imported: 1" in capsys.readouterr().out
    corrected = flat(submission(project, 1, **{"contexte/tensions": "Corrigé."}))
    assert main(["import", str(as_csv(root / "s.csv", [corrected], ";")), "--yes"]) == 0
    (note,) = notes(root)
    assert note.participants == before and len(before) == 2
    assert "Corrigé." in (root / note.file).read_text("utf-8")
    assert main(["import", str(as_json(root / "s.json", submission(project, 1, **{"contexte/tensions": "Corrigé."}))), "--yes"]) == 0  # fmt: skip
    assert "already imported: 1" in capsys.readouterr().out


def test_a_fault_is_told_with_its_cell(root, capsys):
    rows = [flat(submission(load(root), 1, region="kidal")) | {"_index": "1"}]
    assert main(["import", str(as_xlsx(root / "k.xlsx", {"Guide": rows})), "--yes"]) == 1
    column = list(rows[0]).index("note_sheet/note_region")
    assert f"Guide!{column_name(column)}2:" in capsys.readouterr().out
