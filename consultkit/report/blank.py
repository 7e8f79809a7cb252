"""Documents that hold nobody's words: what a format and the shipped templates say of themselves."""

from __future__ import annotations

import datetime as dt

from consultkit.files import defaults_dir
from consultkit.report.render import FORMATS, Document, render

BLANK = """# I

1. i
    a. i

- i

| i | i |
|---|---|
| i | i |

> i

Voir[^1] `i`.

[^1]: i
"""


def blank() -> dict[str, bytes]:
    """Documents as the shipped templates make them of nobody's words: what the gate knows to be no name."""
    document = Document(BLANK, "i", "fr", dt.date(2023, 1, 1))
    templates = defaults_dir("templates")
    rendered = render(document, FORMATS, templates=templates, workspace=templates)
    return {f"i.{suffix}": data for suffix, data in rendered.items()}
