"""Folders for what lives only while a command runs. What a killed run left there, the next one removes."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from consultkit.files import try_lock

_PREFIX, _LOCK = "consultkit-", ".lock"


@contextlib.contextmanager
def scratch(parent: str | None = None) -> Iterator[Path]:
    """A private folder, removed afterwards; in the system's temporary folder where none is named.

    A lock lies beside it, taken before the folder is made and held until it is gone, by the system, which
    lets go of it with a killed run: a folder whose lock is free is nobody's any more.
    """
    _clear_once(parent)
    while True:
        folder = Path(parent or tempfile.gettempdir()) / f"{_PREFIX}{secrets.token_hex(8)}"
        lock = folder.with_suffix(_LOCK)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        if try_lock(handle):
            break
        os.close(handle)  # another run took the new lock for an abandoned one
    try:
        folder.mkdir(0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)
        with contextlib.suppress(OSError):
            lock.unlink()


@cache
def _clear_once(parent: str | None) -> None:
    """A command makes a folder for each document it writes; what killed runs left is looked for once."""
    clear(parent)


def clear(parent: str | None = None) -> None:
    """Removes this user's folders that no run uses any more."""
    for lock in Path(parent or tempfile.gettempdir()).glob(f"{_PREFIX}*{_LOCK}"):
        with contextlib.suppress(OSError):
            handle = os.open(lock, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                abandoned = _own(handle) and try_lock(handle)
                if abandoned:
                    shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            finally:
                os.close(handle)
            if abandoned:
                lock.unlink()


def _own(handle: int) -> bool:
    """Whether an open file is this user's."""
    return os.name == "nt" or os.fstat(handle).st_uid == os.getuid()


def in_memory() -> str | None:
    """A folder that lies in memory and on no disk, where the system has one."""
    for folder in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
        if folder.startswith("/") and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None
