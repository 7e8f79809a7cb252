"""What a reviewer wrote in a Word file that was made here: each remark with its paragraph's source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from consultkit.body import Body
from consultkit.exchange.word_read import Paragraph, WordText
from consultkit.files import MAPPING, THEMES
from consultkit.model import Note, Project, Synthesis
from consultkit.parse.inline import plain
from consultkit.parse.markdown import scan
from consultkit.quotation import CITATION
from consultkit.text import fold

LEAST = 0.5  # of a paragraph's runs of words, from which a block is its source
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Remarked:
    """A comment or a change: `kind` comment, inserted or deleted; `state` same, changed or unknown."""

    kind: str
    author: str
    date: str
    text: str
    passage: str
    paragraph: str
    file: str = ""
    line: int = 0
    state: str = "unknown"


@dataclass(frozen=True, slots=True)
class _Place:
    """A block of the campaign's files, as its words."""

    file: str
    line: int
    words: tuple[str, ...]


def remarks(project: Project, word: WordText) -> list[Remarked]:
    """The comments and tracked changes of a file, in the order of its text; each comment once."""
    places = list(_places(project))
    index: dict[tuple[str, ...], list[_Place]] = {}
    for place in places:
        for run in _runs(place.words):
            index.setdefault(run, []).append(place)
    found: list[Remarked] = []
    seen: set[str] = set()
    quote = Paragraph()
    for paragraph in word.paragraphs:
        if not paragraph.text.startswith("— "):  # who said it stands below a quotation
            quote = paragraph
        for remark in _of(paragraph, word, seen):
            file, line, state = _source(_words(quote.before), index)
            found.append(Remarked(*remark, paragraph.text.strip(), file, line, state))
    return found


def _of(paragraph: Paragraph, word: WordText, seen: set[str]) -> Iterator[tuple[str, str, str, str, str]]:
    """(kind, author, date, text, passage) of what stands in a paragraph."""
    for start, end, id_ in paragraph.remarks:
        remark = word.remarks.get(id_)
        if remark is not None and id_ not in seen:
            seen.add(id_)
            yield "comment", remark.author, remark.date, remark.text, paragraph.text[start:end].strip()
    for change in paragraph.changes:
        if change.text.strip():
            yield change.kind, change.author, change.date, change.text.strip(), ""


def _places(project: Project) -> Iterator[_Place]:
    """Every block that may have become a paragraph, the authors' own words first."""
    documents: list[Synthesis | Note] = [*project.syntheses, *project.lessons, *project.notes]
    for document in documents:
        yield from _blocks(document.body, document.file)
    guide = project.guide
    if guide is not None and guide.file in project.sources:
        text = project.sources[guide.file].text
        yield from _blocks(scan(text, guide.file, 1, [], strict=False), guide.file)
    for name in (MAPPING, THEMES):
        source = project.sources.get(name)
        for number, line in enumerate(source.text.split("\n") if source else (), 1):
            yield _Place(name, number, _words(line.partition(":")[2]))


def _blocks(body: Body, file: str) -> Iterator[_Place]:
    """A text's headings and blocks; the items of a list and the rows of a table become paragraphs each."""
    for part in body.parts:
        yield _Place(file, part.heading.place.line, _words(part.heading.text))
    for block in body.blocks():
        if block.kind in ("list", "table"):
            lines = zip(block.text.split("\n"), block.origins, strict=False)
            yield from (_Place(file, line, _words(text)) for text, (line, _column) in lines)
        else:
            yield _Place(file, block.line, _words(block.text))


def _words(text: str) -> tuple[str, ...]:
    text = plain(_EXPRESSION.sub(" ", CITATION.sub(" ", text)))
    return tuple(re.findall(r"\w+", fold(text)))


def _runs(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Runs of three words, or the whole where it is shorter."""
    return {words[i : i + 3] for i in range(max(1, len(words) - 2))} if words else set()


def _source(words: tuple[str, ...], index: dict[tuple[str, ...], list[_Place]]) -> tuple[str, int, str]:
    """The file and line that a paragraph was made from, and whether that place still says the same."""
    runs = _runs(words)
    shared = Counter(place for run in runs for place in index.get(run, ()))
    if not shared:
        return "", 0, "unknown"
    best = max(shared, key=lambda place: _likeness(place, shared[place], len(runs)))
    if shared[best] / max(1, min(len(runs), len(_runs(best.words)))) < LEAST:
        return "", 0, "unknown"
    same = _within(best.words, words) or _within(words, best.words)
    return best.file, best.line, "same" if same else "changed"


def _likeness(place: _Place, shared: int, runs: int) -> tuple[float, bool, bool, float]:
    """How well a place accounts for a paragraph; of two, the very same words, else the author's own text."""
    alike = shared / max(runs, len(_runs(place.words)))
    own = not re.search(r"/[^/]+/(?!synth)[^/]*$", place.file)  # a note lies in its region's folder
    return round(shared / max(1, runs), 1), alike > 0.9, own, alike


def _within(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether the words stand among the others, in their order: the report adds attributions between them."""
    rest = iter(others)
    return all(word in rest for word in words)
