"""W: files and what stands in them, whatever they say."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from consultkit.diagnostic import Finding, Place, Severity
from consultkit.files import bad_windows_name
from consultkit.i18n import _
from consultkit.model import Project
from consultkit.rules.base import rule, told


@rule("W001")
def not_utf8(project: Project) -> Iterator[Finding]:
    r"""A file is not UTF-8.

    Read as something else, accents and the letters of national languages would turn into other signs, in
    silence.

    File: notes/gao/GAO-01.md
    Bad:
        L'acc\udce8s est difficile.
    Good:
        L'accès est difficile.
    """
    return told(project, "file-encoding")


@rule("W002", Severity.INFO)
def byte_order_mark(project: Project) -> Iterator[Finding]:
    r"""A file begins with a byte order mark.

    Some Windows programs write one. It is accepted and ignored; nothing has to be done.

    File: notes/gao/GAO-01.md
    Bad:
        \ufeff---
        id: GAO-01
    Good:
        ---
        id: GAO-01
    """
    return told(project, "file-bom")


@rule("W003")
def control_character(project: Project) -> Iterator[Finding]:
    r"""A control character stands in a file.

    It cannot be seen, breaks documents, and mostly tells that the file is damaged or is no text.

    File: notes/gao/GAO-01.md
    Bad:
        L'accès\x07 est difficile.
    Good:
        L'accès est difficile.
    """
    return told(project, "file-control")


@rule("W004")
def direction_mark(project: Project) -> Iterator[Finding]:
    r"""An invisible character that turns the direction of text stands in a file.

    It can make a line read as something else than what it says.

    File: notes/gao/GAO-01.md
    Bad:
        L'accès \u202eest difficile.
    Good:
        L'accès est difficile.
    """
    return told(project, "file-bidi")


@rule("W005")
def merge_conflict(project: Project) -> Iterator[Finding]:
    """A merge conflict was left in a file.

    Both versions stand there; only a person can say which one is right.

    File: notes/gao/GAO-01.md
    Bad:
        <<<<<<< HEAD
        Le responsable est parti.
        =======
        Le responsable est resté.
        >>>>>>> autre
    Good:
        Le responsable est parti.
    """
    return told(project, "file-conflict")


@rule("W006")
def link_outside(project: Project) -> Iterator[Finding]:
    """A link leads out of the workspace.

    What it points to is not part of the campaign, and could be anything on this computer.

    File: notes/gao/GAO-09.md
    Bad:
        -> ../../../ailleurs.md
    Good:
        (absent)
    """
    return told(project, "file-link")


@rule("W007")
def file_too_large(project: Project) -> Iterator[Finding]:
    """A file is too large to be a note.

    A note has some thousand words; megabytes of text are a mistake and would stall every document.

    File: notes/gao/GAO-01.md
    Bad:
        (5000000 octets)
    Good:
        (6000 octets)
    """
    return told(project, "file-size")


@rule("W008")
def unreadable_file(project: Project) -> Iterator[Finding]:
    """A file cannot be opened.

    What cannot be read cannot be checked; nothing is said about it.
    """
    return told(project, "file-unreadable")


@rule("W009")
def no_mapping(project: Project) -> Iterator[Finding]:
    """The workspace has no mapping.yaml.

    It holds the campaign, its regions and its actors: nothing can be proved without it.

    File: mapping.yaml
    Bad:
        (absent)
    Good:
        campaign:
          title: "Besoins : le cas de Gao"
    """
    return told(project, "file-missing")


@rule("W010")
def empty_file(project: Project) -> Iterator[Finding]:
    """A file that must say something is empty.

    An empty file was mostly cut short by a full disk or a broken copy.

    File: guides/themes.yaml
    Bad:
        # rien
    Good:
        themes:
          - id: formation
            name: Formation
            kind: need
          - id: acces
            name: Accès
            kind: challenge
    """
    return told(project, "file-empty", "guide-empty")


@rule("W011")
def no_header(project: Project) -> Iterator[Finding]:
    """A Markdown file has no header between two lines “---”.

    The header says what the file is; without it the file belongs to nothing.

    File: notes/gao/GAO-01.md
    Bad:
        id: GAO-01
        actor: tamat
    Good:
        ---
        id: GAO-01
        actor: tamat
    """
    return told(project, "file-header")


@rule("W012")
def yaml_syntax(project: Project) -> Iterator[Finding]:
    """YAML that cannot be read.

    An indentation or a sign is out of place, and what follows has no sure meaning.

    File: mapping.yaml
    Bad:
        name: "Association Tamat
    Good:
        name: "Association Tamat"
    """
    return told(project, "yaml-syntax")


@rule("W013")
def tab_in_yaml(project: Project) -> Iterator[Finding]:
    r"""A tab indents a line of YAML.

    Tabs have no fixed width: YAML indents with spaces only.

    File: notes/gao/GAO-01.md
    Bad:
        consent:
        \tgiven: true
    Good:
        consent:
          given: true
    """
    return told(project, "yaml-tab")


@rule("W014")
def duplicate_key(project: Project) -> Iterator[Finding]:
    """A key stands twice in one block.

    Most programs would keep the last and lose the first without a word.

    File: notes/gao/GAO-01.md
    Bad:
        place: Gao
        place: Ansongo
    Good:
        place: Gao
    """
    return told(project, "yaml-duplicate")


@rule("W015")
def yaml_reference(project: Project) -> Iterator[Finding]:
    """An anchor, an alias or a merge key in YAML.

    They make one line change another far away, and can be made to swallow a computer.

    File: notes/gao/GAO-01.md
    Bad:
        place: &lieu Gao
    Good:
        place: Gao
    """
    return told(project, "yaml-alias")


@rule("W016")
def yaml_tag(project: Project) -> Iterator[Finding]:
    """A tag in YAML.

    Tags ask a program to build something else than text: nothing here needs it.

    File: notes/gao/GAO-01.md
    Bad:
        place: !!str Gao
    Good:
        place: Gao
    """
    return told(project, "yaml-tag")


@rule("W017")
def deep_nesting(project: Project) -> Iterator[Finding]:
    """Values nested beyond reason.

    No file of a campaign needs it; it is damage or an attack.

    File: notes/gao/GAO-01.md
    Bad:
        place: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
    Good:
        place: Gao
    """
    return told(project, "yaml-depth")


@rule("W018")
def second_document(project: Project) -> Iterator[Finding]:
    """A second YAML document in one file.

    A file holds one document; what stands after the line “---” would not be read.

    File: guides/themes.yaml
    Bad:
        titre: Les thèmes
        ---
        themes:
    Good:
        themes:
    """
    return told(project, "yaml-documents")


@rule("W019")
def french_colon(project: Project) -> Iterator[Finding]:
    """A colon inside a value that does not stand in quotes.

    French puts spaces around its colon, and YAML takes that for a new key: the commonest mistake of all.

    File: mapping.yaml
    Bad:
        title: Besoins : le cas de Gao
    Good:
        title: "Besoins : le cas de Gao"
    """
    return told(project, "yaml-colon")


@rule("W020", Severity.WARNING)
def value_cut_by_comment(project: Project) -> Iterator[Finding]:
    """A value is cut short by “ #”.

    In YAML, # after a space begins a comment: the rest of the value would be lost.

    File: mapping.yaml
    Bad:
        comment: Bureau #2
    Good:
        comment: Bureau n° 2
    """
    return told(project, "yaml-comment")


@rule("W021")
def names_collide(project: Project) -> Iterator[Finding]:
    """Two files have names that differ only by case or by the Unicode form of an accent.

    Windows and macOS keep only one of them: the other would be lost on a colleague's computer.

    File: notes/gao/gao-01.md
    Bad:
        (copy of notes/gao/GAO-01.md)
    Good:
        (absent)
    """
    for names in collisions(project):
        for name in names[1:]:
            message = _("This file and {other} have the same name on Windows and macOS.")
            yield Finding(Place(name), message.format(other=names[0]), _("Rename one of them."))


def collisions(project: Project) -> list[list[str]]:
    """Groups of files that Windows and macOS cannot tell apart."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in project.files:
        plain = name if name.isascii() else unicodedata.normalize("NFC", name)
        groups[plain.casefold()].append(name)
    return [names for names in groups.values() if len(names) > 1]


