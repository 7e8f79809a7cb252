"""consultkit comments: what a reviewer wrote in Word, each remark with its source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consultkit.cli import root
from consultkit.cli.common import hidden
from consultkit.i18n import N_, _, ngettext
from consultkit.load import load

KINDS = {"comment": N_("comment"), "inserted": N_("inserted"), "deleted": N_("deleted")}
STATES = {
    "same": N_("the passage stands as it was"),
    "changed": N_("the passage has changed since"),
    "unknown": N_("source not found: the program's own words, or a passage rewritten since"),
}


def comments(
    file: Annotated[
        Path, typer.Argument(help=_("The .docx that came back, with comments or tracked changes."))
    ],
) -> int:
    """Lists a reviewer's comments and tracked changes, each with its source file and line."""
    from consultkit.exchange.comments import remarks
    from consultkit.exchange.word_read import read_word
    from consultkit.output.terminal import clip, terminal_width, wrap

    project = load(root())
    found = remarks(project, read_word(file))
    width = terminal_width()
    for number, remark in enumerate(found, 1):
        head = ", ".join(filter(None, (_(KINDS[remark.kind]), hidden(project, remark.author), remark.date)))
        place = f"{remark.file}:{remark.line}: " if remark.file else ""
        print(f"{number}. {place}{head} ({_(STATES[remark.state])})")
        for line in hidden(project, remark.text).split("\n"):
            print("\n".join(wrap(line, width, "   > ")))
        if remark.passage and remark.passage != remark.paragraph:
            print("   " + clip(hidden(project, _("on: “{text}”").format(text=remark.passage)), width - 3))
        print("   " + clip(hidden(project, _("in: “{text}”").format(text=remark.paragraph)), width - 3))
    total = ngettext("{n} remark.", "{n} remarks.", len(found)).format(n=len(found))
    print(total if found else _("{file} holds no comment and no tracked change.").format(file=file.name))
    return 0
