"""Every fault that shows at once, met by the processes as they run: what they print, store and answer names no canary.

The wall (tests/wall) looks into memory, and at every fault in every place; here it is `make run` and the chat function
under Lambda's loop, with all that really comes out of them: log lines, metrics, tracebacks, items.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from switchboard.catalog.compile import compile_directories

from tests.fake_gateway import FakeGateway
from tests.processes import ROOT, free_port
from tests.wall.canaries import CALLER_KEY, HEADERS, PROMPT, PROVIDER_KEY, Sink, leaks, rows
from tests.wall.clients import CLIENTS, Client
from tests.wall.faults import FAULTS, LISTENERS, Fault
from tests.wall.stand import AUTH, BASES, DIALECTS, HEALTHY, INVOKED, PROTOCOLS, standing

# A silence is the same to a log wherever it is met, and half a minute long.
MET = [fault for fault in FAULTS if fault.plays not in LISTENERS and not fault.is_silent]
KEY_VARIABLE = "WALL_PROVIDER_KEY"
# The last line of what `make run` says of itself; before it stands the key, which is the user's own.
GREETED = "Ctrl-C"


@dataclass
class Seen:
    """What came out, by where."""

    log: list[str] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    tables: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)

    def leaks(self) -> set[str]:
        sinks = [(Sink.LOG, "".join(self.log)), *rows(self.tables)]
        sinks += [(Sink.REPLY if status == 200 else Sink.ERROR, text) for status, text in self.answers]
        return {sentence for sink, text in sinks for sentence in leaks(sink, text)}


def model_of(fault: Fault) -> str:
    return f"wall/{fault.number.lower()}"


def write_catalog(folder: Path, simulator: str) -> None:
    """A model for each fault, which the cheaper of its two providers plays; dialects take turns."""
    folder.mkdir()
    offers = "".join(_offer(fault, 9) for fault in MET)
    _write(folder, HEALTHY, simulator, DIALECTS[0], offers)
    for number, fault in enumerate(MET):
        dialect = DIALECTS[number % len(DIALECTS)]
        invoked = f'invoke = "{INVOKED[dialect]}"\n' if dialect in INVOKED else ""
        _write(folder, fault.provider, simulator, dialect, _offer(fault, 1) + invoked)


def _write(folder: Path, provider: str, simulator: str, dialect: str, offers: str) -> None:
    base = f"{simulator}/{provider}/{BASES.get(dialect, 'v1')}".rstrip("/")
    protocol, auth = PROTOCOLS.get(dialect, dialect), AUTH.get(dialect, "bearer")
    head = f'[provider]\nid = "{provider}"\nprotocol = "{protocol}"\nbase_url = "{base}"\nauth = "{auth}"\n'
    (folder / f"{provider}.toml").write_text(f'{head}key_env = "{KEY_VARIABLE}"\n{offers}', encoding="utf-8")


def _offer(fault: Fault, price: int) -> str:
    modalities = 'input_modalities = ["text", "image"]\n'
    prices = f'price = {{ input = "{price}", output = "{price}" }}\n'
    return f'\n[[endpoints]]\nmodel = "{model_of(fault)}"\nupstream_id = "one"\ncontext = 200000\n{modalities}{prices}'


@contextmanager
def served(folder: Path, seen: Seen) -> Iterator[str]:
    """`make run`; the address of its engine is in its state directory."""
    port = free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "STATE_DIR": str(folder / "state"),
        "CATALOG_DIR": str(folder / "catalog.d"),
        "SIMULATE": "0",
        "SWITCHBOARD_KEY": CALLER_KEY.word,
        "LOG_LEVEL": "DEBUG",
        KEY_VARIABLE: PROVIDER_KEY.word,
    }
    with printing([sys.executable, "-m", "local"], environment, ROOT, seen, until=GREETED, ending=signal.SIGINT):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def printing(
    command: list[str], environment: Mapping[str, str], folder: Path, seen: Seen, *, until: str, ending: signal.Signals
) -> Iterator[None]:
    """Runs while the block lasts; what it prints after the line that has `until` in it goes into the log."""
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    for line in process.stdout if until else ():
        if until in line:
            break
    reader = threading.Thread(target=seen.log.extend, args=(process.stdout,))
    reader.start()
    try:
        yield
    finally:
        process.send_signal(ending)
        process.wait(20)
        reader.join()
        process.stdout.close()


@contextmanager
def function(folder: Path, engine: str, api: str, seen: Seen) -> Iterator[None]:
    """The chat function's process as Lambda starts it, its layers unpacked in `folder`; its tables are the engine's."""
    layers = folder / "opt" / "python"
    (layers / "switchboard_catalog").mkdir(parents=True)
    (layers / "switchboard").symlink_to(ROOT / "layers" / "core" / "switchboard")
    (layers / "switchboard_catalog" / "__init__.py").touch()
    compiled = compile_directories(ROOT / "layers" / "catalog", folder / "catalog.d")
    (layers / "switchboard_catalog" / "catalog.json").write_text(json.dumps(compiled), encoding="utf-8")
    environment = {
        **AWS,
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": engine,
        "AWS_LAMBDA_RUNTIME_API": api,
        "LAMBDA_TASK_ROOT": str(ROOT / "functions" / "chat"),
        "LAMBDA_OPT": str(layers.parent),
        "LOG_LEVEL": "DEBUG",
        "_X_AMZN_TRACE_ID": "Root=1-67891233-abcdef012345678912345678;Sampled=1",
    }
    wrapper = str(ROOT / "layers" / "core" / "switchboard-stream")
    with printing(
        [wrapper, sys.executable, "bootstrap.py"], environment, folder, seen, until="", ending=signal.SIGTERM
    ):
        yield


AWS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-1"}


def client(service: str, engine: str) -> Any:  # Any: boto3 has no types of its own
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": "us-east-1"}
    return boto3.client(service, endpoint_url=engine, **keys)


def items(engine: str) -> dict[str, dict[int, dict[str, Any]]]:
    dynamodb = client("dynamodb", engine)
    return {
        table: dict(enumerate(_plain(item) for item in dynamodb.scan(TableName=table)["Items"]))
        for table in dynamodb.list_tables()["TableNames"]
    }


def _plain(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Each value without the letter of its type."""
    return {name: next(iter(value.values())) for name, value in item.items()}


