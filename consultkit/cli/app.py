"""The Typer application, built for the command that is asked for."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from keyword import iskeyword

import click
import typer
from typer.core import TyperCommand
from typer.models import ArgumentInfo
from typer.utils import get_params_from_function

from consultkit.cli import COMMANDS, GROUPS, HIDDEN
from consultkit.i18n import N_, _

# What stands for a value in usage lines.
PLACES = (
    N_("ACTOR"), N_("CODE"), N_("DATE"), N_("DATE|REV"), N_("FILE"), N_("FILE|REV"), N_("FOLDER"),
    N_("NEW"), N_("OLD"), N_("ORG"), N_("PATHS"), N_("REGION"), N_("TEXT"), N_("TO"),
)  # fmt: skip
INTERRUPTED = 130  # what typer makes of Ctrl-C
SETTINGS = {"help_option_names": ["-h", "--help"]}


def build(wanted: str | None) -> Callable[[list[str]], int]:
    """Runs an argument list: holds the wanted command, or (None) the names of all, for help."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=SETTINGS,
        suggest_commands=False,  # click does
    )
    about = _("Field consultations in plain text: every finding followed to its note, nobody exposed.")
    app.callback(invoke_without_command=True, help=f"{about}\n\n{_common()}")(_home)
    if wanted is None:
        for name, summary in (COMMANDS | GROUPS).items():
            if name not in HIDDEN:
                app.command(name, short_help=_(summary))(_listed)
    else:
        word = wanted.replace("-", "_") + "_" * iskeyword(wanted)
        loaded = importlib.import_module(f"consultkit.cli.{word}")
        if wanted in GROUPS:
            app.add_typer(_group(loaded.COMMANDS), name=wanted, help=_(GROUPS[wanted]))
        else:
            command = app.command(wanted, cls=_Command, help=_(COMMANDS[wanted]), epilog=_common())
            command(getattr(loaded, word))

    def run(arguments: list[str]) -> int:
        """Usage errors as click words them, exit 2; an exit that was asked for, as its code."""
        command = typer.main.get_command(app)
        _in_words(command)
        try:
            result = command(arguments, prog_name="consultkit", standalone_mode=False)
        except click.exceptions.NoArgsIsHelpError as error:
            print(error.format_message())
            return 2
        except click.ClickException as error:
            quoted = _("“{value}”").replace("{value}", r"\1")
            sentence = re.sub(r"'([^'\s]+)'", quoted, error.format_message())
            error.format_message = lambda: sentence  # type: ignore[method-assign]
            error.show()
            return error.exit_code
        except click.exceptions.Exit as error:
            return error.exit_code
        except click.Abort:
            return 1
        if result == INTERRUPTED:
            raise KeyboardInterrupt
        return result if isinstance(result, int) else 0

    return run


class _Command(TyperCommand):
    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Nothing: typer writes the arguments with the options, click 8.5 would write them again."""


def _in_words(command: click.Command) -> None:
    """Usage lines in the language in use, and the arguments' help, which typer 0.25 loses on click 8.5."""
    command.options_metavar = _("[OPTIONS]")
    if isinstance(command, click.Group):
        first = _("[COMMAND]") if command.invoke_without_command else _("COMMAND")
        command.subcommand_metavar = f"{first} [ARGUMENTS]…"
        for inner in command.commands.values():
            _in_words(inner)
    declared = get_params_from_function(inspect.unwrap(command.callback)) if command.callback else {}
    for parameter in command.params:
        info = getattr(declared.get(parameter.name or ""), "default", None)
        if isinstance(info, ArgumentInfo):
            parameter.help = info.help
            parameter.metavar = parameter.metavar or (parameter.name or "").upper()
        elif parameter.type is click.STRING:
            parameter.metavar = parameter.metavar or "TEXT"
        if parameter.metavar:
            more = "…" if parameter.nargs != 1 else ""
            parameter.metavar = _(parameter.metavar) + more


def _group(commands: dict[str, tuple[Callable[..., object], str]]) -> typer.Typer:
    group = typer.Typer(
        rich_markup_mode=None, no_args_is_help=True, context_settings=SETTINGS, suggest_commands=False
    )
    for name, (function, summary) in commands.items():
        group.command(name, cls=_Command, help=_(summary), short_help=_(summary), epilog=_common())(function)
    return group


def _listed() -> None:
    """Stands for a command whose module is not needed to name it."""


def _common() -> str:
    return _("With every command: --lang fr|en, and --root DIR for another campaign than the one around you.")


def _home(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        from consultkit.cli.home import home

        raise typer.Exit(home())
