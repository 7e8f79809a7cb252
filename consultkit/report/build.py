"""From a project to a document: the view, the templates, the cover. Nothing is printed or written here."""

from __future__ import annotations

import datetime as dt
import os
import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from consultkit import i18n
from consultkit.disclose import INTERNAL, SHARED, Disclosure
from consultkit.files import inside
from consultkit.i18n import N_, _, speaking
from consultkit.model import Campaign, Project
from consultkit.report import words
from consultkit.report.advance import Advance
from consultkit.report.annex import Annex
from consultkit.report.compose import Composer
from consultkit.report.errors import RenderError
from consultkit.report.render import SEAM, Document
from consultkit.report.tables import esc
from consultkit.report.typography import typographic
from consultkit.report.view import View, own
from consultkit.schema.declare import SPECIAL_SECTIONS
from consultkit.text import long_date, month_name

TEMPLATES = {
    "fr": {
        "report": "rapport.md.j2", "progress": "avancement.md.j2", "lessons": "lecons.md.j2",
        "note": "note.md.j2",
    },
    "en": {
        "report": "report.md.j2", "progress": "progress.md.j2", "lessons": "lessons.md.j2",
        "note": "interview-note.md.j2",
    },
}  # fmt: skip
_SUBTITLES = {
    "report": N_("Consultation report"),
    "progress": N_("Progress report"),
    "lessons": N_("Lessons learned"),
}
LOGOS = ("logo.png", "logo.jpg", "logo.jpeg")
_SEAMS = re.compile(r"(?:[ \t]*\n)*\f\s*")


@dataclass(frozen=True, slots=True)
class Built:
    """A document ready to be rendered, and what the commands must know of it."""

    document: Document
    kind: str
    edition: str
    region: str
    provisional: bool  # consultations are missing
    notes: tuple[str, ...]  # ids of the notes that it was made from
    presence: tuple[str, ...]  # cells of the mapping annex: who is present, not who was heard


def document_date(project: Project, environ: Mapping[str, str] = os.environ) -> dt.date:
    """SOURCE_DATE_EPOCH, else the end of the newest note's month, else the campaign's start.

    The same files give the same date. The note's own day would tell when somebody was heard. While its month
    lasts, it is today.
    """
    epoch = environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date()
    days = [note.date for note in project.notes if note.usable and note.date]
    start = project.mapping.campaign.start if project.mapping else None
    if not days:
        return start or project.today
    newest = max(days)
    return min(project.today, newest.replace(day=monthrange(newest.year, newest.month)[1]))


def build_report(
    project: Project,
    *,
    edition: str = SHARED,
    kind: str = "report",
    region: str = "",
    since: dt.date | None = None,
    force: bool = False,
    names_checked: bool = False,
    date: dt.date | None = None,
    lang: str | None = None,
) -> Built:
    """A document of a project that has a mapping, in the campaign's language; raises `TemplateFault`.

    `force` marks it as a draft; `names_checked` says that known identities could be read and searched.
    """
    assert project.mapping is not None
    date = date or document_date(project)
    if kind == "progress":  # where it stands is told for the document's day
        project = replace(project, today=date)
    lang = lang or project.language
    with speaking(lang):
        view = View(project, Disclosure(project, edition), region)
        body = _body(view, kind, lang, since)
        document = _document(view, body, kind, lang, force, names_checked, date)
        ids, presence = tuple(sorted(_made_from(view, kind))), _names(view) if kind == "report" else ()
        return Built(document, kind, edition, region, view.tally.short, ids, presence)


def _made_from(view: View, kind: str) -> set[str]:
    """Ids of the notes that a document rests on: counted or cited in it."""
    project = view.project
    wanted = {"report": "synthesis", "lessons": "lessons"}.get(kind)
    cited = (
        id_
        for document, found in view.prose.ledger.statements
        if document.kind == wanted and (wanted == "lessons" or view.region in ("", document.region))
        for statement in found for citation in statement.citations
        for id_ in citation.ids
    )  # fmt: skip
    made = {id_ for id_ in cited if view.disclosure.citable(project.note_by_id.get(id_))}
    if kind != "lessons":
        made |= {n.id for n in project.notes if n.usable and view.region in ("", n.region)}
    return made


def _body(view: View, kind: str, lang: str, since: dt.date | None) -> str:
    composer = Composer(view.project.root / "templates")
    context = _common(view)
    if kind == "report":
        context |= _report(view, Annex(view), composer, lang)
    elif kind == "lessons":
        context["lessons"] = view.lessons()
    else:
        advance = Advance(view, since)
        context |= {
            "since": long_date(since) if since else "", "summary": advance.summary(), "held": advance.held(),
            "difficulties": advance.difficulties(), "next_steps": advance.next_steps(),
            "deliverables": advance.deliverables(), "coverage_figure": view.coverage_figure(),
        }  # fmt: skip
    text = view.disclosure.without_codes(composer.compose(TEMPLATES[lang][kind], context))
    return typographic(_SEAMS.sub(SEAM, text).strip() + "\n", lang)


