"""The wheel, built from the sdist installed alone: a campaign from `init` to report, elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {
    k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CONSULTKIT", "LC_", "LANG"))
}


def run(*command: str | Path, cwd: Path, expect: int | None = 0) -> str:
    """A program's standard output; stops the test where its exit code is another or a traceback shows."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    if "Traceback" in done.stderr or (expect is not None and done.returncode != expect):
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def build(folder: Path) -> Path:
    """The wheel that the sdist makes: what the sdist forgets, the wheel lacks."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, cwd=ROOT)
    return next(folder.glob("*.whl"))


def install(what: str | Path, folder: Path) -> Path:
    """A fresh environment with this and its dependencies alone; returns its consultkit."""
    venv.create(folder, with_pip=True)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(binaries / "python", *pip, *(["-e"] if what == ROOT else []), what, cwd=folder)
    return binaries / "consultkit"


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def only_coverage_is_wrong(consultkit: Path, campaign: Path) -> None:
    """A campaign that has just begun lacks consultations, and nothing else."""
    found = json.loads(run(consultkit, "check", "--format", "json", cwd=campaign, expect=1))
    errors = [
        f"{p['code']} {p['file']}:{p['line']} {p['message']}"
        for p in found["problems"]
        if p["severity"] == "error"
    ]
    if not errors or not all(error.startswith("C") for error in errors):
        sys.exit("check found other errors than coverage:\n" + "\n".join(errors))


def campaign(consultkit: Path, folder: Path, lang: str) -> dict[str, bytes]:
    """From `init` to a provisional report in one language; returns what `init` made."""
    place = folder / lang
    run(consultkit, "init", place, "--lang", lang, cwd=folder)
    made = tree(place)
    only_coverage_is_wrong(consultkit, place)
    actors = made["mapping.yaml"].decode().split("\nactors:", 1)[1]
    run(consultkit, "note", actors.split("- id:", 1)[1].split()[0], cwd=place)
    assert [p for p in tree(place) if p.startswith("notes/") and p not in made], "no note was made"
    only_coverage_is_wrong(consultkit, place)
    run(consultkit, "report", cwd=place)
    name = "rapport" if lang == "fr" else "report"
    assert zipfile.is_zipfile(place / f"build/{name}.docx")
    assert (place / f"build/{name}.pdf").read_bytes().startswith(b"%PDF")
    return made


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wheel = build(folder / "dist")
        consultkit = install(wheel, folder / "wheel")
        made = {lang: campaign(consultkit, folder, lang) for lang in ("fr", "en")}
        print(f"{wheel.name}: init, check, note and report, in French and English")
        sources = {"sdist": next((folder / "dist").glob("*.tar.gz")), "editable": ROOT}
        for name, what in sources.items():
            other = install(what, folder / name)
            for lang, files in made.items():
                place = folder / f"{name}-{lang}"
                run(other, "init", place, "--lang", lang, cwd=folder)
                assert tree(place) == files, f"init differs between the wheel and the {name} install"
            print(f"{name}: init makes the same files")


if __name__ == "__main__":
    main()
