"""What pandoc's DOCX writer needs: styles, cover and contents in the tree before, parts of our own after.

Nothing of a campaign's reference.docx ships but its styles and page size: its text, pictures, comments,
headers and properties may tell of an old report.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from consultkit import archives
from consultkit.i18n import _
from consultkit.report.ast import Heading, Node, attributes, string
from consultkit.report.errors import RenderError
from consultkit.report.images import Picture, centimetres, data_uri

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f'xmlns:w="{MAIN_NS}"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
R = f'xmlns:r="{OFFICE}"'
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
LARGEST = 20_000_000  # bytes of one part of a reference.docx, unpacked

SPAN_STYLES = {"theme": "Theme", "missing": "Missing"}
DIV_STYLES = {"attribution": "Attribution", "missing": "Missing Block"}
PAGE = '<w:pgSz w:w="11906" w:h="16838"/>'
MARGINS = (
    '<w:pgMar w:top="1474" w:right="1418" w:bottom="1361" w:left="1418" '
    'w:header="680" w:footer="624" w:gutter="0"/>'
)
BREAK = '<w:p><w:pPr><w:pStyle w:val="PageBreak"/></w:pPr></w:p>'
SPACER = '<w:p><w:pPr><w:pStyle w:val="Spacer"/></w:pPr></w:p>'
UPRIGHT_END = '<w:p><w:pPr><w:pStyle w:val="SectionEnd"/><w:sectPr></w:sectPr></w:pPr></w:p>'
LANDSCAPE_END = '<w:p><w:pPr><w:pStyle w:val="SectionEnd"/><w:sectPr><w:landscape/></w:sectPr></w:pPr></w:p>'
SECTION = re.compile(r"<w:sectPr\b[^>]*/>|<w:sectPr\b.*?</w:sectPr>", re.DOTALL)
TABLE = re.compile(r"<w:tbl>.*?</w:tbl>", re.DOTALL)
ROW = re.compile(r"<w:tr>.*?</w:tr>", re.DOTALL)
CELL_STYLE = re.compile(r'<w:pStyle w:val="(?:Compact|BodyText|FirstParagraph)"\s*/>')
FIELD = '<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


# --- before pandoc


def shape(node: Node, pictures: Mapping[int, Picture]) -> None:
    """Makes one of a tree's special nodes what pandoc's DOCX writer needs.

    `pictures` maps the `id()` of an image node to what Word is given in its place.
    """
    if node["t"] == "Image":
        embed(node, pictures[id(node)])
        return
    if node["t"] in ("Figure", "Table"):
        return
    (name, (kind, *_more), _pairs), content = node["c"]
    if node["t"] == "Span":
        node["c"] = [attributes(name, custom_style=SPAN_STYLES[kind]), content]
    elif kind in DIV_STYLES:
        node["c"] = [attributes(name, custom_style=DIV_STYLES[kind]), content]
    elif kind == "box":
        node["c"] = [attributes(name), [_box(content), _raw(SPACER)]]
    elif kind == "pagebreak":
        node["c"] = [attributes(name), [page_break()]]
    else:
        node["c"] = [attributes(name), [_raw(UPRIGHT_END), *content, _raw(LANDSCAPE_END)]]


def _box(content: list[Node]) -> Node:
    """A frame around blocks: a table of one cell, since Word frames no lists."""
    empty = attributes()
    cell = [empty, {"t": "AlignDefault"}, 1, 1, content]
    column = [{"t": "AlignDefault"}, {"t": "ColWidth", "c": 1.0}]
    body = [empty, 0, [], [[empty, [cell]]]]
    return {
        "t": "Table",
        "c": [attributes(custom_style="Box"), [None, []], [column], [empty, []], [body], [empty, []]],
    }


def embed(node: Node, picture: Picture, width: str = "") -> None:
    """Puts a picture's bytes and size into its node: pandoc's sandbox opens no file."""
    size = {"width": width or f"{centimetres(picture):.2f}cm"}
    node["c"] = [attributes(**size), node["c"][1], [data_uri(picture), ""]]


def _raw(xml: str) -> Node:
    return {"t": "RawBlock", "c": ["openxml", xml]}


def styled(style: str, content: list[Node]) -> Node:
    """A paragraph in one of Word's styles."""
    return {"t": "Div", "c": [attributes(custom_style=style), [{"t": "Para", "c": content}]]}


def head(lines: Sequence[tuple[str, str]], logo: Picture | None) -> list[Node]:
    """What opens a document: pairs of style and text, under the logo."""
    blocks = [styled(style, [string(text)]) for style, text in lines if text]
    if logo:
        image: Node = {"t": "Image", "c": [attributes(), [string(logo.alt)], ["", ""]]}
        embed(image, logo, "3.6cm")
        blocks.insert(0, {"t": "Para", "c": [image]})
    return blocks


