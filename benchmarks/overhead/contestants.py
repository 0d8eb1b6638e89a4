"""Who is compared: the provider itself, and whoever can be started before it."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from switchboard.clock import SystemClock
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.keys import KeyStore
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.transport.here import http_client
from switchboard.wire.sigv4 import Credentials

from benchmarks.overhead.known_key import API_KEY
from benchmarks.overhead.processes import GATEWAY_CORE, TOOLS_CORE, Child
from benchmarks.overhead.upstream import MODEL, PACE_SECONDS, USAGE

ROOT = Path(__file__).resolve().parents[2]
INPUT_NANO, OUTPUT_NANO = 2_000, 8_000  # a token; the catalog says it as USD for a million
COST = USAGE["prompt_tokens"] * INPUT_NANO + USAGE["completion_tokens"] * OUTPUT_NANO
CHAT_PATH = "/v1/chat/completions"
PROVIDER_KEY = "sk-bench"
PROVIDER_HEADERS = {"authorization": f"Bearer {PROVIDER_KEY}"}
LISTENS_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """`pid` is None for the provider itself, whose CPU is of no interest. A `guest` may fail without ending the run."""

    name: str
    port: int
    path: str = CHAT_PATH
    model: str = MODEL
    headers: Mapping[str, str] = field(default_factory=lambda: PROVIDER_HEADERS)
    pid: int | None = None
    metered: bool = False
    guest: bool = False


@dataclass(frozen=True, slots=True)
class Mocks:
    upstream_port: int
    aws_port: int


Serving = AbstractContextManager[tuple[Contestant, Child]]


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who can be started, as often as one likes.

    `serve` starts it: it need not listen yet, which takes `patience` seconds at most. `prepare` installs it and raises
    Unavailable if that cannot be done.
    """

    name: str
    serve: Callable[[], Serving]
    prepare: Callable[[], None] = lambda: None
    version: str = ""
    patience: float = LISTENS_SECONDS


class Unavailable(RuntimeError):
    """Why somebody cannot take part, and what to type about it."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command, its whole environment, and the file that takes what it prints."""

    command: Sequence[str]
    variables: Mapping[str, str]
    log: Path


@contextmanager
def started(contestant: Contestant, program: Program) -> Iterator[tuple[Contestant, Child]]:
    with (
        program.log.open("ab") as log,
        Child(program.command, GATEWAY_CORE, variables=program.variables, log=log) as child,
    ):
        yield replace(contestant, pid=child.pid), child


@contextmanager
def mocks(pace: float = PACE_SECONDS) -> Iterator[Mocks]:
    """The provider's streams have `pace` seconds between two contents."""
    with Child(tool("mock", str(COST), str(pace)), TOOLS_CORE, variables=tool_variables()) as child:
        _, upstream_port, aws_port = child.line().split()
        mocked = Mocks(int(upstream_port), int(aws_port))
        asyncio.run(_add_key(mocked))
        yield mocked


def direct(mocked: Mocks) -> Contestant:
    return Contestant("direct", mocked.upstream_port)


def tool(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.overhead.{module}", *arguments]


def tool_variables() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{ROOT}"}


async def _add_key(mocked: Mocks) -> None:
    http = http_client()
    endpoint = f"http://127.0.0.1:{mocked.aws_port}"
    aws = Aws(http, SystemClock(), lambda: Credentials("AKIDEXAMPLE", "secret"), "us-east-1", endpoint)
    await KeyStore(DynamoDatabase(SignedService(aws, DYNAMODB)), "KeysTable").add(API_KEY)
    await http.close()
