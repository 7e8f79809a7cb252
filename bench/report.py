"""Times `consultkit report` beside the same text given straight to pandoc and typst, as whole processes.

    python bench/report.py [--runs N] [--sizes 40,400]

“gate” is the shared report of the same campaign with an identity for each note over the report without any: searching
what is about to leave, and reading it back. The bar is 1.20.

The peer: pandoc to Word and pandoc to typst side by side, then typst to PDF, from the internal report's own Markdown.
Ratios of medians are what to read; seconds move from machine to machine.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from check import campaign
from leaks import identities

PANDOC = (
    Path(next(iter(importlib.util.find_spec("pypandoc").submodule_search_locations))) / "files" / "pandoc"
)
CONSULTKIT = [sys.executable, "-m", "consultkit", "report"]


def consultkit(folder: Path, *arguments: str) -> Callable[[], None]:
    return lambda: subprocess.run(
        [*CONSULTKIT, *arguments], cwd=folder, check=True, capture_output=True
    ).check_returncode()


def alone(text: Path) -> Callable[[], None]:
    """Pandoc and typst on the report's text, with nothing around them."""

    def run() -> None:
        commands = [
            [str(PANDOC), str(text), "--from=markdown", f"--output={text.with_suffix('.docx')}"],
            [
                str(PANDOC),
                str(text),
                "--from=markdown",
                "--standalone",
                f"--output={text.with_suffix('.typ')}",
            ],
        ]
        for process in [subprocess.Popen(command, stderr=subprocess.DEVNULL) for command in commands]:
            if process.wait():
                raise SystemExit("pandoc failed")
        code = f"import typst; typst.compile({str(text.with_suffix('.typ'))!r}, output={str(text.with_suffix('.pdf'))!r})"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)

    return run


def with_identities(folder: Path, notes: int) -> None:
    """An identity for each note; none stands in the campaign."""
    entries = (
        f"  - {{note: N-{at}, name: {one.name}, phone: '{one.phone}', email: {one.email}}}\n"
        for at, one in enumerate(identities(random.Random(7), notes))
    )
    (folder / "private").mkdir()
    (folder / "private/identities.yaml").write_text("identities:\n" + "".join(entries), "utf-8")


def pairs(first: Callable[[], None], second: Callable[[], None], runs: int) -> tuple[float, float, float]:
    """Medians of both, in turn so that a slow moment hits both, and of their ratio."""
    times = []
    for _run in range(runs + 1):
        row = []
        for action in (first, second):
            start = time.perf_counter()
            action()
            row.append(time.perf_counter() - start)
        times.append(row)
    times = times[1:]
    return (
        *(statistics.median(column) for column in zip(*times, strict=True)),
        statistics.median(a / b for a, b in times),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sizes", default="40,400")
    options = parser.parse_args()
    os.environ["CONSULTKIT_LANG"] = "fr"
    print(f"{'notes':>6}  {'internal':>9}  {'pandoc+typst':>12}  {'ratio':>6}  {'shared':>7}  {'gate':>5}")
    for size in (int(size) for size in options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            campaign(folder, size)
            consultkit(folder, "--edition", "internal", "--to", "md")()
            text = folder / "texte.md"
            text.write_text(
                (folder / "build" / "rapport.md").read_text("utf-8").replace("](figure:", "](x"), "utf-8"
            )
            ours, theirs, ratio = pairs(
                consultkit(folder, "--edition", "internal"), alone(text), options.runs
            )
            (known := folder / "known").mkdir()
            campaign(known, size)
            with_identities(known, size)
            _gated, shared, gate = pairs(consultkit(known), consultkit(folder), options.runs)
            print(f"{size:>6}  {ours:>8.2f}s  {theirs:>11.2f}s  {ratio:>6.2f}  {shared:>6.2f}s  {gate:>5.2f}")


if __name__ == "__main__":
    main()
