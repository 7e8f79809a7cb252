"""What lies around a workspace: what git tracks of private/, folders copied to the cloud, public remotes."""

from __future__ import annotations

import re
from pathlib import Path

from consultkit.diagnostic import Fault, Place
from consultkit.files import MAPPING
from consultkit.i18n import _
from consultkit.repository import git

_CLOUD = re.compile(
    r"onedrive|dropbox|google ?drive|mon drive|my drive|icloud|nextcloud|owncloud|pcloud|mega(?:sync)?$", re.I
)
_PUBLIC_HOSTS = re.compile(
    r"(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|framagit\.org|sr\.ht)", re.I
)


def look(root: Path) -> list[Fault]:
    """Tells what endangers a workspace from outside its files; git is asked where there is a repository."""
    faults = _cloud(root)
    if any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents)):
        faults += _tracked(root) + _remotes(root)
    return faults


def _cloud(root: Path) -> list[Fault]:
    if not any(_CLOUD.search(part) for part in root.resolve().parts):
        return []
    message = _("The campaign lies in a folder that is copied to the cloud: its notes leave this computer.")
    return [
        Fault(
            "private-surroundings",
            Place(MAPPING),
            message,
            _("Move the campaign to a folder of this computer alone."),
        )
    ]


def _tracked(root: Path) -> list[Fault]:
    """Files of private/ that git tracks or is about to commit; encrypted ones may be."""
    names = [name for name in git.line(root, "ls-files", "-z", "--", "private").split("\0") if name]
    help = _(
        "`git rm --cached {name}` takes it out of the next commit; "
        "`consultkit check --history` tells what stays."
    )
    return [
        Fault("private-tracked", Place(name), _("This private file is in git."), help.format(name=name))
        for name in names
        if not name.endswith((".age", "/.gitkeep"))
    ]


def _remotes(root: Path) -> list[Fault]:
    listed = git.line(root, "config", "--get-regexp", r"^remote\..*\.url$")
    hosts = sorted({match[1].lower() for match in _PUBLIC_HOSTS.finditer(listed)})
    message = _("git sends this campaign to {host}: make sure that the repository there is private.")
    return [
        Fault(
            "private-surroundings",
            Place(MAPPING),
            message.format(host=host),
            _("Better: none, or the organisation's own server."),
        )
        for host in hosts
    ]
