"""What `init`, `note` and `synthesis` would write: planned as values, then written, never over a file."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from consultkit.files import bad_windows_name, defaults_dir, write_atomic
from consultkit.i18n import _
from consultkit.kept_off import open_words, with_off
from consultkit.located_yaml import quoted
from consultkit.model import Actor, Guide, GuideSection, Note, Project, Question
from consultkit.parse.inline import plain
from consultkit.places import REGIONS
from consultkit.schema.declare import EDITOR_SCHEMAS

SCAFFOLD = Path(__file__).with_name("scaffold")
FILES = {
    "fr": {"guide": "guide-entretien.md", "themes": "themes.yaml",
           "synthesis": "synthese.md", "lessons": "lecons.md"},
    "en": {"guide": "interview-guide.md", "themes": "themes.en.yaml",
           "synthesis": "synthesis.md", "lessons": "lessons.md"},
}  # fmt: skip
TEMPLATES = {
    "fr": ("rapport.md.j2", "avancement.md.j2", "lecons.md.j2", "note.md.j2"),
    "en": ("report.md.j2", "progress.md.j2", "lessons.md.j2", "interview-note.md.j2"),
}
SHARED_TEMPLATES = ("reference.docx", "mise-en-page.typ", "style.css")
GITIGNORE = """\
build/
.consultkit/
private/*
!private/*.age
"""
GITATTRIBUTES = """\
* text=auto
*.md text eol=lf
*.yaml text eol=lf
*.age -text -diff merge=binary
*.docx binary
mapping.yaml merge=consultkit
"""
# Of each file that somebody else may have begun, the lines without which git would do harm. The rest of the
# attributes would change how files that are not ours are stored.
NEEDED = {
    ".gitignore": tuple(GITIGNORE.splitlines()),
    ".gitattributes": tuple(
        line for line in GITATTRIBUTES.splitlines() if line.startswith(("*.age", "*.docx", "mapping"))
    ),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that would be written; `exists` where one is already there, and stays."""

    path: str
    content: bytes
    exists: bool
    private: bool = False


def plan_init(
    root: Path, language: str, title: str, start: date, regions: Sequence[str] = ()
) -> list[Planned]:
    """The files of a new campaign, or those that an existing one lacks."""
    names = FILES[language]
    guides, templates = defaults_dir("guides"), defaults_dir("templates")
    laid = SCAFFOLD / language
    mapping = (laid / "mapping.yaml").read_text("utf-8").replace('"@TITLE@"', quoted(title))
    mapping = mapping.replace("@START@", start.isoformat())
    files: dict[str, bytes] = {
        "mapping.yaml": _only_regions(mapping, regions).encode(),
        f"guides/{names['guide']}": (guides / names["guide"]).read_bytes(),
        "guides/themes.yaml": (guides / names["themes"]).read_bytes(),
        f"notes/{names['synthesis']}": (laid / names["synthesis"]).read_bytes(),
        f"notes/{names['lessons']}": (laid / names["lessons"]).read_bytes(),
        "README.md": (laid / "README.md").read_text("utf-8").replace("@TITLE@", title).encode(),
        ".gitignore": GITIGNORE.encode(),
        ".gitattributes": GITATTRIBUTES.encode(),
        "private/incidents.md": (laid / "incidents.md").read_bytes(),
    }
    for name in (*TEMPLATES[language], *SHARED_TEMPLATES):
        files[f"templates/{name}"] = (templates / name).read_bytes()
    files |= {f".consultkit/{name}.schema.json": text.encode() for name, text in editor_schemas().items()}
    return [
        Planned(path, content, _exists(root, path), path.startswith("private/"))
        for path, content in files.items()
    ]


def _exists(root: Path, path: str) -> bool:
    """Whether a file stands there, or one that does the same (any guide, any synthesis across regions)."""
    if path.startswith(".consultkit/"):
        return False  # made from the program: always its present version
    if (root / path).exists() or (root / path).is_symlink():
        return True
    pairs = zip(*(names.values() for names in FILES.values()), strict=True)
    twins = next((pair for pair in pairs if Path(path).name in pair), ())
    return path.startswith(("guides/", "notes/")) and any((root / path).with_name(n).exists() for n in twins)


def _only_regions(mapping: str, regions: Sequence[str]) -> str:
    """The scaffold's mapping with the wanted regions only; its actors come to the first of them."""
    if not regions:
        return mapping
    head, rest = mapping.split("\nregions:\n", 1)
    block, rest = rest.split("\n\n", 1)
    for id_ in set(re.findall(r"- id: (\S+)", block)).difference(regions):
        rest = rest.replace(f"regions: [{id_}]", f"regions: [{regions[0]}]")
    return f"{head}\nregions:\n{''.join(map(_region_entry, regions))}\n{rest}"


def _region_entry(id_: str) -> str:
    name, code, _iso = REGIONS.get(id_.lower(), (id_.capitalize(), "", ""))
    known = f"    code: {code}\n" if code else ""
    return f"  - id: {id_}\n    name: {name}\n{known}    minimum: 10\n"


def editor_schemas() -> dict[str, str]:
    """The JSON Schemas that editors complete and underline with, by name."""
    return {
        name: json.dumps(
            {"$schema": "http://json-schema.org/draft-07/schema#", "title": record.title, **record.json()},
            ensure_ascii=False, indent=1,
        ) + "\n"
        for name, record in EDITOR_SCHEMAS.items()
    }  # fmt: skip


def write_planned(root: Path, planned: Iterable[Planned]) -> list[str]:
    """Writes what does not exist yet; the paths written."""
    fresh = [file for file in planned if not file.exists]
    for file in fresh:
        write_atomic(root / file.path, file.content, mode=0o600 if file.private else None)
    return [file.path for file in fresh]


def lacking(data: bytes, needed: Sequence[str]) -> list[str]:
    """The lines that a git file lacks, or that a later line of its own (“!private/…”) may undo."""
    present = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    undoing = [i for i, line in enumerate(present) if line.startswith("!") and line not in needed]
    kept = present[undoing[-1] + 1 :] if undoing else present
    missing = [line for line in needed if line not in kept]
    return list(needed) if any(line in present for line in missing) else missing  # their order tells too


def complete_git_files(root: Path) -> dict[str, list[str]]:
    """Appends to the git files that are there what they lack; the lines added, by file."""
    added = {}
    for name, needed in NEEDED.items():
        path = root / name
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        lines = lacking(data, needed)
        if lines:
            end = b"\r\n" if b"\r\n" in data else b"\n"
            begun = data if not data or data.endswith(b"\n") else data + end
            write_atomic(path, begun + b"".join(line.encode() + end for line in lines))
            added[name] = lines
    return added


def next_ids(project: Project, region: str, number: int) -> list[str]:
    """The next free ids of a region, in the form its notes already use (GAO-01, GAO-02, …)."""
    taken = {note.id.casefold() for note in project.notes}
    taken |= {Path(name).stem.casefold() for name in project.files if name.startswith("notes/")}
    prefix = _prefix(project, region)
    numbered = re.compile(rf"{re.escape(prefix)}-(\d+)", re.IGNORECASE)
    last = max((int(match[1]) for id_ in taken if (match := numbered.fullmatch(id_))), default=0)
    return [f"{prefix}-{last + index:02d}" for index in range(1, number + 1)]


def _prefix(project: Project, region: str) -> str:
    used = [(note.region, m[1]) for note in project.notes if (m := re.fullmatch(r"(.*?)-\d+", note.id))]
    here = Counter(prefix for other, prefix in used if other == region)
    if here:
        return here.most_common(1)[0][0]
    taken = {prefix.upper() for _region, prefix in used}
    letters = _letters(region)
    others = [_letters(r.id) for r in project.mapping.regions if r.id != region] if project.mapping else []
    for length in range(3, len(letters) + 1):
        prefix = letters[:length]
        if prefix not in taken and not any(other.startswith(prefix) for other in others):
            return prefix
    return letters or "N"


def _letters(id_: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", id_).upper()


def shuffled(pairs: Sequence[tuple[Actor, str]]) -> list[tuple[Actor, str]]:
    """The pairs in an order that nobody can compute again: ids must not follow the mapping's order."""
    return random.SystemRandom().sample(pairs, len(pairs))


@dataclass(frozen=True, slots=True)
class Filled:
    """What a note is already filled with.

    `values` are a header's, as YAML text by key ("date", "consent.given"); `answers` are Markdown by the id
    of a question or section; `rest` is Markdown of its own at the end; `origin` a comment in the header.
    """

    values: Mapping[str, str]
    participants: Sequence[Mapping[str, str]] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    rest: str = ""
    origin: str = ""


def note_file(
    project: Project, guide: Guide, actor: Actor, region: str, id_: str, follow_up_of: str = ""
) -> Planned:
    """A note ready to fill, in the language in use."""
    path = f"notes/{region}/{id_}.md"
    if bad_windows_name(path):
        raise ValueError(path)
    values = {"id": id_, "actor": actor.id, "region": region, "follow_up_of": follow_up_of}
    text = note_text(guide, Filled(values), {actor.type}, project.language, actor.appointment(region))
    return Planned(path, text.encode(), (project.root / path).exists())


def note_text(
    guide: Guide, filled: Filled, types: set[str], language: str, appointment: date | None = None
) -> str:
    """A note's text: what is filled in; for the rest the values allowed and the probes, as comments."""
    lines = ["---", *_header(guide, filled, language, appointment), "---", ""]
    for section in guide.sections:
        lines += [section.heading.source.strip(), ""]
        if section.id in filled.answers:
            lines += [filled.answers[section.id], ""]
        for question in section.questions:
            if question.id in filled.answers:
                lines += [question.heading.source.strip(), "", filled.answers[question.id], ""]
            elif question.asked_of(types):
                lines += question_lines(question)
    return "\n".join([*lines, filled.rest]).rstrip() + "\n"


def _header(guide: Guide, filled: Filled, language: str, appointment: date | None) -> list[str]:
    meeting = _("YYYY-MM-DD or DD/MM/YYYY")
    if appointment:
        meeting += " ; " + _("appointment: {day}").format(day=appointment)
    keys: list[tuple[str, str, str]] = [
        ("id", "", ""), ("actor", "", ""), ("region", "", ""), ("follow_up_of", "", ""),
        ("date", "", meeting),
        ("place", '""', _("town or cercle, never a village or an address")),
        ("mode", "", _("in-person | phone | video | written")),
        ("format", "individual", _("individual | group | focus-group")),
        ("language", guide.language or language, _("fr, bm, ff, ses, khq, taq, ar, … or a list [fr, bm]")),
        ("interpreter", "false", "true | false"),
        ("verbatim", "noted", _("what a block quote is: recorded | noted | translated")),
        ("minutes", "", ""), ("interviewer", "", _("initials")), ("note_taker", "", ""),
        ("participants", "", _("no name: a role, f | m | x, youth | adult | elder")),
        ("others_present", "", "true | false"),
        ("consent", "", _("to be filled in with the person; what stays empty is no")),
        ("consent.given", "", "true | false"),
        ("consent.form", "", _("oral | written")),
        ("consent.quote", "", _("may be quoted word for word: true | false")),
        ("consent.share", "", _("the detailed note may go to the commissioner: true | false")),
        ("consent.recording", "", "true | false"),
        ("readback", "", _("day the note was read back to the person")),
        ("attribution", "", _("role | organisation | type | region | none")),
        ("sensitivity", "restricted", _("restricted | confidential")),
        ("guide_version", f'"{guide.version}"' if guide.version else "", ""),
        ("status", "draft", _("draft | done | validated")),
    ]  # fmt: skip
    lines = ["# yaml-language-server: $schema=../../.consultkit/note.schema.json"]
    for key, default, comment in keys:
        value = filled.values.get(key) or default
        if not value and key in _WHERE_FILLED:
            continue
        row = f"{'  ' if '.' in key else ''}{key.rpartition('.')[2]}: {value}".rstrip()
        lines.append(f"{row:<24} # {comment}" if comment and key not in filled.values else row)
        if key == "participants":
            lines += _participants(filled.participants)
    return [*lines, f"# {filled.origin}"] if filled.origin else lines


_WHERE_FILLED = ("follow_up_of", "note_taker", "guide_version")  # keys that an empty note does without


def _participants(people: Sequence[Mapping[str, str]]) -> list[str]:
    keys = (
        ("- role", '""', ""), ("  gender", "", "f | m | x"), ("  age", "", _("youth | adult | elder")),
        ("  count", "1", ""),
    )  # fmt: skip
    lines = []
    for person in people or [{}]:
        for key, default, comment in keys:
            row = f"  {key}: {person.get(key[2:]) or default}".rstrip()
            lines.append(f"{row:<24} # {comment}" if comment and not person.get(key[2:]) else row)
    return lines


def question_lines(question: Question) -> list[str]:
    """A question as a note begins with it: its heading; probes, advice and options as a comment."""
    comments = [f"- {probe}" for probe in question.probes]
    comments += [_("Advice: {text}").format(text=text.replace("\n", " ")) for text in question.advice]
    if question.options:
        comments.append(_("Options: {options}").format(options=" | ".join(question.options)))
    inside = [comment.replace("-->", "→").replace("<!--", "") for comment in comments]
    return [question.heading.source.strip(), "", *(["<!--", *inside, "-->", ""] if inside else []), ""]


def synthesis_file(project: Project, guide: Guide, region: str) -> Planned:
    """A region's synthesis: under each section, as comments, answers and verbatims ready to paste."""
    path = f"notes/{region}/{FILES[project.language]['synthesis']}"
    existing = next((s.file for s in project.syntheses if s.region == region), path)
    heard = [note for note in project.notes if region in (note.region, *note.also_regions)]
    notes = [note for note in heard if note.usable and note.attribution != "none"]
    lines = ["---", "kind: synthesis", f"region: {region}", "status: draft", "---", ""]
    for section in guide.sections:
        if not section.observation:
            lines += [f"## {section.title} {{#{section.id}}}", "", *_material(section, notes)]
    return Planned(existing, ("\n".join(lines).rstrip() + "\n").encode(), (project.root / existing).exists())


def _material(section: GuideSection, notes: Sequence[Note]) -> list[str]:
    lines: list[str] = []
    for question in section.questions:
        found = [line for note in notes for line in _answers(question, note)]
        if found:
            lines += ["<!--", question.text, "", *found, "-->", ""]
    return lines


def _answers(question: Question, note: Note) -> Iterator[str]:
    """A note's answer, as the synthesis may use it: summaries by code, words spoken ready to paste."""
    if question.identifying and note.attribution in ("type", "region"):
        return
    for part, off in with_off(note.body.parts):
        if off or part.heading.id != question.id:
            continue
        for block in part.blocks:
            words = " ".join(plain(open_words(block.text)).replace("--", "–").split())
            if not words:
                continue
            if block.kind != "quote":
                yield f"{note.id} : {words}"
            elif note.consent.quote:
                yield "«\u00a0" + words.strip("«»“”\u00a0 ") + f"\u00a0» [@{note.id}]"
            else:
                yield _("{id} (words not to be quoted): {words}").format(id=note.id, words=words)


def campaign_synthesis_file(project: Project) -> Planned:
    """The synthesis across regions: special sections, and the guide's with each region's findings."""
    name = FILES[project.language]["synthesis"]
    existing = next((s.file for s in project.syntheses if not s.region), f"notes/{name}")
    lines = [(SCAFFOLD / project.language / name).read_text("utf-8").rstrip(), ""]
    for section in project.guide.sections if project.guide else ():
        if section.observation:
            continue
        lines += ["", f"## {section.title} {{#{section.id}}}", ""]
        for synthesis in project.syntheses:
            texts = [b.text for p in synthesis.body.parts if p.heading.id == section.id for b in p.blocks]
            if synthesis.region and texts:
                lines += ["<!--", synthesis.region, "", "\n\n".join(texts).replace("--", "–"), "-->", ""]
    return Planned(existing, ("\n".join(lines).rstrip() + "\n").encode(), (project.root / existing).exists())


def is_frame(written: bytes) -> bool:
    """Whether a synthesis is still as `init` laid it down: nothing is lost by laying it down anew."""
    frames = ((SCAFFOLD / language / names["synthesis"]).read_bytes() for language, names in FILES.items())
    return written.replace(b"\r\n", b"\n") in frames


def duplicates_of(project: Project, actor: Actor, region: str) -> list[Note]:
    """The notes that an actor already has in a region."""
    return [note for note in project.notes if actor.id in note.actors and note.region == region]
