"""Encryption with age: identities that only the recipients' keys open. The one module that imports pyrage.

Everything happens in memory, so that nothing unverified is ever on a disk; files are the caller's to write.
The format is age's own: its program opens these files, and its files open here.
"""

from __future__ import annotations

import base64
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from consultkit.files import WorkspaceError, read_regular
from consultkit.i18n import _, reason

KEY_VARIABLE = "CONSULTKIT_KEY"
_SECRET = re.compile(r"^\s*(AGE-SECRET-KEY-1[A-Z0-9]+)\s*$", re.MULTILINE | re.IGNORECASE)
_SCRYPT = b"age-encryption.org/v1\n-> scrypt "


class EncryptionError(WorkspaceError):
    """What could not be encrypted or opened, as a sentence for the user; never holds a key or a text."""


def new_key() -> tuple[str, str]:
    """A new key: the text of its file (secret), and its recipient (`age1…`, which may be shown)."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    recipient = str(identity.to_public())
    return f"# public key: {recipient}\n{identity}\n", recipient


def key_path(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where the secret key lies, outside any workspace: CONSULTKIT_KEY, or the user's settings folder."""
    if environ.get(KEY_VARIABLE):
        try:
            return Path(environ[KEY_VARIABLE]).expanduser()
        except RuntimeError:
            message = _(
                "{variable} begins with the home of somebody who is not known here: write the whole path."
            )
            raise EncryptionError(message.format(variable=KEY_VARIABLE)) from None
    if platform == "win32" and environ.get("APPDATA"):
        return Path(environ["APPDATA"]) / "consultkit" / "key.txt"
    base = environ.get("XDG_CONFIG_HOME", "")
    folder = Path(base) if base.startswith("/") else Path.home() / ".config"
    return folder / "consultkit" / "key.txt"


def read_key() -> str:
    """The text of this computer's key file, as editors save it: UTF-8, or UTF-16 with its mark (Windows)."""
    path = key_path(os.environ)
    try:
        data = read_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        message = _("No key at {path}. `consultkit key new` makes one.")
        raise EncryptionError(message.format(path=path)) from None
    except OSError as error:
        message = _("The key {path} cannot be read ({reason}).")
        raise EncryptionError(message.format(path=path, reason=reason(error))) from None
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        message = _("The key {path} is no text that can be read here: save it again as “UTF-8”.")
        raise EncryptionError(message.format(path=path)) from None


def is_recipient(text: str) -> bool:
    """Whether a text is a public key for which something can be encrypted."""
    import pyrage

    try:
        pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        return False
    return True


def write_key(path: Path, key_text: str) -> None:
    """Writes a key file that its owner alone can read (mode 0600); refuses to overwrite one.

    On Windows the mode means nothing: the user's folder and disk encryption are what protects the key.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        message = _("A key already exists: {path}. A lost key opens nothing: it is never overwritten.")
        raise EncryptionError(message.format(path=path)) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(key_text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def encrypt(data: bytes, recipients: Iterable[str]) -> bytes:
    """The data, encrypted for every recipient (`age1…`); one at least."""
    import pyrage

    listed = [recipient.strip() for recipient in recipients]
    if not listed:
        raise EncryptionError(_("No recipient: nobody could open the file. Add one under “recipients”."))
    keys = []
    for number, recipient in enumerate(listed, start=1):
        try:
            keys.append(pyrage.x25519.Recipient.from_str(recipient))
        except pyrage.RecipientError:
            message = _("Recipient {number} is not an age public key (age1…).")
            raise EncryptionError(message.format(number=number)) from None
    return bytes(pyrage.encrypt(data, keys))


def decrypt(data: bytes, key_text: str) -> bytes:
    """The data, opened with any of the secret keys in a key file's text."""
    import pyrage

    identities = _identities(key_text)
    try:
        return bytes(pyrage.decrypt(_complete(data), identities))
    except pyrage.DecryptError as error:
        raise EncryptionError(_reason(error)) from None


def wants_passphrase(data: bytes) -> bool:
    """Whether a file was encrypted with a passphrase, as the age program can, and not for keys."""
    return _SCRYPT in data[:80] or base64.b64encode(_SCRYPT)[:40] in data[:160]


def decrypt_with_passphrase(data: bytes, passphrase: str) -> bytes:
    """The data, opened with a passphrase, whatever Unicode form the keyboard gave it."""
    import pyrage

    try:
        return bytes(pyrage.passphrase.decrypt(_complete(data), _passphrase(passphrase)))
    except pyrage.DecryptError as error:
        if "MAC" in str(error).upper() or "truncat" in str(error).lower():
            raise EncryptionError(_reason(error)) from None
        raise EncryptionError(_("Wrong passphrase, or the file was altered. Nothing was opened.")) from None


def _identities(key_text: str) -> list[object]:
    """The secret keys of a key file's text."""
    from pyrage import IdentityError, x25519

    try:
        identities = [x25519.Identity.from_str(key.upper()) for key in _SECRET.findall(key_text)]
    except IdentityError:
        identities = []
    if not identities:
        raise EncryptionError(_("This key file holds no valid secret key (AGE-SECRET-KEY-1…)."))
    return identities


def _complete(data: bytes) -> bytes:
    """The data, if it is an age file at all; its text form (armor) is unwrapped."""
    if data.lstrip().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----"):
        return data.replace(b"\r\n", b"\n")
    if not data.startswith(b"age-encryption.org/v1\n"):
        raise EncryptionError(_("This is not an age file, or its beginning is missing."))
    return data


def _passphrase(text: str) -> str:
    """A passphrase in one Unicode form: the same keys pressed on two machines open the same file."""
    normal = unicodedata.normalize("NFC", text)
    if not normal.strip():
        raise EncryptionError(_("An empty passphrase protects nothing."))
    return normal


def _reason(error: Exception) -> str:
    """Why a file did not open, as far as age tells."""
    told = str(error).lower()
    if "no matching keys" in told:
        return _("This key does not open the file: it was encrypted for other recipients.")
    return _("The file was altered or cut short since it was encrypted. Nothing was opened.")
