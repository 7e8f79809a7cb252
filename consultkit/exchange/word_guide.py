"""The guide to print or to type in: a cover table, questions with room to write, a style for words spoken."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from consultkit.i18n import LANGUAGES, N_, _, speaking
from consultkit.model import ActorType, Guide, Project
from consultkit.report import typography
from consultkit.report.tables import bullets, esc, table
from consultkit.text import fold

THE_INTERVIEW, TO_SAY = N_("The interview"), N_("To say before beginning")
ROOM = 4  # blank lines under each question


class Row(NamedTuple):
    """A row of the cover table: the header's key, its label, what may be written, other names of it."""

    key: str
    label: str
    hint: str
    names: tuple[str, ...] = ()


YES_NO = N_("yes or no")
COVER = (
    Row("actor", N_("Actor"), "", ("acteur", "organisation", "structure", "organization")),
    Row("region", N_("Region"), "", ("region",)),
    Row("date", N_("Date"), N_("20/06/2023"), ("date de l'entretien", "jour")),
    Row("place", N_("Place"), N_("town or cercle"), ("lieu", "lieu de l'entretien")),
    Row("mode", N_("Mode"), N_("in person, phone, video or written"), ("mode d'entretien",)),
    Row("format", N_("Format"), N_("individual, group or focus group"), ("forme", "type d'entretien")),
    Row("language", N_("Language"), N_("one or several"), ("langue", "langues", "languages")),
    Row("interpreter", N_("Interpreter"), YES_NO, ("interprete",)),
    Row("minutes", N_("Minutes"), N_("how long it took"), ("duree", "duration")),
    Row("interviewer", N_("Interviewer"), N_("initials"), ("enqueteur", "enquetrice", "intervieweur")),
    Row("note_taker", N_("Note-taker"), N_("initials"), ("preneur de notes", "preneuse de notes")),
    Row("participants", N_("Participants"),
        N_("one a line: role, f or m, youth, adult or elder, number; no name"),
        ("participant", "personnes rencontrees")),
    Row("others_present", N_("Others present"), YES_NO, ("autres personnes presentes",)),
    Row("consent.given", N_("Consent"), YES_NO, ("consentement", "accord")),
    Row("consent.form", N_("Form of consent"), N_("oral or written"), ("forme du consentement",)),
    Row("consent.quote", N_("May be quoted"), YES_NO, ("citation", "citation mot a mot", "peut etre cite")),
    Row("consent.share", N_("Note to the commissioner"), YES_NO, ("remise au commanditaire", "partage")),
    Row("consent.recording", N_("Recording"), YES_NO, ("enregistrement",)),
    Row("attribution", N_("Attribution"), N_("role, organisation, type, region or none"), ()),
    Row("readback", N_("Read back on"), N_("date"), ("relecture", "relu le")),
)  # fmt: skip
PRIVATE = {  # what a person adds of their own, and no note may hold
    "name": ("nom", "noms", "nom et prenom", "interlocuteur", "contact", "personne rencontree", "name"),
    "phone": ("telephone", "tel", "numero de telephone", "phone"),
    "email": ("email", "e-mail", "courriel", "mail"),
}


def guide_markdown(project: Project, guide: Guide, kind: ActorType | None) -> str:
    """The guide as Markdown for the documents, in the language in use."""
    lines = [f"# {_(THE_INTERVIEW)}", "", table((_("Heading"), _("To fill in")), _cover_rows(project)), ""]
    lines += ["::: box", *(f"{esc(_(text))}\n" for text in HOW_TO), f"> {esc(_(SAMPLE))}", ":::", ""]
    if guide.introduction:
        lines += [f"# {_(TO_SAY)}", "", guide.introduction, ""]
    for section in guide.sections:
        asked = [q for q in section.questions if kind is None or q.asked_of({kind.id})]
        lines += [f"# {section.title}", ""] if asked or not section.questions else []
        for question in asked:
            lines += [f"## {question.text}", "", *(f"*{esc(text)}*\n" for text in question.advice)]
            lines += [bullets(question.probes), ""]
            lines += [f"{esc(text)}\n" for text in _asides(project, question.types, question.options)]
            lines += ["\u00a0\n"] * ROOM
    return "\n".join(lines)


