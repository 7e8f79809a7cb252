"""Times the preview of a 3W file: 20,000 rows of 400 organisations, HXL tags and P-codes; the bar is 3 seconds.

Usage: python bench/exchange.py [ROWS]
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from consultkit.cli import main as consultkit
from consultkit.places import REGIONS

BAR = 3.0
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
    import xlsxwriter

    rng = random.Random(7)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("3W")
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, TAGS)
    for row in range(2, count + 2):
        number = rng.randrange(400)
        _slug, (name, code, _iso) = rng.choice(list(REGIONS.items()))
        fields = [f"Organisation fictive {number}", f"OF{number}", TYPES[number % len(TYPES)], code, name.upper(), "Ansongo"]  # fmt: skip
        sheet.write_row(
            row, 0, [*fields, rng.choice(SECTORS), "Distribution", rng.randrange(5000), 45_000 + row % 300]
        )
    book.close()


def main(count: int = 20_000) -> int:
    root = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "3w.xlsx"
        workbook(path, count)
        os.chdir(root)
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()) as output:
            code = consultkit(["mapping", "import", str(path), "--dry-run", "--lang", "en"])
        seconds = time.perf_counter() - start
    added = sum(line.startswith("+ ") for line in output.getvalue().splitlines())
    verdict = "ok" if seconds < BAR * max(1, count / 20_000) else "TOO SLOW"
    print(f"3W, {count} rows: {added} actors previewed in {seconds:.2f} s (exit {code})  {verdict}")
    return 0 if verdict == "ok" and added else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
