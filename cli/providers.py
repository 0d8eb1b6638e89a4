"""`switchboard providers ...`: the keys of a stack's providers, in SSM. They come from stdin or a prompt."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from cli import show
from cli.endpoint import Connection, connected
from cli.outcome import BadUsage

if TYPE_CHECKING:
    from switchboard.catalog.model import Provider

    from cli.account import Account

app = typer.Typer(no_args_is_help=True, help="Keys of a stack's providers: set, unset, list.")

LARGEST_SECRET = 4096  # bytes of a standard parameter, which costs nothing
IN_USE = "It is in use within five minutes."

Name = Annotated[str, typer.Argument(help="The provider's id, for instance openai.")]


@app.command("set")
@connected
def set_key(to: Connection, name: Name) -> None:
    """Store a provider's key, read from stdin or asked for, as an SSM SecureString of the stack."""
    account, stack = _stack(to, name)
    path = path_of(stack, name)
    version = account.keep_secret(path, checked(_given(name)))
    if to.as_json:
        show.as_json({"parameter": path, "version": version})
    else:
        typer.echo(f"stored as {path}, version {version}. {IN_USE}")


@app.command("unset")
@connected
def unset_key(to: Connection, name: Name) -> None:
    """Delete a provider's key; the provider is left out of every plan then."""
    account, stack = _stack(to, name)
    account.forget_secret(path_of(stack, name))
    typer.echo(f"deleted {path_of(stack, name)}. Processes that hold it go on using it for up to five minutes.")


@app.command("list")
@connected
def list_all(to: Connection) -> None:
    """Which providers of the catalog have a key in the stack, and which need none."""
    account, stack = _stack(to, None)
    rows = table_of(_providers(), account.secret_names(path_of(stack, "")))
    if to.as_json:
        show.as_json(rows)
    else:
        show.table(rows, ("provider", "name", "key"))


def table_of(providers: "Mapping[str, Provider]", kept: set[str]) -> list[dict[str, str]]:
    """A row for each provider; `kept` are the ids that have a key."""

    def state(provider: "Provider") -> str:
        if provider.id in kept:
            return "stored"
        if provider.auth == "aws-sigv4":
            return "not needed: signed as the function"
        return "missing" if provider.key_env else "not needed"

    return [{"provider": one.id, "name": one.name, "key": state(one)} for _, one in sorted(providers.items())]


def path_of(stack: str, name: str) -> str:
    return f"/{stack}/providers/{name}"


def checked(text: str) -> str:
    """Raises BadUsage for what can be no key; JSON is one: Vertex's file, a list of several keys."""
    key = text.strip()
    if len(key.split()) > 1 and not key.startswith(("{", "[")):
        raise BadUsage("There are spaces or lines in it: is it the key alone?")
    if not key:
        raise BadUsage('No key came. Pipe it in: printf %s "$OPENAI_API_KEY" | switchboard providers set openai ...')
    if len(key.encode()) > LARGEST_SECRET:
        raise BadUsage(
            f"That is {len(key.encode())} bytes, and a parameter holds {LARGEST_SECRET}: is it the key alone?"
        )
    return key


def _given(name: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(f"Key of {name}", hide_input=True, err=True))
    return sys.stdin.read()


def _stack(to: Connection, name: str | None) -> "tuple[Account, str]":
    """Raises BadUsage without --stack, or for a provider that the catalog does not know."""
    known = _providers()
    if name is not None and name not in known:
        raise BadUsage(f"The catalog has no provider `{name}`. It has {', '.join(sorted(known))}.")
    if to.stack is None:
        variable = known[name].key_env if name else None
        raise BadUsage(f"Give --stack. On a laptop keys stand in .env: {variable or 'OPENAI_API_KEY'}=...")
    to.use_profile()
    from cli.account import AwsAccount

    return AwsAccount(), to.stack


def _providers() -> "Mapping[str, Provider]":
    from local.catalog import read_catalog
    from local.settings import LocalSettings

    return read_catalog(LocalSettings.read()).providers
