"""The reference of the rules, docs/rules.md and docs/regles.md, from the rules' own documentation.

`python -m consultkit.rules.docs` writes both; a test tells where one is out of date.
"""

from __future__ import annotations

from pathlib import Path

from consultkit.i18n import N_, _, speaking
from consultkit.rules import RULES
from consultkit.rules.base import Rule

FOLDER = Path(__file__).parents[2] / "docs"
PAGES = {"en": "rules.md", "fr": "regles.md"}
FAMILIES = {
    "W": N_("Workspace and files"),
    "M": N_("The actor mapping"),
    "G": N_("The interview guide and the codebook"),
    "N": N_("Consultation notes"),
    "C": N_("Coverage"),
    "F": N_("Syntheses and lessons: fidelity"),
    "P": N_("Privacy"),
    "T": N_("Templates"),
}
SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "info": N_("info")}


def page(language: str) -> str:
    """The whole reference in one language."""
    with speaking(language):
        parts = ["# " + _("The rules of check"), _introduction()]
        for letter, title in FAMILIES.items():
            rules = [rule for rule in RULES if rule.code.startswith(letter)]
            if rules:
                parts += [f"## {letter}: {_(title)}" if language == "en" else f"## {letter} : {_(title)}"]
                parts += [_table(rules), *(_entry(rule) for rule in rules)]
        return "\n\n".join(parts) + "\n"


def _introduction() -> str:
    text = _(
        "`consultkit check` tells each fault once, on its line. A code never changes its meaning; "
        "`consultkit explain CODE` shows its entry in the terminal, and `--select` and `--ignore` take codes "
        "or their first letters. Under “Wrong” stands what raises the code, under “Right” what does not."
    )
    note = _("This page is generated from the program (`python -m consultkit.rules.docs`).")
    return f"{text}\n\n{note}"


def _table(rules: list[Rule]) -> str:
    heads = (_("Code"), _("Weight"), _("What it finds"))
    rows = ["| " + " | ".join(heads) + " |", "| --- | --- | --- |"]
    for rule in rules:
        summary = _(rule.documentation.summary).replace("|", "\\|")
        rows.append(f"| [{rule.code}](#{rule.code.lower()}) | {_(SEVERITIES[rule.severity])} | {summary} |")
    return "\n".join(rows)


def _entry(rule: Rule) -> str:
    documentation = rule.documentation
    parts = [
        f"### {rule.code}",
        f"**{_(documentation.summary)}** `{rule.name}`, {_(SEVERITIES[rule.severity])}.",
    ]
    if documentation.why:
        parts.append(_(documentation.why))
    if documentation.bad:
        parts += [_("Wrong, in `{file}`:").format(file=documentation.file), _fenced(documentation.bad)]
        parts += [_("Right:"), _fenced(documentation.good)]
    return "\n\n".join(parts)


def _fenced(text: str) -> str:
    fence = "````" if "```" in text else "```"
    return f"{fence}text\n{text}\n{fence}"


def main() -> None:
    """Writes both pages."""
    for language, name in PAGES.items():
        (FOLDER / name).write_text(page(language), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
