"""Times the merge of two mappings of 1,000 actors, both edited: the function, and the driver as git starts it.

python bench/merge.py [--runs N]
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from consultkit.team.merge import merge

BAR = 0.5
ACTOR = """\
  # vue le premier jour
  - id: {id}
    name: "Association {id}"
    type: ongi
    regions: [gao, mopti]
    cercles: [Ansongo]
    sectors: [cohesion, gouvernance]
    status: scheduled
    appointment: 2023-06-20
    comment: "Bureau {id}, derrière le marché"

"""


def mappings(number: int) -> tuple[str, str, str]:
    """A base, and two versions of it: 50 actors added, 100 edited, 20 removed in each; no two the same."""
    chance = random.Random(1)
    entries = [ACTOR.format(id=f"a{n}") for n in range(number)]
    order = chance.sample(range(number), number)
    sides = []
    for side in range(2):
        mine = list(entries)
        for n in order[side * 120 : side * 120 + 100]:
            mine[n] = mine[n].replace("scheduled", "contacted").replace("[cohesion,", "[sante, cohesion,")
        for n in order[side * 120 + 100 : side * 120 + 120]:
            mine[n] = ""
        sides.append([*mine, *(ACTOR.format(id=f"n{side}-{n}") for n in range(50))])
    head = 'campaign:\n  title: "Essai"\n  start: 2023-06-12\n\nactors:\n'
    base, ours, theirs = (head + "".join(side) for side in (entries, *sides))
    return base, ours, theirs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    texts = mappings(1_000)
    times, processes = [], []
    for _run in range(runs):
        start = time.perf_counter()
        merged = merge(*texts)
        times.append(time.perf_counter() - start)
        assert not merged.conflicts and merged.text.count("- id:") == 1_000 + 100 - 40
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("base", "ours", "theirs")]
        for _run in range(runs):
            for path, text in zip(paths, texts, strict=True):
                path.write_text(text, "utf-8")
            start = time.perf_counter()
            subprocess.run([sys.executable, "-m", "consultkit", "merge-driver", *map(str, paths)], check=True)
            processes.append(time.perf_counter() - start)
    for name, found in (("merge", times), ("merge-driver", processes)):
        print(f"{name:14} {statistics.median(found):.3f} s (best {min(found):.3f}; bar {BAR})")
    return 0 if statistics.median(processes) <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
