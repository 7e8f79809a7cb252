# ruff: noqa: E501
"""Writes templates/reference.docx, the Word styles of the reports: `python .ci/reference_docx.py`.

The styles are the table below; sizes are in half-points, spaces and indents in twentieths of a point.
The same table gives the same bytes.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ACCENT, SOFT, LINE, WARM = "1F4E5F", "5B6770", "B8C4CA", "D79A00"
FONT = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="Calibri" w:cs="Calibri"/>'


def space(before: int, after: int, line: int = 0) -> str:
    """Spacing around a paragraph, and between its lines in 240ths."""
    return f'<w:spacing w:before="{before}" w:after="{after}"' + (
        f' w:line="{line}" w:lineRule="auto"/>' if line else "/>"
    )


def edge(side: str, size: int, gap: int, color: str) -> str:
    """One border."""
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="{gap}" w:color="{color}"/>'


def run(size: int = 0, color: str = "", bold: bool = False, italic: bool = False, more: str = "") -> str:
    """A run's look, in the order that the schema wants."""
    return (
        ("<w:b/><w:bCs/>" if bold else "") + ("<w:i/><w:iCs/>" if italic else "")
        + (f'<w:color w:val="{color}"/>' if color else "")
        + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "") + more
    )  # fmt: skip


KEEP = "<w:keepNext/><w:keepLines/>"
RULE = f"<w:pBdr>{edge('left', 16, 10, ACCENT)}</w:pBdr>"
FRAME = "".join(edge(side, 4, 0, LINE) for side in ("top", "left", "bottom", "right"))
LEADER = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9070"/></w:tabs>'  # to the right margin
INDENT = '<w:ind w:left="340" w:right="340"/>'


def heading(level: int, size: int, before: int, after: int, color: str = ACCENT) -> tuple[str, ...]:
    """A heading's row in the table."""
    ppr = KEEP + space(before, after, 252) + f'<w:jc w:val="left"/><w:outlineLvl w:val="{level - 1}"/>'
    return (f"Heading{level}", f"heading {level}", "Normal", ppr, run(size, color, bold=True))


