"""Times `consultkit check` on campaigns of 40 to 10,000 notes of 1,200 words, as whole processes.

    python bench/check.py [--runs N] [--sizes 40,400] [--no-peers]

Prints medians against the bars, `--help` and `--version` against bare Python, the peak memory, and, where they can
be installed, docassert 1.0.2 and check-jsonschema on headers that they accept, in an environment of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

BARS = {400: 0.25, 4_000: 0.9, 10_000: 2.0}
MEMORY_BAR = 300  # megabytes, for 10,000 notes
PEERS_AT = (400, 4_000)
# As installed: with compiled modules beside the sources, whatever the shell that starts the bench forbids.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
WORDS = 1_200
REGIONS = ("gao", "mopti", "kayes", "tombouctou")
COMMON = """
    de la le les et à des en un une du que qui pour dans il est au sur pas par plus nous ce se ont l’eau
    l’accès route marché village école champ berger puits femme jeune chef commune projet réunion
    formation conflit médiation année saison pluie bétail passage accord plainte réponse bailleur équipe
    relais visite parole confiance peur départ retour
""".split()  # noqa: SIM905

HEADER = """\
---
id: {id}
actor: {actor}
region: {region}
date: 2023-06-{day:02d}
place: Gao
mode: in-person
format: individual
language: [fr, ses]
interpreter: true
verbatim: noted
minutes: 75
interviewer: AM
participants:
  - role: "Responsable de programme"
    gender: {gender}
    age: adult
    count: 1
others_present: false
consent:
  given: true
  form: oral
  quote: true
  share: true
  recording: false
attribution: organisation
sensitivity: restricted
guide_version: "1.0"
status: done
---

"""


def sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(COMMON, k=words)).capitalize() + "."


def guide(questions: int = 24) -> str:
    lines = [
        "---",
        "id: guide",
        'title: "Guide"',
        'version: "1.0"',
        "language: fr",
        "---",
        "",
        "Bonjour.",
        "",
    ]
    for number in range(questions):
        if number % 6 == 0:
            lines += [f"## Section {number // 6} {{#section-{number // 6}}}", ""]
        lines += [
            f"### Que dites-vous du point {number} ? {{#question-{number} .required}}",
            "",
            "- Et depuis un an ?",
            "",
        ]
    return "\n".join(lines)


def note(rng: random.Random, number: int, region: str, questions: int = 24) -> str:
    text = HEADER.format(
        id=f"N-{number}",
        actor=f"a-{number}",
        region=region,
        day=12 + number % 16,
        gender="fm"[number // 4 % 2],
    )
    parts = [text]
    for question in range(questions):
        if question % 6 == 0:
            parts.append(f"## Section {question // 6} {{#section-{question // 6}}}\n\n")
        parts.append(f"### Que dites-vous du point {question} ? {{#question-{question} .required}}\n\n")
        share = WORDS // questions
        parts.append(
            f"{sentence(rng, share // 2)} [{sentence(rng, 4)}]{{.acces}}\n\n> {sentence(rng, share // 2)}\n\n"
        )
    return "".join(parts)


def campaign(root: Path, notes: int) -> None:
    """A campaign that `check` finds nothing in; the syntheses cite a few notes."""
    rng = random.Random(notes)
    lines = ["campaign:", "  title: Mesure", "  language: fr", "  start: 2023-06-12", "  minimum_per_region: 1",
             "  guide: guides/guide-entretien.md", "regions:"]  # fmt: skip
    lines += [f"  - {{id: {region}, name: {region.title()}}}" for region in REGIONS]
    lines += ["actor_types:", "  - {id: osc, name: Organisation}", "actors:"]
    for number in range(notes):
        lines += [f"  - id: a-{number}", f'    name: "Association {number:05d} {rng.choice(COMMON)} {rng.choice(COMMON)}"',
                  "    type: osc", f"    regions: [{REGIONS[number % 4]}]", "    status: scheduled"]  # fmt: skip
    files = {
        "mapping.yaml": "\n".join(lines) + "\n",
        "guides/guide-entretien.md": guide(),
        "guides/themes.yaml": "themes:\n  - {id: acces, name: Accès}\n",
    }
    for number in range(notes):
        files[f"notes/{REGIONS[number % 4]}/N-{number}.md"] = note(rng, number, REGIONS[number % 4])
    for index, region in enumerate(REGIONS):
        text = files[f"notes/{region}/N-{index}.md"]
        words = text.split("\n> ")[1].split("\n")[0]
        files[f"notes/{region}/synthese.md"] = (
            f"---\nkind: synthesis\nregion: {region}\n---\n\n## Section 0 {{#section-0}}\n\n« {words} » [@N-{index}]\n"
        )
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def timed(command: list[str], folder: Path, runs: int) -> tuple[float, int, float]:
    """Median seconds (a first run aside), exit code, and the largest memory in megabytes that any child took so far."""
    seconds = []
    for _run in range(runs + 1):
        start = time.perf_counter()
        code = subprocess.run(
            command, cwd=folder, env=ENVIRONMENT, capture_output=True, check=False
        ).returncode
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )
    return statistics.median(seconds[1:]), code, peak


def row(name: str, seconds: float, bar: float | None = None, more: str = "") -> None:
    verdict = "" if bar is None else f"bar {bar:.2f} s " + ("holds" if seconds <= bar else "MISSED")
    drawn = "█" * min(40, max(1, round(seconds * 20)))
    print(f"{name:<34} {seconds:8.3f} s  {verdict:<18} {more:<14} {drawn}", flush=True)


def command() -> list[str]:
    script = Path(sys.executable).with_name("consultkit")
    return [str(script)] if script.exists() else [sys.executable, "-m", "consultkit"]


def start_up(runs: int) -> None:
    folder = Path(tempfile.gettempdir())
    for name, words in (("python -c pass", [sys.executable, "-c", "pass"]), ("consultkit --version", [*command(), "--version"]),
                        ("consultkit --help", [*command(), "--help"])):  # fmt: skip
        row(name, timed(words, folder, runs * 2)[0])


def peers(folder: Path) -> Path | None:
    """An environment with docassert and check-jsonschema; None where they cannot be installed."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "docassert==1.0.2", "check-jsonschema"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print("peers not installed:", done.stderr.strip().split("\n")[-1])
        return None
    return folder / "bin"


