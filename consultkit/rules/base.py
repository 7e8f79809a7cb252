"""What a rule is: a generator over the project, declared once with its code, severity and documentation."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from consultkit.diagnostic import Diagnostic, Finding, Severity
from consultkit.model import Project

Check = Callable[[Project], Iterable[Finding]]

_SECTION = re.compile(r"^(File|Bad|Good):[ ]*(.*)$")


class Documentation(NamedTuple):
    """A rule's docstring: msgids of summary and reason, and an example (`bad` replaces `good` in `file`)."""

    summary: str
    why: str
    file: str
    bad: str
    good: str


class Rule(NamedTuple):
    """A rule: its stable code, how much it weighs, and what finds it."""

    code: str
    severity: Severity
    check: Check

    @property
    def name(self) -> str:
        """Its name in words with hyphens."""
        return self.check.__name__.replace("_", "-")

    @property
    def documentation(self) -> Documentation:
        """Its manual page, which is the docstring of what finds it."""
        return document(inspect.getdoc(self.check) or "")

    def run(self, project: Project) -> Iterator[Diagnostic]:
        """The rule's findings, stamped with its code and severity."""
        for place, message, help, severity in self.check(project):
            yield Diagnostic(self.code, severity or self.severity, place, message, help)


def rule(code: str, severity: Severity = Severity.ERROR) -> Callable[[Check], Rule]:
    """Declares a rule; its name and documentation come from the function."""

    return partial(Rule, code, severity)


def told(project: Project, *kinds: str) -> Iterator[Finding]:
    """The faults of these kinds, as met while reading."""
    for fault in project.faults:
        if fault.kind in kinds:
            yield Finding(fault.place, fault.message, fault.help)


def document(docstring: str) -> Documentation:
    """Reads a rule's docstring: a summary line, the reason, then File, Bad and Good."""
    parts: dict[str, list[str]] = {"text": []}
    current = "text"
    for line in docstring.split("\n"):
        match = _SECTION.match(line)
        if match:
            current = match[1]
            parts[current] = [match[2]] if match[2] else []
        else:
            parts[current].append(line[4:] if current in ("Bad", "Good") else line)
    summary, _blank, why = "\n".join(parts["text"]).strip().partition("\n\n")
    example = {name: "\n".join(parts.get(name, [])).strip("\n") for name in ("File", "Bad", "Good")}
    return Documentation(
        " ".join(summary.split()),
        " ".join(why.split()),
        example["File"].strip(),
        example["Bad"],
        example["Good"],
    )