def contents(entries: Sequence[Heading], title: str) -> list[Node]:
    """The page after the cover, with the contents filled in: readers see them even where nothing updates.

    Page numbers come when Word updates the list: nobody knows them before Word lays the pages out, those of
    the PDF would be wrong, and asking Word to update on opening shows each reader a warning.
    """
    if not entries:
        return [page_break()]
    blocks = [page_break(), styled("TOC Heading", [string(title)])]
    for index, heading in enumerate(entries):
        line = [_link(heading)]
        if index == 0:
            code = '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
            line.insert(0, _run(FIELD.format(kind="begin") + code + FIELD.format(kind="separate")))
        if index == len(entries) - 1:
            line.append(_run(FIELD.format(kind="end")))
        blocks.append(styled(f"toc {heading.level}", line))
    return blocks


def captions(entries: Sequence[Heading], title: str) -> list[Node]:
    """The list of tables and figures."""
    lines = [styled("table of figures", [_link(entry)]) for entry in entries]
    return [styled("TOC Heading", [string(title)]), *lines] if lines else []


def page_break() -> Node:
    """What follows stands on a new page."""
    return _raw(BREAK)


def _link(heading: Heading) -> Node:
    return {"t": "Link", "c": [attributes(), [string(heading.text)], ["#" + heading.id, ""]]}


def _run(xml: str) -> Node:
    return {"t": "RawInline", "c": ["openxml", xml]}


# --- the styles of a campaign's own


def vetted(data: bytes, shipped: bytes) -> bytes:
    """A reference.docx with its styles and page size alone; styles it lacks come from the shipped one."""
    if data == shipped:
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            styles, document = (_root(_part(archive, name)) for name in (_STYLES, _DOCUMENT))
    except (*archives.FAULTS, ElementTree.ParseError):
        raise RenderError(
            _(
                "templates/reference.docx is no Word file with styles. "
                "Save it again from Word, or delete it to use the default."
            )
        ) from None
    with zipfile.ZipFile(io.BytesIO(shipped)) as archive:
        own = {name: archive.read(name) for name in archive.namelist()}
    _complete(styles, _root(own[_STYLES]))
    ElementTree.register_namespace("w", MAIN_NS)  # the prefix that pandoc and what follows know
    own[_STYLES] = HEAD.encode() + ElementTree.tostring(styles)
    own[_DOCUMENT] = (
        f"{HEAD}<w:document {W}><w:body><w:sectPr>{_page(document)}</w:sectPr></w:body></w:document>".encode()
    )
    return packed(own)


_STYLES, _DOCUMENT = "word/styles.xml", "word/document.xml"
_NAME = f"{{{MAIN_NS}}}"


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST:
        raise ValueError(name)
    return archive.read(name)


def _root(data: bytes) -> ElementTree.Element:
    """A part of Word's, whatever prefixes it writes; entities are refused, they can blow up."""
    text = data.decode("utf-8-sig")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("entities")
    root = ElementTree.fromstring(text)
    if not root.tag.startswith(_NAME):
        raise ValueError("foreign")
    for element in list(root.iter()):
        for child in [child for child in element if not child.tag.startswith(_NAME)]:
            element.remove(child)
        for name in [name for name in element.attrib if not name.startswith(_NAME)]:
            del element.attrib[name]
    return root


def _complete(styles: ElementTree.Element, shipped: ElementTree.Element) -> None:
    """Adds the styles that are not there, the defaults aside."""
    known = {style.get(f"{_NAME}styleId") for style in styles.iter(f"{_NAME}style")}
    if not known:
        raise RenderError(
            _(
                "templates/reference.docx holds no styles. "
                "Save it again from Word, or delete it to use the default."
            )
        )
    for style in shipped.iter(f"{_NAME}style"):
        if style.get(f"{_NAME}styleId") not in known and style.get(f"{_NAME}default") != "1":
            styles.append(style)


def _page(document: ElementTree.Element) -> str:
    """The page's size and margins in a document's last section, upright; else A4's."""
    size, margins = (_last(document, name) for name in ("pgSz", "pgMar"))
    page = PAGE
    if "w" in size and "h" in size:
        page = '<w:pgSz w:w="{}" w:h="{}"/>'.format(*sorted((size["w"], size["h"]), key=int))
    sides = [f'w:{side}="{margins[side]}"' for side in _SIDES if side in margins]
    return page + (f"<w:pgMar {' '.join(sides)}/>" if len(sides) == len(_SIDES) else MARGINS)


_SIDES = ("top", "right", "bottom", "left", "header", "footer", "gutter")


def _last(document: ElementTree.Element, name: str) -> dict[str, str]:
    """The whole numbers among the attributes of the last element of a name."""
    found = [element.attrib for element in document.iter(f"{_NAME}{name}")]
    pairs = found[-1].items() if found else ()
    return {key.removeprefix(_NAME): value for key, value in pairs if value.isdecimal()}