HOW_TO = (
    N_("Answers go under the questions. What was not asked is said: “not asked”, “no answer”, “refused”."),
    N_("Words as they were spoken take the style Citation (Quote), as below. No person is named."),
    N_("To code a passage, select it and add a comment with the theme: #formation."),
)
SAMPLE = N_("“Words as they were spoken.”")


def _cover_rows(project: Project) -> Iterator[tuple[str, str]]:
    for row in COVER:
        hint = _(row.hint) if row.hint else ""
        if row.key == "region" and project.mapping:
            hint = ", ".join(region.name for region in project.mapping.regions)
        yield esc(_(row.label) + (f" ({hint})" if hint else "")), "\u00a0" * 40  # as wide as what is written


def _asides(project: Project, types: tuple[str, ...], options: tuple[str, ...]) -> Iterator[str]:
    if types and project.mapping:
        known = project.mapping.type_by_id
        yield _("Asked of: {types}").format(types=", ".join(known[t].name for t in types if t in known))
    if options:
        yield _("Options: {options}").format(options=" | ".join(options))


def own_words(project: Project, guide: Guide) -> set[str]:
    """What the printed guide itself says, folded, in both languages: none of it is an answer."""
    said = {guide.title, *guide.introduction.split("\n\n")}
    for question in guide.questions.values():
        said |= {*question.probes, *question.advice}
    for name in LANGUAGES:
        with speaking(name):
            said |= {_(text) for text in (*HOW_TO, SAMPLE, THE_INTERVIEW, TO_SAY)}
            for question in guide.questions.values():
                said |= set(_asides(project, question.types, question.options))
            said |= {typography.long_date(c.date, name) for c in guide.changes if c.date}
            said.add(_("version {version}").format(version=guide.version))
    said |= {kind.name for kind in project.mapping.actor_types} if project.mapping else set()
    return {comparable(text) for text in said}


def comparable(text: str) -> str:
    """Words as they are compared: folded, without signs."""
    return " ".join(re.findall(r"\w+", fold(text)))


def render_guide(project: Project, guide: Guide, suffix: str, kind: ActorType | None) -> bytes:
    """The guide as a .docx or .pdf, the same bytes for the same guide; raises RenderError."""
    from consultkit.report.render import Document, render

    language = guide.language if guide.language in LANGUAGES else project.language
    with speaking(language):
        changed = [change.date for change in guide.changes if change.date]
        day = max(changed, default=dt.date(2000, 1, 1))
        version = _("version {version}").format(version=guide.version) if guide.version else ""
        document = Document(
            guide_markdown(project, guide, kind), guide.title, language, day, contents=False,
            subtitle=kind.name if kind else "", cover=(version,),
        )  # fmt: skip
        templates, root = project.root / "templates", project.root
        made = render(document, [suffix], templates=templates, workspace=root)[suffix]
    return with_quote_style(made) if suffix == "docx" else made


_QUOTE = (
    '<w:style w:type="paragraph" w:styleId="Quote"><w:name w:val="Quote"/><w:basedOn w:val="BlockText"/>'
    '<w:next w:val="BodyText"/><w:uiPriority w:val="1"/><w:qFormat/></w:style></w:styles>'
)


def with_quote_style(data: bytes) -> bytes:
    """The document with Word's own style for quotations (“Citation” in a French Word) beside pandoc's."""
    from consultkit.report.word import packed

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    styles, body = parts["word/styles.xml"], parts["word/document.xml"]
    if b'w:styleId="Quote"' not in styles:
        parts["word/styles.xml"] = styles.replace(b"</w:styles>", _QUOTE.encode())
    parts["word/document.xml"] = body.replace(b'<w:pStyle w:val="BlockText"', b'<w:pStyle w:val="Quote"')
    return packed(parts)
