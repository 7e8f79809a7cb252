"""What lies around a workspace: what git tracks of private/, folders copied to the cloud, public remotes."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from consultkit.diagnostic import Fault, Place
from consultkit.files import MAPPING
from consultkit.i18n import _
from consultkit.repository import git, readable
from consultkit.repository.staged import StagedTree

# Folders that a program copies to the cloud, by the name it gives them.
_CLOUD = re.compile(
    r"""(?<![^\W\d_])(?:
        one\ ?drive | dropbox | google\ ?drive | mon\ drive | my\ drive | drives?\ partagés | shared\ drives
      | icloud | com~apple~clouddocs | mobile\ documents | cloudstorage
      | next-?cloud | own-?cloud | pcloud | kdrive | proton\ ?drive | synology\ ?drive | cloudstation
      | yandex[. ]?disk | яндекс[. ]?диск | seafile | seadrive | hidrive | tresorit | box\ sync
    )(?![^\W\d_]) | ^(?:one\ ?drive|icloud|pcloud)[a-z] | ^mega(?:sync)?(?:\ (?:uploads|downloads))?$""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOUD_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")  # of Windows
_PUBLIC_HOSTS = re.compile(
    r"(?<![\w-])(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|framagit\.org|sr\.ht|dev\.azure\.com"
    r"|visualstudio\.com|gitea\.com|gitee\.com|huggingface\.co|hf\.co|sourceforge\.net|notabug\.org)(?![\w-])",
    re.IGNORECASE,
)


def look(root: Path, index: StagedTree | None) -> list[Fault]:
    """Tells what endangers a workspace from outside its files; the tree is what git tracks, if it answers."""
    faults = _cloud(root)
    if index is not None:
        return faults + private_among(index, index.entries) + _remotes(root)
    refused = git.refusal(root)
    if refused is None:
        return faults
    message = _(
        "git does not answer here, so that nothing tells whether files of private/ are in it: {reason}."
    )
    return [*faults, _around(message.format(reason=refused.reason), refused.help)]


def _around(message: str, help: str) -> Fault:
    return Fault("private-surroundings", Place(MAPPING), message, help)


def in_cloud(folder: Path, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a folder lies in one that a program copies to the cloud."""
    parts = [unicodedata.normalize("NFC", part) for part in folder.parts]
    named = [environ[name] for name in _CLOUD_VARIABLES if environ.get(name)]
    return any(map(_CLOUD.search, parts)) or any(folder.is_relative_to(name) for name in named)


def _cloud(root: Path) -> list[Fault]:
    if not in_cloud(root.resolve()):
        return []
    message = _("The campaign lies in a folder that is copied to the cloud: its notes leave this computer.")
    return [_around(message, _("Move the campaign to a folder of this computer alone."))]


def private_among(index: StagedTree, files: Iterable[str]) -> list[Fault]:
    """Those of these files, which git tracks or is about to commit, that are private and not encrypted."""
    names = sorted(filter(readable.private, files))
    help = _(
        "`git rm --cached {name}` takes it out of the next commit; "
        "`consultkit check --history` tells what stays."
    )
    return [
        Fault("private-tracked", Place(name), _("This private file is in git."), help.format(name=name))
        for name, data in index.contents(names, readable.MAX_SEARCHED)
        if not readable.may_be_public(name, data)
    ]


def _remotes(root: Path) -> list[Fault]:
    """Public hosts that git sends to or fetches from, as it rewrites their addresses."""
    listed = git.line(root, "remote", "--verbose")
    hosts = sorted({match[1].lower() for match in _PUBLIC_HOSTS.finditer(listed)})
    message = _("git sends this campaign to {host}: make sure that the repository there is private.")
    return [
        _around(message.format(host=host), _("Better: none, or the organisation's own server."))
        for host in hosts
    ]
