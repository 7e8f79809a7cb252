"""Templates: Jinja in its sandbox, bound to templates/; what users write is data, never a template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from consultkit.files import defaults_dir, inside
from consultkit.i18n import _
from consultkit.text import did_you_mean, listing


class TemplateFault(Exception):  # noqa: N818 (what users write has faults)
    """A template cannot be used: a sentence, `file` and `line` where, `help` what to do."""

    def __init__(self, file: str, line: int, message: str, help: str = "") -> None:
        super().__init__(message)
        self.file = file
        self.line = line
        self.help = help

    def __str__(self) -> str:
        sentence = f"{self.file}:{self.line}: {self.args[0]}"
        return f"{sentence} {self.help}" if self.help else sentence


class Composer:
    """Fills the templates of one workspace; a file that it lacks is the shipped one."""

    def __init__(self, templates: Path) -> None:
        from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        class Own(FileSystemLoader):
            def get_source(self, environment: Environment, template: str) -> Any:
                found = super().get_source(environment, template)
                if not inside(templates.parent, templates / template):
                    message = _("This link leads out of the workspace and is not followed.")
                    raise TemplateFault(f"templates/{template}", 1, message, _("Put the file itself here."))
                return found

        self.environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([Own(templates), FileSystemLoader(defaults_dir("templates"))]),
            undefined=StrictUndefined,
            comment_start_string="{##",
            comment_end_string="##}",
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # what comes out is Markdown, which the allow-list reads
        )

    def compose(self, name: str, context: Mapping[str, Any]) -> str:
        """A template filled; raises `TemplateFault`."""
        from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
        from jinja2.exceptions import SecurityError

        file = f"templates/{name}"
        again = _("Mend it, or delete the file: the default takes its place.")
        try:
            return self.environment.get_template(name).render(context)
        except TemplateSyntaxError as error:
            where = f"templates/{error.name}" if error.name else file
            reason = (error.message or "").rstrip(".")
            message = _("This is no valid template: {reason}.").format(reason=reason)
            raise TemplateFault(where, error.lineno, message, again) from None
        except UndefinedError as error:
            line = _line(error, name)
            raise TemplateFault(file, line, _undefined(str(error), context), again) from None
        except SecurityError as error:
            raise TemplateFault(file, _line(error, name), _("A template may not do this."), again) from None
        except TemplateNotFound as error:
            message = _("There is no file “{name}” in templates/.").format(name=error.name)
            raise TemplateFault(file, _line(error, name), message, again) from None
        except (UnicodeDecodeError, OSError):
            raise TemplateFault(file, 1, _("This template cannot be read as UTF-8 text."), again) from None
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
            message = _("This template fails: {reason}.").format(reason=str(error).rstrip(".")[:200])
            raise TemplateFault(file, _line(error, name), message, again) from None


def _undefined(message: str, context: Mapping[str, Any]) -> str:
    """Jinja's “'x' is undefined”, with the nearest name that there is."""
    within = " has no attribute " in message
    name = message.split("'")[-2 if within else 1] if "'" in message else ""
    told = _("There is nothing called “{name}” here.").format(name=name)
    if within:
        return told
    near = did_you_mean(name, context) or _("Known: {names}.").format(names=listing(sorted(context), 40))
    return f"{told} {near}"


def _line(error: BaseException, name: str) -> int:
    """The template's line on which an error arose: Jinja rewrites tracebacks to templates' own lines."""
    trace, line = error.__traceback__, 1
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).name == name:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
