"""check --fix: mends what is safe to mend, and shows what it did."""

from __future__ import annotations

from pathlib import Path

from consultkit.files import locked, write_atomic
from consultkit.fix import mended
from consultkit.i18n import _
from consultkit.load import load
from consultkit.output.terminal import printable


def fix_files(root: Path, wanted: list[str] | None, *, quiet: bool = False) -> None:
    """Mends the files of a workspace, or those wanted; each is written whole."""
    with locked(root):
        for name, text, changes in mended(load(root)):
            if wanted is not None and not any(name == w or name.startswith(w + "/") for w in wanted):
                continue
            write_atomic(root / name, text)
            if not quiet:
                for place, change in changes:
                    print(_("mended {place}: {change}").format(place=place, change=printable(change)))
