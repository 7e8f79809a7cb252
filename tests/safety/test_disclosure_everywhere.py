"""Random campaigns: in each output nothing from a note exceeds its attribution, and who was heard stays unsaid."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re
import shutil
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from consultkit.cli import main
from consultkit.disclose import INTERNAL, SHARED
from consultkit.privacy.identities import Identity
from consultkit.privacy.matcher import Matcher
from consultkit.privacy.readback import texts
from consultkit.report.build import build_report
from consultkit.report.proof import evidence
from consultkit.report.share import build_share

sys.path.insert(0, str(Path(__file__).parents[1]))
from campaigns import A, Campaign, N
from test_disclose import check, expected_level, random_notes

SETTINGS = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SETTINGS
@given(random_notes())
def test_share_holds_what_each_person_agreed_to_and_nothing_more(tmp_path_factory, found):
    notes, actors = found
    project = Campaign(notes, actors).load(tmp_path_factory.mktemp("c"))
    shared = build_share(project)
    text = "\n".join(
        "\n".join((name, doc.title, doc.subtitle, doc.markdown, *doc.cover))
        for name, doc in shared.documents.items()
    )
    for_others(text, notes, actors)
    for index, note in enumerate(notes):
        leaves = expected_level(note, actors) != "none" and note.sensitivity != "confidential" and note.share
        assert (note.id in shared.notes) == leaves
        assert not leaves or f"Resume{index}" in text
    assert list(shared.documents) == sorted(shared.documents)


@SETTINGS
@given(random_notes())
def test_evidence_names_nobody(tmp_path_factory, found):
    notes, actors = found
    body = "\n\n".join(
        f"Constat{i} [@{note.id}]. « Parole{i} dite ici » [@{note.id}]." for i, note in enumerate(notes)
    )
    synthesis = f"---\nkind: synthesis\nregion: gao\nstatus: done\n---\n\n## O {{#organisation}}\n\n{body}\n"
    project = Campaign(notes, actors, {"notes/gao/synthese.md": synthesis}).load(tmp_path_factory.mktemp("c"))
    built = build_report(project, edition="internal", force=True)
    text = evidence(project, built).decode()
    json.loads(text)
    for index, note in enumerate(notes):
        level = expected_level(note, actors)
        for mark in (f"Cache{index}", f"Comm{index}", f"Identifiant{index}", note.place, note.role):
            assert mark not in text
        for actor in (a for a in actors if a.id in note.actors and level not in ("organisation", "role")):
            assert actor.acronym not in text and actor.name.split()[1] not in text


@settings(parent=SETTINGS, max_examples=10)
@given(random_notes())
def test_the_mapping_that_leaves_is_the_same_whoever_was_heard(tmp_path_factory, found):
    notes, actors = found
    outputs = []
    for heard in (notes, []):
        root = tmp_path_factory.mktemp("c")
        Campaign(heard, actors).load(root)
        target = root / "carte.csv"
        assert main(["mapping", "export", str(target), "--root", str(root)]) == 0
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1]


@settings(parent=SETTINGS, max_examples=15)
@given(random_notes())
def test_a_withdrawn_note_leaves_the_report_as_if_it_had_never_been(tmp_path_factory, found):
    notes, actors = found
    texts = []
    for changed in (
        [dataclasses.replace(notes[0], withdrawn="2023-07-01"), *notes[1:]],
        [dataclasses.replace(notes[0], status="draft", withdrawn="2023-07-01"), *notes[1:]],
    ):
        project = Campaign(changed, actors).load(tmp_path_factory.mktemp("c"))
        texts.append(build_report(project, edition=SHARED, force=True).document.markdown)
    assert "Parole0" not in texts[0] and notes[0].id not in texts[0]
    assert texts[0] == texts[1]


EXPORTS = ("e.qdpx", "e.xlsx", "e.csv", "e.jsonl", "grille.xlsx")


def written(root: Path, *command: str) -> str:
    """What a command wrote to build/: names of files, texts, metadata; nothing of it stays."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = main([*command, "--root", str(root)])
    found = []
    for path in sorted((root / "build").rglob("*")) if code == 0 else ():
        found += [path.name, *(text for _where, text in texts(path.read_bytes(), path.suffix))]
    shutil.rmtree(root / "build", ignore_errors=True)
    return "\n".join(found)


