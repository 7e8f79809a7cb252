"""ZIP files that people hand in, Word and Excel documents among them."""

from __future__ import annotations

import zipfile
import zlib

# What reading one raises where it is damaged, cut short, encrypted, or packed in a way unknown to Python.
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
