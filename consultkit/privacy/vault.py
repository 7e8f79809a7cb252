"""private/identities.yaml, plain or encrypted: read where it can be, told where it cannot."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from consultkit.diagnostic import Fault
from consultkit.files import decode
from consultkit.located_yaml import read
from consultkit.privacy.encryption import EncryptionError, decrypt, key_path
from consultkit.privacy.identities import Identity, LockState, from_node
from consultkit.schema.declare import IDENTITIES
from consultkit.schema.types import INVALID, Reader

PLAIN = "private/identities.yaml"
LOCKED = "private/identities.yaml.age"


@dataclass(frozen=True, slots=True, repr=False)
class Vault:
    """The identities at hand, the words that are no leak, and what is wrong in the file (never its text)."""

    state: LockState
    identities: tuple[Identity, ...] = ()
    exceptions: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def checked(self) -> bool:
        """Whether names can be controlled at all."""
        return self.state is LockState.READ


def open_vault(root: Path) -> Vault:
    """Reads the identities of a workspace: the plain file, else the encrypted one where a key is at hand."""
    plain, locked = root / PLAIN, root / LOCKED
    try:
        if plain.is_file():
            return parse_vault(plain.read_bytes(), PLAIN)
        if locked.is_file():
            data = unlock(locked.read_bytes())
            return Vault(LockState.LOCKED) if data is None else parse_vault(data, LOCKED)
    except OSError:
        return Vault(LockState.LOCKED)
    return Vault(LockState.ABSENT)


def unlock(data: bytes) -> bytes | None:
    """The plain text of what is encrypted, with this computer's key; None where none fits."""
    with contextlib.suppress(OSError, EncryptionError):
        return decrypt(data, key_path(os.environ).read_text("utf-8"))
    return None


def parse_vault(data: bytes, name: str) -> Vault:
    """The identities of a file; one that cannot be read at all counts as locked, so that outputs say so."""
    faults: list[Fault] = []
    source = decode(data, name, faults)
    reading = read(source.text, name) if source else None
    if reading is None or reading.root is None:
        found = tuple(_without_text(f) for f in [*faults, *(reading.faults if reading else [])])
        return Vault(LockState.LOCKED if reading is None or reading.broken else LockState.READ, faults=found)
    shape: list[Fault] = [*faults, *reading.faults]
    data_read = IDENTITIES.read(reading.root, Reader(name, "private", shape))
    entries, told = from_node(reading.root.get("identities"), name)
    exceptions = () if data_read is INVALID else data_read.get("exceptions", ())
    lines = {fault.place.line for fault in told}  # told there in words
    bare = [_without_text(fault) for fault in shape if fault.place.line not in lines]
    return Vault(LockState.READ, tuple(entries), exceptions, (*bare, *told))


def _without_text(fault: Fault) -> Fault:
    """The fault as one of the private file: by its place, never by its text."""
    return Fault("private-value", fault.place, "")
