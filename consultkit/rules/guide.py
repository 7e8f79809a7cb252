"""G: the interview guide and the codebook."""

from __future__ import annotations

from collections.abc import Iterator

from consultkit.diagnostic import Finding, Place
from consultkit.i18n import _
from consultkit.model import Project
from consultkit.rules.base import rule, told
from consultkit.rules.known import explained
from consultkit.schema.declare import RESERVED_THEMES
from consultkit.text import did_you_mean, listing


@rule("G001")
def unknown_guide_key(project: Project) -> Iterator[Finding]:
    """A key of the guide's header or of the codebook that nothing reads.

    What stands under it would be lost without a word.

    File: guides/guide-entretien.md
    Bad:
        duree: 75
    Good:
        minutes: 75
    """
    return told(project, "guide-unknown-key")


@rule("G002")
def missing_guide_key(project: Project) -> Iterator[Finding]:
    """A key that the guide or the codebook needs is missing or has no value.

    Notes name the guide's version; themes are named by their id and shown by their name.

    File: guides/guide-entretien.md
    Bad:
        title: "Guide d'entretien"
        language: fr
    Good:
        title: "Guide d'entretien"
        version: "1.0"
        language: fr
    """
    return told(project, "guide-missing-key")


@rule("G003")
def bad_guide_value(project: Project) -> Iterator[Finding]:
    """A value of the guide or the codebook is not of the kind that its key takes.

    File: guides/themes.yaml
    Bad:
        kind: besoins divers
    Good:
        kind: need
    """
    return told(project, "guide-value")


@rule("G004")
def heading_without_id(project: Project) -> Iterator[Finding]:
    """A section or question of the guide has no id.

    Answers are found by the question's id: reworded or moved, it stays the same question.

    File: guides/guide-entretien.md
    Bad:
        ## Contexte
    Good:
        ## Contexte {#contexte}
    """
    return told(project, "guide-no-id")


@rule("G005")
def duplicate_guide_id(project: Project) -> Iterator[Finding]:
    """Two headings of the guide have the same id.

    Nobody could tell which of them an answer belongs to.

    File: guides/guide-entretien.md
    Bad:
        ### Quelles tensions ? {#mandat .required}
    Good:
        ### Quelles tensions ? {#tensions .required}
    """
    return told(project, "guide-duplicate")


@rule("G006")
def level_skipped(project: Project) -> Iterator[Finding]:
    """A heading of the guide skips a level.

    Sections are “## ”, questions “### ”: anything else is in nobody's outline.

    File: guides/guide-entretien.md
    Bad:
        #### Quelles tensions ? {#tensions .required}
    Good:
        ### Quelles tensions ? {#tensions .required}
    """
    return told(project, "guide-level")


@rule("G007")
def question_outside_section(project: Project) -> Iterator[Finding]:
    """A question of the guide stands before the first section.

    Findings are gathered section by section: it would be in none.

    File: guides/guide-entretien.md
    Bad:
        Bonjour, et merci.

        ### Votre nom de code ? {#code}
    Good:
        Bonjour, et merci.
    """
    return told(project, "guide-outside")


@rule("G008")
def version_not_in_changes(project: Project) -> Iterator[Finding]:
    """The guide's version is not in its list of changes.

    The commission asks for a guide that is improved while it is used: each version says what it changed.

    File: guides/guide-entretien.md
    Bad:
        version: "1.1"
    Good:
        version: "1.0"
    """
    guide = project.guide
    versions = [change.version for change in guide.changes] if guide else []
    if guide and guide.version and versions and all(versions) and guide.version not in versions:
        message = _("Version {version} is not in the list of changes ({known}).")
        text = message.format(version=guide.version, known=listing(versions))
        help = _("Add it under “changes:”, with its date and what it changes.")
        yield Finding(guide.data.place("version"), text, help)


@rule("G009")
def unknown_guide_attribute(project: Project) -> Iterator[Finding]:
    """An attribute of a heading that the guide does not know.

    File: guides/guide-entretien.md
    Bad:
        ### Quelles tensions ? {#tensions .requis}
    Good:
        ### Quelles tensions ? {#tensions .required}
    """
    return told(project, "guide-attribute")


@rule("G010")
def unknown_type_in_guide(project: Project) -> Iterator[Finding]:
    """A question is asked of an actor type that the mapping does not have.

    It would be asked of nobody.

    File: guides/guide-entretien.md
    Bad:
        {#projets types="ongi onu2"}
    Good:
        {#projets types="ongi"}
    """
    guide, mapping = project.guide, project.mapping
    if guide is None or mapping is None:
        return
    for question in guide.questions.values():
        for name in question.types:
            if name not in mapping.type_by_id and name not in explained(project, "actor_types"):
                heading = question.heading
                column = heading.source.find(name, heading.source.find("types=")) + 1
                place = Place(guide.file, heading.place.line, max(1, column), len(name))
                message = _("No {what} has the id “{id}”.").format(what=_("actor type"), id=name)
                yield Finding(place, message, did_you_mean(name, mapping.type_by_id))


@rule("G011")
def choice_without_options(project: Project) -> Iterator[Finding]:
    """A question offers a choice and names no options.

    File: guides/guide-entretien.md
    Bad:
        {#projets answer=select_one types="ongi"}
    Good:
        {#projets types="ongi"}
    """
    return told(project, "guide-options")


@rule("G012")
def guide_missing(project: Project) -> Iterator[Finding]:
    """The interview guide does not exist.

    Notes repeat its headings; without it no answer can be found.

    File: mapping.yaml
    Bad:
        guide: guides/guide-entretient.md
    Good:
        guide: guides/guide-entretien.md
    """
    return told(project, "guide-missing")


@rule("G013")
def bad_theme_id(project: Project) -> Iterator[Finding]:
    """A theme's id is taken twice, or means something else.

    Themes are written as {.id} in notes: each must name one theme, and none of the program's own classes.

    File: guides/themes.yaml
    Bad:
        - id: acces
          name: Accès
          kind: challenge
        - id: "off"
          name: Hors micro
    Good:
        - id: acces
          name: Accès
          kind: challenge
    """
    seen: dict[str, Place] = {}
    for theme in project.themes:
        first = seen.setdefault(theme.id.casefold(), theme.place)
        if theme.id.casefold() in RESERVED_THEMES:
            message = _("“{id}” is a word of the program's own and cannot name a theme.").format(id=theme.id)
            yield Finding(theme.place, message, _("Choose another id."))
        elif first is not theme.place:
            message = _("The id “{id}” is taken twice (first on line {line}).")
            text = message.format(id=theme.id, line=first.line)
            yield Finding(theme.place, text, _("Give one of them another id."))


RULES = (
    unknown_guide_key, missing_guide_key, bad_guide_value, heading_without_id, duplicate_guide_id,
    level_skipped, question_outside_section, version_not_in_changes, unknown_guide_attribute,
    unknown_type_in_guide, choice_without_options, guide_missing, bad_theme_id,
)  # fmt: skip
