"""A pack: one ZIP with a region's mapping entries, notes, synthesis and lessons, mostly inside an age file.

Same work, same bytes. Reading trusts nothing: sizes are capped, names are those that a pack may hold and no
others, every file must have the hash that the manifest gives.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from consultkit import archives
from consultkit.files import (
    DELIVERIES,
    EXCEPTIONS,
    MAPPING,
    MAX_BYTES,
    THEMES,
    WorkspaceError,
    bad_windows_name,
)
from consultkit.i18n import _
from consultkit.model import Project
from consultkit.privacy.encryption import decrypt, read_key
from consultkit.team.versions import Ledger, as_json, from_json
from consultkit.text import fold

FORMAT = 1
MANIFEST = "manifest.json"
MAX_PACK = 100_000_000  # bytes, of the file and of all that is in it
MAX_FILES = 20_000
_ID = r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*"
_YAML = "|".join(re.escape(name.removesuffix(".yaml")) for name in (THEMES, EXCEPTIONS))
_NAME = re.compile(
    rf"(?:notes/(?:{_ID}/)?|guides/(?:archive/)?)[^/\\]+\.md\Z|(?:{_YAML})(?:\.autre-[0-9a-f]{{12}})?\.yaml\Z"
    rf"|{re.escape(MAPPING)}\Z|{re.escape(DELIVERIES)}\Z"
)


@dataclass(frozen=True, slots=True)
class Pack:
    """What travels: files by path (the mapping's entries among them) and what the sender knows of each."""

    title: str
    start: str
    regions: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    versions: Ledger = field(default_factory=dict)

    @property
    def campaign(self) -> str:
        """What makes two campaigns the same one: title and start, as a short hash."""
        return hashlib.sha256(f"{fold(self.title)}\n{self.start}".encode()).hexdigest()[:16]


def of_campaign(project: Project) -> Pack:
    """An empty pack of a campaign."""
    campaign = project.mapping.campaign if project.mapping else None
    if campaign is None:
        raise WorkspaceError(_("mapping.yaml cannot be read: `consultkit check` says why."))
    return Pack(campaign.title, campaign.start.isoformat() if campaign.start else "")


def to_bytes(pack: Pack) -> bytes:
    """The pack as a ZIP: the same for the same work."""
    manifest = {
        "format": FORMAT,
        "campaign": {"id": pack.campaign, "title": pack.title, "start": pack.start},
        "regions": list(pack.regions),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(pack.files.items())},
        "versions": as_json(pack.versions),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        texts = {MANIFEST: json.dumps(manifest, ensure_ascii=False, indent=1).encode()}
        for name, data in (texts | dict(sorted(pack.files.items()))).items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def opened(data: bytes) -> bytes:
    """The ZIP in a file as it was received: itself, or what this computer's key opens."""
    if len(data) > MAX_PACK:
        message = _("This file is larger than {n} MB: it is no pack.")
        raise WorkspaceError(message.format(n=MAX_PACK // 1_000_000))
    if data.startswith(b"PK"):
        return data
    if not data.startswith((b"age-encryption.org/", b"-----BEGIN AGE")):
        raise WorkspaceError(_("This file is no pack, or its beginning is missing. Ask for it again."))
    return decrypt(data, read_key())


def from_bytes(data: bytes) -> Pack:
    """The pack in a ZIP; WorkspaceError, with a sentence, for anything that is not wholly as it was made."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > MAX_PACK or len(infos) > MAX_FILES:
                raise WorkspaceError(_("This pack holds more than a campaign can: it is not opened."))
            files = {info.filename: archive.read(info) for info in infos}
        manifest = json.loads(files.pop(MANIFEST))
        if manifest["format"] != FORMAT:
            message = _(
                "A newer consultkit made this pack (format {n}). Update yours, then receive it again."
            )
            raise WorkspaceError(message.format(n=manifest["format"]))
        _check_names(files, len(infos) - 1)
        if {name: hashlib.sha256(data).hexdigest() for name, data in files.items()} != manifest["files"]:
            raise ValueError("hashes")
        about = manifest["campaign"]
        regions = tuple(map(str, manifest["regions"]))
        return Pack(str(about["title"]), str(about["start"]), regions, files, from_json(manifest["versions"]))
    except (*archives.FAULTS, TypeError, AttributeError) as error:
        sentence = _("This pack was altered or cut short. Nothing was changed; ask for it again.")
        raise WorkspaceError(sentence) from error
    except RecursionError as error:
        raise WorkspaceError(_("This pack holds more than a campaign can: it is not opened.")) from error


def _check_names(files: Mapping[str, bytes], number: int) -> None:
    """A pack puts files where a campaign has them, once each, and nowhere else."""
    for name, data in files.items():
        inside = _NAME.match(name) and ".." not in name and not bad_windows_name(name)
        if not inside or "/." in name or len(data) > MAX_BYTES:
            message = _(
                "The pack holds a file that has no place in a campaign ({name}). Nothing was changed."
            )
            raise WorkspaceError(message.format(name=ascii(name)))
    if len({name.casefold() for name in files}) != number:
        raise ValueError("a name twice")
