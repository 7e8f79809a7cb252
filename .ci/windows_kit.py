"""Fills build/windows-kit: consultkit and all it needs for Windows x64, to install from a USB stick without network."""

from __future__ import annotations

import email
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
KIT = ROOT / "build" / "windows-kit"
PYTHONS = ("3.11", "3.12", "3.13")
WINDOWS = {"platform_system": "Windows", "sys_platform": "win32", "os_name": "nt", "extra": ""}
ONLY_WINDOWS = (
    "colorama",
)  # pip reads conditions for the machine that downloads, not for the one that installs


def main() -> None:
    shutil.rmtree(KIT, ignore_errors=True)
    wheels = KIT / "wheels"
    wheels.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)], check=True)
    own = next(wheels.glob("consultkit-*.whl"))
    for version in PYTHONS:
        subprocess.run(
            [*pip, "download", "--only-binary", ":all:", "--platform", "win_amd64", "--implementation", "cp",
             "--python-version", version, "--dest", str(wheels), str(own), *ONLY_WINDOWS],
            check=True,
        )  # fmt: skip
    absent = missing(wheels)
    if absent:
        sys.exit(f"Missing for Windows: {', '.join(absent)}")
    for script in sorted((ROOT / ".ci" / "windows").glob("*.cmd")):
        text = script.read_text("utf-8")
        (KIT / script.name).write_text(text.replace("\r\n", "\n").replace("\n", "\r\n"), "utf-8", newline="")
    shutil.copy(ROOT / "docs" / "demarrage-rapide.md", KIT / "LISEZMOI.txt")
    size = sum(path.stat().st_size for path in KIT.rglob("*") if path.is_file()) // 1_000_000
    print(f"{KIT.relative_to(ROOT)} : {len(list(wheels.iterdir()))} paquets, {size} Mo")


def missing(wheels: Path) -> list[str]:
    """What the packages of the kit require on Windows and the kit does not hold."""
    held, wanted = set(), set()
    for wheel in wheels.glob("*.whl"):
        held.add(canonicalize_name(wheel.name.split("-")[0]))
        with zipfile.ZipFile(wheel) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            metadata = email.message_from_bytes(archive.read(name))
        for line in metadata.get_all("Requires-Dist") or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(WINDOWS):
                wanted.add(canonicalize_name(requirement.name))
    return sorted(wanted - held)


if __name__ == "__main__":
    main()
