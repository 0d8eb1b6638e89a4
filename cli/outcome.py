"""How a command ends: what goes wrong has an exit code and says what to do next."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import typer

Options = ParamSpec("Options")

OK, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3


class CommandError(Exception):
    """Ends the command with `code`; its text goes to stderr."""

    code = REFUSED


class Refused(CommandError):
    """The gateway, or AWS, said no."""


class BadUsage(CommandError):
    """What was typed cannot be done."""

    code = USAGE


class Unreachable(CommandError):
    """Nobody answered."""

    code = UNREACHABLE


def exit_codes(command: Callable[Options, None]) -> Callable[Options, None]:
    """The command, with its errors as words on stderr and exit codes."""

    @wraps(command)
    def run(*args: Options.args, **options: Options.kwargs) -> None:
        try:
            command(*args, **options)
        except CommandError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(error.code) from error

    return run
