"""A cleaned tree as typst source.

Written here and not by pandoc: with 44 detailed notes pandoc's own writer takes 0.6 s after reading the
tree again, this one 0.1 s, and theme spans, figures with alternative text, attributions and landscape pages
need no detour. Every sign that typst could read as markup is escaped, so that text stays text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from consultkit.report.ast import Node, Tree, contents, string

ESCAPES = str.maketrans({sign: "\\" + sign for sign in "\\#$*_`<>@~'\"/=-+.[]:{}|&^%!"})
WRAPS = {
    "Emph": "emph", "Strong": "strong", "Strikeout": "strike", "Underline": "underline",
    "Superscript": "super", "Subscript": "sub", "SmallCaps": "smallcaps",
}  # fmt: skip
GAPS = {"Space": " ", "SoftBreak": " ", "LineBreak": "#linebreak();"}
ALIGN = {"AlignLeft": "left", "AlignRight": "right", "AlignCenter": "center", "AlignDefault": "left"}
SHORT = 1500  # letters of a quotation, or of a box, that stays on one page
NUMBERING = {"LowerAlpha": "a", "UpperAlpha": "A", "LowerRoman": "i", "UpperRoman": "I"}


def write(tree: Tree, files: Mapping[int, tuple[str, float]]) -> str:
    """The body of a typst document; `files` maps the `id()` of an image node to its file and width in cm."""
    listed = {heading.id for heading in contents(tree.outline)}
    return _Writer(files, listed).blocks(tree.blocks)


def literal(text: str) -> str:
    """A typst string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def array(items: Sequence[str]) -> str:
    """A typst array of expressions; the comma keeps one item from being a mere parenthesis."""
    return "(" + "".join(item + ", " for item in items) + ")"


def _anchor(attr: list[Any]) -> str:
    return f"#anchor(<{attr[0]}>);" if attr[0] else ""