def asked(url: str, door: str, number: int, fault: Fault) -> tuple[int, str]:
    caller: Client = CLIENTS[number // 2 % len(CLIENTS)]
    stream = number % 2 == 0
    body = caller.asks(model_of(fault), f"Say 12 words. {PROMPT.word}", stream, tools=False)
    headers = {
        **HEADERS,
        "content-type": "application/json",
        "idempotency-key": f"{HEADERS['idempotency-key']}-{door}-{number}",
    }
    request = urllib.request.Request(url + caller.path(model_of(fault), stream), body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, f"{reply.headers}{reply.read().decode()}"
    except urllib.error.HTTPError as error:
        with error:
            return error.code, f"{error.headers}{error.read().decode()}"


def ask_all(url: str, door: str) -> list[tuple[int, str]]:
    answers = [asked(url, door, number, fault) for number, fault in enumerate(MET)]
    return [*answers, refused(url)]


def refused(url: str) -> tuple[int, str]:
    """A body that is no JSON, full of words."""
    request = urllib.request.Request(
        f"{url}/api/v1/chat/completions", f'{{"model": {PROMPT.word}'.encode(), dict(HEADERS)
    )
    try:
        urllib.request.urlopen(request, timeout=30).close()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    raise AssertionError("it was accepted")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """What the server and the function let be seen."""
    folder, server, lambda_s = tmp_path_factory.mktemp("leaks"), Seen(), Seen()
    with standing() as simulator:
        write_catalog(folder / "catalog.d", simulator)
        with served(folder, server) as url:
            server.answers = ask_all(url, "server")
            engine = (folder / "state" / "engine-url").read_text(encoding="utf-8")
            server.tables = items(engine)
            lambda_s.answers = asyncio.run(_of_lambda(folder, engine, lambda_s))
            lambda_s.tables = items(engine)
    return {"server": server, "function": lambda_s}


async def _of_lambda(folder: Path, engine: str, seen: Seen) -> list[tuple[int, str]]:
    ssm = client("ssm", engine)
    for provider in (HEALTHY, *(fault.provider for fault in MET)):
        name = f"/switchboard/providers/{provider}"
        ssm.put_parameter(Name=name, Value=PROVIDER_KEY.word, Type="SecureString")
    async with FakeGateway() as gateway:
        with function(folder, engine, gateway.api.address, seen):
            return await asyncio.to_thread(ask_all, f"http://127.0.0.1:{gateway.port}", "function")


@pytest.mark.parametrize("door", ["server", "function"])
def test_no_process_lets_a_secret_or_a_word_of_a_request_be_seen(seen: dict[str, Seen], door: str) -> None:
    assert seen[door].leaks() == set()


@pytest.mark.parametrize("door", ["server", "function"])
def test_there_was_something_to_look_at(seen: dict[str, Seen], door: str) -> None:
    """Each request is in the log and in the tables, and most met the fault that was meant for them."""
    log = "".join(seen[door].log)
    assert log.count('"message":"generation"') == len(MET)
    assert log.count(": ok") < len(MET) < log.count("@wall-")
    assert sum(status == 200 for status, _ in seen[door].answers) > len(MET) / 2
    assert len(seen[door].tables["UsageTable"]) >= len(MET)


def test_the_function_published_its_metrics(seen: dict[str, Seen]) -> None:
    assert "".join(seen["function"].log).count('"CloudWatchMetrics"') >= len(MET)
