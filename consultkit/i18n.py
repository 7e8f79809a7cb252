"""The language of what users read: gettext, French first, English in the source."""

from __future__ import annotations

import contextlib
import errno
import gettext
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

LANGUAGES = ("fr", "en")
DOMAIN = "consultkit"
LOCALE_DIR = Path(__file__).with_name("locale")

_state: dict[str, gettext.NullTranslations] = {"now": gettext.NullTranslations()}
_loaded: dict[str, gettext.NullTranslations] = {}


def _(message: str) -> str:
    """The message in the language in use."""
    return _state["now"].gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of the message that fits the number, in the language in use."""
    return _state["now"].ngettext(singular, plural, number)


def N_(message: str) -> str:  # gettext's own name for a mark
    """Marks a message that is translated later, when it is shown."""
    return message


def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of one language; English is the source and needs none."""
    if language not in _loaded:
        if language == "en":
            _loaded[language] = gettext.NullTranslations()
        else:
            _loaded[language] = gettext.translation(DOMAIN, str(LOCALE_DIR), [language], fallback=True)
    return _loaded[language]


def use(language: str) -> None:
    """Makes a language the one in use, for everything said from now on."""
    _state["now"] = catalogue(language)
    _state["name"] = language  # type: ignore[assignment]
    if gettext.textdomain() == DOMAIN:  # bind_click was called
        os.environ["LANGUAGE"] = language


def bind_click() -> None:
    """Makes click's own words (“Usage:”, “Missing argument”) come from our catalogue, in the language in use.

    Click asks gettext's default domain, which reads its language in the environment at each call; so does
    `use`, called before or after. Programs that we start get the same language.
    """
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)
    use(language())


@contextlib.contextmanager
def speaking(name: str) -> Iterator[None]:
    """Another language for a while: what is produced may differ from what is said on the screen."""
    before = language()
    use(name)
    try:
        yield
    finally:
        use(before)


def reason(error: OSError) -> str:
    """Why the system refused, in the language in use where the reason is a common one."""
    common = {
        errno.ENOENT: _("it does not exist"),
        errno.EACCES: _("you have no right to it"),
        errno.EPERM: _("you have no right to it"),
        errno.EISDIR: _("it is a folder"),
        errno.ENOSPC: _("the disk is full"),
        errno.EROFS: _("the disk cannot be written to"),
    }
    return common.get(error.errno or 0) or error.strerror or type(error).__name__


def language() -> str:
    """The language in use: `fr` or `en`."""
    return str(_state.get("name", "en"))


def choose(asked: str | None, campaign: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """`--lang`, else CONSULTKIT_LANG, else the campaign's, else the system's, else French."""
    system = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    for candidate in (asked, environ.get("CONSULTKIT_LANG"), campaign, system):
        code = (candidate or "").replace("-", "_").split("_")[0].split(".")[0].lower()
        if code in LANGUAGES:
            return code
    return "fr"
