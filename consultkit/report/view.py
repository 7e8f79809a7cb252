"""What the templates of the report may show: chapters, tables and figures as Markdown, ready to be set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from consultkit.body import Part
from consultkit.disclose import Disclosure
from consultkit.evidence import Proof
from consultkit.i18n import _, language, ngettext
from consultkit.model import Project, Synthesis
from consultkit.parse.inline import spans, without_off
from consultkit.quotation import fragments, holds, normalise
from consultkit.report import figures, words
from consultkit.report.prose import Prose, Used, sections
from consultkit.report.render import SEAM, Figure
from consultkit.report.tables import bullets, count, esc, figure, mask, missing, table
from consultkit.report.tally import Counts, Shares, Tally
from consultkit.schema.declare import SPECIAL_SECTIONS

ACROSS = ""  # the synthesis across regions
QUOTES_A_THEME = 2
REQUIRED = ("summary", "context", "method", "limits", "conclusion", "recommendations")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one region's synthesis says in a section."""

    id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the guide: findings across regions, then each region's; `missing` is to be written."""

    id: str
    title: str
    text: str
    regions: tuple[Finding, ...]
    missing: str


@dataclass(frozen=True, slots=True)
class ThemeGroup:
    """The themes of a kind: by actor type, by region, and quotations that the syntheses chose for them."""

    id: str
    title: str
    by_type: str
    by_region: str
    heat_map: str
    quotes: tuple[tuple[str, tuple[str, ...]], ...]  # theme's name, quotations


