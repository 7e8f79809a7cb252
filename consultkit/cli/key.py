"""consultkit key new: a key pair outside the workspace."""

from __future__ import annotations

import os

from consultkit.cli import Options
from consultkit.files import WorkspaceError, find_root
from consultkit.i18n import N_, _
from consultkit.privacy.encryption import key_path, new_key, write_key


def new() -> int:
    """Makes a key pair: the secret key stays on this computer, the public one goes into mapping.yaml."""
    path = key_path(os.environ)
    if find_root(path.parent) or (Options.root and path.resolve().is_relative_to(Options.root.resolve())):
        raise WorkspaceError(_("{path} lies inside a campaign: a secret key must not.").format(path=path))
    text, recipient = new_key()
    write_key(path, text)
    print(
        _("Your secret key is kept in {path}. Copy it to a safe place: without it nothing opens.").format(
            path=path
        )
    )
    print(_("Your public key, for “recipients:” in mapping.yaml:"))
    print(f"  {recipient}")
    return 0


COMMANDS = {"new": (new, N_("Makes a key pair outside the campaign."))}
