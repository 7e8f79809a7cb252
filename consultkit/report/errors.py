"""The one exception of the document pipeline."""

from __future__ import annotations


class RenderError(Exception):
    """A document cannot be made; `str(error)` is a translated sentence with a way out."""
