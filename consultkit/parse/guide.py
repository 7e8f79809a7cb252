"""The interview guide, from Markdown to model; its faults are told where they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from consultkit.body import Block, Heading, Part
from consultkit.diagnostic import Fault, Place
from consultkit.files import Source
from consultkit.i18n import _
from consultkit.located_yaml import Quoting
from consultkit.model import Change, Guide, GuideSection, Question
from consultkit.parse.header import split
from consultkit.parse.inline import plain
from consultkit.parse.markdown import scan
from consultkit.schema.declare import GUIDE
from consultkit.schema.types import ID, Data, Fix, Reader
from consultkit.text import did_you_mean, fold, listing

CLASSES = ("required", "observation", "identifying")
KEYS = ("types", "answer", "options", "was")
ANSWERS = ("text", "integer", "select_one", "select_multiple")


@dataclass(slots=True)
class _Open:
    """A section that is being read."""

    heading: Heading
    questions: list[Question] = field(default_factory=list)

    def close(self) -> GuideSection:
        classes = self.heading.attributes.classes
        heading = self.heading
        return GuideSection(
            heading.id,
            heading.text,
            "observation" in classes,
            "identifying" in classes,
            tuple(self.questions),
            heading,
        )


def parse_guide(
    source: Source, faults: list[Fault], fixes: list[Fix], quotings: list[Quoting]
) -> Guide | None:
    """A guide; None where its header cannot be read."""
    parts = split(source, "guide", faults)
    quotings += parts.quotings
    if parts.header is None:
        return None
    data: Data = GUIDE.read(parts.header, Reader(source.file, "guide", faults, fixes))
    body = scan(parts.body, source.file, parts.body_line, faults)
    before = len(faults)
    sections = _sections(body.parts, faults)
    sound = len(faults) == before and bool(sections)
    if not sections and len(faults) == before:
        message = _("This guide has no section.")
        faults.append(
            Fault("guide-empty", Place(source.file), message, _("Sections are “## ”, questions “### ”."))
        )
    _attributes(body.parts, faults)
    return Guide(
        file=source.file,
        id=data.get("id", ""),
        title=data.get("title", ""),
        version=data.get("version", ""),
        language=data.get("language", ""),
        minutes=data.get("minutes"),
        changes=tuple(
            Change(change.get("version", ""), change.get("date"), change.get("text", ""))
            for change in data.get("changes", ())
        ),
        introduction="\n\n".join(block.text for block in body.preamble),
        sections=tuple(sections),
        data=data,
        sound=sound,
    )


def _sections(parts: Iterable[Part], faults: list[Fault]) -> list[GuideSection]:
    """The guide's sections; what would leave a section or question without a usable id is told."""
    closed: list[GuideSection] = []
    opened: _Open | None = None
    seen: dict[str, Heading] = {}
    level = 1
    for part in parts:
        heading = part.heading
        if heading.level > 2 and (heading.level > level + 1 or (heading.level > 3 and heading.id)):
            _tell_level(heading, opened is None, faults)
        level = heading.level
        if not _check_id(heading, seen, faults):
            continue
        if heading.level == 2:
            if opened:
                closed.append(opened.close())
            opened = _Open(heading)
        elif heading.level == 3 and opened:
            opened.questions.append(_question(part, opened.heading))
    if opened:
        closed.append(opened.close())
    return closed


def _tell_level(heading: Heading, outside: bool, faults: list[Fault]) -> None:
    if outside and heading.level == 3:
        message, help = (
            _("This question stands outside any section."),
            _("Put a “## Section {#id}” before it."),
        )
        faults.append(Fault("guide-outside", heading.place, message, help))
        return
    message = _("This heading skips a level.")
    help = _("Sections are “## ”, questions “### ”.")
    faults.append(Fault("guide-level", heading.place, message, help))


