"""consultkit identities lock, unlock, edit: private/identities.yaml, encrypted and back."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from consultkit.cli import root
from consultkit.files import WorkspaceError, locked, read_regular, remove_leftovers, write_atomic
from consultkit.i18n import N_, _, ngettext, reason
from consultkit.load import load
from consultkit.privacy.encryption import (
    EncryptionError,
    decrypt,
    decrypt_with_passphrase,
    encrypt,
    read_key,
    wants_passphrase,
)
from consultkit.privacy.identities import Identity
from consultkit.privacy.vault import LOCKED, PLAIN, is_twin, make_twins, parse_vault, recipients
from consultkit.scratch import clear, in_memory, scratch

STARTER = """\
# {warning}
identities:
#  - note: GAO-03
#    name: ...
#    aliases: [...]
#    phone: ...
#    email: ...
"""


def lock() -> int:
    """Encrypts private/identities.yaml for the recipients named in mapping.yaml."""
    workspace = root()
    with locked(workspace):
        _clear(workspace)
        plain = workspace / PLAIN
        data = _read(plain)
        if data is None:
            raise WorkspaceError(_("There is no {path} to encrypt.").format(path=PLAIN))
        _refuse_faults(data)
        _refuse_loss(workspace, data)
        sealed = encrypt(data, _recipients(workspace))
        write_atomic(workspace / LOCKED, sealed, mode=0o600)
        if _opens(workspace / LOCKED, data):
            plain.unlink()
            make_twins(workspace, None)
            print(
                _(
                    "{path} is encrypted; the plain file is deleted (disks may still hold traces of it)."
                ).format(path=LOCKED)
            )
        else:
            make_twins(workspace, sealed)
            print(
                _(
                    "{path} is encrypted. No key here opens it, so the plain file stays: delete it yourself."
                ).format(path=LOCKED)
            )
    return 0


def unlock() -> int:
    """Opens private/identities.yaml.age with this computer's key."""
    workspace = root()
    with locked(workspace):
        _clear(workspace)
        sealed, there = _sealed(workspace), _read(workspace / PLAIN)
        data = _opened(sealed)
        if there is not None and there.strip() and there != data:
            raise WorkspaceError(_("{path} exists and differs: move it away first.").format(path=PLAIN))
        write_atomic(workspace / PLAIN, data, mode=0o600)
        make_twins(workspace, sealed)
    print(_("{path} can be read again. `consultkit identities lock` encrypts it.").format(path=PLAIN))
    _windows_remark()
    return 0


def edit() -> int:
    """Opens the identities in your editor, and encrypts them again where they were encrypted."""
    workspace = root()
    with locked(workspace):
        _clear(workspace)
        there, closed = _read(workspace / PLAIN), (workspace / LOCKED).exists()
        name = PLAIN if there is not None or not closed else LOCKED
        kept = there if name == PLAIN else _sealed(workspace)  # what stands on the disk now
        keys = _recipients(workspace) if name == LOCKED else ()
        before = _opened(kept or b"") if name == LOCKED else _starter() if kept is None else kept
        after = _edited(before)
        if after == before and kept is not None:
            print(_("Nothing was changed."))
            return 0
        if not after.strip():
            raise WorkspaceError(_("The editor left an empty file; nothing was changed."))
        try:
            _replace(workspace, name, kept, encrypt(after, keys) if name == LOCKED else after)
        except (WorkspaceError, OSError) as error:
            raise _set_aside(workspace, after, error) from error
    if name == PLAIN:
        _windows_remark()
    faults = parse_vault(after, PLAIN).faults
    for fault in faults:
        print(f"{fault.place} {fault.message or _('This line cannot be read as an identity.')}")
    print(_("The identities are kept."))
    return 1 if faults else 0


COMMANDS = {
    "lock": (lock, N_("Encrypts private/identities.yaml for the recipients of mapping.yaml.")),
    "unlock": (unlock, N_("Opens private/identities.yaml.age with this computer's key.")),
    "edit": (edit, N_("Opens the identities in your editor, and encrypts them again.")),
}


def _starter() -> bytes:
    return STARTER.format(
        warning=_("Who was heard. This file never leaves this computer unencrypted.")
    ).encode()


def _clear(workspace: Path) -> None:
    """Removes what interrupted writes left in private/, in plain text perhaps, and says so."""
    clear(in_memory())
    number = remove_leftovers(workspace / "private")
    if number:
        message = ngettext(
            "{n} left-over of an interrupted write was removed from private/.",
            "{n} left-overs of interrupted writes were removed from private/.",
            number,
        )
        print(message.format(n=number))


def _read(path: Path) -> bytes | None:
    """The plain file's bytes, None where there is none; a link is refused: it is not the file itself."""
    if path.is_symlink():
        message = _("{path} is a link: put the file itself in its place, then run this again.")
        raise WorkspaceError(message.format(path=PLAIN))
    try:
        return read_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        message = _("{path} cannot be read ({reason}).")
        raise WorkspaceError(message.format(path=PLAIN, reason=reason(error))) from error


def _sealed(workspace: Path) -> bytes:
    """The encrypted file's bytes."""
    try:
        return read_regular(workspace / LOCKED)
    except FileNotFoundError:
        raise WorkspaceError(_("There is no {path}.").format(path=LOCKED)) from None
    except OSError as error:
        message = _("{path} cannot be read ({reason}).")
        raise WorkspaceError(message.format(path=LOCKED, reason=reason(error))) from error


