"""python -m consultkit, and the program itself: stopped while it is still being loaded, it says nothing."""

import sys


def start() -> None:
    """Loads the command line and runs it."""
    try:
        from consultkit.cli import run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    start()
