"""consultkit guide upgrade, diff, feedback: the guide changes, the notes follow."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.cli.common import agreed, hidden, sound
from consultkit.files import WorkspaceError, locked, write_atomic
from consultkit.guide.diff import Comparison, described
from consultkit.guide.upgrade import CannotCarryError, Carriage, Carried
from consultkit.guide.versions import Earlier, Versions
from consultkit.i18n import N_, _, ngettext
from consultkit.load import load
from consultkit.model import Guide, Note, Project
from consultkit.output.terminal import clip, pad, printable, terminal_width, width_of, wrap
from consultkit.rules.comparison import actor_types
from consultkit.text import listing

COLUMNS = (
    ("moved", N_("moved")), ("reworded", N_("reworded")), ("new", N_("added")),
    ("retired", N_("retired")), ("not_asked", N_("“not asked”")),
)  # fmt: skip


@dataclass
class _Plan:
    """What an upgrade would write, and what it cannot carry over."""

    notes: list[tuple[Note, bytes, Carried]] = field(default_factory=list)
    syntheses: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)  # before and after
    archived: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def upgrade(
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE|REV", help=_("The earlier guide, where it is not found by itself.")
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("Does not ask."))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Shows the table, writes nothing."))] = False,
) -> int:
    """Carries every note over to the guide's present version, each from the version that it names."""
    with contextlib.nullcontext() if dry_run else locked(root()):
        project = load(root())
        guide = sound(project)[1]
        if not guide.version:
            raise WorkspaceError(_("The guide names no version: write `version:` in its header."))
        plan = _plan(project, guide, source)
        if plan.notes:
            _show(project, guide, plan)
        for problem in plan.problems:
            print(hidden(project, problem))
        if not plan.notes:
            if not plan.problems:
                print(_("Every note follows version {version} of the guide.").format(version=guide.version))
            return 1 if plan.problems else 0
        if dry_run:
            print(_("Nothing was written (--dry-run)."))
            return 1 if plan.problems else 0
        if not agreed(yes, _("Carry these notes over?"), default=False):
            print(_("Nothing was written. --yes writes without asking."))
            return 1
        written = _write(project, plan)
    message = ngettext(
        "{n} note now follows version {version}.", "{n} notes now follow version {version}.", written
    )
    print(message.format(n=written, version=guide.version))
    return 1 if plan.problems else 0


def _plan(project: Project, guide: Guide, source: str | None) -> _Plan:
    plan, versions = _Plan(), Versions(project, guide)
    chosen = versions.named(source) if source else None
    carriages: dict[str, Carriage] = {}
    missing: dict[str, list[str]] = {}
    for note in project.notes:
        applies = chosen is not None and note.guide_version in ("", chosen.guide.version)
        if note.guide_version == guide.version and not applies:
            continue
        if note.guide_version not in carriages:
            old = chosen if applies else versions.find(note.guide_version) if note.guide_version else None
            if old is None:
                missing.setdefault(note.guide_version, []).append(note.id)
                continue
            carriages[note.guide_version] = _carriage(project, guide, old, plan)
        _add(project, note, carriages[note.guide_version], plan)
    for synthesis in project.syntheses:
        before = text = (project.root / synthesis.file).read_bytes().decode("utf-8")
        for carriage in carriages.values():
            text = carriage.follow(text, synthesis.file)
        if text != before:
            plan.syntheses[synthesis.file] = (before.encode(), text.encode())
    for version, ids in missing.items():
        message = (
            _("{notes}: version {version} of the guide is not in guides/archive/ or in git; --from names it.")
            if version else _("{notes}: no `guide_version`; --from names the guide they were made with.")
        )  # fmt: skip
        plan.problems.append(message.format(notes=listing(ids), version=version))
    if project.unread_notes:
        message = _("{files}: cannot be read; `consultkit check` says why.")
        plan.problems.append(message.format(files=listing(project.unread_notes)))
    return plan


def _carriage(project: Project, guide: Guide, old: Earlier, plan: _Plan) -> Carriage:
    carriage = Carriage(old.guide, guide, project.archive.values(), project.language)
    if not carriage.comparison.related:
        message = _(
            "The guide {file} shares no id with version {version} of the notes: nothing was changed. "
            'Keep the ids of the questions, or say what each was called: was="old-id".'
        )
        raise WorkspaceError(message.format(file=guide.file, version=old.guide.version))
    if old.data and old.guide.version != guide.version:
        plan.archived[old.archive_name] = old.data
    return carriage


