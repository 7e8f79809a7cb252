"""Times `consultkit export` to .qdpx, tables and grid, as whole processes; the bar is 2 seconds for a .qdpx of 400 notes.

    python bench/export.py [--runs N] [--sizes 400]

The internal edition is measured: it holds every note. Names are searched for, as where the identities are at hand.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from check import campaign, timed

BAR = 2.0  # seconds, .qdpx of 400 notes
IDENTITIES = "identities:\n" + "".join(
    f"  - note: N-{number}\n    name: Zantigui Fictivard{'abcdefghij'[number % 10]}\n    phone: 76 00 {number // 100:02d} {number % 100:02d}\n"
    for number in range(400)
)
OUTPUTS = (["campagne.qdpx"], ["donnees.xlsx"], ["donnees.csv"], ["donnees.jsonl"], ["grille.xlsx", "--grid"])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", default="400")
    options = parser.parse_args()
    late = False
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            campaign(root, size)
            (root / "private").mkdir()
            (root / "private/identities.yaml").write_text(IDENTITIES, "utf-8")
            for output in OUTPUTS:
                command = [sys.executable, "-m", "consultkit", "export", *output, "--edition", "internal"]
                seconds, code, peak = timed(command, root, options.runs)
                bar = BAR * max(1, size / 400) if output[0].endswith(".qdpx") else None
                late |= bool(code) or (bar is not None and seconds > bar)
                verdict = "" if bar is None else f"  bar {bar:.1f} s"
                print(f"{output[0]:>15}, {size} notes: {seconds:.2f} s  {peak:.0f} MB  exit {code}{verdict}")
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
