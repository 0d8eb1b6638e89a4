"""`switchboard replay-spill`: usage records that could not be stored, from the log back into the table."""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from switchboard.errors import SwitchboardError

from cli import show
from cli.endpoint import Connection, connected
from cli.outcome import BadUsage, Refused
from cli.settings import CliSettings


@connected
def replay_spill(
    to: Connection,
    file: Annotated[Path | None, typer.Argument(help="Log lines; `-` is stdin. Default: the stack's own log.")] = None,
    since: Annotated[int, typer.Option(help="Days of the stack's log to look through.")] = 7,
) -> None:
    """Put spilled usage records back. Doing it twice changes nothing: a record overwrites itself."""
    from cli.stack import spilled_lines, use_local_engine
    from cli.tables import Tables, replay

    stack = to.deployed()
    if file is None and stack is None:
        raise BadUsage("Give a file of log lines (`-` for stdin), or --stack to read the log of a stack.")
    lines = spilled_lines(stack, since) if stack and file is None else _lines(file or Path("-"))
    settings = stack.settings() if stack else use_local_engine(CliSettings.read().state_dir)
    try:
        done = asyncio.run(replay(Tables.of(settings), lines, time.time()))
    except SwitchboardError as error:
        raise Refused(f"The records were not all put back: {error.message} It is safe to do it again.") from error
    if to.as_json:
        show.as_json({"found": done.found, "stored": done.stored, "too_old": done.too_old})
    else:
        typer.echo(f"{done.found} records in the log, {done.stored} put back, {done.too_old} too old to keep.")


def _lines(file: Path) -> Iterator[str]:
    if str(file) == "-":
        yield from sys.stdin
        return
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            yield from opened
    except OSError as error:
        raise BadUsage(f"{file} cannot be read: {error.strerror}.") from error
