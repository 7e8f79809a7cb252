"""The French catalogue: whole, compiled, in French typography, and click's words with it."""

from __future__ import annotations

import importlib.util
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from consultkit import i18n

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("messages", ROOT / ".ci/messages.py")
messages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(messages)

CATALOG = messages.read(messages.PO)
ENTRIES = [entry for entry in CATALOG if entry.id and messages.strings([entry])]


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def fields(text: str) -> set[str]:
    """The names in braces, without conversions; a text that is no format string has its own braces."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set(re.findall(r"\{[^{}]*\}", text))


def test_nothing_is_untranslated() -> None:
    assert messages.untranslated(messages.build()) == []


def test_catalogue_holds_what_the_code_says() -> None:
    said = {messages.key(message) for message in messages.messages()}
    assert {messages.key(entry.id) for entry in CATALOG if entry.id} == said


def test_nothing_is_fuzzy() -> None:
    assert [entry.id for entry in CATALOG if entry.id and entry.fuzzy] == []


def test_compiled_catalogue_is_current() -> None:
    assert messages.drifted(CATALOG) == []


def test_placeholders_are_kept() -> None:
    wrong = []
    for entry in ENTRIES:
        ids, strings = forms(entry.id), forms(entry.string)
        # A singular may leave out the number, or spell out what its plural counts.
        if len(ids) == 1:
            fits = fields(ids[0]) == fields(strings[0])
        else:
            fits = fields(strings[0]) <= fields(ids[0]) | fields(ids[1]) and fields(strings[1]) == fields(
                ids[1]
            )
        if not fits:
            wrong.append(entry.id)
    assert wrong == []


# In code between backquotes and in placeholders the signs are not typography.
NOT_PROSE = re.compile(r"`[^`]*`|\{[^{}]*\}")
FAULTS = {
    "plain space before : ; ! ?": re.compile(r"\w ?(?<= )[:;!?](?=\s|$)|[»)] [:;!?](?=\s|$)"),
    "plain or no space inside « »": re.compile(r"«(?![\u00a0\u202f]\S)|(?<!\S[\u00a0\u202f])»"),
    "straight apostrophe": re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])"),
    "double quotation marks": re.compile(r"[“”]"),
    "three dots": re.compile(r"\w\.\.\."),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_french_typography(fault: str) -> None:
    prose = [(text, NOT_PROSE.sub("x", text)) for entry in ENTRIES for text in forms(entry.string)]
    assert [text for text, plain in prose if FAULTS[fault].search(plain)] == []


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("plain space before : ; ! ?", "Une erreur : non"),
        ("plain space before : ; ! ?", "« x\u00a0» : non"),
        ("plain or no space inside « »", "« x »"),
        ("plain or no space inside « »", "«\u00a0\u00a0x\u00a0»"),
        ("straight apostrophe", "l'acteur"),
        ("double quotation marks", "le mot “x”"),
        ("three dots", "Attendez..."),
    ],
)
def test_typography_faults_are_seen(fault: str, text: str) -> None:
    assert FAULTS[fault].search(text)


# Click puts a colon right after a heading: the space that French has before it is the translation's last character.
FRENCH_CLICK = {
    "Usage:": "Utilisation\u00a0:",
    "Options": "Options\u00a0",
    "Commands": "Commandes\u00a0",
    "Arguments": "Arguments\u00a0",
    "Missing argument": "Argument manquant",
    "Show this message and exit.": "Affiche cette aide.",
}


def test_click_words_are_in_the_catalogue() -> None:
    french = i18n.catalogue("fr")
    assert {word: french.gettext(word) for word in FRENCH_CLICK} == FRENCH_CLICK


@pytest.fixture
def language():
    yield i18n.use
    i18n.use("en")


def test_click_speaks_the_language_in_use(language, monkeypatch: pytest.MonkeyPatch) -> None:
    import click
    from click.testing import CliRunner

    monkeypatch.setenv("LANGUAGE", "de")

    @click.command()
    @click.argument("actor")
    def note(actor: str) -> None: ...

    i18n.bind_click()
    language("fr")
    wrong = CliRunner().invoke(note, [])
    assert wrong.exit_code == 2
    assert "Utilisation\u00a0:" in wrong.output and "Erreur\u00a0: Argument manquant" in wrong.output
    language("en")
    assert "Usage:" in CliRunner().invoke(note, []).output


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("fr", ["Utilisation\u00a0:", "Erreur\u00a0:", "Argument manquant"]),
        ("en", ["Usage:", "Missing argument"]),
    ],
)
def test_the_program_speaks_one_language(lang: str, says: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "consultkit", "explain", "--lang", lang]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 2
    assert [word for word in says if word not in done.stderr] == []


def test_merging_sets_the_spaces_that_keyboards_lack() -> None:
    typed = "L'acteur « x » : vu ? `l'option : a`"
    assert messages.spaced(typed) == "L’acteur «\u00a0x\u00a0»\u00a0: vu\u202f? `l'option : a`"
    assert messages.spaced(messages.spaced(typed)) == messages.spaced(typed)
