"""Notes typed in Word: every word reaches the note, in its place or in one of its own."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sample_campaign import campaign

from consultkit.cli import main
from consultkit.exchange import typed
from consultkit.exchange.word_guide import render_guide
from consultkit.exchange.word_note import coded, participant, read_note
from consultkit.exchange.word_read import Paragraph, Remark, WordText, read_word
from consultkit.i18n import use
from consultkit.load import load
from consultkit.parse.inline import plain, spans
from consultkit.parse.markdown import scan
from consultkit.rules import run

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    project = campaign(tmp_path / "c")
    (tmp_path / "guide.docx").write_bytes(render_guide(project, project.guide, "docx", None))
    monkeypatch.chdir(tmp_path / "c")
    monkeypatch.setenv("CONSULTKIT_DEBUG", "1")
    monkeypatch.setenv("CONSULTKIT_LANG", "en")
    use("en")
    return tmp_path / "c"


COVER = {"Acteur": "ATA", "Région": "Gao", "Date": "20 juin 2023", "Lieu": "Ansongo", "Mode": "présentiel",
         "Langue": "français et songhay", "Participants": "Coordinateur, h, adulte\n2 animatrices (f, jeunes)",
         "Attribution": "type d’acteur"}  # fmt: skip


def typed_in(
    root: Path, name: str, answers: dict[str, list[tuple[str, str]]], cover: dict[str, str] | None = None
) -> Path:
    """The guide with answers typed under headings that begin so: (style, text) each."""
    document = docx.Document(str(root.parent / "guide.docx"))
    for row in document.tables[0].rows:
        label = row.cells[0].text.split("(")[0].strip()
        for key, value in (COVER if cover is None else cover).items():
            if label == key or (key == "Consent" and label in ("Consent", "Consentement")):
                row.cells[1].text = value
    document.styles.add_style("List Bullet", WD_STYLE_TYPE.PARAGRAPH)
    for start, blocks in answers.items():
        heading = next(
            p for p in document.paragraphs if p.style.name.startswith("Heading") and p.text.startswith(start)
        )
        at = heading._p
        for style, text in blocks:
            new = document.add_paragraph(text, style=style or None)
            at.addnext(new._p)
            at = new._p
    document.save(str(root / name))
    return root / name


def the_note(root: Path):
    (note,) = load(root).notes
    return note, {part.heading.id: part for part in note.body.parts}, (root / note.file).read_text("utf-8")


def test_a_filled_guide_becomes_a_draft(root, capsys):
    path = typed_in(root, "n.docx", {
        "Quelles sont aujourd’hui": [("", "Le puits <nous> [AM]: fermé."), ("Quote", "On l’a fermé."), ("List Bullet", "un")],
        "Dans quelles zones": [("", "Gao et Ansongo.")]}, COVER | {"Consent": "oui, oral, citation non"})  # fmt: skip
    assert main(["note", "--from", str(path)]) == 0
    note, parts, _text = the_note(root)
    assert (note.actors, note.region, note.date.isoformat(), note.place_name) == (
        ("tamat",),
        "gao",
        "2023-06-20",
        "Ansongo",
    )
    assert (note.mode, note.languages, note.attribution, note.status) == (
        "in-person",
        ("fr", "ses"),
        "type",
        "draft",
    )
    assert (note.consent.given, note.consent.form, note.consent.quote) == (True, "oral", False)
    assert [(p.role, p.gender, p.age, p.count) for p in note.participants] == [
        ("Coordinateur", "m", "adult", 1), ("animatrices", "f", "youth", 2)]  # fmt: skip
    assert [(b.kind, plain(b.text)) for b in parts["tensions"].blocks] == [
        ("paragraph", "Le puits <nous> [AM]: fermé."), ("quote", "On l’a fermé."), ("list", "- un")]  # fmt: skip
    assert [
        d.message for d in run(load(root)) if d.place.file == note.file and d.severity.value == "error"
    ] == []
    assert "unplaced" not in capsys.readouterr().out


@pytest.mark.parametrize("heading", [
    "3. Quelles sont aujourd’hui les principales tensions dans votre zone, et comment évoluent-elles ?",
    "B.1) quelles sont les principales tensions dans votre zone et comment évoluent-elles",
    "Question 12 : Quelles sont aujourd'hui les principales tensions de la zone, et comment évoluent-elles ?",
    "Tensions actuelles {#tensions}",
    "What are the main tensions in your area today, and how are they changing?",
])  # fmt: skip
def test_headings_are_known_renumbered_and_reworded(root, heading):
    use("fr")
    project = load(root)
    text = WordText((Paragraph("heading 2", 2, text=heading), Paragraph(text="Réponse.")), {})
    read = read_note(text, project, project.guide)
    if heading.startswith("What"):
        assert [line for _m, line in read.rest] == [f"**{heading}**", "Réponse."], (
            "another language's guide is not this one"
        )
    else:
        assert read.answers["tensions"] == [("", "Réponse.")]


def test_comments_become_theme_spans_and_other_words_stay(root, capsys):
    path = typed_in(root, "n.docx", {"Quelles sont aujourd’hui": [("", "")]})
    document = docx.Document(str(path))
    p = next(q for q in document.paragraphs if q.text.startswith("Quelles sont aujourd’hui"))
    new = document.add_paragraph()
    p._p.addnext(new._p)
    first, middle, last = new.add_run("Nous n’avons "), new.add_run("jamais été formés"), new.add_run(" ici.")
    document.add_comment(middle, text="#formation", author="X")
    document.add_comment([first, last], text="#Langues-locales à vérifier -- avec lui", author="X")
    document.save(str(path))
    assert main(["note", "--from", str(path)]) == 0
    _note, parts, text = the_note(root)
    assert (
        parts["tensions"].blocks[0].text
        == "[Nous n’avons [jamais été formés]{.formation} ici.]{.langues-locales}"
    )
    assert "<!-- à vérifier – avec lui -->" in text
    assert "à vérifier" in capsys.readouterr().out


def test_what_fits_nowhere_is_kept_told_and_seen_by_check(root, capsys):
    path = typed_in(root, "n.docx", {})
    document = docx.Document(str(path))
    document.add_heading("Remarques diverses", level=2)
    document.add_paragraph("À revoir lundi.")
    document.save(str(path))
    assert main(["note", "--from", str(path)]) == 0
    note, parts, _text = the_note(root)
    assert [plain(b.text) for b in parts["unplaced"].blocks] == ["Remarques diverses", "À revoir lundi."]
    assert "Remarques diverses" in capsys.readouterr().out
    assert "N014" in {d.code for d in run(load(root)) if d.place.file == note.file}


def test_names_and_phones_of_the_cover_go_to_private(root, capsys):
    path = typed_in(root, "n.docx", {})
    document = docx.Document(str(path))
    for label, value in (("Nom et prénom", "Zoubeirou Exemplaire"), ("Téléphone", "70 00 00 01")):
        row = document.tables[0].add_row()
        row.cells[0].text, row.cells[1].text = label, value
    document.core_properties.author = "Zoubeirou Exemplaire"
    document.save(str(path))
    assert main(["note", "--from", str(path)]) == 0
    note, _parts, text = the_note(root)
    assert "Zoubeirou" not in text + capsys.readouterr().out
    assert f"note: {note.id}" in (root / "private/identities.yaml").read_text("utf-8")


def test_tracked_changes_are_read_as_accepted(tmp_path):
    document = docx.Document()
    p = document.add_paragraph("Le puits ")
    for xml in (f'<w:del {W} w:id="1" w:author="B"><w:r><w:delText>est fermé</w:delText></w:r></w:del>',
                f'<w:ins {W} w:id="2" w:author="B"><w:r><w:t>a rouvert</w:t></w:r></w:ins>'):  # fmt: skip
        p._p.append(parse_xml(xml))
    p.add_run(" hier.")
    document.save(str(tmp_path / "t.docx"))
    (read,) = read_word(tmp_path / "t.docx").paragraphs
    assert (read.text, read.before) == ("Le puits a rouvert hier.", "Le puits est fermé hier.")
    assert [(c.kind, c.text) for c in read.changes] == [("deleted", "est fermé"), ("inserted", "a rouvert")]


def test_the_same_document_is_refused_and_a_second_one_wants_follow_up(root, capsys):
    path = typed_in(root, "n.docx", {"Dans quelles zones": [("", "Gao.")]})
    assert main(["note", "--from", str(path)]) == 0
    docx.Document(str(path)).save(str(root / "again.docx"))
    assert main(["note", "--from", str(root / "again.docx")]) == 2
    assert "imported before" in capsys.readouterr().err
    other = typed_in(root, "o.docx", {"Dans quelles zones": [("", "Bourem.")]})
    assert main(["note", "--from", str(other)]) == 2
    assert "--follow-up" in capsys.readouterr().err
    assert main(["note", "--from", str(other), "--follow-up"]) == 0
    assert sorted(n.follow_up_of for n in load(root).notes) == ["", "GAO-01"]


def test_the_command_line_names_actor_and_region_where_the_table_does_not(root, capsys):
    path = typed_in(root, "n.docx", {"Dans quelles zones": [("", "Mopti.")]}, {})
    assert main(["note", "--from", str(path)]) == 2
    assert main(["note", "sigi", "--from", str(path)]) == 2
    assert "--region" in capsys.readouterr().err
    assert main(["note", "sigi", "--region", "mopti", "--from", str(path)]) == 0
    assert load(root).notes[0].region == "mopti"


def bad_documents(folder: Path) -> dict[str, bytes]:
    def packed(parts: dict[str, bytes]) -> bytes:
        with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name, data)
        return (folder / "x.zip").read_bytes()

    body = f"<w:document {W}><w:body>%s</w:body></w:document>".encode()
    return {
        "text.docx": b"bonjour", "nothing.docx": b"", "old.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "empty.docx": packed({"word/document.xml": body % b""}), "sheet.docx": packed({"xl/workbook.xml": b"<x/>"}),
        "bomb.docx": packed({"word/document.xml": body % (b" " * 70_000_000)}),
        "laughs.docx": packed({"word/document.xml": b'<!DOCTYPE x [<!ENTITY a "b">]>' + body % b""}),
        "deep.docx": packed({"word/document.xml": body % (b"<w:sdt>" * 5000 + b"</w:sdt>" * 5000)}),
        "cut.docx": packed({"word/document.xml": body % b"<w:p>"})[:-30],
        "xml.docx": packed({"word/document.xml": b"<w:document>"}),
    }  # fmt: skip


def test_bad_documents_get_a_sentence_and_nothing_is_written(root, capsys):
    for name, data in bad_documents(root).items():
        (root / name).write_bytes(data)
        assert main(["note", "tamat", "--from", name]) == 2, name
        said = capsys.readouterr().err
        assert said.startswith("consultkit: ") and name in said, (name, said)
    assert not load(root).notes


NASTY = st.text(
    st.sampled_from("aé Ɛɓ ʼ#>*_[]{}()<>`~|:-+=1.)&;\\!@^$\"'«»…\u202f\u0301ⴰع\U0001f642/\n"), max_size=40
)
STYLES = ("normal", "heading 2", "quote", "list paragraph", "title", "intense quote")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(STYLES), NASTY, st.integers(0, 40), st.integers(0, 40), st.booleans()),
        max_size=8,
    )
)
def test_every_word_of_a_document_is_in_the_note(project_, pieces):
    paragraphs, remarks = [], {}
    for n, (style, text, start, end, boxed) in enumerate(pieces):
        a, b = sorted((min(start, len(text)), min(end, len(text))))
        level = 2 if style.startswith("heading") else 0
        paragraphs.append(
            Paragraph(
                style,
                level,
                style.startswith("list"),
                (1, n // 2, n % 2) if boxed else None,
                text,
                [(a, b, str(n))],
            )
        )
        remarks[str(n)] = Remark("X", "", "#formation #acces")
    read = read_note(WordText(tuple(paragraphs), remarks), project_, project_.guide)
    text = typed.join([*read.rest, *(block for blocks in read.answers.values() for block in blocks)])
    faults: list = []
    body = scan(text, "n.md", 1, faults)
    assert faults == []
    assert not [s for block in body.blocks() for s in spans(block.text)[1]]
    said = Counter(re.findall(r"\w+", " ".join(plain(block.text) for block in body.blocks())))
    wanted = Counter(word for p in paragraphs for word in re.findall(r"\w+", typed.clean(p.text)))
    assert not body.parts and wanted - said == Counter()


@pytest.fixture(scope="module")
def project_(tmp_path_factory):
    return campaign(tmp_path_factory.mktemp("words") / "c")


@given(
    st.text("ab ", max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from([".x", ".y"])), max_size=4),
)
@example("aaaa", [(0, 2, ".x"), (0, 3, ".y"), (1, 4, ".y")])
def test_crossing_passages_stay_coded_by_the_letter(text, ranges):
    ranges = [(min(a, len(text)), min(b, len(text)), c) for a, b, c in ranges]
    made = coded(text, 0, ranges)
    found, stray = spans(made)
    assert not stray and plain(made).split() == text.split()
    for name in ("x", "y"):
        covered = {i for a, b, c in ranges if c == f".{name}" for i in range(a, b) if not text[i].isspace()}
        letters = sum(
            1
            for s in _outer(found, name)
            for c in plain(made[s.inner_start : s.inner_end])
            if not c.isspace()
        )
        assert letters >= len(covered)


def _outer(found, name):
    mine = [s for s in found if name in s.classes]
    return [s for s in mine if not any(o.start < s.start and s.end < o.end for o in mine)]


@pytest.mark.parametrize(("line", "wanted"), [
    ("Maire, h, adulte", {"role": '"Maire"', "gender": "m", "age": "adult"}),
    ("3 femmes, aînées", {"count": "3", "gender": "f", "age": "elder"}),
    ("Chargée de projet", {"role": '"Chargée de projet"'}),
])  # fmt: skip
def test_participants_as_people_write_them(line, wanted):
    assert participant(line) == wanted


def test_pandoc_reads_every_typed_word_too(tmp_path):
    """What documents are made with agrees: five hundred hostile paragraphs lose no word."""
    import json
    import random

    from consultkit.report.ast import text_of
    from consultkit.report.pandoc import read

    dice = random.Random(7)
    signs = list("aé bɓʼ#>*_[]{}()<>`~|:-+=1.)&;\\!@^$\"'«»…/ ") + [
        "<nous>",
        "[AM]:",
        "a)",
        "IV. ",
        "&amp;",
        "$x$",
        "---",
    ]
    texts = ["".join(dice.choices(signs, k=dice.randint(1, 25))) for _n in range(500)]
    lines = [typed.escape(text) for text in texts]
    tree = json.loads(read(["\n\n".join(f"seuil{n}\n\n{line}" for n, line in enumerate(lines))], tmp_path)[0])
    said = re.split(
        r"seuil\d+", " ".join(text_of(block["c"]) for block in tree["blocks"] if block["t"] == "Para")
    )[1:]
    assert {block["t"] for block in tree["blocks"]} == {"Para"}
    lost = [
        (t, s)
        for t, s in zip(texts, said, strict=True)
        if re.findall(r"\w+", typed.clean(t)) != re.findall(r"\w+", s)
    ]
    assert not lost
