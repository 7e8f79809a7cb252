"""No test needs the network: whatever in the suite reaches for it fails."""

from __future__ import annotations

import os
import signal
import sys

import hypothesis
import pytest

from consultkit.i18n import use

# One run of CI says the same as the next; on a desk every run looks elsewhere.
hypothesis.settings.register_profile("ci", derandomize=True, database=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")

LOOPBACK = ("127.", "::1", "localhost")


class NetworkError(RuntimeError):
    """A test tried to leave the machine."""


def _guard(event: str, args: tuple) -> None:
    """Refuses connections and name look-ups beyond this machine; other families of sockets stay on it."""
    if event in ("socket.connect", "socket.sendto"):
        host = args[1][0] if isinstance(args[1], tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = args[0] or "localhost"
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host)
    if not host.startswith(LOOPBACK):
        raise NetworkError(f"{event}: {host}")


# An audit hook sees what libraries do too. Programs started by tests get a proxy that leads nowhere.
sys.addaudithook(_guard)
for _name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
    os.environ[_name] = "http://127.0.0.1:9"
os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost"
for _name in ("CONSULTKIT_LANG", "LANGUAGE"):
    os.environ.pop(_name, None)

# Started in the background, the suite would hand on that signals are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _english() -> None:
    """Every test begins as a fresh program does: a command run by another leaves its language behind."""
    use("en")