def _opened(sealed: bytes) -> bytes:
    """What is encrypted: with this computer's key, or with the passphrase that the age program asked."""
    if not wants_passphrase(sealed):
        return decrypt(sealed, read_key())
    if not sys.stdin.isatty():
        message = _("{path} is encrypted with a passphrase: run this in a terminal, where it can be asked.")
        raise EncryptionError(message.format(path=LOCKED))
    return decrypt_with_passphrase(sealed, getpass.getpass(_("Passphrase: ")))


def _recipients(workspace: Path) -> tuple[str, ...]:
    """Those for whom it is encrypted, one at least; says so where there is one only."""
    found = recipients(load(workspace))
    if not found:
        raise WorkspaceError(_("No recipient: nobody could open the file. Add one under “recipients”."))
    if len(found) == 1:
        print(_("One recipient only: if that key is lost, nobody opens the file again."), file=sys.stderr)
    return found


def _refuse_faults(data: bytes) -> None:
    """Refuses to encrypt what cannot be read as identities: nobody would look for them, nor mend them."""
    faults = parse_vault(data, PLAIN).faults
    if faults:
        told = (f"{f.place} {f.message or _('This line cannot be read as an identity.')}" for f in faults[:3])
        raise WorkspaceError("\n".join([_("Mend this first; nothing was encrypted."), *told]))


def _refuse_loss(workspace: Path, data: bytes) -> None:
    """Refuses to encrypt over entries that the plain file lacks, a colleague's for instance."""
    if not (workspace / LOCKED).exists() or not (sealed := _sealed(workspace)):
        return
    twin = is_twin(workspace)
    try:
        old = _opened(sealed)
    except EncryptionError as error:
        if twin:
            return
        message = _(
            "{path} exists, and what it holds would be lost: move it away first, or have a key for it."
        )
        raise WorkspaceError(f"{error} {message.format(path=LOCKED)}") from None
    if old != data and (lost := _lost(old, data, twin)):
        message = ngettext(
            "{path} holds {n} entry that the plain file lacks. Move the plain file out of private/, "
            "run `consultkit identities edit` and add your own entries there.",
            "{path} holds {n} entries that the plain file lacks. Move the plain file out of private/, "
            "run `consultkit identities edit` and add your own entries there.",
            lost,
        )
        raise WorkspaceError(message.format(path=LOCKED, n=lost))


def _lost(old: bytes, new: bytes, twin: bool) -> int:
    """How many entries would be lost; from the copy that `unlock` made, some may be taken out, not all."""
    before, after = parse_vault(old, LOCKED), parse_vault(new, PLAIN)
    if twin:
        return 0 if after.identities else len(before.identities)
    missing = Counter(map(_said, before.identities))
    missing.subtract(map(_said, after.identities))
    unread = len(before.faults)  # what cannot be read there cannot be compared
    return sum(count for count in missing.values() if count > 0) or unread


def _said(entry: Identity) -> tuple[object, ...]:
    return (entry.owner_kind, entry.owner, entry.name, entry.aliases, entry.phone, entry.email)


def _opens(path: Path, data: bytes) -> bool:
    try:
        return decrypt(path.read_bytes(), read_key()) == data
    except EncryptionError:
        return False


def _replace(workspace: Path, name: str, kept: bytes | None, data: bytes) -> None:
    """Writes an edited file, unless it became another while the editor was open."""
    path = workspace / name
    now = read_regular(path) if path.exists() else None
    if now != kept:
        raise WorkspaceError(
            _("{path} changed while the editor was open; it was left as it is.").format(path=name)
        )
    write_atomic(path, data, mode=0o600)


def _set_aside(workspace: Path, text: bytes, error: Exception) -> WorkspaceError:
    """What to say where an edited text could not take its place: it is kept in a file of its own."""
    why = str(error) if isinstance(error, WorkspaceError) else f"{reason(error)}."  # type: ignore[arg-type]
    for folder in (workspace / "private", in_memory(), tempfile.gettempdir(), Path.home()):
        try:
            handle, path = tempfile.mkstemp(".yaml", "identities-", folder)  # its owner alone reads it
        except OSError:
            continue
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(handle)
        except OSError:
            os.unlink(path)  # noqa: PTH108
            continue
        message = _(
            "What you wrote is in {path}, in plain text: bring it into the identities, then delete it."
        )
        return WorkspaceError(f"{why} {message.format(path=path)}")
    return WorkspaceError(f"{why} {_('What you wrote could not be kept anywhere.')}")


def _editor() -> list[str]:
    """The user's editor, as words of a command."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named is None and not sys.stdin.isatty():  # an editor that was named may need none
        raise WorkspaceError(_("An editor needs a terminal: run `consultkit identities edit` in one."))
    command = named or ("notepad" if os.name == "nt" else shutil.which("nano") or "vi")
    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError:
        words = []
    if not words:
        message = _("VISUAL or EDITOR ({command}) is no command: see to its quotation marks.")
        raise WorkspaceError(message.format(command=command))
    return words


def _edited(before: bytes) -> bytes:
    """What the user's editor makes of a text, in a private folder that is removed afterwards."""
    words = _editor()
    with scratch(in_memory()) as folder:
        path = folder / "identities.yaml"
        path.touch(mode=0o600)
        path.write_bytes(before)
        try:
            subprocess.run([*words, str(path)], check=True)
            return read_regular(path)
        except (OSError, subprocess.CalledProcessError) as error:
            message = _("The editor ({command}) did not end well; nothing was changed.")
            raise WorkspaceError(message.format(command=shlex.join(words))) from error
        finally:
            if path.is_file():
                path.write_bytes(b"\0" * len(before))


def _windows_remark() -> None:
    if os.name == "nt":
        print(_("On Windows, disk encryption (BitLocker) is what protects this file."))
