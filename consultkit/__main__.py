"""python -m consultkit."""

from consultkit.cli import run

run()