@dataclass
class View:
    """Everything that a document of a project may show, for one edition and one region or all."""

    project: Project
    disclosure: Disclosure
    region: str = ACROSS
    figures: dict[str, Figure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tally = Tally(self.project, masked=not self.disclosure.internal, region=self.region)
        self.prose = Prose(self.project, self.disclosure)
        self._shown: dict[tuple[str, str], str] = {}
        self._parts = {
            (document.file, id_): parts
            for document in self.project.syntheses
            for id_, parts in sections(document)
        }

    # What authors wrote

    def synthesis(self, region: str) -> Synthesis | None:
        """The synthesis of a region, or (no region) the one across them."""
        return next((document for document in self.project.syntheses if document.region == region), None)

    def written(self, region: str, section: str) -> str:
        """A section of a synthesis as Markdown, set apart from all around it; nothing if unwritten."""
        document = self.synthesis(region)
        if document is None:
            return ""
        key = (document.file, section)
        if key not in self._shown:
            parts: Sequence[Part] = self._parts.get(key, ())
            depth = 2 if section in SPECIAL_SECTIONS else 3 if not region else 4
            text = self.prose.below(document, parts, depth) if parts else ""
            if document.body.preamble and key[1] == self._first(document):
                text = self.prose.blocks(document, document.body.preamble, "") + "\n\n" + text
            self._shown[key] = own(text)
        return self._shown[key]

    def _first(self, document: Synthesis) -> str:
        """The section that carries what stands before the first heading."""
        known = {id_ for file, id_ in self._parts if file == document.file}
        order = [*(SPECIAL_SECTIONS if not document.region else ()), *self._guide_sections()]
        return next((id_ for id_ in order if id_ in known), "")

    def text(self, section: str) -> str:
        """A section of the synthesis across regions; what must be written and is not stands out."""
        if self.region:
            return ""
        text = self.written(ACROSS, section)
        document = self.synthesis(ACROSS)
        if text and document is not None and not document.done:
            return missing(_("draft")) + text
        return text or (own(missing()) if section in REQUIRED else "")

    def _guide_sections(self) -> dict[str, str]:
        """Titles of the guide's sections by id, observations aside."""
        guide = self.project.guide
        return {s.id: s.title for s in guide.sections if not s.observation} if guide else {}

    def chapters(self) -> list[Chapter]:
        """The findings, section by section of the guide."""
        found = [self._chapter(id_, title) for id_, title in self._guide_sections().items()]
        return [chapter for chapter in found if chapter.text or chapter.regions or chapter.missing]

    def _chapter(self, id_: str, title: str) -> Chapter:
        across = "" if self.region else self.written(ACROSS, id_)
        shown: list[Finding] = []
        lacking: list[str] = []
        heard = {note.region for note in self.tally.held}
        for region, name in self.tally.regions.items():
            text, document = self.written(region, id_), self.synthesis(region)
            if text:
                draft = "" if document and document.done else missing(_("draft"))
                shown.append(Finding(region, esc(name), draft + text))
            elif region in heard and (document is None or not document.done):
                lacking.append(name)
        names = missing(_("findings to be written: {regions}").format(regions=words.joined(lacking)))
        return Chapter(id_, esc(title), across, tuple(shown), names if lacking else "")

    def leftovers(self) -> str:
        """Sections that the guide does not have: no written word is lost."""
        known = {*self._guide_sections()}
        out: list[str] = []
        for document in self.project.syntheses:
            wanted = self.region in (ACROSS, document.region)
            special = set() if document.region else set(SPECIAL_SECTIONS)
            for id_, parts in sections(document) if wanted else ():
                if id_ not in known | special:
                    out.append(own(self.prose.below(document, parts, 2, opened=False)))
        return "".join(out)

    def proved(self) -> bool:
        """Whether every quotation so far stands in a note that it cites and that may be quoted."""
        return not self.prose.withheld and all(used.proof.holds for used in self.prose.used)

    def lessons(self) -> list[Finding]:
        """The lessons learned, one heading each."""
        out: list[Finding] = []
        for document in self.project.lessons:
            for _id, parts in sections(document):
                title = self.prose.heading(document, parts[0], 1).removeprefix("# ")
                draft = "" if document.done else missing(_("draft"))
                out.append(
                    Finding(
                        f"lesson-{len(out) + 1}", title, draft + own(self.prose.below(document, parts, 3))
                    )
                )
        return out

    # The campaign in figures

    def facts(self) -> str:
        """What the data says of the method, as a list."""
        return bullets(self._facts())

    def _facts(self) -> Iterator[str]:
        tally = self.tally
        yield held_words(tally)
        sexes = tally.persons(words.GENDERS, "gender")
        if sexes.total:
            heard = ngettext("{n} person was heard", "{n} persons were heard", sexes.total)
            yield f"{heard.format(n=sexes.total)}{_counted(sexes, lower=True)}."
        for label, shares in (
            (_("How the talks were held"), tally.talks(words.MODES, "mode")),
            (_("Alone or together"), tally.talks(words.FORMATS, "format")),
            (_("Languages (some talks were held in several)"), tally.languages()),
            (_("Words quoted"), tally.talks(words.VERBATIMS, "verbatim")),
        ):
            if shares.items:
                lower = label != _("Languages (some talks were held in several)") or language() == "fr"
                yield _("{label}: {values}.").format(label=label, values=_values(shares, lower=lower))
        happened, why = tally.exits()
        if happened.total:
            told = _counted(happened, lower=True) + _counted(why, lower=True)
            yield f"{unheard_words(happened.total)}{told}."

    def coverage(self) -> str:
        """Consultations held against the number agreed, region by region."""
        rows = [
            [esc(row.name), str(row.done), str(row.minimum), str(row.missing) if row.missing else "–"]
            for row in self.tally.coverage
        ]
        if len(rows) > 1:
            held, agreed = len(self.tally.held), self.tally.minimum
            missing = str(agreed - held) if held < agreed else "–"
            rows.append(["**" + _("All") + "**", f"**{held}**", f"**{agreed}**", missing])
        heads = [_("Region"), _("Held"), _("Agreed"), _("Missing")]
        return table(heads, rows, _("Consultations held and agreed, by region"), numbers_from=1)

    def coverage_figure(self) -> str:
        """Bars of the consultations held against the number agreed."""
        drafts = self.disclosure.internal
        bars = [
            figures.Bar(row.name, row.done, row.minimum, row.draft if drafts else 0)
            for row in self.tally.coverage
        ]
        caption = _("Consultations held against the number agreed")
        return self.draw("coverage", caption, figures.coverage_bars(bars), figures.coverage_bars_alt(bars))

    def map(self) -> str:
        """The map of the regions."""
        codes = self.project.mapping.region_by_id if self.project.mapping else {}
        regions = [
            figures.MapRegion(codes[row.region].code, row.name, row.done, row.minimum)
            for row in self.tally.coverage
            if row.region in codes
        ]
        caption = _("The regions of the campaign: consultations held and agreed")
        return self.draw("map", caption, figures.region_map(regions), figures.region_map_alt(regions))

    def types(self) -> str:
        """Consultations by actor type and region."""
        counts = self.tally.by_type_and_region()
        if counts is None or len(counts.rows) * len(counts.columns) < 2:
            return ""
        if all(cell is None for row in (*counts.cells, counts.totals) for cell in row):
            return ""
        caption = _("Consultations by actor type and region")
        drawn = self._drawn("types", caption, figures.stacked_bars, figures.stacked_bars_alt, counts)
        return _crossed(counts, _("Actor type"), caption) + "\n\n" + drawn

    def _drawn(
        self, name: str, caption: str, drawing: Callable[..., str], said: Callable[..., str], counts: Counts
    ) -> str:
        """Counts in two ways as a drawing, where it would show more than hidden cells."""
        cells = [cell for row in counts.cells for cell in row]
        if 2 * sum(cell is None for cell in cells) > len(cells) * 3 / 2 or not any(cells):
            return ""
        data = counts.rows, counts.columns, counts.cells
        return self.draw(name, caption, drawing(*data, masked=mask()), said(*data, masked=mask()))

    def persons(self) -> str:
        """Persons heard, by sex and age band."""
        sexes = self.tally.persons(words.GENDERS, "gender")
        ages = self.tally.persons(words.AGES, "age")
        rows = [*_listed(_("Sex"), sexes), *_listed(_("Age"), ages)]
        return table(
            [_("By"), _("Group"), _("Persons")], rows, _("Persons heard, by sex and age"), numbers_from=2
        )

    def talks(self) -> str:
        """Consultations by mode, format and language."""
        tally = self.tally
        rows = [
            *_listed(_("Mode"), tally.talks(words.MODES, "mode")),
            *_listed(_("Format"), tally.talks(words.FORMATS, "format")),
            *_listed(_("Language"), tally.languages()),
        ]
        caption = _("Consultations by mode, format and language")
        return table([_("By"), _("Group"), _("Consultations")], rows, caption, numbers_from=2)

    def draw(self, name: str, caption: str, drawing: str, said: str) -> str:
        """A drawing of the document's own, by its name, with what it says in words."""
        self.figures[name] = Figure(drawing, said)
        return figure(name, caption)

    # Needs and challenges

    def themes(self) -> list[ThemeGroup]:
        """Needs, challenges and practices: how many consultations raise each, and words chosen for them."""
        groups = [
            self._group(kind) for kind in words.KINDS if any(t.kind == kind for t in self.project.themes)
        ]
        return [group for group in groups if group.by_type or group.by_region]

    def _group(self, kind: str) -> ThemeGroup:
        title = _(words.KINDS[kind])
        by_type, by_region = self.tally.themes(kind)
        several = len(by_type.columns) > 1
        caption = _("{themes}: consultations that raise them, by actor type")
        caption = caption if several else _("{themes}: consultations that raise them")
        by_regions = _("{themes}: consultations that raise them, by region").format(themes=title)
        drawn = ""
        if several:
            heat = _("{themes}: by actor type").format(themes=title)
            drawn = self._drawn(f"themes-{kind}", heat, figures.heat_map, figures.heat_map_alt, by_type)
        types = _crossed(by_type, _("Theme"), caption.format(themes=title)) if several or self.region else ""
        regions = "" if self.region else _crossed(by_region, _("Theme"), by_regions)
        return ThemeGroup(kind, title, types, regions, drawn, tuple(self._quotes(kind)))

    def _quotes(self, kind: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """For each theme, quotations that the syntheses chose and whose passage in the note carries it."""
        taken: set[str] = set()
        coded = self._coded
        for theme in (theme for theme in self.project.themes if theme.kind == kind):
            chosen: list[Used] = []
            for used, themes in coded:
                fresh = used.markdown not in taken and all(_note(used) != _note(other) for other in chosen)
                if fresh and theme.id in themes and len(chosen) < QUOTES_A_THEME:
                    chosen.append(used)
            taken.update(used.markdown for used in chosen)
            if chosen:
                yield esc(theme.name), tuple(own(used.markdown) for used in chosen)

    @cached_property
    def _coded(self) -> list[tuple[Used, frozenset[str]]]:
        """The quotations of the chapters, each with its themes."""
        return [(used, self._themes_of(used.proof)) for used in self.prose.used]

    def _themes_of(self, proof: Proof) -> frozenset[str]:
        """The themes that the note gives to the words of a quotation."""
        passage = proof.passage
        note = self.project.note_by_id.get(passage.note) if passage and proof.holds else None
        if passage is None or note is None or self.region not in (ACROSS, note.region):
            return frozenset()
        pieces, whole = fragments(proof.quotation.text), normalise(proof.quotation.text)
        found: set[str] = set()
        for block in note.body.blocks():
            if block.line == passage.place.line:
                text = without_off(block.text)
                for span in spans(text)[0]:
                    coded = normalise(text[span.inner_start : span.inner_end])
                    if holds(coded, pieces) or (coded and coded.strip(" .,;:!?…") in whole):
                        found.update(span.classes)
        return frozenset(found)


def held_words(tally: Tally) -> str:
    """“44 consultations were held, for 40 agreed.”"""
    held = len(tally.held)
    sentence = ngettext(
        "{n} consultation was held, for {agreed} agreed.",
        "{n} consultations were held, for {agreed} agreed.",
        held,
    )
    return sentence.format(n=held, agreed=tally.minimum)


def unheard_words(number: int) -> str:
    """“3 actors of the mapping could not be heard”."""
    sentence = ngettext(
        "{n} actor of the mapping could not be heard",
        "{n} actors of the mapping could not be heard",
        number,
    )
    return sentence.format(n=number)


def own(text: str) -> str:
    """A user's text as a part of its own: its footnotes, link definitions and unclosed blocks end with it."""
    return f"{SEAM}{text.strip()}{SEAM}" if text.strip() else ""


def _note(used: Used) -> str:
    return used.proof.passage.note if used.proof.passage else ""


def _values(shares: Shares, *, lower: bool) -> str:
    named = ((name[:1].lower() + name[1:] if lower else name, number) for name, number in shares.items)
    return ", ".join(f"{esc(name)} {count(number)}" for name, number in named)


def _counted(shares: Shares, *, lower: bool) -> str:
    """“ (women 70, men 65)”, where there is more than one group to tell."""
    return f" ({_values(shares, lower=lower)})" if len(shares.items) > 1 else ""


def _listed(label: str, shares: Shares) -> Iterable[list[str]]:
    return [[label if not index else "", esc(name), count(n)] for index, (name, n) in enumerate(shares.items)]


def _crossed(counts: Counts, head: str, caption: str) -> str:
    """Counts as a table; a single column is its rows' totals."""
    several = len(counts.columns) > 1
    heads = [head, *(map(esc, counts.columns) if several else ()), _("All")]
    rows = [
        [esc(name), *(map(count, cells) if several else ()), count(total)]
        for name, cells, total in zip(counts.rows, counts.cells, counts.totals, strict=True)
    ]
    return table(heads, rows, caption, numbers_from=1)
