"""The detailed notes that may leave: one document each and an index, numbered so that nothing is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from consultkit.disclose import Disclosure
from consultkit.i18n import _
from consultkit.model import Project
from consultkit.report.annex import AnnexedNote, shown_part
from consultkit.report.build import TEMPLATES, document_date
from consultkit.report.compose import Composer
from consultkit.report.render import Document
from consultkit.report.tables import esc, table
from consultkit.report.typography import typographic

_HEADING = re.compile(r"^#(?=#+ )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shared:
    """Documents ready to be rendered by the name of their file, and the ids of the notes they show."""

    documents: Mapping[str, Document]
    notes: tuple[str, ...]


def build_share(project: Project) -> Shared:
    """The index and one document a note, in the language in use; raises `TemplateFault`.

    Numbers follow the regions and, within a region, a hash of the text: neither codes nor dates.
    """
    disclosure = Disclosure(project)
    composer = Composer(project.root / "templates")
    date = document_date(project)
    documents: dict[str, Document] = {}
    rows = []
    ordered = disclosure.in_shared_order()
    for number, (note, shown, _hash) in enumerate(ordered, 1):
        name = f"consultation-{number:0{max(2, len(str(len(ordered))))}}"
        facts = tuple((label, esc(value)) for label, value in shown.facts)
        annexed = AnnexedNote(name, esc(shown.attribution), facts, "", tuple(map(shown_part, shown.parts)))
        text = composer.compose(TEMPLATES[project.language]["note"], {"note": annexed})
        title = _("Consultation {number}").format(number=number)
        documents[f"{name}.docx"] = _document(disclosure, _HEADING.sub("", text), title, date)
        rows.append([str(number), esc(disclosure.attribution(note)), f"{name}.docx"])
    heading = _("Detailed notes shared")
    index = table([_("No."), _("Who"), _("File")], rows)
    documents["index.docx"] = _document(disclosure, f"# {heading}\n\n{index}\n", heading, date)
    return Shared(documents, tuple(sorted(note.id for note, _shown, _hash in ordered)))


def _document(disclosure: Disclosure, markdown: str, subtitle: str, date: dt.date) -> Document:
    project, uncoded = disclosure.project, disclosure.without_codes
    assert project.mapping is not None
    campaign, language = project.mapping.campaign, project.language
    cover = [_("Shared as the persons heard agreed. Coded, not anonymous.")]
    if not project.names_checked:
        cover.append(_("Attention: names not checked"))
    return Document(
        markdown=typographic(markdown, language), title=typographic(uncoded(campaign.title), language),
        language=language, date=date, subtitle=subtitle, contents=False,
        authors=tuple(map(uncoded, campaign.authors)),
        cover=tuple(typographic(line, language) for line in cover),
    )  # fmt: skip
