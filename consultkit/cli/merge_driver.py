"""consultkit merge-driver: what git calls to merge mapping.yaml, and how a clone is told to call it."""

from __future__ import annotations

import gc
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from consultkit.diagnostic import Fault
from consultkit.files import MAPPING, decode, write_atomic
from consultkit.i18n import _, ngettext
from consultkit.output.terminal import printable
from consultkit.team.merge import Merged, merge
from consultkit.team.units import MergeError

ATTRIBUTE = "mapping.yaml merge=consultkit"
_SETTING = "merge.consultkit.driver"


def merge_driver(
    base: Annotated[Path, typer.Argument(help=_("The common version (%O)."))],
    ours: Annotated[Path, typer.Argument(help=_("Ours (%A), where the result goes."))],
    theirs: Annotated[Path, typer.Argument(help=_("Theirs (%B)."))],
) -> int:
    """Merges two versions of mapping.yaml, actor by actor; 1 where somebody must choose."""
    gc.disable()  # a process of half a second: what it would collect is gone with it
    crlf = b"\r\n" in ours.read_bytes()
    try:
        merged = _merged(base, ours, theirs)
    except MergeError as error:
        print(
            _("mapping.yaml is merged line by line, because: {reason}").format(reason=error), file=sys.stderr
        )
        labels = ["-L", "ours", "-L", "base", "-L", "theirs"]
        command = ["git", "merge-file", *labels, *map(str, (ours, base, theirs))]
        return int(subprocess.run(command, check=False).returncode != 0)
    write_atomic(ours, merged.text.replace("\n", "\r\n") if crlf else merged.text)
    if not merged.conflicts:
        return 0
    number = len(merged.conflicts)
    message = ngettext("{n} conflict in mapping.yaml:", "{n} conflicts in mapping.yaml:", number)
    print(message.format(n=number), file=sys.stderr)
    for conflict in merged.conflicts:
        print("  " + printable(str(conflict)), file=sys.stderr)
    return 1


def _merged(base: Path, ours: Path, theirs: Path) -> Merged:
    texts = []
    for path in (base, ours, theirs):
        faults: list[Fault] = []
        source = decode(path.read_bytes(), MAPPING, faults)
        if source is None or any(fault.kind == "file-conflict" for fault in faults):
            raise MergeError(" ".join(f"{fault.place} {fault.message}" for fault in faults))
        texts.append(source.text)
    return merge(*texts)


def installed(root: Path) -> bool:
    """Whether git already calls the driver in this clone (or there is no git to ask)."""
    try:
        command = ["git", "-C", str(root), "config", "--get", _SETTING]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return True


def install(root: Path) -> None:
    """Tells git, in this clone alone, how mapping.yaml is merged; .gitattributes says for which file."""
    program = shlex.quote(Path(sys.executable).as_posix())
    settings = {
        "merge.consultkit.name": "consultkit",
        _SETTING: f"{program} -m consultkit merge-driver %O %A %B",
    }
    for name, value in settings.items():
        subprocess.run(["git", "-C", str(root), "config", name, value], check=True, capture_output=True)