class _Writer:
    def __init__(self, files: Mapping[int, tuple[str, float]], listed: set[str]) -> None:
        self.files, self.listed = files, listed

    # --- inlines

    def inlines(self, nodes: Sequence[Node]) -> str:
        out: list[str] = []
        for node in nodes:
            kind = node["t"]
            if kind == "Str":
                out.append(node["c"].translate(ESCAPES))
            elif kind in GAPS:
                out.append(GAPS[kind])
            elif kind in WRAPS:
                out.append(f"#{WRAPS[kind]}[{self.inlines(node['c'])}];")
            else:
                out.append(self.INLINES[kind](self, node))
        return "".join(out)

    def code(self, node: Node) -> str:
        return f"#raw({literal(node['c'][1])});"

    def link(self, node: Node) -> str:
        attr, content, (target, _title) = node["c"]
        to = f"<{target[1:]}>" if target.startswith("#") else literal(target)
        return f"{_anchor(attr)}#link({to})[{self.inlines(content)}];"

    def image(self, node: Node) -> str:
        return f"#box({self.picture(node)});"

    def picture(self, node: Node) -> str:
        """The call that shows an image node's file."""
        file, width = self.files[id(node)]
        return f"picture({literal(file)}, {width:.2f}cm, alt: {literal(node['c'][1][0]['c'])})"

    def note(self, node: Node) -> str:
        return f"#footnote[{self.blocks(node['c']).strip()}];"

    def span(self, node: Node) -> str:
        attr, content = node["c"]
        body = self.inlines(content)
        return _anchor(attr) + (f"#{attr[1][0]}[{body}];" if attr[1] else body)

    INLINES: dict[str, Callable[[_Writer, Node], str]] = {
        "Code": code, "Link": link, "Image": image, "Note": note, "Span": span,
    }  # fmt: skip

    # --- blocks

    def blocks(self, nodes: Sequence[Node]) -> str:
        return "\n\n".join(self.BLOCKS[node["t"]](self, node) for node in nodes) + "\n"

    def paragraph(self, node: Node) -> str:
        text = self.inlines(node["c"])
        bold = [item["t"] for item in node["c"]] == ["Strong"]
        return f"#block(sticky: true)[{text}]" if bold else text  # a title stays with what it announces

    def header(self, node: Node) -> str:
        level, attr, content = node["c"]
        hidden = "" if attr[0] in self.listed else ", outlined: false, bookmarked: true"
        return f"#heading(level: {level}{hidden})[{self.inlines(content)}] <{attr[0]}>"

    def quote(self, node: Node) -> str:
        body = self.blocks(node["c"])
        keep = "true" if len(body) < SHORT else "false"
        return f"#quotation(keep: {keep})[\n{body}]"

    def code_block(self, node: Node) -> str:
        return f"#raw(block: true, {literal(node['c'][1])})"

    def bullets(self, node: Node) -> str:
        # Boxes to tick stand in for bullets.
        marker = ", marker: []" if all(_ticked(item) for item in node["c"]) else ""
        return f"#list(tight: {_tight(node['c'])}{marker}{self.items(node['c'])})"

    def numbers(self, node: Node) -> str:
        (start, style, delimiter), items = node["c"]
        end = ")" if delimiter["t"] in ("OneParen", "TwoParens") else "."
        pattern = literal(NUMBERING.get(style["t"], "1") + end)
        return f"#enum(start: {start}, numbering: {pattern}, tight: {_tight(items)}{self.items(items)})"

    def items(self, items: Sequence[Sequence[Node]]) -> str:
        return "".join(f", [{self.blocks(item).strip()}]" for item in items)

    def div(self, node: Node) -> str:
        attr, content = node["c"]
        if "pagebreak" in attr[1]:
            return _anchor(attr) + "#pagebreak(weak: true)"
        body = f"{_anchor(attr)}\n{self.blocks(content)}"
        if not attr[1]:
            return body
        block = f"#{attr[1][0]}-block[{body}]"
        return f"#block(breakable: false)[{block}]" if attr[1] == ["box"] and len(body) < SHORT else block

    def figure(self, node: Node) -> str:
        attr, (_short, caption), content = node["c"]
        words = self.inlines(caption[0]["c"])
        return f"{_anchor(attr)}#figure-block({self.picture(content[0]['c'][0])}, [{words}])"

    def table(self, node: Node) -> str:
        attr, (_short, caption), columns, head, bodies, foot = node["c"]
        aligns = [ALIGN[column[0]["t"]] for column in columns]
        shares = [f"{column[1]['c']}fr" for column in columns]
        words = f"[{self.inlines(caption[0]['c'])}]" if caption else "none"
        lines = [row for body in bodies for row in (*body[2], *body[3])] + foot[1]
        parts = [f"columns: {array(shares)}", f"align: {array(aligns)}", f"caption: {words}"]
        parts.append(f"header: {array(self.cells(head[1]))}")
        parts.append(f"cells: {array(self.cells(lines))}")
        return f"{_anchor(attr)}#table-block({', '.join(parts)})"

    def cells(self, rows: Sequence[Any]) -> list[str]:
        """The cells of all rows as typst expressions."""
        out = []
        for _attr, cells in rows:
            for _cell, align, down, across, content in cells:
                options = f"rowspan: {down}, colspan: {across}"
                if align["t"] != "AlignDefault":
                    options += f", align: {ALIGN[align['t']]}"
                out.append(f"table.cell({options})[{self.blocks(content).strip()}]")
        return out

    BLOCKS: dict[str, Callable[[_Writer, Node], str]] = {
        "Para": paragraph, "Plain": paragraph, "Header": header, "BlockQuote": quote, "CodeBlock": code_block,
        "HorizontalRule": lambda _writer, _node: "#rule", "BulletList": bullets, "OrderedList": numbers,
        "Div": div, "Figure": figure, "Table": table,
    }  # fmt: skip


def _tight(items: Sequence[Sequence[Node]]) -> str:
    """Whether a list's items are set close, as pandoc tells by Plain."""
    return "true" if all(block["t"] != "Para" for item in items for block in item) else "false"


def _ticked(item: Sequence[Node]) -> bool:
    """Whether a list's item begins with a box to tick."""
    words = item[0].get("c") if item else None
    return isinstance(words, list) and words[:1] in ([string("☐")], [string("☒")])
