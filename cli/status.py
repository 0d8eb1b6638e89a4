"""`switchboard status`: one look at a gateway - does it answer, who of its providers does, what alarms ring."""

import time
from collections.abc import Mapping
from typing import Any

import typer

from cli import show
from cli.endpoint import Connection, connected
from cli.gateway import HttpGateway
from cli.outcome import Refused

COLUMNS = ("provider", "state", "uptime_last_30m", "uptime_last_1d", "endpoints")
STALE_SECONDS = 300


@connected
def status(to: Connection) -> None:
    """Health, uptime of the providers that were asked lately, and with --stack the alarms that ring."""
    gateway = to.public()
    seen = look(gateway, time.time())
    if to.stack:
        from cli.account import AwsAccount

        seen["alarms"] = AwsAccount().alarms(f"{to.stack}-Alarms")
    if to.as_json:
        show.as_json(seen)
    else:
        _print(seen)
    if seen["health"] != "ok" or seen.get("alarms"):
        raise Refused("Not all is well: `switchboard doctor` looks closer.")


def look(gateway: HttpGateway, now: float) -> dict[str, Any]:
    """`now` is Unix seconds. Raises Unreachable if nobody answers."""
    began = time.monotonic()
    health = gateway.ask("GET", "/healthz")
    milliseconds = round((time.monotonic() - began) * 1000)
    said = "ok" if health.status == 200 else f"answered {health.status}"
    page = gateway.ask("GET", "/status.json")
    figures: Mapping[str, Any] = page.json() if page.status == 200 else {}
    measured = figures.get("measured_until")
    return {
        "url": gateway.url,
        "health": said,
        "answered_in_ms": milliseconds,
        "rankings": _age(measured, now),
        "providers": [{column: row.get(column) for column in COLUMNS} for row in figures.get("providers", [])],
    }


def _age(measured: float | None, now: float) -> str:
    if measured is None:
        return "none yet: they are made from requests, once a minute"
    age = max(0, round(now - measured))
    return f"{age} s old" + (": look at `switchboard logs rankings`" if age > STALE_SECONDS else "")


def _print(seen: Mapping[str, Any]) -> None:
    typer.echo(f"{seen['url']}  {seen['health']} in {seen['answered_in_ms']} ms")
    typer.echo(f"rankings: {seen['rankings']}")
    if "alarms" in seen:
        typer.echo(f"alarms: {', '.join(seen['alarms']) or 'none rings'}")
    if seen["providers"]:
        show.table(seen["providers"], COLUMNS)
    else:
        typer.echo("no provider was asked within the last day")