# id, name, based on, paragraph, run
PARAGRAPHS = [
    ("Normal", "Normal", "", space(0, 120, 276), ""),
    ("BodyText", "Body Text", "Normal", space(0, 140, 276) + '<w:jc w:val="both"/>', ""),
    ("FirstParagraph", "First Paragraph", "BodyText", "", ""),
    ("Compact", "Compact", "BodyText", space(20, 50), ""),
    ("Title", "Title", "Normal", f"<w:pBdr>{edge('top', 24, 14, ACCENT)}</w:pBdr>" + space(3000, 160, 252) + '<w:jc w:val="left"/>', run(52, ACCENT, bold=True)),
    ("HeadTitle", "Head Title", "Normal", space(0, 80, 252) + '<w:jc w:val="left"/>', run(34, ACCENT, bold=True)),
    ("Subtitle", "Subtitle", "Normal", space(0, 480), run(28, SOFT)),
    ("CoverLine", "Cover Line", "Normal", space(0, 80), run(22)),
    ("Author", "Author", "Normal", space(1400, 80), run(22, bold=True)),
    ("Date", "Date", "Normal", space(0, 80), run(22, SOFT)),
    heading(1, 34, 480, 200), heading(2, 27, 380, 160), heading(3, 23, 300, 120),
    heading(4, 21, 240, 100, SOFT), heading(5, 21, 200, 80, SOFT), heading(6, 21, 200, 80, SOFT),
    ("BlockText", "Block Text", "BodyText", "<w:keepNext/><w:keepLines/>" + RULE + space(60, 100, 268) + INDENT + '<w:jc w:val="left"/>', run(color="2C363B")),
    ("Attribution", "Attribution", "BlockText", '<w:keepNext w:val="0"/>' + space(0, 160), run(19, SOFT)),
    ("MissingBlock", "Missing Block", "BodyText", f"<w:pBdr>{edge('left', 18, 8, WARM)}</w:pBdr>" + '<w:shd w:val="clear" w:color="auto" w:fill="FFF6DD"/>' + space(60, 100) + '<w:ind w:left="170"/>', run(italic=True)),
    ("FootnoteText", "footnote text", "Normal", space(0, 40, 240), run(18)),
    ("FootnoteBlockText", "Footnote Block Text", "FootnoteText", INDENT, ""),
    ("Caption", "caption", "Normal", space(120, 120), run(19, SOFT)),
    ("TableCaption", "Table Caption", "Caption", "<w:keepNext/>" + space(240, 100), ""),
    ("ImageCaption", "Image Caption", "Caption", space(60, 240), ""),
    ("Figure", "Figure", "Normal", space(120, 0), ""),
    ("CaptionedFigure", "Captioned Figure", "Figure", "<w:keepNext/>", ""),
    ("SourceCode", "Source Code", "Normal", space(60, 120, 240), ""),
    ("TableText", "Table Text", "Normal", space(30, 30, 245), run(18)),
    ("TableHead", "Table Head", "TableText", "<w:keepNext/>", run(18, ACCENT, bold=True)),
    ("TOCHeading", "TOC Heading", "Normal", KEEP + space(360, 240), run(34, ACCENT, bold=True)),
    ("TOC1", "toc 1", "Normal", LEADER + space(160, 30, 252), run(21, bold=True)),
    ("TOC2", "toc 2", "Normal", LEADER + space(0, 30, 252) + '<w:ind w:left="280"/>', run(20)),
    ("TOC3", "toc 3", "Normal", LEADER + space(0, 20, 252) + '<w:ind w:left="560"/>', run(19, SOFT)),
    ("TableofFigures", "table of figures", "Normal", LEADER + space(0, 20, 252), run(19)),
    ("Header", "header", "Normal", space(0, 0) + '<w:jc w:val="right"/>', run(17, "8C2F1B", bold=True)),
    ("Footer", "footer", "Normal", space(0, 0) + '<w:jc w:val="right"/>', run(17, SOFT)),
    ("Spacer", "Spacer", "Normal", space(0, 0, 120), run(12)),
    ("SectionEnd", "Section End", "Normal", space(0, 0, 20), run(2)),
]  # fmt: skip
CHARACTERS = [
    (
        "VerbatimChar",
        "Verbatim Char",
        '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/>' + run(19),
    ),
    ("FootnoteReference", "footnote reference", '<w:vertAlign w:val="superscript"/>'),
    ("Hyperlink", "Hyperlink", run(color="1B5A78")),
    ("Theme", "Theme", f'<w:u w:val="dotted" w:color="{SOFT}"/>'),
    ("Missing", "Missing", run(italic=True, more='<w:shd w:val="clear" w:color="auto" w:fill="FFF1C9"/>')),
]
TABLE = f"""<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>\
<w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>\
<w:bottom w:w="0" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>\
<w:style w:type="table" w:customStyle="1" w:styleId="Table"><w:name w:val="Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>\
<w:tblPr><w:tblBorders>{edge("top", 8, 0, ACCENT)}{edge("bottom", 8, 0, ACCENT)}{edge("insideH", 3, 0, LINE)}</w:tblBorders></w:tblPr>\
<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>{edge("bottom", 6, 0, ACCENT)}</w:tcBorders></w:tcPr></w:tblStylePr></w:style>\
<w:style w:type="table" w:customStyle="1" w:styleId="Box"><w:name w:val="Box"/><w:basedOn w:val="TableNormal"/><w:qFormat/>\
<w:tblPr><w:tblBorders>{FRAME}</w:tblBorders><w:tblCellMar><w:top w:w="120" w:type="dxa"/><w:left w:w="170" w:type="dxa"/>\
<w:bottom w:w="60" w:type="dxa"/><w:right w:w="170" w:type="dxa"/></w:tblCellMar></w:tblPr>\
<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="EEF3F5"/></w:tcPr></w:style>"""


def paragraph(row: tuple[str, ...]) -> str:
    """One paragraph style."""
    identifier, name, based, ppr, rpr = row
    default = ' w:default="1"' if identifier == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{identifier}"><w:name w:val="{name}"/>'
        + (f'<w:basedOn w:val="{based}"/>' if based else "")
        + ('<w:next w:val="BodyText"/>' if identifier.startswith(("Heading", "Title", "Subtitle")) else "")
        + "<w:qFormat/>" + (f"<w:pPr>{ppr}</w:pPr>" if ppr else "") + (f"<w:rPr>{rpr}</w:rPr>" if rpr else "") + "</w:style>"
    )  # fmt: skip


def styles() -> str:
    """The whole styles.xml."""
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{FONT}{run(21, "1D2326")}<w:lang w:val="fr-FR" w:eastAsia="fr-FR" w:bidi="ar-SA"/>'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
    )
    font = '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>'
    characters = "".join(
        f'<w:style w:type="character" w:styleId="{identifier}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="DefaultParagraphFont"/><w:qFormat/><w:rPr>{rpr}</w:rPr></w:style>'
        for identifier, name, rpr in CHARACTERS
    )
    return f"{HEAD}<w:styles {W}>{defaults}{''.join(map(paragraph, PARAGRAPHS))}{font}{characters}{TABLE}</w:styles>"


def parts() -> dict[str, str]:
    """Every part of the file."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    shown = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{row[0]}"/></w:pPr><w:r><w:t>{row[1]}</w:t></w:r></w:p>'
        for row in PARAGRAPHS
    )
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="{kind}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{HEAD}<w:document {W}><w:body>{shown}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1474" w:right="1418" w:bottom="1361" w:left="1418" w:header="680" w:footer="624" w:gutter="0"/></w:sectPr></w:body></w:document>',
        "word/_rels/document.xml.rels": f'{HEAD}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": styles(),
    }  # fmt: skip


def main() -> None:
    """Writes the file beside the other templates."""
    target = Path(__file__).parents[1] / "templates" / "reference.docx"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts().items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
