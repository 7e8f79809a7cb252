"""What is wrong, and where: places and diagnostics, as values."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a problem weighs: an error fails the run, a warning does not, an info only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Place(NamedTuple):
    """Where something stands: path relative to the root with `/`, 1-based line and column in characters."""

    file: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Fault(NamedTuple):
    """A problem met while reading; `kind` names the rule that reports it (see rules/)."""

    kind: str
    place: Place
    message: str
    help: str = ""


class Finding(NamedTuple):
    """What a rule says: a place, a sentence, a way out. The runner adds code and severity."""

    place: Place
    message: str
    help: str = ""
    severity: Severity | None = None


class Diagnostic(NamedTuple):
    """A finding stamped with the code and severity of its rule."""

    code: str
    severity: Severity
    place: Place
    message: str
    help: str = ""

    @property
    def secret(self) -> bool:
        """Privacy finds are named by their place, never by their text."""
        return self.code.startswith("P")


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any error stands among them."""
    return any(d.severity is Severity.ERROR for d in diagnostics)
