"""The small campaign in a real git repository, with somebody whose name must not enter it."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from pathlib import Path

from hostile import Ran, campaign, with_identities

NAME = "Zantigui Fictivard"
TOLD = ("fictivard", "zantigui", "zanfou", "76 00", "76000001", "example.org")
IGNORED = "private/*\n!private/*.age\nbuild/\n.consultkit/\n"


def git(root: Path, *arguments: str, check: bool = True, **environment: str) -> str:
    """git, run as a user does; what it printed."""
    who = {
        f"GIT_{role}_{key}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")
    }
    command = ["git", "-C", str(root), "-c", "protocol.file.allow=always", *arguments]
    env = {**os.environ, **who, **environment}
    return subprocess.run(command, check=check, capture_output=True, text=True, env=env).stdout


def kept_campaign(folder: Path) -> Path:
    """The campaign in git, private/ ignored, all clean and committed."""
    root = with_identities(campaign(folder))
    (root / ".gitignore").write_text(IGNORED, "utf-8")
    git(root, "init", "-q", "-b", "main")
    commit(root, "propre")
    return root


def commit(root: Path, message: str) -> None:
    """All that is there, committed."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)


def other_repository(folder: Path) -> Path:
    """Another repository, of one file."""
    other = folder / "autre"
    other.mkdir()
    git(other, "init", "-q")
    put(other, "a.md", "a")
    commit(other, "a")
    return other


def put(root: Path, name: str, data: str | bytes) -> Path:
    """A file, laid down."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def zipped(**members: str) -> bytes:
    """An archive of these texts, compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_txt", ".txt"), text)
    return buffer.getvalue()


def docx(text: str) -> bytes:
    """A document of one paragraph whose runs cut the text in two, as Word does."""
    half = len(text) // 2
    runs = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in (text[:half], text[half:]))
    return zipped(
        word__document_xml=f'<w:document xmlns:w="w"><w:body><w:p>{runs}</w:p></w:body></w:document>'
    )


def silent(ran: Ran) -> None:
    """Nothing printed tells who it is."""
    assert not [word for word in TOLD if word in ran.said.lower()], ran.said
