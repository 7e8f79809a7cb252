"""The allow-list over pandoc's syntax tree: what users write reaches an output as text, or not at all.

`clean` takes pandoc's JSON and gives a `Tree` that every writer trusts: raw nodes and comments are gone,
attributes are blanked but for known classes and well-formed ids, links lead to the web, to a mailbox or to
an id that exists, pictures were vetted, headings never skip a level, captions are numbered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from consultkit.i18n import _
from consultkit.report import fonts
from consultkit.report.errors import RenderError
from consultkit.report.images import Picture

Node = dict[str, Any]

SPANS = frozenset({"theme", "attribution", "missing"})
DIVS = frozenset({"missing", "box", "landscape", "pagebreak"})
PLAIN = frozenset({"Space", "SoftBreak", "LineBreak"})
WRAPS = frozenset({"Emph", "Strong", "Strikeout", "Underline", "Superscript", "Subscript", "SmallCaps"})
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"'\\]+\Z", re.IGNORECASE)
PREFIX = re.compile(r"p\d+__")  # added by --file-scope to the ids of each part
# Invisible characters that could hide or turn text; Word's XML forbids most of them anyway.
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
LABELS = {"fr": ("Tableau {n}\u00a0:", "Figure {n}\u00a0:"), "en": ("Table {n}:", "Figure {n}:")}
DEEPEST = 6  # heading levels that HTML knows


@dataclass(frozen=True, slots=True)
class Heading:
    """One entry of the contents."""

    level: int
    id: str
    text: str


@dataclass(slots=True)
class Tree:
    """A document that may be written: its blocks, and the nodes that a writer may want to reshape."""

    blocks: list[Node] = field(default_factory=list)
    outline: list[Heading] = field(default_factory=list)
    captions: list[Heading] = field(default_factory=list)  # of tables and figures, in their order
    marked: list[Node] = field(default_factory=list)  # figures, tables, spans and divs with a class of ours
    pictures: list[tuple[Node, Picture]] = field(default_factory=list)

    def forget(self) -> None:
        """Lets go of all but what is listed: a large document's nodes take hundreds of megabytes."""
        self.blocks, self.marked, self.pictures = [], [], []


def clean(trees: Sequence[bytes], language: str, picture: Callable[[str, str], Picture]) -> Tree:
    """One trustworthy tree out of pandoc's JSON; `picture(source, alt)` vets each picture or raises."""
    cleaner = _Cleaner(language, picture)
    try:
        for data in trees:
            text = fonts.substitute(data.decode())
            cleaner.tree.blocks += cleaner.blocks(json.loads(text)["blocks"])
    except RecursionError:
        raise RenderError(_("Lists or quotations are nested too deeply. Write them flatter.")) from None
    cleaner.settle_links()
    return cleaner.tree


def contents(outline: Sequence[Heading]) -> list[Heading]:
    """The headings that the contents name: chapters and sections. Four regions below each would hide them."""
    return [heading for heading in outline if heading.level <= 2]


@contextmanager
def reshaped(tree: Tree, change: Callable[[Node], None]) -> Iterator[None]:
    """The tree with its special nodes changed for one writer, for as long as the context lasts."""
    special = [*tree.marked, *(node for node, _picture in tree.pictures)]
    kept = [(node, node["t"], node["c"]) for node in special]
    try:
        for node in special:
            node["c"] = list(node["c"])
            change(node)
        yield
    finally:
        for node, kind, content in kept:
            node["t"], node["c"] = kind, content


def as_words(node: Node) -> None:
    """A special node as Markdown without classes shows it: figures and pictures are their words."""
    if node["t"] == "Image":
        node["t"], node["c"] = "Emph", node["c"][1]
    elif node["t"] == "Figure":
        (name, *_rest), (_short, caption), content = node["c"]
        words = [{"t": "Para", "c": block["c"]} for block in (*caption, *content)]
        node["t"], node["c"] = "Div", [attributes(name), words]
    elif node["t"] == "Table":
        node["c"][2] = [[align, {"t": "ColWidthDefault"}] for align, _width in node["c"][2]]
    else:
        node["c"][0] = attributes(node["c"][0][0])


