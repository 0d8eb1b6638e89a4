"""How a command ends: what goes wrong has an exit code and says what to do next."""

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
