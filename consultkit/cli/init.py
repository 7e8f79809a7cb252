"""consultkit init: makes a campaign ready to fill, or completes one."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import Options, day_given
from consultkit.files import MAPPING, WorkspaceError, find_root, write_atomic
from consultkit.i18n import _, language, ngettext
from consultkit.output.terminal import ask, tell
from consultkit.scaffold import NEEDED, complete_git_files, plan_init, write_planned


def init(
    folder: Annotated[Path | None, typer.Argument(help=_("Where; the current folder by default."))] = None,
    region: Annotated[
        list[str] | None, typer.Option(help=_("For this region only; may be repeated."))
    ] = None,
    title: Annotated[str | None, typer.Option(help=_("The campaign's title."))] = None,
    start: Annotated[
        str | None, typer.Option(help=_("The first working day (2023-06-12); today by default."))
    ] = None,
    git: Annotated[
        bool | None, typer.Option("--git/--no-git", help=_("Whether to make a git repository."))
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("Does not ask."))] = False,
) -> int:
    """Makes a campaign, or completes one; never overwrites."""
    root = folder or Options.root or Path.cwd()
    if root.exists() and not root.is_dir():
        raise WorkspaceError(_("{path} is a file, not a folder.").format(path=root))
    new = not (root / MAPPING).exists()
    around = find_root(root) if new else None
    if around is not None and around.resolve() != root.resolve():
        message = _("{path} already lies inside the campaign {root}.")
        raise WorkspaceError(message.format(path=root, root=around))
    name = title or _("Consultations on needs in conflict sensitivity")
    first = day_given(start) if start else dt.date.today()
    planned = plan_init(root, language(), name, first, _regions(region or []))
    written = write_planned(root, planned)
    added = complete_git_files(root)
    _make_region_folders(root)
    shown = [path for path in written if not path.startswith(".consultkit/")]
    for path in shown:
        print(f"  + {path}")
    for path in filter(lambda name: (root / name).is_symlink(), NEEDED):
        tell(_("{file} is a link, which git does not follow: put a file in its place.").format(file=path))
    for path, lines in added.items():
        tell(_("Added to {file}, which was there: {lines}").format(file=path, lines=", ".join(lines)))
    kept = sum(1 for file in planned if file.exists and file.path not in added)
    if kept:
        tell(
            ngettext(
                "{n} file was there and stays as it is.", "{n} files were there and stay as they are.", kept
            ).format(n=kept)
        )
    _offer_git(root, True if yes and git is None else git)
    if new:
        tell(_("The campaign is ready in {folder}.").format(folder=root))
        if root.resolve() != Path.cwd().resolve():
            there = f'"{root}"' if " " in str(root) else str(root)
            tell(_("Go into it: `cd {folder}`").format(folder=there))
        tell(_("Next: fill in mapping.yaml, then run `consultkit check --no-coverage`."))
    elif not shown and not added:
        print(_("Nothing was missing."))
    return 0


def _regions(wanted: list[str]) -> list[str]:
    from consultkit.schema.types import ID

    for id_ in wanted:
        if not ID.match(id_):
            message = _("“{value}” is no id: letters without accents, digits, hyphens.")
            raise typer.BadParameter(message.format(value=id_))
    return list(dict.fromkeys(wanted))


def _make_region_folders(root: Path) -> None:
    """An empty folder for each region of the mapping, kept in git by an empty file."""
    from consultkit.load import load

    mapping = load(root).mapping
    for region in mapping.regions if mapping else ():
        folder = root / "notes" / region.id
        if not folder.exists():
            write_atomic(folder / ".gitkeep", b"")


def _offer_git(root: Path, wanted: bool | None) -> None:
    """Offers a git repository where there is none; in one, that git merges mapping.yaml actor by actor."""
    inside = any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents))
    if not inside and _agreed(wanted, _("Keep the campaign's history with git?")):
        try:
            subprocess.run(
                ["git", "init", "--quiet", str(root)],
                check=True, capture_output=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.CalledProcessError):
            print(_("git is not installed here: everything works without it."))
            return
        tell(_("git keeps the campaign's history from now on; private/ stays out of it."))
        _offer_driver(root, True)
    elif inside:
        _offer_driver(root, wanted)


def _offer_driver(root: Path, wanted: bool | None) -> None:
    """Has git merge mapping.yaml actor by actor: a setting of this clone, which git never copies."""
    from consultkit.cli.merge_driver import ATTRIBUTE, install, installed

    if installed(root) or not _agreed(wanted, _("Let git merge mapping.yaml actor by actor in this copy?")):
        return
    try:
        install(root)
    except (OSError, subprocess.CalledProcessError):
        print(_("git did not take the setting: mapping.yaml is merged line by line."))
        return
    tell(_("git merges mapping.yaml actor by actor here. Each clone needs it once: `consultkit init`."))
    attributes = root / ".gitattributes"
    if ATTRIBUTE not in attributes.read_text("utf-8", "replace"):
        print(_("Add this line to {file}: {line}").format(file=attributes.name, line=ATTRIBUTE))


def _agreed(wanted: bool | None, question: str) -> bool:
    """What was said with --git or --no-git; else what somebody at a terminal answers."""
    if wanted is not None:
        return wanted
    return sys.stdin.isatty() and sys.stdout.isatty() and ask(question, default=True)