# --- after pandoc


def finished(
    data: bytes,
    *,
    reference: bytes,
    title: str,
    authors: Sequence[str],
    date: str,
    language: str,
    banner: str,
    cover: bool,
) -> bytes:
    """The document as it is handed over: header and footer on every page, our own properties, no one else's.

    `date` is an ISO day. The same input gives the same bytes.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(io.BytesIO(reference)) as archive:
        page = _page(_root(archive.read(_DOCUMENT)))
    for name in ("word/comments.xml", "docProps/custom.xml", "docProps/app.xml", "word/webSettings.xml"):
        parts.pop(name, None)
    locale = "fr-FR" if language == "fr" else "en-GB"
    document = _body(parts[_DOCUMENT].decode(), page, bool(banner), cover)
    parts[_DOCUMENT] = document.encode()
    parts[_STYLES] = _styles(parts[_STYLES].decode(), locale).encode()
    parts["word/settings.xml"] = _settings(locale).encode()
    parts["docProps/core.xml"] = _core(title, authors, date, locale).encode()
    parts["word/footer1.xml"] = _footer(title).encode()
    if banner:
        parts["word/header1.xml"] = f"{HEAD}<w:hdr {W}>{_line('Header', _text(banner))}</w:hdr>".encode()
    _register(parts, bool(banner))
    return packed(parts)


def _body(document: str, page: str, banner: bool, cover: bool) -> str:
    """The document's text, section by section, with what pandoc cannot write."""
    out, place = [], 0
    for number, match in enumerate(SECTION.finditer(document)):
        landscape = "<w:landscape" in match[0]
        section = _section(page, landscape, banner, cover and number == 0)
        width = _text_width(section)
        chunk = document[place : match.start()]
        out += [TABLE.sub(lambda found, width=width: _table(found[0], width), chunk), section]  # type: ignore[misc]
        place = match.end()
    text = _contents_look("".join([*out, document[place:]]))
    for pattern, new in _TOUCHES:
        text = re.sub(pattern, new, text)
    return text


_BOLD_RUN = r"<w:r><w:rPr><w:b\s*/><w:bCs\s*/></w:rPr><w:t[^>]*>[^<]*</w:t></w:r>"
_TEXT = r'<w:pStyle w:val="(?:BodyText|FirstParagraph)"\s*/>'
_BROKEN = r'<w:p>\s*<w:pPr>\s*<w:pStyle w:val="PageBreak"\s*/>\s*</w:pPr>\s*</w:p>'  # BREAK, from pandoc
_OPENING = r'(\s*(?:<w:bookmark(?:Start|End)\b[^>]*/>\s*)*<w:p>\s*<w:pPr>\s*<w:pStyle w:val="[^"]+"\s*/>)'
_TOUCHES = (
    # A title in bold stays with what it announces, apart from the table or list before.
    (rf"(<w:pPr>{_TEXT})(</w:pPr>(?:{_BOLD_RUN})+</w:p>)", r'\1<w:keepNext/><w:spacing w:before="200"/>\2'),
    # Text below a table does not touch it.
    (rf"(</w:tbl>\s*<w:p>\s*<w:pPr>\s*{_TEXT})(\s*</w:pPr>)", r'\1<w:spacing w:before="200"/>\2'),
    # Page breaks are carried by the paragraph that follows: one of its own would leave an empty line there.
    (_BROKEN + _OPENING, r"\1<w:pageBreakBefore/>"),
    (_BROKEN, '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'),
)


def _text_width(section: str) -> int:
    """The width between a section's margins, in twentieths of a point."""
    width, left, right = (
        int(re.search(pattern, section)[1])  # type: ignore[index]
        for pattern in (r'<w:pgSz w:w="(\d+)"', r'w:left="(\d+)"', r'w:right="(\d+)"')
    )
    return width - left - right


def _section(page: str, landscape: bool, banner: bool, first: bool) -> str:
    """A section's properties; a cover, in the `first`, bears the banner and no number."""
    kinds = ("default", "first") if first else ("default",)
    refs = (
        "".join(f'<w:headerReference w:type="{kind}" r:id="rIdHeader"/>' for kind in kinds) if banner else ""
    )
    refs += '<w:footerReference w:type="default" r:id="rIdFooter"/>'
    if landscape:
        page = re.sub(
            r'<w:pgSz w:w="(\d+)" w:h="(\d+)"/>', r'<w:pgSz w:w="\2" w:h="\1" w:orient="landscape"/>', page
        )
    return f"<w:sectPr {R}>{refs}{page}{'<w:titlePg/>' if first else ''}</w:sectPr>"