@rule("W022")
def name_not_for_windows(project: Project) -> Iterator[Finding]:
    """Windows could not store a file of that name.

    A colleague on Windows could not even fetch the campaign.

    File: notes/gao/aux.md
    Bad:
        (copy of notes/gao/GAO-01.md)
    Good:
        (absent)
    """
    for name in unstorable(project):
        message = _("Windows cannot store a file of this name.")
        yield Finding(Place(name), message, _("Rename it with letters, digits and hyphens."))


def unstorable(project: Project) -> list[str]:
    """The files that Windows could not store."""
    return [name for name in project.files if bad_windows_name(name)]


@rule("W023")
def comment_left_open(project: Project) -> Iterator[Finding]:
    """A comment is opened and not closed.

    What follows would be neither surely text nor surely a comment.

    File: notes/gao/GAO-01.md
    Bad:
        <!-- à relire
    Good:
        <!-- à relire -->
    """
    return told(project, "md-comment")


@rule("W026")
def code_left_open(project: Project) -> Iterator[Finding]:
    """A block of code is opened and not closed.

    Everything that follows, headings and answers, would be code.

    File: notes/gao/GAO-01.md
    Bad:
        ```
        > La salle était pleine et personne ne parlait.
    Good:
        > La salle était pleine et personne ne parlait.
    """
    return told(project, "md-fence")


@rule("W024")
def bad_heading_attribute(project: Project) -> Iterator[Finding]:
    """What stands in the braces of a heading is no attribute.

    It would be lost in the documents.

    File: notes/gao/GAO-01.md
    Bad:
        ## Contexte {contexte}
    Good:
        ## Contexte {#contexte}
    """
    return told(project, "md-attribute")


@rule("W025")
def delivery_log(project: Project) -> Iterator[Finding]:
    """The log of deliveries (notes/livraisons.yaml) is damaged.

    The program writes it; it tells which files left, to whom and with which notes in them.

    File: notes/livraisons.yaml
    Bad:
        deliveries:
          - {file: Rapport_v1_2023-07-05.docx, to: Interpeace, date: 2023-07-05}
    Good:
        (absent)
    """
    return told(project, "delivery-value", "delivery-unknown-key", "delivery-missing-key")


RULES = (
    not_utf8, byte_order_mark, control_character, direction_mark, merge_conflict, link_outside,
    file_too_large, unreadable_file, no_mapping, empty_file, no_header, yaml_syntax, tab_in_yaml,
    duplicate_key, yaml_reference, yaml_tag, deep_nesting, second_document, french_colon,
    value_cut_by_comment, names_collide, name_not_for_windows, comment_left_open, code_left_open,
    bad_heading_attribute, delivery_log,
)  # fmt: skip
