"""The rules: an explicit table of all of them, and the run."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence

from consultkit.diagnostic import Diagnostic
from consultkit.model import Project
from consultkit.rules import answers, coverage, fidelity, guide, mapping, notes, privacy, syntheses, workspace
from consultkit.rules.base import Rule

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *workspace.RULES, *mapping.RULES, *guide.RULES, *notes.RULES, *answers.RULES, *coverage.RULES,
            *fidelity.RULES, *syntheses.RULES, *privacy.RULES,
        ),
        key=lambda rule: rule.code,
    )
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}


def run(project: Project, rules: Iterable[Rule] = RULES) -> list[Diagnostic]:
    """Every rule over the project: what they find, sorted by file, line and column."""
    collecting = gc.isenabled()
    gc.disable()  # as in load: there is no cycle to find
    try:
        found = {_redacted(diagnostic, project) for rule in rules for diagnostic in rule.run(project)}
    finally:
        if collecting:
            gc.enable()
    return sorted(found, key=lambda d: (d.place.file, d.place.line, d.place.column, d.code, d.message))


def _redacted(diagnostic: Diagnostic, project: Project) -> Diagnostic:
    """The diagnostic without the known identities that a user's value may have brought into its words."""
    if not project.identities:
        return diagnostic
    blotted = privacy.matcher(project).blotted
    return diagnostic._replace(message=blotted(diagnostic.message), help=blotted(diagnostic.help))


def select(
    diagnostics: Iterable[Diagnostic], chosen: Sequence[str] = (), ignored: Sequence[str] = ()
) -> list[Diagnostic]:
    """The diagnostics whose code begins with one of `chosen` (all by default) and with none of `ignored`."""
    return [
        d
        for d in diagnostics
        if (not chosen or d.code.startswith(tuple(chosen)))
        and not (ignored and d.code.startswith(tuple(ignored)))
    ]


def messages() -> list[str]:
    """The msgids of all rules' documentation, for the catalogues."""
    return [text for rule in RULES for text in (rule.documentation.summary, rule.documentation.why) if text]
