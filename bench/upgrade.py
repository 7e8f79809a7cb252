"""Times `consultkit guide upgrade --yes` of 400 notes of 1,200 words, as a whole process; the bar is 2 seconds.

    python bench/upgrade.py [NOTES] [RUNS]

The new guide rewords, moves, renames, adds and removes questions, so that every note changes in every way.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from check import campaign, guide

BAR = 2.0


def changed(old: str) -> str:
    """A version 2.0: sections turned round, one question gone, one new, one renamed, one reworded."""
    head, *sections = old.replace('version: "1.0"', 'version: "2.0"').split("\n## ")
    text = "\n## ".join([head, *sections[::-1]])
    text = text.replace("point 3 ?", "point 3, depuis la saison des pluies ?")
    text = text.replace("{#question-9 .required}", '{#neuf .required was="question-9"}')
    text = text.replace(
        "### Que dites-vous du point 14 ? {#question-14 .required}", "### Et la paix ? {#paix .required}"
    )
    assert text.count("{#") == old.count("{#")
    return text


def main(notes: int = 400, runs: int = 5) -> int:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "campaign"
        campaign(root, notes)
        path = next((root / "guides").glob("*guide*.md"))
        (root / "guides/archive").mkdir()
        (root / "guides/archive/guide-1.0.md").write_text(guide(), "utf-8")
        path.write_text(changed(guide()), "utf-8")
        before = Path(shutil.copytree(root / "notes", Path(folder) / "notes"))
        command = [sys.executable, "-m", "consultkit", "guide", "upgrade", "--yes", "--root", str(root)]
        seconds = []
        for _ in range(runs):
            shutil.rmtree(root / "notes")
            shutil.copytree(before, root / "notes")
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            seconds.append(time.perf_counter() - start)
        carried = sum('guide_version: "2.0"' in p.read_text("utf-8") for p in root.glob("notes/*/*.md"))
    took = statistics.median(seconds)
    verdict = "ok" if took < BAR * max(1, notes / 400) and carried == notes else "TOO SLOW"
    print(f"guide upgrade, {carried} of {notes} notes: {took:.2f} s  {verdict}")
    return verdict != "ok"


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
