"""`switchboard keys ...`: what management keys administer."""

from typing import Annotated, Any

import typer

from cli import show
from cli.endpoint import Connection, connected
from cli.gateway import Gateway, path_of
from cli.outcome import BadUsage, Refused

app = typer.Typer(no_args_is_help=True, help="API keys: create, list, show, limit, rotate, disable, delete.")

COLUMNS = ("name", "hash", "label", "disabled", "limit", "limit_remaining", "limit_reset", "usage", "expires_at")
HASH_SHOWN = 12

Hash = Annotated[str, typer.Argument(help="The key's hash, or enough of its beginning; its id or name will do too.")]


@app.command("create")
@connected
def create(  # a key has as many options as it has
    to: Connection,
    name: Annotated[str, typer.Option(help="What the key is for; shown in listings.")] = "first key",
    management: Annotated[bool, typer.Option(help="A key that administers keys and cannot use models.")] = False,
    limit: Annotated[float | None, typer.Option(help="USD.")] = None,
    limit_reset: Annotated[str | None, typer.Option(help="daily, weekly or monthly; default: never.")] = None,
    expires_at: Annotated[str | None, typer.Option(help="UTC, like 2027-12-31T23:59:59Z.")] = None,
    rpm: Annotated[int | None, typer.Option(help="Requests for each minute.")] = None,
    tpm: Annotated[int | None, typer.Option(help="Tokens for each minute.")] = None,
    max_parallel: Annotated[int | None, typer.Option(help="Requests at once.")] = None,
    allow_model: Annotated[list[str] | None, typer.Option(help="Only these models; may be repeated.")] = None,
    ignore_model: Annotated[list[str] | None, typer.Option(help="Not these models.")] = None,
    allow_provider: Annotated[list[str] | None, typer.Option(help="Only these providers.")] = None,
    ignore_provider: Annotated[list[str] | None, typer.Option(help="Not these providers.")] = None,
    zdr: Annotated[bool, typer.Option("--zdr", help="Only endpoints known to keep no prompts.")] = False,
    no_training: Annotated[bool, typer.Option("--no-training", help="Only endpoints known not to train.")] = False,
) -> None:
    """Make a key and show it, once: only its hash is kept."""
    limits = {"limit": limit, "limit_reset": limit_reset, "expires_at": expires_at}
    rates = {"rpm": rpm, "tpm": tpm, "max_parallel": max_parallel}
    models = {"allowed_models": allow_model, "ignored_models": ignore_model}
    providers = {"allowed_providers": allow_provider, "ignored_providers": ignore_provider}
    flags = {"zdr": zdr, "no_training": no_training, "is_management_key": management}
    fields: dict[str, object] = {**limits, **rates, **models, **providers, **flags}
    body = {"name": name, **{field: value for field, value in fields.items() if value not in (None, [])}}
    made = to.administration().call("POST", "/keys", body).json()
    _show_text(made, to)


@app.command("list")
@connected
def list_all(
    to: Connection, all_keys: Annotated[bool, typer.Option("--all", help="The disabled ones too.")] = False
) -> None:
    """Every key, oldest first."""
    rows = every_key(to.administration(), include_disabled=all_keys)
    if to.as_json:
        show.as_json(rows)
    else:
        show.table([{**row, "hash": row["hash"][:HASH_SHOWN]} for row in rows], COLUMNS)


@app.command("show")
@connected
def show_one(to: Connection, key: Hash) -> None:
    """One key with its limits and what it has used."""
    gateway = to.administration()
    _show(gateway.call("GET", path_of("keys", _find(gateway, key))).json()["data"], to)


@app.command("limit")
@connected
def limit(
    to: Connection,
    key: Hash,
    usd: Annotated[str, typer.Argument(help="US dollars, or `none`.")],
    reset: Annotated[str | None, typer.Option(help="daily, weekly, monthly or never; default: as it is.")] = None,
) -> None:
    """Change how much a key may spend."""
    body: dict[str, object] = {"limit": None if usd == "none" else _dollars(usd)}
    if reset is not None:
        body["limit_reset"] = None if reset == "never" else reset
    _change(to, key, body)


@app.command("rotate")
@connected
def rotate(
    to: Connection,
    key: Hash,
    overlap: Annotated[int, typer.Option(help="Seconds for which the old text goes on working.")] = 0,
) -> None:
    """Give a key a new text and show it, once."""
    gateway = to.administration()
    path = path_of("keys", _find(gateway, key), "rotate")
    _show_text(gateway.call("POST", path, {"overlap_seconds": overlap}).json(), to)


@app.command("disable")
@connected
def disable(
    to: Connection, key: Hash, undo: Annotated[bool, typer.Option("--undo", help="Enable it again.")] = False
) -> None:
    """Make a key open nothing, until it is enabled again."""
    _change(to, key, {"disabled": not undo})


@app.command("delete")
@connected
def delete(to: Connection, key: Hash) -> None:
    """Remove a key for good; what it has used stays in the activity."""
    gateway = to.administration()
    answer = gateway.call("DELETE", path_of("keys", _find(gateway, key))).json()
    if to.as_json:
        show.as_json(answer)
    else:
        typer.echo("deleted")


def _change(to: Connection, key: str, body: dict[str, object]) -> None:
    gateway = to.administration()
    _show(gateway.call("PATCH", path_of("keys", _find(gateway, key)), body).json()["data"], to)


def _show(row: show.Row, to: Connection) -> None:
    if to.as_json:
        show.as_json(row)
    else:
        show.fields({name: value for name, value in row.items() if not name.startswith(("byok", "include_byok"))})


def _show_text(made: Any, to: Connection) -> None:  # Any: JSON
    """The text alone, so that it can be piped; what else there is to say goes to stderr."""
    if to.as_json:
        show.as_json(made)
        return
    typer.echo(made["key"])
    typer.echo(f"`{made['data']['name']}`, hash {made['data']['hash'][:HASH_SHOWN]}. It is not shown again.", err=True)


def every_key(gateway: Gateway, *, include_disabled: bool) -> list[Any]:
    """Rows as the API has them, oldest first. Raises Refused or Unreachable."""
    rows: list[Any] = []
    while True:
        query = {"include_disabled": str(include_disabled).lower(), "offset": str(len(rows))}
        page = gateway.call("GET", path_of("keys", query=query)).json()["data"]
        rows += page
        if not page:
            return rows


def _find(gateway: Gateway, wanted: str) -> str:
    """The hash of the one key that is meant."""
    rows = every_key(gateway, include_disabled=True)
    found = [row["hash"] for row in rows if wanted in (row["id"], row["name"]) or row["hash"].startswith(wanted)]
    if len(found) == 1:
        return str(found[0])
    if not found:
        raise Refused(f"There is no key `{wanted}`. `switchboard keys list --all` shows all of them.")
    raise BadUsage(f"`{wanted}` could be {len(found)} keys: give more of the hash.")


def _dollars(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadUsage(f"USD must be a number or `none`, not `{text}`.") from None
