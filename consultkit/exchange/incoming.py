"""Files that come from outside: read whole, within limits; a sentence where they must not or cannot be."""

from __future__ import annotations

from pathlib import Path

from consultkit.files import WorkspaceError
from consultkit.i18n import _, reason

# What Office wrote before 2007, and writes still around a password.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def incoming(path: Path, most: int) -> bytes:
    """The bytes of a file of at most so many; raises WorkspaceError."""
    try:
        if path.stat().st_size > most:
            message = _("{file} is larger than {size} MB: too large to be read.")
            raise WorkspaceError(message.format(file=path.name, size=most // 1_000_000))
        data = path.read_bytes()
    except OSError as error:
        message = _("{file} cannot be opened: {reason}.")
        raise WorkspaceError(message.format(file=path, reason=reason(error))) from error
    if data.startswith(_OLE):
        if _LOCKED in data:
            raise WorkspaceError(protected(path.name))
        message = _("{file} is an old .xls or .doc: open it and save it as .xlsx or .docx.")
        raise WorkspaceError(message.format(file=path.name))
    return data


def protected(name: str) -> str:
    """What to say of a file with a password."""
    return _("{file} is protected by a password: save it again without one.").format(file=name)
