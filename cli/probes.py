"""`switchboard probes on | off`: whether a stack asks endpoints that nobody asks for a few tokens (jobs/probes.py)."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import show
from cli.endpoint import Connection, connected
from cli.gateway import Gateway, path_of
from cli.keys import every_key
from cli.outcome import BadUsage

if TYPE_CHECKING:
    from cli.account import Account

app = typer.Typer(no_args_is_help=True, help="Probes of a stack's endpoints that nobody asks: on, off.")

NAME = "switchboard-probes"
USUAL_LIMIT = 1.0  # US dollars a day; a probe costs a small part of a cent
SOON = "within five minutes"


@app.command("on")
@connected
def on(
    to: Connection,
    limit: Annotated[float, typer.Option(min=0.01, help="USD a day that probes may cost at most.")] = USUAL_LIMIT,
) -> None:
    """Ask endpoints that have answered nobody for half an hour, of models in use; what they meet is shown apart."""
    gateway, account, parameter, url = _stack(to)
    switch_on(gateway, account, parameter, url, limit)
    _say(to, {"probes": "on", "daily_limit": limit}, f"on {SOON}, for at most ${limit:.2f} a day")


@app.command("off")
@connected
def off(to: Connection) -> None:
    """Ask nobody any more; what probes have met stays."""
    gateway, account, parameter, _ = _stack(to)
    switch_off(gateway, account, parameter)
    _say(to, {"probes": "off"}, f"off {SOON}")


def switch_on(gateway: Gateway, account: "Account", parameter: str, url: str, limit: float) -> None:
    """A new key, in the place of the one before: its text is kept nowhere else. Raises Refused or Unreachable."""
    from switchboard.jobs.probes import Access
    from switchboard.secret import Secret

    before = _keys(gateway)
    body = {"name": NAME, "limit": limit, "limit_reset": "daily"}
    made = gateway.call("POST", "/keys", body).json()
    account.keep_secret(parameter, Access(f"{url}/api/v1", Secret(made["key"])).text())
    _delete(gateway, before)


def switch_off(gateway: Gateway, account: "Account", parameter: str) -> None:
    """Raises Refused or Unreachable."""
    folder, _, name = parameter.rpartition("/")
    if name in account.secret_names(f"{folder}/"):
        account.forget_secret(parameter)
    _delete(gateway, _keys(gateway))


def _keys(gateway: Gateway) -> list[str]:
    """Hashes of the keys that probes were sent with."""
    return [row["hash"] for row in every_key(gateway, include_disabled=True) if row["name"] == NAME]


def _delete(gateway: Gateway, hashes: list[str]) -> None:
    for one in hashes:
        gateway.call("DELETE", path_of("keys", one))


def _stack(to: Connection) -> "tuple[Gateway, Account, str, str]":
    """The keys, the account, the parameter's name, and the gateway's address. Raises BadUsage without --stack."""
    stack = to.deployed()
    if stack is None:
        raise BadUsage("Give --stack. On a laptop: PROBES=1 make run")
    from switchboard.storage.secrets import PROBES

    from cli.account import AwsAccount

    return to.administration(), AwsAccount(), f"/{stack.name}/{PROBES}", stack.url


def _say(to: Connection, row: dict[str, object], words: str) -> None:
    if to.as_json:
        show.as_json(row)
    else:
        typer.echo(words)
