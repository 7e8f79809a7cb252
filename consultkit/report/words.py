"""What keys are called in a document: modes, languages, statuses, in the language in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consultkit.i18n import N_, _, language

MODES = {
    "in-person": N_("in person"),
    "phone": N_("by phone"),
    "video": N_("by video call"),
    "written": N_("in writing"),
}
FORMATS = {
    "individual": N_("individual interview"),
    "group": N_("group interview"),
    "focus-group": N_("focus group"),
}
GENDERS = {"f": N_("Women"), "m": N_("Men"), "x": N_("Other"), "": N_("Not stated")}
AGES = {"youth": N_("Youth"), "adult": N_("Adults"), "elder": N_("Elders"), "": N_("Not stated")}
VERBATIMS = {
    "recorded": N_("recorded"),
    "noted": N_("noted by hand"),
    "translated": N_("noted in translation"),
}
STATUSES = {
    "declined": N_("Declined"),
    "unreachable": N_("Unreachable"),
    "postponed": N_("Postponed"),
    "replaced": N_("Replaced"),
}
REASONS = {
    "refusal": N_("refusal"),
    "security": N_("security"),
    "unavailable": N_("unavailable"),
    "other": N_("other reason"),
}
DELIVERABLES = {
    "mapping": N_("Actor mapping"),
    "notes": N_("Detailed notes"),
    "report": N_("Report"),
    "lessons": N_("Lessons learned"),
    "progress": N_("Progress report"),
}
KINDS = {
    "need": N_("Needs"),
    "challenge": N_("Challenges"),
    "practice": N_("Good practices"),
    "other": N_("Other themes"),
}
LANGUAGES = {
    "fr": N_("French"), "en": N_("English"), "bm": N_("Bambara"), "ff": N_("Fulfulde"),
    "ses": N_("Songhay"), "khq": N_("Songhay of Timbuktu"), "taq": N_("Tamasheq"), "ar": N_("Arabic"),
    "mey": N_("Hassaniya"), "snk": N_("Soninke"), "kao": N_("Khassonke"), "dtm": N_("Dogon"),
    "boz": N_("Bozo"), "bwq": N_("Bobo"), "myk": N_("Minianka"), "spp": N_("Senufo"), "mlq": N_("Maninka"),
}  # fmt: skip
_VOWELS = "aeiouàâäéèêëîïôöûüAEIOUÀÂÄÉÈÊËÎÏÔÖÛÜ"


def named(names: Mapping[str, str], key: str) -> str:
    """What a key is called; the key itself where it has no name here."""
    return _(names[key]) if key in names else key


def language_name(code: str) -> str:
    """“Bambara”; the code itself where it has no name here."""
    name = LANGUAGES.get(code) or LANGUAGES.get(code.split("-")[0])
    return _(name) if name else code


def from_language(code: str) -> str:
    """“translated from Songhay”, “traduit du songhay”, “de l’arabe”."""
    name = language_name(code)
    if language() == "fr":
        name = name[:1].lower() + name[1:]
    return elided(_("words translated from {language}").format(language=name), name)


def region_words(name: str) -> str:
    """“Gao region”, “région de Gao”, “région d’Ansongo”."""
    return elided(_("{name} region").format(name=name), name)


def elided(text: str, name: str) -> str:
    """The text with “de” and “du” as French has them before a vowel."""
    if language() == "fr" and name[:1] in _VOWELS:
        text = text.replace(f" de {name}", f" d’{name}").replace(f" du {name}", f" de l’{name}")
    return text


def joined(words: Iterable[str]) -> str:
    """“a, b and c”."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return _("{all} and {last}").format(all=", ".join(items[:-1]), last=items[-1])
