"""Annexes: the guide, who is present, and for the team's edition the notes and how they were used."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consultkit.body import Part
from consultkit.calendar import campaign_end
from consultkit.disclose import Shown
from consultkit.evidence import Statement
from consultkit.guide.diff import Comparison, described
from consultkit.i18n import N_, _, ngettext
from consultkit.kept_off import open_words, with_off
from consultkit.model import Note, Synthesis
from consultkit.parse.inline import plain
from consultkit.progress import themes_in
from consultkit.report import figures, words
from consultkit.report.prose import link
from consultkit.report.tables import bullets, esc, table
from consultkit.report.view import View
from consultkit.text import fold, long_date

NO_ANSWER = re.compile(
    r"\W*(sans reponse|refus|non posee|non applicable|no answer|refused|not asked|not applicable|n/?a|)\W*\Z"
)

# COREQ items (Tong, Sainsbury, Craig 2007) that the data answers, and what answers them.
COREQ = (
    ("11", N_("Method of approach"), "modes"),
    ("12", N_("Sample size"), "held"),
    ("13", N_("Non-participation"), "exits"),
    ("14", N_("Setting of data collection"), "formats"),
    ("16", N_("Description of sample"), "persons"),
    ("17", N_("Interview guide"), "guide"),
    ("18", N_("Repeat interviews"), "repeats"),
    ("19", N_("Audio recording"), "recorded"),
    ("21", N_("Duration"), "minutes"),
    ("23", N_("Transcripts returned"), "readback"),
    ("27", N_("Coding of the data"), "codes"),
    ("29", N_("Quotations presented and identified"), "quotations"),
    ("31", N_("Major themes"), "themes"),
)


@dataclass(frozen=True, slots=True)
class AnnexedNote:
    """A detailed note as the note template shows it."""

    id: str
    attribution: str
    facts: tuple[tuple[str, str], ...]
    quoted: str  # links back to where it is quoted
    parts: tuple[str, ...]  # headings and answers, as Markdown


class Annex:
    """The annexes of one document, made from the same view as its chapters."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.project = view.project
        self.disclosure = view.disclosure
        self.here = [note for note in view.project.notes if view.region in ("", note.region)]

    # For everyone

    def guide(self) -> str:
        """The interview guide: introduction, sections, questions, probes."""
        guide = self.project.guide
        if guide is None:
            return ""
        out = [esc(line) for line in plain(guide.introduction).split("\n\n") if line.strip()]
        for section in guide.sections:
            out.append(f"### {esc(section.title)}")
            for question in section.questions:
                out.append(f"**{esc(question.text)}**")
                out.append(bullets(esc(plain(probe)) for probe in question.probes))
        return "\n\n".join(piece for piece in out if piece)

    def changes(self) -> str:
        """The versions of the guide, and what each changed."""
        guide = self.project.guide
        rows = [
            [esc(change.version), long_date(change.date) if change.date else "", esc(change.text)]
            for change in (guide.changes if guide else ())
        ]
        log = table([_("Version"), _("Date"), _("What changed")], rows, _("Versions of the interview guide"))
        return "\n\n".join(filter(None, [log, self._differences()]))

    def _differences(self) -> str:
        """What the present version changed, where the one before is in guides/archive/."""
        guide, earlier = self.project.guide, self.project.archive
        if guide is None or not earlier:
            return ""
        before = max(earlier.values(), key=lambda old: [int(part) for part in old.version.split(".")])
        lines = [line.partition(" {#")[0] for line in described(Comparison(before, guide))]
        if before.version == guide.version or not lines:
            return ""
        depths = [min(2, (len(line) - len(line.lstrip()) + 1) // 2) for line in lines]
        texts = [line.strip().removeprefix("~ ") for line in lines]
        items = [f"{' ' * 4 * depth}- {esc(text)}" for depth, text in zip(depths, texts, strict=True)]
        title = _("From version {old} to version {new}").format(old=before.version, new=guide.version)
        return "\n".join([f"**{title}**", "", *items])

    def codebook(self) -> str:
        """The themes that passages were coded with."""
        rows = [[esc(t.name), _(words.KINDS[t.kind]), esc(t.description)] for t in self.project.themes]
        return table([_("Theme"), _("Kind"), _("What belongs under it")], rows, _("The codebook"))

    def presence(self) -> list[tuple[str, str]]:
        """For each region, who is present: nothing here tells who was consulted, and no person is listed."""
        mapping = self.project.mapping
        if mapping is None:
            return []
        heads = [_("Actor"), _("Type"), _("Cercles"), _("Sectors")]
        types = {id_: kind.name for id_, kind in mapping.type_by_id.items()}
        sectors = {id_: sector.name for id_, sector in mapping.sector_by_id.items()}
        found = []
        for region, name in self.view.tally.regions.items():
            rows = [
                [
                    esc(actor.name) + (f" ({esc(actor.acronym)})" if actor.acronym else ""),
                    esc(types.get(actor.type, actor.type)),
                    esc(", ".join(actor.cercles)),
                    esc(", ".join(sectors[id_] for id_ in actor.sectors if id_ in sectors)),
                ]
                for actor in sorted(mapping.actors, key=lambda actor: fold(actor.name))
                if region in actor.regions and actor.kind == "organisation" and actor.review != "remove"
            ]
            caption = _("Organisations present: {region}").format(region=esc(words.region_words(name)))
            if rows:
                found.append((esc(name), table(heads, rows, caption)))
        return found

    # For the team

    def listed(self) -> list[Note]:
        """The usable notes of the document's regions that may be named, in the order of their codes."""
        notes = filter(self.disclosure.citable, self.here)
        return sorted(notes, key=lambda note: (note.region, _natural(note.id)))

    def consultations(self) -> str:
        """The list of consultations, each by what may be said of it."""
        heads = [
            _("Code"), _("Attribution"), _("Mode"), _("Format"), _("Languages"), _("Persons"), _("Remarks"),
        ]  # fmt: skip
        rows = [
            [
                link(note) if self.disclosure.annexed(note) else f"[{note.id}]{{#note-{note.id}}}",
                esc(self.disclosure.attribution(note)),
                _(words.MODES.get(note.mode, "–")),
                words.named(words.FORMATS, note.format),
                ", ".join(map(words.language_name, note.languages)),
                str(note.persons or "–"),
                "; ".join(self._remarks(note)),
            ]
            for note in self.listed()
        ]
        return table(heads, rows, _("List of consultations"), wide=True)

    def _remarks(self, note: Note) -> Iterator[str]:
        if note.sensitivity == "confidential":
            yield _("confidential: not annexed")
        if note.follow_up_of:
            first = self.project.note_by_id.get(note.follow_up_of)
            yield _("follow-up of {id}").format(id=link(first) if first in self.listed() and first else "–")

    def notes(self) -> list[AnnexedNote]:
        """The detailed notes."""
        found = []
        for note in self.listed():
            shown = self.disclosure.note(note)
            if shown is None:
                continue
            anchors = self.view.prose.anchors.get(note.id, [])
            quoted = ", ".join(f"[{number}](#{anchor})" for number, anchor in enumerate(anchors, 1))
            facts = tuple((label, esc(value)) for label, value in shown.facts)
            parts = tuple(map(shown_part, shown.parts))
            found.append(AnnexedNote(note.id, esc(shown.attribution), facts, quoted, parts))
        return found

    def calendar(self) -> str:
        """Consultations by week and region, and what was due when."""
        mapping = self.project.mapping
        days = [note.date for note in self.view.tally.held if note.date]
        start = mapping.campaign.start if mapping else None
        if mapping is None or not days or start is None:
            return ""
        end = max([*days, campaign_end(mapping.campaign) or start])
        lanes = [
            figures.Lane(name, [n.date for n in self.view.tally.held if n.region == region and n.date])
            for region, name in self.view.tally.regions.items()
        ]
        due = [
            figures.Milestone(_(words.DELIVERABLES.get(d.kind, d.id)), d.due)
            for d in mapping.deliverables
            if d.due
        ]
        caption, first = _("Consultations by week, and deliverables"), min([start, *days])
        drawing, said = (draw(first, end, lanes, due) for draw in (figures.timeline, figures.timeline_alt))
        return self.view.draw("calendar", caption, drawing, said)

    # Traceability

    def findings(self) -> str:
        """Which notes each section of each synthesis rests on."""
        rows = []
        for document, statements in self.view.prose.ledger.statements:
            if self.view.region in ("", document.region):
                rows += [list(row) for row in self._sections(document, statements)]
        return table(
            [_("Finding"), _("Section"), _("Quotations"), _("Notes")],
            rows,
            _("Findings and the notes they rest on"),
        )

    def _sections(self, document: Synthesis, statements: Sequence[Statement]) -> Iterator[tuple[str, ...]]:
        cited: dict[str, dict[str, None]] = defaultdict(dict)
        quoted: Counter[str] = Counter()
        for statement in statements:
            cited[statement.section].update(dict.fromkeys(i for c in statement.citations for i in c.ids))
            quoted[statement.section] += len(statement.quotations)
        titles = {
            part.heading.id: plain(part.heading.text) for part in document.body.parts if part.heading.id
        }
        for section, ids in cited.items():
            if ids:
                title = titles.get(section, section)
                yield esc(self._name(document)), esc(title), str(quoted[section] or "–"), self._links(ids)

    def _name(self, document: Synthesis) -> str:
        if document.kind == "lessons":
            return _("Lessons learned")
        return self.view.tally.regions.get(document.region, document.region) or _("Across regions")

    def _links(self, ids: Sequence[str] | dict[str, None]) -> str:
        notes = (self.project.note_by_id.get(id_) for id_ in sorted(ids, key=_natural))
        return ", ".join(link(note) for note in notes if note and self.disclosure.citable(note))

    def unused(self) -> str:
        """The notes that no finding cites and those that may not be used, with the reason: none is lost."""
        cited = self.view.prose.ledger.cited_notes
        silent = [note for note in self.listed() if note.id not in cited]
        here = self.here
        drafts = [note.id for note in here if not note.done and note.consent.withdrawn is None]
        lines = [_("{note}: cited by no finding").format(note=link(note)) for note in silent]
        if drafts:
            lines.append(_("Drafts, not used: {ids}").format(ids=", ".join(sorted(drafts, key=_natural))))
        asked = sum(note.usable and note.attribution == "none" for note in here)
        withdrawn = [note for note in here if note.done and note.consent.withdrawn is not None]
        refused = sum(note.done and not note.usable for note in here) - len(withdrawn)
        if asked:
            lines.append(_("Counted, but neither quoted nor cited, as was asked: {n}").format(n=asked))
        if withdrawn:
            lines.append(_("Consent withdrawn, in no output: {n}").format(n=len(withdrawn)))
        if refused:
            lines.append(_("Without consent, not used: {n}").format(n=refused))
        return bullets(lines) or _("Every note is cited.")

    def answers(self) -> str:
        """For each question: of the consultations asked, how many answered, by region."""
        guide, regions = self.project.guide, self.view.tally.regions
        if guide is None:
            return ""
        found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for note in self.view.tally.held:
            answered = {
                part.heading.id for part, off in with_off(note.body.parts) if not off and _answered(part)
            }
            types = {actor.type for actor in self.disclosure.actors(note)}
            for question in guide.questions.values():
                if question.asked_of(types):
                    pair = found[question.id][note.region]
                    pair[0] += question.id in answered
                    pair[1] += 1
        rows = [
            [esc(question.text), *("{}/{}".format(*found[question.id][region]) for region in regions)]
            for question in guide.questions.values()
        ]
        caption = _("Questions: consultations that answered, of those asked")
        return table([_("Question"), *map(esc, regions.values())], rows, caption, numbers_from=1)

    def themes(self) -> str:
        """For each theme, the notes and regions that raised it; a single source stands out."""
        raised: dict[str, list[Note]] = defaultdict(list)
        passages: Counter[str] = Counter()
        for note in self.here:
            if note.usable:
                found = themes_in(note, self.project)
                passages.update(found)
                for id_ in found:
                    raised[id_].append(note)
        rows = []
        for theme in self.project.themes:
            notes = raised[theme.id]
            regions = dict.fromkeys(self.view.tally.regions.get(note.region, note.region) for note in notes)
            single = " **" + _("single source") + "**" if len(notes) == 1 else ""
            codes = self._links([note.id for note in notes])
            counted = [str(passages[theme.id]), str(len(notes)) + single]
            rows.append([esc(theme.name), *counted, esc(", ".join(regions)), codes])
        heads = [_("Theme"), _("Passages"), _("Notes"), _("Regions"), _("Codes")]
        return table(heads, rows, _("Themes and the notes that raised them"), wide=True)

    def saturation(self) -> str:
        """New themes per consultation in order of date, and after which none was new."""
        ordered = sorted(
            self.view.tally.raised, key=lambda pair: (pair[0].date or dt.date.max, _natural(pair[0].id))
        )
        seen: set[str] = set()
        rows: list[list[str]] = []
        for rank, (note, raised) in enumerate(ordered, 1):
            new = raised - seen
            seen |= raised
            if new:
                shown = link(note) if self.disclosure.citable(note) else "–"
                rows.append([str(rank), shown, str(len(new)), str(len(seen))])
        if not rows:
            return ""
        after = _("No new theme after consultation {rank} of {n}.").format(rank=rows[-1][0], n=len(ordered))
        heads = [_("Consultation"), _("Code"), _("New themes"), _("Themes so far")]
        return (
            table(heads, rows, _("Saturation: new themes in order of date"), numbers_from=2) + f"\n\n{after}"
        )

    def coreq(self) -> str:
        """The COREQ items that the data answers."""
        told = self._reported()
        rows = [[number, _(item), told[key]] for number, item, key in COREQ if told[key]]
        return table(
            ["COREQ", _("Item"), _("What the data says")], rows, _("COREQ items that the data answers")
        )

    def _reported(self) -> dict[str, str]:
        tally, guide = self.view.tally, self.project.guide
        minutes = sorted(note.minutes for note in tally.held if note.minutes)
        proofs = [used.proof for used in self.view.prose.used]
        changes = len(guide.changes) if guide else 0

        def listed(counts: Counter[str]) -> str:
            return ", ".join(f"{name} {number}" for name, number in counts.most_common())

        happened, why = tally.exits()
        return {
            "modes": listed(Counter(_(words.MODES.get(note.mode, "–")) for note in tally.held)),
            "held": str(len(tally.held)),
            "exits": ", ".join(f"{esc(name)} {n}" for name, n in (*happened.items, *why.items)),
            "formats": listed(Counter(words.named(words.FORMATS, note.format) for note in tally.held)),
            "persons": str(sum(note.persons for note in tally.held)),
            "guide": ngettext("{n} version, annexed", "{n} versions, annexed", changes).format(n=changes)
            if guide
            else "",
            "repeats": str(sum(bool(note.follow_up_of) for note in self.here if note.usable)),
            "recorded": str(sum(note.verbatim == "recorded" for note in tally.held)),
            "minutes": _("{low} to {high} minutes, median {mid}").format(
                low=minutes[0], high=minutes[-1], mid=minutes[len(minutes) // 2]
            )
            if minutes
            else "",
            "readback": str(sum(note.readback is not None for note in tally.held)),
            "codes": _("{n} themes, annexed").format(n=len(self.project.themes))
            if self.project.themes
            else "",
            "quotations": _("{n}, of which {proved} found in their notes").format(
                n=len(proofs), proved=sum(proof.holds for proof in proofs)
            ),
            "themes": _("with counts per theme") if self.project.themes else "",
        }


def shown_part(part: Shown) -> str:
    """A heading of a note and what stands below it, as the note template takes it."""
    heading = f"{'#' * min(6, max(3, part.level + 1))} {esc(part.title)}" if part.title else ""
    held_back = "*" + _("Answer held back: it would tell who speaks.") + "*"
    body = held_back if part.held_back else part.markdown
    return "\n\n".join(piece for piece in (heading, body) if piece)


def _answered(part: Part) -> bool:
    texts = (fold(plain(open_words(block.text))) for block in part.blocks)
    return any(text and not NO_ANSWER.match(text) for text in texts)


def _natural(code: str) -> list[tuple[int, str]]:
    """GAO-9 before GAO-10."""
    return [(int(piece), "") if piece.isdigit() else (0, piece) for piece in re.split(r"(\d+)", code)]
