"""REFI-QDA: a project that NVivo, ATLAS.ti, MAXQDA and QualCoder open (urn:QDA-XML:project:1.0).

Sources are plain text in UTF-8 without a mark, lines ended by \\n; offsets count code points from 0, the end
excluded. Identifiers follow from what they identify, so that the same campaign gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from consultkit.exchange.records import Consultation, Records, clean
from consultkit.i18n import N_, _
from consultkit.report.words import KINDS

NAMESPACE = "urn:QDA-XML:project:1.0"
COLOURS = {"need": "#1F5FA8", "challenge": "#B3261E", "practice": "#1E7B34", "other": "#6B4E9B"}
VARIABLES = {
    "region": N_("Region"), "type": N_("Actor type"), "organisation": N_("Organisation"), "mode": N_("Mode"),
    "month": N_("Month"),
}  # fmt: skip


def to_qdpx(records: Records, draft: bool) -> bytes:
    """The project as a .qdpx: `project.qde` and one text a consultation."""
    return _Writer(records, draft).archive()


class _Writer:
    """One export under way. XML is written line by line: as a tree, 400 notes take half a second more."""

    def __init__(self, records: Records, draft: bool) -> None:
        self.records = records
        self.draft = draft
        self.title = clean(records.title)
        start = records.mapping.campaign.start or dt.date(2000, 1, 1)
        self.user = self.id("user")
        self.made = {"creatingUser": self.user, "creationDateTime": f"{start}T00:00:00Z"}
        self.themes = {theme: self.id("theme", theme) for theme in records.themes}
        self.texts: dict[str, str] = {}

    def id(self, *names: object) -> str:
        """The identifier of what these names name in this campaign."""
        text = "\n".join(map(str, (NAMESPACE, self.title, *names)))
        digest = hashlib.sha1(text.encode("utf-8")).hexdigest()
        # A UUID of version 5, by hand: 30,000 of them take a third of a second otherwise.
        return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"

    def archive(self) -> bytes:
        """The ZIP."""
        from consultkit.report.word import packed

        project = '<?xml version="1.0" encoding="utf-8"?>\n' + "\n".join(self._project()) + "\n"
        files = {"project.qde": project} | {f"sources/{guid}.txt": text for guid, text in self.texts.items()}
        return packed({name: text.encode("utf-8") for name, text in files.items()})

    def _project(self) -> Iterator[str]:
        told = self.records.consultations
        made = {"creatingUserGUID": self.user, "creationDateTime": self.made["creationDateTime"]}
        yield _open("Project", xmlns=NAMESPACE, name=self.title, origin="consultkit", **made)
        yield from _all("Users", [_tag("User", guid=self.user, name="consultkit")])
        yield from _all("CodeBook", _all("Codes", self._codes()))
        yield from _all("Variables", (
            _tag("Variable", guid=self.id("variable", key), name=_(name), typeOfVariable="Text")
            for key, name in VARIABLES.items()
        ))  # fmt: skip
        yield from _all("Cases", (line for one in told for line in self._case(one)))
        yield from _all("Sources", (line for one in told if one.answers for line in self._source(one)))
        yield _text("Description", "\n".join(self.records.marks(self.draft)))
        yield "</Project>"

    def _codes(self) -> Iterator[str]:
        """The themes, kind by kind; programs want every code's name once."""
        themes = self.records.themes.values()
        names = Counter(theme.name for theme in themes)
        for kind, name in KINDS.items():
            members = [theme for theme in themes if theme.kind == kind]
            if not members:
                continue
            yield _open("Code", guid=self.id("kind", kind), name=_(name), isCodable="false")
            for theme in members:
                shown = theme.name if names[theme.name] == 1 and theme.name else f"{theme.name} ({theme.id})"
                guid = self.themes[theme.id]
                yield _open("Code", guid=guid, name=clean(shown), isCodable="true", color=COLOURS[kind])
                if theme.description:
                    yield _text("Description", theme.description)
                yield "</Code>"
            yield "</Code>"

    def _case(self, one: Consultation) -> Iterator[str]:
        yield _open("Case", guid=self.id("case", one.seed), name=one.title)
        yield _text("Description", str(one.facts["attribution"]))
        for key in VARIABLES:
            if one.facts[key]:
                reference = _tag("VariableRef", targetGUID=self.id("variable", key))
                yield from _all("VariableValue", [reference, _text("TextValue", str(one.facts[key]))])
        if one.answers:
            yield _tag("SourceRef", targetGUID=self.id("source", one.seed))
        yield "</Case>"

    def _source(self, one: Consultation) -> Iterator[str]:
        guid = self.id("source", one.seed)
        path = f"internal://{guid}.txt"
        yield _open("TextSource", guid=guid, name=one.title, plainTextPath=path, **self.made)
        pieces = [f"{one.title}\n{clean(str(one.facts['attribution']))}"]
        position = len(pieces[0]) + 2  # two line ends stand between pieces
        for answer in one.answers:
            held_back = _("Answer held back: it would tell who speaks.") if answer.held_back else ""
            for piece in filter(None, (answer.heading, held_back)):
                pieces.append(piece)
                position += len(piece) + 2
            for block in answer.blocks:
                text, moved = block.marked()
                for coded in block.coded:
                    words = block.text[coded.start : coded.end]
                    yield from self._selection(guid, position + moved + coded.start, words, coded.themes)
                pieces.append(text)
                position += len(text) + 2
        self.texts[guid] = "\n\n".join(pieces) + "\n"
        yield "</TextSource>"

    def _selection(self, source: str, start: int, words: str, themes: Iterable[str]) -> Iterator[str]:
        place = (source, start, start + len(words))
        made = "".join(f' {key}="{value}"' for key, value in self.made.items())
        name = quoteattr(" ".join(words.split())[:80])
        yield (
            f'<PlainTextSelection guid="{self.id("selection", *place)}" name={name} '
            f'startPosition="{place[1]}" endPosition="{place[2]}"{made}>'
        )
        for theme in themes:
            yield (
                f'<Coding guid="{self.id("coding", *place, theme)}"{made}>'
                f'<CodeRef targetGUID="{self.themes[theme]}"/></Coding>'
            )
        yield "</PlainTextSelection>"


def _open(element: str, /, **attributes: str) -> str:
    return f"<{element}{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>"


def _tag(element: str, /, **attributes: str) -> str:
    return _open(element, **attributes)[:-1] + "/>"


def _text(name: str, text: str) -> str:
    return f"<{name}>{escape(clean(text))}</{name}>"


def _all(name: str, lines: Iterable[str]) -> Iterator[str]:
    """An element around others; nothing where there are none, as the schema wants it."""
    found = list(lines)
    if found:
        yield f"<{name}>"
        yield from found
        yield f"</{name}>"