def _check_id(heading: Heading, seen: dict[str, Heading], faults: list[Fault]) -> bool:
    """Whether the heading has an id of its own; levels other than sections and questions need none."""
    if heading.level not in (2, 3):
        return False
    if not heading.id:
        slug = "-".join(fold(heading.text).replace("'", " ").split()[:3])
        slug = "".join(c for c in slug if c.isascii() and (c.isalnum() or c == "-")).strip("-") or "id"
        message = _("This heading has no id.")
        faults.append(
            Fault(
                "guide-no-id", heading.place, message, _("Add one at its end: {{#{slug}}}.").format(slug=slug)
            )
        )
        return False
    if not ID.match(heading.id):
        message = _(
            "“{value}” is no id: letters without accents and digits, joined by - or _, a letter first."
        )
        faults.append(Fault("guide-value", heading.place, message.format(value=heading.id)))
        return False
    first = seen.setdefault(heading.id.lower(), heading)
    if first is not heading:
        message = _("The id “{id}” stands twice (first on line {line}).").format(
            id=heading.id, line=first.place.line
        )
        faults.append(
            Fault("guide-duplicate", heading.place, message, _("Give each heading an id of its own."))
        )
        return False
    return True


def _question(part: Part, section: Heading) -> Question:
    attrs = part.heading.attributes
    options = attrs.get("options")
    return Question(
        id=part.heading.id,
        text=part.heading.text,
        required="required" in attrs.classes,
        identifying="identifying" in attrs.classes or "identifying" in section.attributes.classes,
        types=tuple(attrs.get("types").replace(",", " ").split()),
        answer=attrs.get("answer") or "text",
        options=tuple(option.strip() for option in options.split("|") if option.strip()),
        was=attrs.get("was"),
        probes=tuple(probe for block in part.blocks if block.kind == "list" for probe in _bullets(block)),
        advice=tuple(plain(block.text) for block in part.blocks if block.kind == "quote"),
        heading=part.heading,
        section=section.id,
    )


def _bullets(block: Block) -> list[str]:
    """The items of a list, continuation lines joined."""
    items: list[str] = []
    for line in block.text.split("\n"):
        stripped = line.strip()
        marker = stripped.split(" ", 1)
        if len(marker) == 2 and (marker[0] in "-*+" or marker[0].rstrip(".)").isdigit()):
            items.append(marker[1].strip())
        elif items:
            items[-1] += " " + stripped
    return items


def _attributes(parts: Iterable[Part], faults: list[Fault]) -> None:
    """Tells classes, keys and values that a guide's headings do not have."""
    for part in parts:
        place, attrs = part.heading.place, part.heading.attributes
        for name in attrs.classes:
            if name not in CLASSES:
                message = _("Unknown attribute “.{name}”.").format(name=name)
                help = did_you_mean(name, CLASSES) or _("Known: {names}.").format(names=listing(CLASSES))
                faults.append(Fault("guide-attribute", _within(part.heading, "." + name), message, help))
        for key, value in attrs.values:
            if key not in KEYS:
                message = _("Unknown attribute “{name}=”.").format(name=key)
                help = did_you_mean(key, KEYS) or _("Known: {names}.").format(names=listing(KEYS))
                faults.append(Fault("guide-attribute", _within(part.heading, key), message, help))
            elif key == "answer" and value not in ANSWERS:
                message = _("“{value}” is not one of: {values}.").format(value=value, values=listing(ANSWERS))
                faults.append(
                    Fault(
                        "guide-attribute", _within(part.heading, value), message, did_you_mean(value, ANSWERS)
                    )
                )
        if attrs.get("answer").startswith("select") and not attrs.get("options"):
            message = _("This question offers a choice, but has no options.")
            help = _('Add options="a|b|c" between the braces.')
            faults.append(Fault("guide-options", place, message, help))


def _within(heading: Heading, piece: str) -> Place:
    """The place of a piece of a heading's attributes."""
    start = heading.source.rfind("{")
    index = heading.source.find(piece, max(0, start))
    if index < 0:
        return heading.place
    return Place(heading.place.file, heading.place.line, index + 1, len(piece))
