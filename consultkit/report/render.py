"""The safe road from Markdown to DOCX, PDF, HTML and Markdown: bytes are returned, nothing is written here.

Pandoc reads the text once, in two processes where it comes in parts; the tree is cleaned; then each format is
written from it: DOCX and HTML by pandoc, PDF by typst from source written here, side by side.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from consultkit import files
from consultkit.i18n import _
from consultkit.report import ast, images, pandoc, typeset, typst_text, web, word
from consultkit.report.errors import RenderError
from consultkit.report.fonts import substitute
from consultkit.report.images import Picture
from consultkit.report.typography import long_date
from consultkit.scratch import scratch

FORMATS = ("docx", "pdf", "html", "md")
# Set between texts of different hands: each side has its own footnotes, link definitions and unclosed blocks.
# A form feed, because files that hold control characters are refused: no note can forge it.
SEAM = "\n\n\f\n\n"
CONTENTS = {"fr": "Table des matières", "en": "Contents"}
CAPTIONS = {"fr": "Tableaux et figures", "en": "Tables and figures"}
LAYOUT = "mise-en-page.typ"
MARKDOWN = (
    "markdown-raw_html-raw_attribute-raw_tex-smart-simple_tables-multiline_tables-grid_tables"
    "-fenced_divs-native_divs"
)
EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of the program's own, and what it shows in words."""

    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be rendered; title, authors and date are all the metadata that an output has."""

    markdown: str  # body only; starts with a level-1 heading; parts are set apart by SEAM
    title: str
    language: str  # fr or en
    date: datetime.date
    subtitle: str = ""
    authors: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()
    banner: str = ""  # on every page
    figures: Mapping[str, Figure] = field(default_factory=dict)
    logo: Path | None = None
    contents: bool = True  # with a cover page before them; without, a head on the first page


def render(
    document: Document, formats: Sequence[str], *, templates: Path, workspace: Path
) -> dict[str, bytes]:
    """The document in each format asked for; raises `RenderError`."""
    shown = _showable(document)
    parts = [part for part in shown.markdown.split(SEAM.strip("\n")) if part.strip()] or [""]
    with scratch() as folder:
        tree = ast.clean(
            pandoc.read(parts, folder),
            shown.language,
            lambda source, alt: _picture(shown, workspace, source, alt),
        )
        logo = images.load_file(shown.logo, "Logo") if shown.logo else None
        return _Work(shown, tree, folder, templates, len(shown.markdown.encode()), logo).outputs(formats)


def _showable(document: Document) -> Document:
    """The document with every character outside the text that no font has as its code point."""
    return replace(
        document,
        title=substitute(document.title), subtitle=substitute(document.subtitle),
        banner=substitute(document.banner), authors=tuple(map(substitute, document.authors)),
        cover=tuple(map(substitute, document.cover)),
    )  # fmt: skip


def _picture(document: Document, workspace: Path, source: str, alt: str) -> Picture:
    name = source.removeprefix("figure:")
    if name == source:
        return images.load(source, alt, workspace)
    if name not in document.figures:
        known = ", ".join(document.figures) or "–"
        raise RenderError(
            _("There is no figure “{name}”: the template may ask for {known}.").format(
                name=name[:80], known=known
            )
        )
    figure = document.figures[name]
    width, height = _drawing_size(figure.svg)
    return Picture("svg", figure.svg.encode(), figure.alt, width, height)


def _drawing_size(svg: str) -> tuple[int, int]:
    """A drawing's width and height in its own units, from its viewBox."""
    box = re.search(r'viewBox="[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', svg)
    return (round(float(box[1])), round(float(box[2]))) if box else (0, 0)


