"""`switchboard usage` and `switchboard generation`: what was used, and what became of one request."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from switchboard.errors import SwitchboardError
from switchboard.web.generations import generation_object

from cli import show
from cli.endpoint import Connection, connected
from cli.gateway import path_of
from cli.outcome import BadUsage, Refused

if TYPE_CHECKING:
    from cli.stack import Stack

GROUPS = {"model": "model", "key": "key", "provider": "provider", "day": "date"}
COLUMNS = (
    *("date", "model", "provider_name", "endpoint_id", "key_id", "api_key_name", "requests", "failed_requests"),
    *("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens", "usage"),
)
SINCE = re.compile(r"(\d{1,3})d")


@connected
def usage(
    to: Connection,
    by: Annotated[str, typer.Option(help="model, key, provider or day; several with commas.")] = "model",
    since: Annotated[str, typer.Option(help="Days like 7d (today is one), or a date like 2026-11-01.")] = "7d",
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")] = False,
) -> None:
    """Requests, tokens and dollars."""
    query = {
        "group_by": ",".join(_group(name) for name in by.split(",")),
        "start_date": _first_day(since, datetime.now(UTC).date()).isoformat(),
        "format": "csv" if as_csv else "json",
    }
    answer = to.administration().call("GET", path_of("activity", query=query))
    if as_csv:
        typer.echo(answer.body.decode(), nl=False)
    elif to.as_json:
        show.as_json(answer.json()["data"])
    else:
        show.table(answer.json()["data"], COLUMNS)


@connected
def generation(to: Connection, generation_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """One request: its attempts, tokens, cost and times. Over HTTP only with the key that made it."""
    stack = to.deployed()
    if stack is not None and not to.key_stdin:
        row = _from_table(stack, generation_id)
    else:
        row = to.over_http("inference").call("GET", path_of("generation", query={"id": generation_id})).json()["data"]
    if to.as_json:
        show.as_json(row)
        return
    attempts = row.pop("provider_responses")
    show.fields(row)
    typer.echo("\nattempts")
    show.table(attempts, ("endpoint", "outcome", "status", "latency", "duration", "message"))


def _from_table(stack: "Stack", generation_id: str) -> Any:  # Any: JSON
    from cli.tables import Tables

    try:
        found = asyncio.run(Tables.of(stack.settings()).usage.find(generation_id))
    except SwitchboardError as error:
        raise Refused(f"The table cannot be read: {error.message}") from error
    if found is None:
        raise Refused(f"There is no generation `{generation_id}` in the stack `{stack.name}`.")
    return generation_object(found)


def _group(name: str) -> str:
    if name not in GROUPS:
        raise BadUsage(f"--by takes {', '.join(GROUPS)}, not `{name}`.")
    return GROUPS[name]


def _first_day(since: str, today: date) -> date:
    days = SINCE.fullmatch(since)
    try:
        return today - timedelta(days=int(days[1]) - 1) if days else date.fromisoformat(since)
    except ValueError:
        raise BadUsage(f"--since takes days like 7d or a date like 2026-11-01, not `{since}`.") from None