CRITERIA = """\
kind: consultation
required_sections: []
checks:
  - {id: frontmatter-schema, type: structural, blocking: true, description: The header is valid.}
  - {id: frontmatter-complete, type: structural, blocking: true, description: Every field is present.}
  - {id: unique-id, type: structural, blocking: true, description: The id is unique.}
"""
SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["kind", "id", "actor", "region", "status"],
    "properties": {
        "kind": {"const": "consultation"},
        "id": {"type": "string", "pattern": "^[A-Z]+-[0-9]+$"},
        "mode": {"enum": ["in-person", "phone", "video", "written"]},
        "minutes": {"type": "integer"},
        "status": {"enum": ["draft", "done", "validated"]},
    },
}


def beside(binaries: Path, root: Path, size: int, runs: int) -> None:
    """The peers on the same notes, with a header that they accept and a schema that asks far less."""
    folder = root / "peers"
    for name, text in (
        ("criteria/consultation.criteria.yaml", CRITERIA),
        ("schema/consultation.schema.json", json.dumps(SCHEMA)),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "documents").mkdir(exist_ok=True)
    (folder / "headers").mkdir(exist_ok=True)
    for path in (root / "notes").rglob("N-*.md"):
        text = path.read_text("utf-8").replace("---\n", "---\nkind: consultation\n", 1)
        (folder / "documents" / path.name).write_text(text, "utf-8")
        (folder / "headers" / f"{path.stem}.yaml").write_text(text.split("---\n")[1], "utf-8")
    seconds, code, _peak = timed([str(binaries / "docassert"), "validate", "documents/*.md"], folder, runs)
    row(f"docassert 1.0.2, {size} notes", seconds, more=f"exit {code}")
    headers = [str(path) for path in sorted((folder / "headers").iterdir())]
    schema = "schema/consultation.schema.json"
    words = [str(binaries / "check-jsonschema"), "--schemafile", schema, *headers]
    seconds, code, _peak = timed(words, folder, runs)
    row(f"check-jsonschema, {size} headers", seconds, more=f"exit {code}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", default="40,400,4000,10000")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, medians of {options.runs} whole processes"
    )
    start_up(options.runs)
    with tempfile.TemporaryDirectory() as folder:
        binaries = None if options.no_peers else peers(Path(folder, "venv"))
        for size in map(int, options.sizes.split(",")):
            root = Path(folder, str(size))
            campaign(root, size)
            seconds, code, peak = timed([*command(), "check"], root, options.runs)
            over = " OVER" if peak > MEMORY_BAR else ""
            row(f"check, {size} notes", seconds, BARS.get(size), f"{peak:.0f} MB{over}")
            if code:
                print(f"  exit {code}: the campaign is not clean")
            if binaries and size in PEERS_AT:
                beside(binaries, root, size, max(1, options.runs // 2))


if __name__ == "__main__":
    main()