def _common(view: View) -> dict[str, Any]:
    """What every template may use."""
    project, mapping = view.project, view.project.mapping
    assert mapping is not None
    campaign = mapping.campaign
    return {
        "title": esc(campaign.title),
        "commissioner": esc(campaign.commissioner),
        "region": esc(view.tally.regions.get(view.region, view.region)),
        "regions": esc(words.joined(view.tally.regions.values())),
        "internal": view.disclosure.edition == INTERNAL,
        "provisional": view.tally.short,
        "guide_version": esc(project.guide.version) if project.guide else "",
        "pagebreak": "::: {.pagebreak}\n:::",
    }


def _report(view: View, annex: Annex, composer: Composer, lang: str) -> dict[str, Any]:
    """What the report's template may use; chapters come first, since quotations are chosen from them."""
    chapters = view.chapters()
    texts = {section: view.text(section) for section in SPECIAL_SECTIONS}
    lessons = view.lessons() if not view.region else []
    context: dict[str, Any] = {
        **texts,
        "chapters": chapters, "leftovers": view.leftovers(), "lessons": lessons, "facts": view.facts(),
        "coverage": view.coverage(), "coverage_figure": view.coverage_figure(), "map": view.map(),
        "by_type": view.types(), "persons": view.persons(), "talks": view.talks(), "themes": view.themes(),
        "guide": own(annex.guide()), "guide_changes": annex.changes(), "codebook": annex.codebook(),
        "presence": annex.presence(), "proved": view.proved(),
    }  # fmt: skip
    if view.disclosure.internal:
        name = TEMPLATES[lang]["note"]
        context |= {
            "consultations": annex.consultations(), "calendar": annex.calendar(),
            "findings": annex.findings(),
            "unused": annex.unused(), "answers": annex.answers(), "theme_sources": annex.themes(),
            "saturation": annex.saturation(), "coreq": annex.coreq(),
            "notes": [own(composer.compose(name, {"note": note})) for note in annex.notes()],
        }  # fmt: skip
    return context


def _document(
    view: View, body: str, kind: str, lang: str, forced: bool, names_checked: bool, date: dt.date
) -> Document:
    mapping = view.project.mapping
    assert mapping is not None
    campaign = mapping.campaign
    subtitle = _(_SUBTITLES[kind])
    if view.region:
        name = view.tally.regions.get(view.region, view.region)
        subtitle = _("{document}: {region}").format(document=subtitle, region=words.region_words(name))
    uncoded = view.disclosure.without_codes
    cover = (typographic(uncoded(line), lang) for line in _cover(view, campaign, names_checked))
    return Document(
        markdown=body, language=lang,
        title=typographic(uncoded(campaign.title), lang), subtitle=typographic(uncoded(subtitle), lang),
        date=date, authors=tuple(map(uncoded, campaign.authors)), cover=tuple(cover),
        banner=" · ".join(_banner(view, kind, forced)), figures=view.figures,
        logo=_logo(view.project.root / "templates"), contents=kind == "report",
    )  # fmt: skip


def _cover(view: View, campaign: Campaign, names_checked: bool) -> Iterator[str]:
    if campaign.commissioner:
        yield _("Commissioned by {commissioner}").format(commissioner=campaign.commissioner)
    if not view.region and view.tally.regions:
        yield _("Regions: {regions}").format(regions=words.joined(view.tally.regions.values()))
    months = _months(view)
    if months:
        yield months
    if view.disclosure.internal:
        yield _("Internal edition: coded, not anonymous. For the team alone.")
    else:
        yield _("Shared edition: words are attributed as each person agreed.")
    if not names_checked:
        yield _("Attention: names not checked")


def _months(view: View) -> str:
    days = [note.date for note in view.tally.held if note.date]
    if not days:
        return ""
    first, last = month_name(min(days)), month_name(max(days))
    if first == last:
        return _("Consultations of {month}").format(month=first)
    return _("Consultations from {first} to {last}").format(first=first, last=last)


def _banner(view: View, kind: str, forced: bool) -> Iterator[str]:
    if forced:
        yield _("Draft")
    if view.tally.short and kind == "report":
        yield _("Provisional")
    if view.disclosure.internal:
        yield _("Restricted distribution")


def _names(view: View) -> tuple[str, ...]:
    """The cells of the mapping annex that name an organisation, as the Markdown has them."""
    mapping = view.project.mapping
    actors = mapping.actors if mapping else ()
    shown = (esc(a.name) + (f" ({esc(a.acronym)})" if a.acronym else "") for a in actors)
    return tuple(dict.fromkeys(f"| {typographic(name, i18n.language())} |" for name in shown))


def _logo(templates: Path) -> Path | None:
    logo = next((templates / name for name in LOGOS if (templates / name).is_file()), None)
    if logo is not None and not inside(templates.parent, logo):
        sentence = _("This link leads out of the workspace and is not followed.")
        raise RenderError(f"templates/{logo.name}: {sentence} {_('Put the file itself here.')}")
    return logo
