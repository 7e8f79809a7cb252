"""private/identities.yaml, plain or encrypted: read where it can be, told where it cannot."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from consultkit.diagnostic import Fault, Place
from consultkit.files import decode, read_regular, write_atomic
from consultkit.i18n import _
from consultkit.located_yaml import Node, read
from consultkit.privacy.encryption import EncryptionError, decrypt, is_recipient, read_key
from consultkit.privacy.identities import Identity, LockState, from_node
from consultkit.schema.declare import IDENTITIES
from consultkit.schema.types import INVALID, Reader

if TYPE_CHECKING:
    from consultkit.model import Project

PLAIN = "private/identities.yaml"
LOCKED = "private/identities.yaml.age"
_TWIN = ".consultkit/identities.sha256"  # of the encrypted file that the plain one beside it comes from


@dataclass(frozen=True, slots=True, repr=False)
class Vault:
    """The identities at hand, the words that are no leak, and what is wrong in the file (never its text)."""

    state: LockState
    identities: tuple[Identity, ...] = ()
    exceptions: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def checked(self) -> bool:
        """Whether names can be controlled: all that is kept of them could be read."""
        return self.state is LockState.READ


def open_vault(root: Path) -> Vault:
    """Reads the identities of a workspace, those of the plain file and of the encrypted one."""
    plain, sealed = _file(root, PLAIN, lambda data: data), _file(root, LOCKED, unlock)
    if plain is None or sealed is None:
        return plain or sealed or Vault(LockState.ABSENT)
    known = {replace(identity, line=1) for identity in plain.identities}
    more = tuple(entry for entry in sealed.identities if replace(entry, line=1) not in known)
    newer = plain.checked and is_twin(root)
    return Vault(
        sealed.state if plain.checked and not newer else plain.state,
        plain.identities + more,
        plain.exceptions if plain.checked else plain.exceptions + sealed.exceptions,
        plain.faults + (() if newer else sealed.faults),
    )


def _file(root: Path, name: str, opened: Callable[[bytes], bytes | None]) -> Vault | None:
    """What one file holds; None where there is none."""
    try:
        data = opened(read_regular(root / name))
        _close_to_others(root / name)
    except (FileNotFoundError, NotADirectoryError):
        if not (root / name).is_symlink():
            return None
        return Vault(LockState.LOCKED)
    except OSError as error:
        unfit = error.errno in (errno.EINVAL, errno.EISDIR, errno.ENXIO)
        fault = Fault("private-value", Place(name), _("Only a regular file is read here."))
        return Vault(LockState.LOCKED, faults=(fault,) if unfit else ())
    return Vault(LockState.LOCKED) if data is None else parse_vault(data, name)


def _close_to_others(path: Path) -> None:
    """Takes from everybody else on this computer what they could read; its owner's rights stay."""
    mode = path.stat().st_mode
    if mode & 0o077:
        with contextlib.suppress(OSError):
            path.chmod(mode & 0o700)


def unlock(data: bytes) -> bytes | None:
    """The plain text of what is encrypted, with this computer's key; None where none fits."""
    with contextlib.suppress(EncryptionError):
        return decrypt(data, read_key())
    return None


def parse_vault(data: bytes, name: str) -> Vault:
    """The identities of a file; where anything in it cannot be read it is damaged, so that outputs say so."""
    faults: list[Fault] = []
    source = decode(data, name, faults)
    reading = read(source.text, name) if source else None
    shape = [fault for fault in (*faults, *(reading.faults if reading else ())) if fault.kind != "file-bom"]
    if reading is None or reading.root is None:
        found = [_without_text(fault) for fault in shape]
        empty = Fault("private-value", Place(name), _("This file is empty."))
        return Vault(LockState.DAMAGED, faults=tuple(found or [empty]))
    data_read = IDENTITIES.read(reading.root, Reader(name, "private", shape))
    entries, told = from_node(_listed(reading.root), name)
    if reading.root.kind == "map" and "identities" not in reading.root.entries:
        message = _("The key “{key}” is missing.").format(key="identities")
        told.append(Fault("private-value", Place(name), message))
    exceptions = () if data_read is INVALID else data_read.get("exceptions", ())
    lines = {fault.place.line for fault in told}  # told there in words
    bare = [_without_text(fault) for fault in shape if fault.place.line not in lines]
    state = LockState.DAMAGED if bare or told or reading.broken else LockState.READ
    return Vault(state, tuple(entries), exceptions, (*bare, *told))


def _listed(root: Node) -> Node | None:
    """The list of identities; under another key, or alone in the file, it is a fault but still looked for."""
    if "identities" in root.entries:
        return root.get("identities")
    others = [root, *(value for key, _key, value in root if key != "exceptions")]
    return next((node for node in others if node.kind == "seq"), None)


def recipients(project: Project) -> tuple[str, ...]:
    """Those who may open what is encrypted; EncryptionError where one of them is no key, with its place."""
    if project.mapping is None:
        raise EncryptionError(_("mapping.yaml cannot be read: `consultkit check` says why."))
    campaign = project.mapping.campaign
    listed = campaign.data.node.get("recipients") if campaign.data.has("recipients") else None
    for number, node in enumerate((listed.items or [listed]) if listed else (), start=1):
        if not is_recipient(node.text):
            message = _(
                "{place}: recipient {number} is not an age public key (age1…). Nothing was encrypted."
            )
            raise EncryptionError(message.format(place=node.place(campaign.data.file), number=number))
    return campaign.recipients


def make_twins(root: Path, sealed: bytes | None) -> None:
    """Notes that the plain file comes from this encrypted one, or (None) that it comes from none any more.

    The hash is of what is encrypted, anew each time, and tells nothing of what it holds.
    """
    if sealed is not None:
        import hashlib

        write_atomic(root / _TWIN, hashlib.sha256(sealed).hexdigest() + "\n", mode=0o600)
    else:
        (root / _TWIN).unlink(missing_ok=True)


def is_twin(root: Path) -> bool:
    """Whether the plain file comes from the encrypted one as it stands: whatever differs was changed here."""
    with contextlib.suppress(OSError):
        import hashlib

        digest = hashlib.sha256(read_regular(root / LOCKED)).hexdigest()
        return read_regular(root / _TWIN).decode("ascii", "replace").strip() == digest
    return False


def _without_text(fault: Fault) -> Fault:
    """The fault as one of the private file: by its place, never by its text."""
    return Fault("private-value", fault.place, "")