def _add(project: Project, note: Note, carriage: Carriage, plan: _Plan) -> None:
    data = (project.root / note.file).read_bytes()
    text = data.decode("utf-8")
    try:
        carried = carriage.carry(text, note.file, actor_types(project, note), note.done)
    except CannotCarryError as error:
        message = _("{file}: stays as it is, {reason}.")
        plan.problems.append(message.format(file=note.file, reason=error))
        return
    if carried.text != text:
        plan.notes.append((note, data, carried))


def _show(project: Project, guide: Guide, plan: _Plan) -> None:
    """The table: a line a note, and what is told of done notes."""
    rows = [[_("Note"), _("Guide"), *(_(title) for _key, title in COLUMNS)]]
    for note, _data, carried in plan.notes:
        counts = [str(len(getattr(carried, key)) or "") for key, _title in COLUMNS]
        rows.append([note.id, f"{note.guide_version or '?'} → {guide.version}", *counts])
    _table(rows)
    for path in plan.archived:
        print(f"  + {path}")
    for path in plan.syntheses:
        print(f"  ~ {path}")
    filled = sum(bool(carried.not_asked) for _note, _data, carried in plan.notes)
    if filled:
        message = ngettext(
            "{n} done note gets “not asked” under new required questions, so that it stays complete.",
            "{n} done notes get “not asked” under new required questions, so that they stay complete.",
            filled,
        )
        print(message.format(n=filled))


def _table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(width_of(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = enumerate(zip(row, widths, strict=True))
        print("  ".join(pad(printable(cell), width, right=i > 1) for i, (cell, width) in cells).rstrip())


def _write(project: Project, plan: _Plan) -> int:
    """Writes the archive first, so that an upgrade that is cut short can go on; then each file by itself."""
    for name, data in plan.archived.items():
        if not (project.root / name).exists():
            write_atomic(project.root / name, data)
    changes = {note.file: (data, carried.text.encode()) for note, data, carried in plan.notes}
    everything = list((plan.syntheses | changes).items())

    def write(change: tuple[str, tuple[bytes, bytes]]) -> bool:
        path, (before, after) = project.root / change[0], change[1]
        same = path.read_bytes() == before
        if same:
            write_atomic(path, after)
        return same

    with ThreadPoolExecutor(8) as pool:  # most of the time goes into waiting for the disk
        written = dict(zip([file for file, _data in everything], pool.map(write, everything), strict=True))
    for file in (file for file in written if not written[file]):
        message = _("{file}: changed meanwhile, stays as it is; run the command again.")
        plan.problems.append(message.format(file=file))
        print(plan.problems[-1])
    return sum(written[file] for file in changes)


def diff(
    revision: Annotated[
        str | None, typer.Argument(metavar="[REV]", help=_("A version, a file or a revision of git."))
    ] = None,
) -> int:
    """Tells what changed in the guide since its previous version, or since the one that is named."""
    project = load(root())
    guide = sound(project)[1]
    versions = Versions(project, guide)
    old = versions.named(revision) if revision else versions.previous()
    if old is None:
        print(_("No earlier version of the guide is in guides/archive/ or in git."))
        return 0
    comparison = Comparison(old.guide, guide, tuple(project.archive.values()))
    head = _("{file}: version {old} → {new}")
    print(head.format(file=guide.file, old=old.guide.version, new=guide.version))
    for line in described(comparison) or [_("Nothing that is asked has changed.")]:
        indent = line[: len(line) - len(line.lstrip())]
        print("\n".join(wrap(hidden(project, line.strip()), terminal_width(), indent)))
    return 0


def feedback() -> int:
    """Gathers the remarks on the guide by question, and the questions that often go unanswered, by region."""
    from consultkit.guide.feedback import often_unanswered, remarks

    project = load(root())
    guide = sound(project)[1]
    found, last = remarks(project), None
    for remark in found:
        if remark.question != last:
            last = remark.question
            question = guide.questions.get(last)
            text = hidden(project, question.text) if question else _("Elsewhere")
            print(f"{text} {{#{last}}}" if last else _("Elsewhere"))
        print("\n".join(wrap(hidden(project, f"{remark.note} : {remark.text}"), terminal_width(), "  ")))
    if not found:
        print(_("No passage is marked .guide-feedback."))
    often = often_unanswered(project, guide)
    if often:
        print("\n" + _("Often without an answer (of the consultations that were to ask it):"))
        regions = project.mapping.regions if project.mapping else ()
        head = [_("Question"), "", *(region.name for region in regions)]
        cells = [
            [f"#{u.question.id}", clip(u.question.text, 44)]
            + ["{}/{}".format(*u.regions[r.id]) if r.id in u.regions else "" for r in regions]
            for u in often
        ]  # fmt: skip
        _table([head, *cells])
    return 0