def text_of(nodes: Sequence[Node]) -> str:
    """The words of inline nodes, footnotes aside."""
    out: list[str] = []
    for node in nodes:
        kind, content = node["t"], node.get("c", "")
        if kind == "Str":
            out.append(content)
        elif kind in PLAIN:
            out.append(" ")
        elif kind in WRAPS:
            out.append(text_of(content))
        elif kind in ("Span", "Link"):
            out.append(text_of(content[1]))
        elif kind == "Code":
            out.append(content[1])
    return "".join(out)


def string(text: str) -> Node:
    """A node of plain text."""
    return {"t": "Str", "c": text}


def attributes(identifier: str = "", *classes: str, **pairs: str) -> list[Any]:
    """Pandoc's triple of id, classes and pairs; `_` in a pair's name stands for `-`."""
    return [identifier, list(classes), [[key.replace("_", "-"), value] for key, value in pairs.items()]]


class _Cleaner:
    """Walks one document; holds what must be known across it."""

    def __init__(self, language: str, picture: Callable[[str, str], Picture]) -> None:
        self.tree = Tree()
        self.picture = picture
        self.table_label, self.figure_label = LABELS[language]
        self.tables = self.figures = self.depth = 0
        self.landscape = False
        self.levels: list[int] = []
        self.ids: set[str] = set()
        self.headings: dict[str, str] = {}
        self.links: list[Node] = []

    # --- inlines

    def inlines(self, nodes: Sequence[Node]) -> list[Node]:
        """The inline nodes that may stay, cleaned in place."""
        out: list[Node] = []
        for node in nodes:
            kind = node["t"]
            if kind == "Str":
                if not node["c"].isprintable():
                    node["c"] = INVISIBLE.sub("", node["c"])
                out.append(node)
            elif kind in PLAIN:
                out.append(node)
            elif kind in WRAPS:
                node["c"] = self.inlines(node["c"])
                out.append(node)
            elif kind in self.INLINES:
                out += self.INLINES[kind](self, node)
        return out

    def code(self, node: Node) -> list[Node]:
        node["c"] = [attributes(), INVISIBLE.sub("", node["c"][1])]
        return [node]

    def link(self, node: Node) -> list[Node]:
        (name, _classes, _pairs), words, (target, _title) = node["c"]
        content = self.inlines(words)
        if not content and ADDRESS.match(target):
            content = [string(target)]
        node["c"] = [attributes(self.identifier(name)), content, [target, ""]]
        if target.startswith("#"):
            node["c"][2][0] = "#" + PREFIX.sub("", target[1:])
            self.links.append(node)
        elif not ADDRESS.match(target):
            return content
        return [node]

    def image(self, node: Node) -> list[Node]:
        _attributes, content, (source, _title) = node["c"]
        alt = text_of(self.inlines(content))
        node["c"] = [attributes(), [string(alt)], [source, ""]]
        picture = self.picture(source, alt)
        node["c"][1] = [string(picture.alt)]
        self.tree.pictures.append((node, picture))
        return [node]

    def note(self, node: Node) -> list[Node]:
        node["c"] = self.inner(node["c"])
        return [node]

    def span(self, node: Node) -> list[Node]:
        (name, classes, _pairs), content = node["c"]
        name, kept = self.identifier(name), [item for item in classes if item in SPANS][:1]
        content = self.inlines(content)
        if not name and not kept:
            return content
        node["c"] = [attributes(name, *kept), content]
        if kept:
            self.tree.marked.append(node)
        return [node]

    INLINES: dict[str, Callable[[_Cleaner, Node], list[Node]]] = {
        "Code": code,
        "Link": link,
        "Image": image,
        "Note": note,
        "Span": span,
    }

    # --- blocks

    def blocks(self, nodes: Sequence[Node]) -> list[Node]:
        """The block nodes that may stay, cleaned in place.

        Neighbouring landscape pages become one, and the headings before them come along.
        """
        out: list[Node] = []
        for node in nodes:
            handler = self.BLOCKS.get(node["t"])
            for block in handler(self, node) if handler else ():
                if out and _is_div(block, "landscape") and _is_div(out[-1], "landscape"):
                    out[-1]["c"][1] += block["c"][1]
                    continue
                while _is_div(block, "landscape") and out and out[-1]["t"] == "Header":
                    block["c"][1].insert(0, out.pop())
                out.append(block)
        return out

    def inner(self, nodes: Sequence[Node]) -> list[Node]:
        """Blocks inside another one, where no heading may stand."""
        self.depth += 1
        try:
            return self.blocks(nodes)
        finally:
            self.depth -= 1

    def paragraph(self, node: Node) -> list[Node]:
        content = self.inlines(node["c"])
        if not content:
            return []
        last = content[-1]
        if not (last["t"] == "Span" and "attribution" in last["c"][0][1]):
            node["c"] = content
            return [node]
        rest = content[:-1]
        while rest and rest[-1]["t"] in PLAIN:
            rest.pop()
        self.tree.marked.pop()  # the span itself, the last that was met
        line = {"t": "Para", "c": last["c"][1]}
        attribution = {"t": "Div", "c": [attributes(last["c"][0][0], "attribution"), [line]]}
        self.tree.marked.append(attribution)
        return [{"t": "Para", "c": rest}, attribution] if rest else [attribution]

    def bullets(self, node: Node) -> list[Node]:
        node["c"] = [self.inner(item) for item in node["c"]]
        return [node]

    def numbers(self, node: Node) -> list[Node]:
        node["c"][1] = [self.inner(item) for item in node["c"][1]]
        return [node]

    def header(self, node: Node) -> list[Node]:
        level, (name, _classes, _pairs), content = node["c"]
        content = self.inlines(content)
        text = " ".join(text_of(content).split())
        if not text:
            return []
        if self.depth:
            return [{"t": "Para", "c": [{"t": "Strong", "c": content}]}]
        while self.levels and self.levels[-1] >= level:
            self.levels.pop()
        self.levels.append(level)
        level = min(len(self.levels), DEEPEST)
        name = self.identifier(name) or self.identifier(f"section-{len(self.tree.outline) + 1}")
        node["c"] = [level, attributes(name), content]
        self.tree.outline.append(Heading(level, name, text))
        self.headings[name] = text
        return [node]

    def div(self, node: Node) -> list[Node]:
        (name, classes, _pairs), content = node["c"]
        name, kept = self.identifier(name), [item for item in classes if item in DIVS][:1]
        self.landscape, outside = self.landscape or "landscape" in kept, self.landscape
        content = self.blocks(content)
        self.landscape = outside
        if "pagebreak" in kept:
            node["c"] = [attributes(name, "pagebreak"), []]
            self.tree.marked.append(node)
            return [node, *content]
        if not name and not kept:
            return content
        node["c"] = [attributes(name, *kept), content]
        if kept:
            self.tree.marked.append(node)
        return [node]

    def figure(self, node: Node) -> list[Node]:
        (name, _classes, _pairs), (_short, caption), content = node["c"]
        images = [item for item in content if item["t"] in ("Plain", "Para")]
        if len(content) != 1 or len(images) != 1 or [item["t"] for item in images[0]["c"]] != ["Image"]:
            return self.inner(content)
        self.figures += 1
        name = self.identifier(name) or self.identifier(f"figure-{self.figures}")
        caption = self.caption(caption, self.figure_label.format(n=self.figures), name)
        node["c"] = [attributes(name), [None, caption], self.inner(content)]
        self.tree.marked.append(node)
        return [node]

    def caption(self, blocks: list[Node], label: str, name: str) -> list[Node]:
        """A caption with its label, as the one paragraph it is; it is listed where it has an id."""
        words: list[Node] = [{"t": "Strong", "c": [string(label)]}]
        for block in self.inner(blocks):
            if block["t"] in ("Plain", "Para"):
                words += [{"t": "Space"}, *block["c"]]
        if name:
            self.tree.captions.append(Heading(1, name, text_of(words)))
        return [{"t": "Plain", "c": words}]

    def table(self, node: Node) -> list[Node]:
        (name, _classes, _pairs), (_short, caption), columns, head, bodies, foot = node["c"]
        if text_of([item for block in caption for item in block.get("c", ())]).strip():
            self.tables += 1
            name = self.identifier(name) or self.identifier(f"table-{self.tables}")
            caption = self.caption(caption, self.table_label.format(n=self.tables), name)
        else:
            name, caption = self.identifier(name), []
        head = [attributes(), self.rows(head[1])]
        bodies = [[attributes(), 0, self.rows(body[2]), self.rows(body[3])] for body in bodies]
        foot = [attributes(), self.rows(foot[1])]
        lines = [*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]
        shares = widths(lines, len(columns), 142 if self.landscape else 92)
        columns = [
            [align, {"t": "ColWidth", "c": width}]
            for (align, _width), width in zip(columns, shares, strict=True)
        ]
        node["c"] = [attributes(name), [None, caption], columns, head, bodies, foot]
        self.tree.marked.append(node)
        return [node]

    def rows(self, rows: list[Any]) -> list[Any]:
        """Rows of a table, each cell cleaned in place."""
        for row in rows:
            row[0] = attributes()
            for cell in row[1]:
                cell[0], cell[4] = attributes(), self.inner(cell[4])
        return rows

    BLOCKS: dict[str, Callable[[_Cleaner, Node], list[Node]]] = {
        "Para": paragraph,
        "Plain": paragraph,
        "CodeBlock": code,
        "HorizontalRule": lambda _cleaner, node: [node],
        "BlockQuote": note,
        "BulletList": bullets,
        "OrderedList": numbers,
        "Header": header,
        "Div": div,
        "Figure": figure,
        "Table": table,
    }

    # --- ids and links

    def identifier(self, name: str) -> str:
        """The id where it is well formed and new, else nothing."""
        name = PREFIX.sub("", name)
        if not IDENTIFIER.match(name) or name in self.ids:
            return ""
        self.ids.add(name)
        return name

    def settle_links(self) -> None:
        """Links within the document whose target is missing become their text, empty ones take its title."""
        for node in self.links:
            _attributes, content, (target, _title) = node["c"]
            if not content:
                content += [string(self.headings[target[1:]])] if target[1:] in self.headings else []
            if target[1:] not in self.ids or not content:
                node["t"], node["c"] = "Span", [attributes(), content]


