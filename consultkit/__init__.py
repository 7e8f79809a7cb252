"""consultkit: plain-text accounting, for testimony."""

from __future__ import annotations

__version__ = "0.1.0"