@dataclass(frozen=True, slots=True)
class _Work:
    """One rendering: the cleaned tree, and the folder where processes meet."""

    document: Document
    tree: ast.Tree
    folder: Path
    templates: Path
    size: int
    logo: Picture | None

    def outputs(self, formats: Sequence[str]) -> dict[str, bytes]:
        """Every format; pandoc's processes run while typst compiles."""
        steps = {
            "docx": (self.begin_docx, self.docx),
            "html": (self.begin_html, self.html),
            "md": (self.begin_md, self.markdown),
        }
        runs: dict[str, pandoc.Run] = {}
        made: dict[str, bytes] = {}
        try:
            for kind, (begin, _finish) in steps.items():
                if kind in formats:
                    runs[kind] = begin()
            if "pdf" in formats:
                made["pdf"] = self.pdf()
            for kind, run in runs.items():
                made[kind] = steps[kind][1](pandoc.finish(run))
        except pandoc.LimitError:
            raise RenderError(
                _(
                    "The document is too heavy for the limits set. "
                    "Make it by region (--region), or without the detailed notes."
                )
            ) from None
        finally:
            for run in runs.values():
                pandoc.stop(run)
        return {kind: made[kind] for kind in FORMATS if kind in made}

    def template(self, name: str) -> tuple[bytes, bool]:
        """A template's bytes, and whether they are the shipped ones; a deleted one falls back to them."""
        shipped = (files.defaults_dir("templates") / name).read_bytes()
        own = self.templates / name
        if not own.exists() and not own.is_symlink():
            return shipped, True
        try:
            if own.is_symlink() or not own.is_file():
                raise OSError(name)
            data = own.read_bytes()
        except OSError:
            raise RenderError(
                _(
                    "templates/{name} cannot be read. Make it a plain file, or delete it to use the default."
                ).format(name=name)
            ) from None
        return data, data == shipped

    @property
    def date(self) -> str:
        """The document's date in words."""
        return long_date(self.document.date, self.document.language)

    def start(self, arguments: Sequence[str], output: str, blocks: list[ast.Node]) -> pandoc.Run:
        """A writer of pandoc at work on blocks."""
        source = f"{output}.json"
        (self.folder / source).write_bytes(pandoc.tree(blocks))
        epoch = (self.document.date - EPOCH).days * 86_400
        return pandoc.start(
            ["-f", "json", *arguments, source], output, self.folder, size=self.size, epoch=max(epoch, 0)
        )

    # --- DOCX

    def begin_docx(self) -> pandoc.Run:
        """Pandoc at work on the Word document, with the campaign's styles, vetted, or the shipped ones."""
        document, tree = self.document, self.tree
        styles, _trusted = self.template("reference.docx")
        shipped = (files.defaults_dir("templates") / "reference.docx").read_bytes()
        (self.folder / "reference.docx").write_bytes(word.vetted(styles, shipped))
        pictures = {id(node): _for_word(picture) for node, picture in tree.pictures}
        with ast.reshaped(tree, lambda node: word.shape(node, pictures)):
            front = word.head(self.opening(), self.logo)
            if document.contents:
                front += word.contents(ast.contents(tree.outline), CONTENTS[document.language])
                front += [*word.captions(tree.captions, CAPTIONS[document.language]), word.page_break()]
            return self.start(
                ["-t", "docx", "--reference-doc=reference.docx"], "out.docx", [*front, *tree.blocks]
            )

    def opening(self) -> list[tuple[str, str]]:
        """The lines that open the Word document, each with its style: a cover, or a head in few lines."""
        document, authors = self.document, ", ".join(self.document.authors)
        if not document.contents:
            cover, signed = " · ".join(document.cover), " · ".join(filter(None, [authors, self.date]))
            below = [("Date", line) for line in (document.subtitle, cover, signed)]
            return [("Head Title", document.title), *below]
        lines = [("Title", document.title), ("Subtitle", document.subtitle)]
        lines += [("Cover Line", line) for line in document.cover]
        return [*lines, ("Author", authors), ("Date", self.date)]

    def docx(self, data: bytes) -> bytes:
        """The Word document with our own header, footer and properties."""
        document, reference = self.document, (self.folder / "reference.docx").read_bytes()
        return word.finished(
            data, reference=reference, title=document.title, authors=document.authors, banner=document.banner,
            date=document.date.isoformat(), language=document.language, cover=document.contents,
        )  # fmt: skip

    # --- PDF

    def pdf(self) -> bytes:
        """The PDF, compiled in a folder that holds the layout, the text and vetted pictures alone."""
        document, box = self.document, self.folder / "typst"
        box.mkdir()
        layout, trusted = self.template(LAYOUT)
        (box / LAYOUT).write_bytes(layout)
        names: dict[int, tuple[str, float]] = {}
        pictures = [(id(node), picture) for node, picture in self.tree.pictures]
        for number, (key, picture) in enumerate([*pictures, *([(0, self.logo)] if self.logo else [])]):
            name = f"picture-{number}.{'jpg' if picture.kind == 'jpeg' else picture.kind}"
            names[key] = name, images.centimetres(picture)
            (box / name).write_bytes(picture.data)
        text = self.head(names[0][0] if self.logo else "") + typst_text.write(self.tree, names)
        (box / typeset.MAIN).write_text(text, "utf-8", newline="\n")
        self.tree.forget()  # the other writers have their copies, and typst needs the memory
        limit = pandoc.seconds(self.size) * 2
        return typeset.pdf(box, document.date, f"templates/{LAYOUT}", trusted=trusted, limit=limit)

    def head(self, logo: str) -> str:
        """The lines that hand the document's own facts to the layout."""
        document, literal, array = self.document, typst_text.literal, typst_text.array
        day, listed = document.date, document.contents and self.tree.outline
        values = {
            "title": literal(document.title), "subtitle": literal(document.subtitle),
            "authors": array([literal(name) for name in document.authors]),
            "cover": array([literal(line) for line in document.cover]),
            "date-words": literal(self.date), "language": literal(document.language),
            "date": f"datetime(year: {day.year}, month: {day.month}, day: {day.day})",
            "banner": literal(document.banner), "logo": literal(logo) if logo else "none",
            "contents": literal(CONTENTS[document.language]) if listed else "none",
        }  # fmt: skip
        settings = ", ".join(f"{name}: {value}" for name, value in values.items())
        return f'#import "{LAYOUT}": *\n#show: report.with({settings})\n\n'

    # --- HTML and Markdown

    def begin_html(self) -> pandoc.Run:
        """Pandoc at work on the page's body; the page's own title is its first level."""
        pictures = {id(node): picture for node, picture in self.tree.pictures}

        def change(node: ast.Node) -> None:
            if node["t"] == "Image":
                node["c"][2] = [images.data_uri(pictures[id(node)]), ""]

        with ast.reshaped(self.tree, change):
            arguments = ["-t", "html5", "--wrap=none", "--shift-heading-level-by=1"]
            return self.start(arguments, "out.html", self.tree.blocks)

    def html(self, fragment: bytes) -> bytes:
        """The page around pandoc's fragment."""
        document = self.document
        css, trusted = self.template("style.css")
        sheet = css.decode("utf-8-sig", "replace")
        page = web.page(
            fragment.decode(), sheet if trusted else web.style_sheet(sheet), title=document.title,
            subtitle=document.subtitle, lines=document.cover, authors=document.authors, date=self.date,
            iso_date=document.date.isoformat(), banner=document.banner, language=document.language,
            logo=images.data_uri(self.logo) if self.logo else "",
            lists=self.lists() if document.contents else {},
        )  # fmt: skip
        return page.encode()

    def lists(self) -> dict[str, list[ast.Heading]]:
        """What the page lists at its head, by title."""
        language = self.document.language
        return {CONTENTS[language]: ast.contents(self.tree.outline), CAPTIONS[language]: self.tree.captions}

    def begin_md(self) -> pandoc.Run:
        """Pandoc at work on Markdown, where pictures are their words and captions."""
        with ast.reshaped(self.tree, ast.as_words):
            return self.start(["-t", MARKDOWN, "--wrap=none"], "out.md", self.tree.blocks)

    def markdown(self, body: bytes) -> bytes:
        """The Markdown edition: the cover's lines, then the text."""
        document = self.document
        lines = [document.title, document.subtitle, *document.cover, ", ".join(document.authors)]
        cover = "\n\n".join(_plain(line) for line in [*lines, self.date, document.banner] if line)
        return f"{cover}\n\n{body.decode()}".encode()


def _for_word(picture: Picture) -> Picture:
    """A drawing as PNG: as SVG, LibreOffice would not show it."""
    if picture.kind != "svg":
        return picture
    return replace(picture, data=typeset.png(picture.data.decode()), kind="png")


def _plain(line: str) -> str:
    """A line of text that Markdown reads as nothing else."""
    return re.sub(r"([\\`*_{}\[\]<>#+|~^$@!-])", r"\\\1", line)