def _is_div(node: Node, name: str) -> bool:
    return node["t"] == "Div" and name in node["c"][0][1]


def widths(rows: Sequence[Any], count: int, room: float = 92) -> list[float]:
    """Columns' shares of the text's width, after what their cells hold, the first row being the header.

    `room` is the text's width in letters. A column needs room for its longest word; beyond that, long text
    counts less and less.
    """
    word, weight = [5.0] * count, [5.0] * count
    for number, (_row, cells) in enumerate(rows):
        for index, cell in enumerate(cells[:count]):
            if cell[3] != 1:
                continue
            text = " ".join(text_of(block["c"]) for block in cell[4] if block["t"] in ("Plain", "Para"))
            length = len(text) if number else min(len(text), 12)
            weight[index] = max(weight[index], min(length, 40) + max(0, length - 40) ** 0.5 * 3)
            word[index] = max(
                word[index], *(len(item) * (1.1 if number else 1.2) + 3 for item in text.split()), 0
            )
    word = [min(item, 21) for item in word]
    word[0] = max(word[0], min(weight[0], 25))  # the rows' names: they are read first
    spare = max(0.0, room - sum(word))
    wanted = [max(full - least, 0.0) for full, least in zip(weight, word, strict=True)]
    total = sum(wanted) or 1.0
    sizes = [least + min(spare, total) * more / total for least, more in zip(word, wanted, strict=True)]
    return [round(size / sum(sizes), 4) for size in sizes]
