"""Times the preview of a 3W file (20,000 rows of 400 organisations) and the import of 500 submissions; the bars are 3 seconds.

Usage: python bench/exchange.py [ROWS [SUBMISSIONS]]
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

from consultkit.cli import main as consultkit
from consultkit.load import load
from consultkit.places import REGIONS

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/exchange"))
from sample_campaign import campaign, submission  # noqa: E402

BAR = 3.0  # seconds, for either
HEADINGS = [
    "Organisation",
    "Sigle",
    "Type",
    "Admin1 Pcode",
    "Admin1",
    "Admin2",
    "Cluster",
    "Activité",
    "Bénéficiaires",
    "Date",
]
TAGS = [
    "#org+name",
    "#org+acronym",
    "#org+type",
    "#adm1+code",
    "#adm1+name",
    "#adm2+name",
    "#sector",
    "#activity",
    "#reached",
    "#date",
]
TYPES = ["437", "447", "ONG nationale", "International NGO", "Agence onusienne", "Gouvernement"]
SECTORS = ["WSH", "EDU", "Santé et nutrition", "Protection (VBG)", "FSC", "Paix", "cash"]


def workbook(path: Path, count: int) -> None:
    """A 3W file of so many rows."""
    rng = random.Random(7)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("3W")
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, TAGS)
    for row in range(2, count + 2):
        number = rng.randrange(400)
        _slug, (name, code, _iso) = rng.choice(list(REGIONS.items()))
        fields = [f"Organisation fictive {number}", f"OF{number}", TYPES[number % len(TYPES)], code, name.upper(), "Ansongo"]  # fmt: skip
        more = [rng.choice(SECTORS), "Distribution", rng.randrange(5000), 45_000 + row % 300]
        sheet.write_row(row, 0, [*fields, *more])
    book.close()


def timed(what: str, arguments: list[str], bar: float, wanted: str) -> bool:
    """Whether a command says what it should within a number of seconds; prints how long it took."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()) as output:
        consultkit([*arguments, "--lang", "en"])
    seconds = time.perf_counter() - start
    good = seconds < bar and wanted in output.getvalue()
    print(f"{what}: {seconds:.2f} s  bar {bar:.1f} s  {'ok' if good else 'TOO SLOW, or wrong'}")
    return good


def main(rows: int = 20_000, submissions: int = 500) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "3w.xlsx"
        workbook(path, rows)
        os.chdir(ROOT)
        arguments = ["mapping", "import", str(path), "--dry-run"]
        good = timed(f"3W, {rows} rows", arguments, BAR * max(1, rows / 20_000), "+ of")
        root = Path(folder) / "campaign"
        campaign(root)
        project = load(root)
        sent = [submission(project, number) for number in range(1, submissions + 1)]
        path = root / "sent.json"
        path.write_text(json.dumps({"results": sent}), "utf-8")
        os.chdir(root)
        bar, wanted = BAR * max(1, submissions / 500), f"new notes: {submissions}"
        good &= timed(f"{submissions} submissions", ["import", str(path), "--yes"], bar, wanted)
        os.chdir(ROOT)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
