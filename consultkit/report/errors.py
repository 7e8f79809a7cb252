"""The one exception of the document pipeline."""

from __future__ import annotations


class RenderError(Exception):
    """A document cannot be made; `str(error)` is a translated sentence with a way out.

    `source` is the address of a picture, as it is written, where that is the cause.
    """

    source = ""