def _table(table: str, width: int) -> str:
    """A table as wide as the text, in the tables' own small type; a box keeps its text's."""
    grid = [int(column) for column in re.findall(r'<w:gridCol w:w="(\d+)"', table)]
    scaled = iter([column * width // (sum(grid) or 1) for column in grid])
    table = re.sub(r'<w:gridCol w:w="\d+"', lambda _match: f'<w:gridCol w:w="{next(scaled)}"', table)
    box = '<w:tblStyle w:val="Box"' in table
    return ROW.sub(lambda row: _whole(row[0] if box else _styled(row[0])), table)


def _styled(row: str) -> str:
    """A row with its text in the style of a header or of a cell."""
    style = "TableHead" if "<w:tblHeader" in row else "TableText"
    return CELL_STYLE.sub(f'<w:pStyle w:val="{style}"/>', row)


def _whole(row: str) -> str:
    """A row that stays on one page."""
    if "<w:trPr>" in row:
        return row.replace("<w:trPr>", "<w:trPr><w:cantSplit/>", 1)
    return row.replace("<w:tr>", "<w:tr><w:trPr><w:cantSplit/></w:trPr>", 1)


def _contents_look(document: str) -> str:
    """Entries of the contents are links that do not look like links."""
    return re.sub(
        r'<w:p><w:pPr><w:pStyle w:val="(?:TOC\d|TableofFigures)" ?/>.*?</w:p>',
        lambda match: re.sub(r'<w:rStyle w:val="Hyperlink" ?/>', "", match[0]), document, flags=re.DOTALL,
    )  # fmt: skip


def _styles(styles: str, locale: str) -> str:
    """The styles with the document's language, so that Word checks its spelling."""
    return re.sub(r'(<w:lang\b[^>]*?w:val=")[^"]*"', rf'\g<1>{locale}"', styles)


def _text(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _line(style: str, runs: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def _footer(title: str) -> str:
    def field(name: str) -> str:
        return f'<w:fldSimple w:instr=" {name} ">{_text("1")}</w:fldSimple>'

    runs = _text(title + "   ·   ") + field("PAGE") + _text(" / ") + field("NUMPAGES")
    return f"{HEAD}<w:ftr {W}>{_line('Footer', runs)}</w:ftr>"


def _settings(locale: str) -> str:
    """Settings without a trace of whom the styles come from; mode 15 keeps Word out of compatibility mode."""
    return (
        f'{HEAD}<w:settings {W}><w:zoom w:percent="100"/><w:defaultTabStop w:val="708"/>'
        '<w:characterSpacingControl w:val="doNotCompress"/>'
        '<w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
        '<w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        f'<w:themeFontLang w:val="{locale}"/><w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/>'
        "</w:settings>"
    )


def _core(title: str, authors: Sequence[str], date: str, locale: str) -> str:
    creator = f"<dc:creator>{escape('; '.join(authors))}</dc:creator>" if authors else ""
    stamp = f'xsi:type="dcterms:W3CDTF">{date}T00:00:00Z'
    return (
        f"{HEAD}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title>{creator}<dc:language>{locale}</dc:language>"
        f"<dcterms:created {stamp}</dcterms:created><dcterms:modified {stamp}</dcterms:modified>"
        "</cp:coreProperties>"
    )


def _register(parts: dict[str, bytes], banner: bool) -> None:
    """Tells the package of the parts added, and no more of those taken out."""
    added = [("footer", "Footer")] + [("header", "Header")] * banner
    types = re.sub(
        r'<Override PartName="/([^"]+)"[^>]*/>',
        lambda match: match[0] if match[1] in parts else "",
        parts["[Content_Types].xml"].decode(),
    )
    override = "".join(
        f'<Override PartName="/word/{name}1.xml" ContentType="{KIND}.{name}+xml"/>' for name, _id in added
    )
    parts["[Content_Types].xml"] = types.replace("</Types>", override + "</Types>").encode()
    links = "".join(
        f'<Relationship Type="{OFFICE}/{name}" Id="rId{key}" Target="{name}1.xml"/>' for name, key in added
    )
    path = "word/_rels/document.xml.rels"
    live = _live(parts[path], "word/", parts)
    parts[path] = live.replace("</Relationships>", links + "</Relationships>").encode()
    parts["_rels/.rels"] = _live(parts["_rels/.rels"], "", parts).encode()


def _live(relations: bytes, folder: str, parts: Mapping[str, Any]) -> str:
    """The relations that lead to a part that is there, or outside."""

    def keep(match: re.Match[str]) -> str:
        target = re.search(r'Target="([^"]*)"', match[0])
        inside = 'TargetMode="External"' not in match[0]
        return "" if inside and target and folder + target[1].removeprefix("/") not in parts else match[0]

    return re.sub(r"<Relationship\b[^>]*/>", keep, relations.decode())


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP whose bytes depend on its parts alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the first day that a ZIP can write
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # on every machine
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
