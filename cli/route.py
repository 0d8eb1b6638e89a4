"""`switchboard route explain`: who would be asked for a request, in what order, what decided it, and who is out."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import show
from cli.endpoint import Connection, connected
from cli.outcome import BadUsage

app = typer.Typer(no_args_is_help=True, help="How a request would be routed.")
ORDER = ("endpoint", "total_usd", "price_usd", "time_usd", "failures_usd", "success", "first_token_s", "tokens_per_s")
WHY_NOT = ("endpoint", "code", "reason")


@app.callback()
def route() -> None:
    """How a request would be routed."""


@app.command("explain")
@connected
def explain(
    to: Connection,
    request: Annotated[Path, typer.Argument(metavar="REQUEST.JSON", help="A request's body; - reads stdin.")],
    dialect: Annotated[str, typer.Option(help="chat/completions, messages, responses or embeddings.")] = "",
) -> None:
    """Send a request's body to be explained; no provider is asked and nothing is billed."""
    path = f"/route/{dialect}".rstrip("/")
    plan = to.over_http("inference").call("POST", path, _body(request)).json()["data"]
    if to.as_json:
        show.as_json(plan)
        return
    show.table([_row(one) for one in plan["endpoints"]], (*ORDER, "door"))
    if plan["rejected"]:
        typer.echo()
        show.table(plan["rejected"], WHY_NOT)


def _body(path: Path) -> Any:  # Any: JSON
    try:
        text = typer.get_text_stream("stdin").read() if str(path) == "-" else path.read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise BadUsage(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise BadUsage(f"{path} is not JSON: {error}.") from None


def _row(one: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """An open door is not worth a column."""
    index = {f"{part}_usd": f"{one['index'][part]:.6f}" for part in ("total", "price", "time", "failures")}
    estimate = {name: one["estimate"][name] for name in ("success", "first_token_s", "tokens_per_s")}
    return {**one, **index, **estimate, "door": "" if one["door"] == "open_to_all" else one["door"]}
