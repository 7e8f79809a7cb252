"""consultkit identities lock, unlock, edit: private/identities.yaml, encrypted and back."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from consultkit.cli import root
from consultkit.files import WorkspaceError, locked, write_atomic
from consultkit.i18n import N_, _
from consultkit.load import load
from consultkit.privacy.encryption import EncryptionError, decrypt, encrypt, key_path
from consultkit.privacy.vault import LOCKED, PLAIN, parse_vault

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
        plain = workspace / PLAIN
        if not plain.is_file():
            raise WorkspaceError(_("There is no {path} to encrypt.").format(path=PLAIN))
        data = plain.read_bytes()
        _seal(workspace, data)
        if _opens(workspace / LOCKED, data):
            plain.unlink()
            print(
                _(
                    "{path} is encrypted; the plain file is deleted (disks may still hold traces of it)."
                ).format(path=LOCKED)
            )
        else:
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
        data = _open(workspace / LOCKED)
        plain = workspace / PLAIN
        if plain.exists() and plain.read_bytes() != data:
            raise WorkspaceError(_("{path} exists and differs: move it away first.").format(path=PLAIN))
        write_atomic(plain, data, mode=0o600)
    print(_("{path} can be read again. `consultkit identities lock` encrypts it.").format(path=PLAIN))
    _windows_remark()
    return 0


def edit() -> int:
    """Opens the identities in your editor, and encrypts them again where they were encrypted."""
    workspace = root()
    with locked(workspace):
        plain, sealed = workspace / PLAIN, (workspace / LOCKED).exists()
        if plain.exists() or not sealed:
            before = plain.read_bytes() if plain.exists() else _starter()
        else:
            before = _open(workspace / LOCKED)
        after = _edited(before)
        if after == before and (plain.exists() or sealed):
            print(_("Nothing was changed."))
            return 0
        if plain.exists() or not sealed:
            write_atomic(plain, after, mode=0o600)
            _windows_remark()
        else:
            _seal(workspace, after)
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


def _seal(workspace: Path, data: bytes) -> None:
    mapping = load(workspace).mapping
    recipients = mapping.campaign.recipients if mapping else ()
    if len(recipients) == 1:
        print(_("One recipient only: if that key is lost, nobody opens the file again."), file=sys.stderr)
    try:
        sealed = encrypt(data, recipients)
    except EncryptionError as error:
        raise WorkspaceError(str(error)) from None
    write_atomic(workspace / LOCKED, sealed, mode=0o600)


def _open(path: Path) -> bytes:
    if not path.is_file():
        raise WorkspaceError(_("There is no {path}.").format(path=LOCKED))
    key = key_path(os.environ)
    if not key.is_file():
        raise WorkspaceError(_("No key at {path}. `consultkit key new` makes one.").format(path=key))
    try:
        return decrypt(path.read_bytes(), key.read_text("utf-8"))
    except EncryptionError as error:
        raise WorkspaceError(str(error)) from None


def _opens(path: Path, data: bytes) -> bool:
    try:
        return _open(path) == data
    except WorkspaceError:
        return False


def _edited(before: bytes) -> bytes:
    """What the user's editor makes of a text, in a private folder that is removed afterwards."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if command is None and not sys.stdin.isatty():  # an editor that was named may need none
        raise WorkspaceError(_("An editor needs a terminal: run `consultkit identities edit` in one."))
    command = command or ("notepad" if os.name == "nt" else shutil.which("nano") or "vi")
    with tempfile.TemporaryDirectory(prefix="consultkit-") as folder:
        path = Path(folder) / "identities.yaml"
        path.touch(mode=0o600)
        path.write_bytes(before)
        try:
            subprocess.run([*shlex.split(command, posix=os.name != "nt"), str(path)], check=True)
            return path.read_bytes()
        except (OSError, subprocess.CalledProcessError) as error:
            message = _("The editor ({command}) did not end well; nothing was changed.")
            raise WorkspaceError(message.format(command=command)) from error
        finally:
            if path.exists():
                path.write_bytes(b"\0" * len(before))


def _windows_remark() -> None:
    if os.name == "nt":
        print(_("On Windows, disk encryption (BitLocker) is what protects this file."))
