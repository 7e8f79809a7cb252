"""Folders for what lives only while a command runs. What a killed run left there, the next one removes."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from consultkit.files import try_lock

_PREFIX = "consultkit-"
_LOCK = "lock"  # held while the folder is in use, by the system, which lets go of it with a killed run


@contextlib.contextmanager
def scratch(parent: str | None = None) -> Iterator[Path]:
    """A private folder, removed afterwards; in the system's temporary folder where none is named."""
    clear(parent)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as name:
        handle = os.open(Path(name) / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try_lock(handle)
            yield Path(name)
        finally:
            os.close(handle)


def clear(parent: str | None = None) -> int:
    """Removes this user's folders that no run uses any more; their number."""
    number = 0
    for folder in Path(parent or tempfile.gettempdir()).glob(f"{_PREFIX}*/"):
        with contextlib.suppress(OSError):
            if _abandoned(folder):
                shutil.rmtree(folder)
                number += 1
    return number


def _abandoned(folder: Path) -> bool:
    """Whether a folder of this user has a lock that nobody holds."""
    if folder.is_symlink() or (os.name != "nt" and folder.stat().st_uid != os.getuid()):
        return False
    handle = os.open(folder / _LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        return try_lock(handle)
    finally:
        os.close(handle)


def in_memory() -> str | None:
    """A folder that lies in memory and on no disk, where the system has one."""
    for folder in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
        if folder.startswith("/") and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None
