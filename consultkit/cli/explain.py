"""consultkit explain: what a rule wants, why, a bad and a good example."""

from __future__ import annotations

from typing import Annotated

import typer

from consultkit.files import WorkspaceError
from consultkit.i18n import _
from consultkit.output.terminal import Line, say, terminal_width, wrap
from consultkit.text import nearest


def explain(
    code: Annotated[str, typer.Argument(help=_("A rule's code, as check prints it (N012), or its name."))],
) -> int:
    """What a rule wants, why, and an example."""
    from consultkit.output.diagnostics import NAMES, STYLES
    from consultkit.rules import BY_CODE

    by_name = {rule.name: rule for rule in BY_CODE.values()}
    rule = BY_CODE.get(code.upper()) or by_name.get(code.lower())
    if rule is None:
        near = nearest(code.upper(), BY_CODE) or nearest(code.lower(), by_name)
        known = _("Known: {names}.").format(names=", ".join(sorted({code[0] for code in BY_CODE})))
        help = _("Did you mean “{near}”?").format(near=near) if near else known
        raise WorkspaceError(_("No rule has the code “{code}”.").format(code=code) + " " + help)
    documentation, width = rule.documentation, terminal_width(88)
    lines: list[Line] = [
        [(rule.code, "bold"), (f" {rule.name} ", "dim"), (_(NAMES[rule.severity]), STYLES[rule.severity])],
        [("", "")],
        *([(line, "bold")] for line in wrap(_(documentation.summary), width)),
    ]
    if documentation.why:
        lines += [[("", "")], *([(line, "")] for line in wrap(_(documentation.why), width))]
    if documentation.bad:
        for title, text, style in (
            (_("Wrong"), documentation.bad, "red"),
            (_("Right"), documentation.good, "green"),
        ):
            heading = f"{title} ({documentation.file})" if style == "red" else title
            lines += [[("", "")], [(heading, style)], *([("    " + line, "")] for line in text.split("\n"))]
    say(lines)
    return 0