@settings(parent=SETTINGS, max_examples=6)
@given(random_notes())
def test_nothing_that_was_not_agreed_to_stands_in_any_file_written(tmp_path_factory, found):
    notes, actors = found
    notes = [
        dataclasses.replace(note, need=f"Comme {notes[0].id} et {notes[-1].id.lower()}.") for note in notes
    ]
    root = tmp_path_factory.mktemp("c")
    body = "\n\n".join(
        f"Constat{i} [@{note.id}]. « Parole{i} dite ici » [@{note.id}]." for i, note in enumerate(notes)
    )
    synthesis = f"---\nkind: synthesis\nregion: gao\nstatus: done\n---\n\n## O {{#organisation}}\n\n{body}\n"
    Campaign(notes, actors, {"notes/gao/synthese.md": synthesis}).load(root)
    formats = [word for to in ("docx", "html", "md") for word in ("--to", to)]
    for edition in (SHARED, INTERNAL):
        document = written(root, "report", "--force", "--edition", edition, *formats)
        if edition == INTERNAL:  # what a note says of another stays in the team
            document = re.sub("Comme [^.]+[.]", "", document)
        assert all(f"Constat{index}" in document for index in range(len(notes)))
        for index, note in enumerate(notes):
            check(document, edition, note, index, expected_level(note, actors), actors)
    shared = [written(root, "share", "--without-identities")]
    for name in EXPORTS:
        grid = ["--grid"] if name.startswith("grille") else []
        shared.append(written(root, "export", str(root / "build" / name), "--force", *grid))
        command = ("export", str(root / "build" / name), "--force", "--edition", INTERNAL, *grid)
        in_the_team(written(root, *command), notes, actors)
    for text in shared:
        for_others(text, notes, actors)


def for_others(text: str, notes: list[N], actors: list[A]) -> None:
    """No mark of a note in what is shared of the notes themselves exceeds what was agreed to."""
    for index, note in enumerate(notes):
        level = expected_level(note, actors)
        leaves = level != "none" and note.sensitivity != "confidential" and note.share
        named = leaves and level in ("organisation", "role")
        allowed = {
            f"Cache{index}": False, f"Comm{index}": False, note.id: False, note.id.lower(): False,
            f"Identifiant{index}": named, f"Resume{index}": leaves, f"Parole{index}": leaves,
            note.place: named, note.role: leaves and level == "role", note.date: named,
            f"{int(note.date[-2:])}\u00a0juin 2023": named,
            **{actor.acronym: named for actor in actors if actor.id in note.actors},
            **{actor.name.split()[1]: named for actor in actors if actor.id in note.actors},
        }  # fmt: skip
        for mark, may in allowed.items():
            assert may or mark not in text, (level, mark)


def in_the_team(text: str, notes: list[N], actors: list[A]) -> None:
    """Codes aside, what stays in the team keeps to the attribution too."""
    for index, note in enumerate(notes):
        level = expected_level(note, actors)
        shown = level != "none" and note.sensitivity != "confidential"
        named = level in ("organisation", "role")
        allowed = {
            f"Cache{index}": False, f"Comm{index}": False, f"Identifiant{index}": shown and named,
            f"Resume{index}": shown, f"Parole{index}": shown, note.place: named, note.role: level == "role",
            note.date: named, f"{int(note.date[-2:])}\u00a0juin 2023": named,
            **{actor.acronym: shown and named for actor in actors if actor.id in note.actors},
            **{actor.name.split()[1]: named for actor in actors if actor.id in note.actors},
        }  # fmt: skip
        for mark, may in allowed.items():
            assert may or mark not in text, (level, mark)


def test_a_long_text_is_searched_like_a_short_one():
    matcher = Matcher(
        [
            Identity("GAO-01", "note", name="Ali ag Ba", phone="76 00 00 01"),
            Identity("GAO-02", "note", name="Zantigui Fictivard"),
        ]
    )
    filler = "Les puits du cercle sont à sec depuis deux ans. "
    for where in (0, 399, 415, 417, 800, 2000):
        text = filler * where + "Vu Ali Ba, au 76 00\u00a000 01, avec Z. Fictivard. " + filler * 2000
        short = [
            (hit.owner, hit.end - hit.start) for hit in matcher.search(text[len(filler) * where :][:200])
        ]
        assert [(hit.owner, hit.end - hit.start) for hit in matcher.search(text)] == short
        assert {owner for owner, _size in short} == {"GAO-01", "GAO-02"}


def test_words_of_the_format_itself_are_nobodys_name():
    from consultkit.privacy.gate import leaks
    from consultkit.report.blank import blank

    documents = blank()
    matcher = Matcher(
        [Identity("GAO-01", "note", name="Constant Roman"), Identity("GAO-02", "note", name="Normal Compact")]
    )
    assert leaks(documents, matcher)
    assert leaks(documents, matcher, blank) == []


def test_figures_of_the_fonts_are_nobodys_phone():
    """Two figures of word/fontTable.xml, on lines that follow each other, make eight digits or more."""
    from consultkit.privacy.gate import leaks
    from consultkit.privacy.readback import texts
    from consultkit.report.blank import blank

    documents = blank()
    fonts = next(text for where, text in texts(documents["i.docx"], ".docx") if where == "word/fontTable.xml")
    phones = {above[-4:] + below[:4] for above, below in re.findall(r"(\d{4,})\n(\d{4,})", fonts)}
    assert phones
    matcher = Matcher([Identity("GAO-01", "note", name="Fictivard Zogbo", phone=phone) for phone in phones])
    assert leaks(documents, matcher)
    assert leaks(documents, matcher, blank) == []
