"""The Typer application, built for the command that is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import typer

from consultkit.cli import COMMANDS, GROUPS, HIDDEN
from consultkit.i18n import _

SETTINGS = {"help_option_names": ["-h", "--help"]}


def build(wanted: str | None) -> Callable[[list[str]], int]:
    """Runs an argument list: holds the wanted command, or (None) the names of all, for help."""
    app = typer.Typer(
        add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, context_settings=SETTINGS
    )
    app.callback(invoke_without_command=True, help=_root_help())(_home)
    for name, (module, function, summary) in COMMANDS.items():
        if name == wanted:
            loaded = importlib.import_module(f"consultkit.cli.{module}")
            app.command(name, help=_(summary), epilog=_common())(getattr(loaded, function))
        elif wanted is None and name not in HIDDEN:
            app.command(name, help=_(summary))(_listed)
    for name, (module, summary) in GROUPS.items():
        if name == wanted:
            loaded = importlib.import_module(f"consultkit.cli.{module}")
            app.add_typer(_group(loaded.COMMANDS), name=name, help=_(summary))
        elif wanted is None:
            app.command(name, help=_(summary))(_listed)

    def run(arguments: list[str]) -> int:
        result = app(arguments, prog_name="consultkit", standalone_mode=False)
        return result if isinstance(result, int) else 0

    return _with_usage_errors(run)


def _group(commands: dict[str, tuple[Callable[..., object], str]]) -> typer.Typer:
    group = typer.Typer(rich_markup_mode=None, no_args_is_help=True, context_settings=SETTINGS)
    for name, (function, summary) in commands.items():
        group.command(name, help=_(summary), epilog=_common())(function)
    return group


def _with_usage_errors(run: Callable[[list[str]], int]) -> Callable[[list[str]], int]:
    """Usage errors as click words them, exit 2; an exit that was asked for, as its code."""
    import click

    def guarded(arguments: list[str]) -> int:
        try:
            return run(arguments)
        except click.exceptions.NoArgsIsHelpError as error:
            print(error.format_message())
            return 2
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except click.exceptions.Exit as error:
            return error.exit_code
        except click.Abort:
            return 1

    return guarded


def _listed() -> None:
    """Stands for a command whose module is not needed to name it."""


def _root_help() -> str:
    return (
        _("Field consultations in plain text: every finding followed to its note, nobody exposed.")
        + "\n\n"
        + _common()
    )


def _common() -> str:
    return _("With every command: --lang fr|en, and --root DIR for another campaign than the one around you.")


def _home(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        from consultkit.cli.home import home

        raise typer.Exit(home())
