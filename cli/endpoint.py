"""Which gateway a command speaks to, and with which key. Keys come from the environment, stdin or a prompt.

What reaches AWS is imported only where it is asked for: boto3 and FastAPI take longer than most commands do.
"""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

import typer

from cli.gateway import LOCAL_HOSTS, Gateway, HttpGateway
from cli.outcome import BadUsage, exit_codes
from cli.settings import CliSettings, KeyKind, use_profile, variable_of

if TYPE_CHECKING:
    from cli.stack import Stack

Options = ParamSpec("Options")


@dataclass(frozen=True, slots=True)
class Connection:
    """The options that every command has."""

    url: str | None = None
    key_stdin: bool = False
    stack: str | None = None
    profile: str | None = None
    region: str | None = None
    as_json: bool = False

    def administration(self) -> Gateway:
        """By a management key; of a stack, by AWS credentials where no key is given."""
        stack = self.deployed()
        if stack is None:
            return self.over_http("management")
        key = self._given_key("management")
        if key:
            return HttpGateway(stack.url, key)
        from cli.tables import TableGateway, Tables

        return TableGateway(Tables.of(stack.settings()), f"stack {stack.name}")

    def over_http(self, kind: KeyKind) -> HttpGateway:
        """Raises BadUsage if there is no key."""
        stack = self.deployed()
        url = stack.url if stack else _checked(self.url or CliSettings.read().url)
        key = self._given_key(kind) or (None if stack else _kept_key(url, kind))
        return HttpGateway(url, key or _prompted(kind, self.stack))

    def public(self) -> HttpGateway:
        """What is open to all."""
        stack = self.deployed()
        return HttpGateway(stack.url if stack else _checked(self.url or CliSettings.read().url), None)

    def deployed(self) -> "Stack | None":
        """None if it is not a stack that is meant."""
        if self.stack is None and (self.profile or self.region):
            raise BadUsage("--profile and --region go with --stack NAME.")
        if self.stack is None:
            return None
        if self.url:
            raise BadUsage("Give either --url or --stack.")
        from cli.stack import Stack

        self.use_profile()
        return Stack.read(self.stack)

    def use_profile(self) -> None:
        """Before boto3 is asked for anything."""
        use_profile(self.profile, self.region)

    def _given_key(self, kind: KeyKind) -> str | None:
        if self.key_stdin:
            return _prompted(kind) if sys.stdin.isatty() else sys.stdin.readline().strip() or None
        return CliSettings.read().keys.get(kind)


def connected(command: Callable[Concatenate[Connection, Options], None]) -> Callable[..., None]:
    """The command with the options of Connection behind its own, and errors as exit codes."""
    own = list(inspect.signature(command).parameters.values())[1:]

    def run(*, url: str | None, key_stdin: bool, stack: str | None, **rest: Any) -> None:  # Any: the command's own
        connection = Connection(url, key_stdin, stack, rest.pop("profile"), rest.pop("region"), rest.pop("as_json"))
        exit_codes(command)(connection, **rest)  # type: ignore[call-arg]  # typer fills the signature below

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own] + _SHARED
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    run.__doc__ = command.__doc__
    return run


def _shared(name: str, annotation: Any, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


URL_HELP = "The gateway; default: SWITCHBOARD_URL, or what `make run` serves."

_SHARED = [
    _shared("url", Annotated[str | None, typer.Option(help=URL_HELP)], None),
    _shared("key_stdin", Annotated[bool, typer.Option("--key-stdin", help="Read the API key from stdin.")], False),
    _shared("stack", Annotated[str | None, typer.Option(help="A deployed stack, by its CloudFormation name.")], None),
    _shared("profile", Annotated[str | None, typer.Option(help="AWS profile, with --stack.")], None),
    _shared("region", Annotated[str | None, typer.Option(help="AWS region, with --stack.")], None),
    _shared("as_json", Annotated[bool, typer.Option("--json", help="JSON instead of a table.")], False),
]


def _checked(url: str) -> str:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise BadUsage(f"--url must begin with http:// or https://, and `{url}` does not.")
    return url.rstrip("/").removesuffix("/api/v1")


def _kept_key(url: str, kind: KeyKind) -> str | None:
    """What `make run` made is sent to this machine only."""
    settings = CliSettings.read()
    return settings.key(kind) if urlsplit(url).hostname in LOCAL_HOSTS else settings.keys.get(kind)


def _prompted(kind: KeyKind, stack: str | None = None) -> str:
    if not sys.stdin.isatty():
        other = f"make one: switchboard keys create --stack {stack}" if stack else "start `make run`: it makes one."
        raise BadUsage(f"No {kind} key. Set {variable_of(kind)}, pipe it in with --key-stdin, or {other}")
    return str(typer.prompt(f"{kind.capitalize()} key", hide_input=True, err=True)).strip()
