"""The command line: finds the command, its language and its workspace; turns what goes wrong into sentences.

Only the module of the command that is asked for is imported; what is heavy is imported inside the commands.
`--lang` and `--root` are taken wherever they stand, since they go with every command.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import signal
import sys
from pathlib import Path
from typing import TextIO

from consultkit import __version__
from consultkit.files import MAPPING, WorkspaceError, find_root
from consultkit.i18n import LANGUAGES, N_, _, bind_click, choose, reason, use

# What each command does. Its module below consultkit.cli and its function bear its name.
COMMANDS: dict[str, str] = {
    "init": N_("Makes a campaign, or completes one; never overwrites."),
    "note": N_("Lays down a note to fill, from the guide."),
    "renumber": N_("Gives a note another id, wherever it is named."),
    "synthesis": N_("Lays down a synthesis, with what the notes say ready to paste."),
    "import": N_("Makes draft notes of submissions of the guide's form."),
    "check": N_("Checks everything, or the named files."),
    "status": N_("Coverage, progress, deliverables, whom to call."),
    "report": N_("Makes the report in Word and PDF."),
    "share": N_("The detailed notes whose consent allows it, in one ZIP."),
    "export": N_("For NVivo, MAXQDA, ATLAS.ti, QualCoder, or as tables."),
    "comments": N_("Lists a reviewer's comments, each with its source."),
    "pack": N_("Makes one encrypted file of a region's work, to send."),
    "receive": N_("Merges a pack that was received, by id."),
    "merge-driver": N_("For git: merges mapping.yaml actor by actor."),
    "purge": N_("Removes what identifies people, once the campaign is over."),
    "explain": N_("What a rule wants, why, and an example."),
}
HIDDEN = {"merge-driver"}  # called by programs
# What each group of commands is for; the module of its name holds its COMMANDS.
GROUPS: dict[str, str] = {
    "identities": N_("Who was heard: encrypts, opens, edits private/identities.yaml."),
    "guide": N_("The interview guide: on paper, on phones, from one version to the next."),
    "mapping": N_("The actor mapping and Excel, both ways."),
    "key": N_("Your key pair."),
}


class Options:
    """What goes with every command: the workspace that was named, if any."""

    root: Path | None = None


def root() -> Path:
    """The workspace: the one named with --root, else the one around the current folder."""
    if Options.root is not None:
        if not (Options.root / MAPPING).is_file():
            message = _(
                "There is no mapping.yaml in {folder}. `consultkit init {folder}` makes a campaign there."
            )
            raise WorkspaceError(message.format(folder=Options.root))
        return Options.root
    found = find_root(Path.cwd())
    if found is None:
        raise WorkspaceError(
            _("This folder is in no campaign: no mapping.yaml here or above. `consultkit init` makes one.")
        )
    return found


def day_given(text: str) -> dt.date:
    """A date given on the command line."""
    from consultkit.text import parse_date

    day = parse_date(text)
    if day is None:
        raise WorkspaceError(_("“{value}” is no date: write 2023-06-12 or 12/06/2023.").format(value=text))
    return day


def run() -> None:
    """The program: exits 0 when all is well, 1 for problems found, 2 where the run cannot go on."""
    _open_streams()
    _make_streams_safe()
    _end_orderly()
    sys.exit(_flushed(main(sys.argv[1:])))


def _end_orderly() -> None:
    """A closed terminal, or a request to end, is an exit as any other: what lies in memory or aside goes."""
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup is heeded
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK", "SIGINT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)  # nothing stops the cleaning up
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    """Runs one command line; returns the exit code."""
    try:
        if arguments == ["--version"]:
            use(choose(None, None))
            print(f"consultkit {__version__}")
            return 0
        arguments, asked, Options.root = _take_common(arguments)
        use(choose(asked, _campaign_language(Options.root)))
        bind_click()
        from consultkit.cli.app import build

        first = arguments[0] if arguments else ""
        return build(first if first in COMMANDS or first in GROUPS else None)(arguments)
    except WorkspaceError as error:
        _complain(str(error))
        return 2
    except BrokenPipeError:
        _lead_nowhere(sys.stdout)
        return 0
    except KeyboardInterrupt:
        _complain(_("Interrupted; nothing was left half written."))
        return 130
    except MemoryError:
        _complain(_("There is not enough memory for this."))
        return 2
    except OSError as error:
        _complain(_("The system refused: {reason}.").format(reason=reason(error)))
        return 2
    except Exception as error:
        if os.environ.get("CONSULTKIT_DEBUG"):
            raise
        _complain(_unforeseen(error))
        return 2


def _unforeseen(error: Exception) -> str:
    """What to say of a fault of ours: where it happened, and nothing of what the files say."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    message = _(
        "This is a fault of consultkit's own ({kind}, {where}). Your files are untouched. Please report it."
    )
    return message.format(kind=type(error).__name__, where=where)


def _take_common(arguments: list[str]) -> tuple[list[str], str | None, Path | None]:
    """Takes --lang and --root out of the arguments, wherever they stand before a lone `--`."""
    rest: list[str] = []
    found: dict[str, str] = {}
    queue = list(arguments)
    while queue:
        word = queue.pop(0)
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *queue]
            break
        if name not in ("--lang", "--root"):
            rest.append(word)
        elif equals or queue:
            found[name] = value if equals else queue.pop(0)
        else:
            use(choose(None, None))
            raise WorkspaceError(_("{option} needs a value.").format(option=name))
    language = found.get("--lang")
    if language is not None and language not in LANGUAGES:
        use(choose(None, None))
        raise WorkspaceError(_("--lang takes fr or en, not “{value}”.").format(value=language))
    return rest, language, Path(found["--root"]) if "--root" in found else None


def _campaign_language(named: Path | None) -> str | None:
    """The campaign's language, read without a parser: it is needed before anything else is."""
    folder = named if named is not None else find_root(Path.cwd())
    with contextlib.suppress(OSError, TypeError):
        head = (folder / MAPPING).read_bytes()[:20_000].decode("utf-8", "replace")  # type: ignore[operator]
        match = re.search(r"^\s+language:\s*[\"']?([A-Za-z]+)", head, re.MULTILINE)
        if match:
            names = {"french": "fr", "francais": "fr", "english": "en", "anglais": "en"}
            return names.get(match[1].lower(), match[1])
    return None


def _complain(sentence: str) -> None:
    text = f"consultkit: {sentence}"
    if sys.stderr.isatty():
        from consultkit.output.terminal import terminal_width, wrap

        text = "\n".join(wrap(text, terminal_width()))
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr)


def _open_streams() -> None:
    """Streams that were closed before the start lead nowhere: no print fails, no file takes their number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(handle, True)
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8"))


def _lead_nowhere(stream: TextIO) -> None:
    """Lets what a stream still holds go, where nobody reads it or nothing can be written."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _flushed(code: int) -> int:
    """The exit code once all is printed, or could not be."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _lead_nowhere(stream)
        except OSError as error:
            _lead_nowhere(stream)
            if code < 2 and stream is sys.stdout:
                _complain(_("The system refused: {reason}.").format(reason=reason(error)))
                code = 2
    return code


def _make_streams_safe() -> None:
    """Accents and box-drawing signs never stop a run: consoles that lack them show a question mark."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with contextlib.suppress(OSError, ValueError):
                reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
