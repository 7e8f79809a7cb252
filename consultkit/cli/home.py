"""consultkit alone: where the campaign stands, and three next steps; no actor is named."""

from __future__ import annotations

from pathlib import Path

from consultkit.cli import COMMANDS, Options
from consultkit.coverage import Coverage
from consultkit.files import find_root
from consultkit.i18n import _, ngettext
from consultkit.output.terminal import Line, say, terminal_width, wrap

_HOLDS = "\u2007"  # a space at which no line is folded


def home() -> int:
    """Prints the campaign's state in six lines with three next steps; outside a campaign, what one can do."""
    root = Options.root or find_root(Path.cwd())
    if root is None or not (root / "mapping.yaml").is_file():
        return _outside()
    from consultkit.cli.common import errors, hidden
    from consultkit.coverage import coverage
    from consultkit.load import load
    from consultkit.progress import next_steps, working_days

    project = load(root)
    problems = errors(project)
    rows = coverage(project)
    width = terminal_width()
    title = project.mapping.campaign.title if project.mapping else root.name
    lines: list[Line] = [[(part, "bold")] for part in wrap(hidden(project, title), width)]
    held = hidden(project, _held(rows))
    lines += [[(part.replace(_HOLDS, " "), "")] for part in wrap(held, width)]
    days = working_days(project)
    state = ngettext("{n} error to mend", "{n} errors to mend", len(problems)).format(n=len(problems))
    line: Line = [(state if problems else _("no error"), "red" if problems else "green")]
    if days:
        line.append(
            (" · " + _("working days: {used} of {total} used").format(used=days.used, total=days.total), "")
        )
    lines.append(line)
    lines += [[("  " + step, "cyan")] for step in next_steps(project, bool(problems))]
    say(lines)
    return 0


def _held(rows: tuple[Coverage, ...]) -> str:
    """How many consultations were held, in all and in each region; nothing where no region is known."""
    if not rows:
        return ""
    held = _("{done} of {minimum} consultations held, {drafts} drafts").format(
        done=sum(row.done for row in rows),
        minimum=sum(row.minimum for row in rows),
        drafts=sum(row.draft for row in rows),
    )
    regions = ", ".join(f"{row.name}{_HOLDS}{row.done}/{row.minimum}" for row in rows)
    return f"{held} · {regions}"


def _outside() -> int:
    say(
        [
            [("consultkit", "bold"), (" – " + _("field consultations in plain text."), "")],
            [(_("This folder is in no campaign."), "")],
            [("  consultkit init", "cyan")],
            [("    " + _(COMMANDS["init"]), "")],
            [("  consultkit --help", "cyan")],
            [("    " + _("All commands."), "")],
        ]
    )
    return 0
