"""Built functions under AWS's Runtime Interface Emulator: real runtime or our wrapper, real layers, real events.

The emulator speaks Lambda's protocol but gathers a streamed answer before it hands it on: what a stream looks like in
time is shown by tests/integration/test_streaming_door.py.
"""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.events import event
from tests.infrastructure.conftest import Built
from tests.infrastructure.tools import HERE, LambdaPython, emulator, lambda_python

PRELUDE_END = b"\0" * 8
Invoke = Callable[[object], bytes]
Start = Callable[[str], contextlib.AbstractContextManager[Invoke]]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the emulator is a Linux program")


@pytest.fixture(scope="module")
def start(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Start:
    python = lambda_python()
    folder = built(HERE, python.version)
    opt = unpack_layers(folder, tmp_path_factory.mktemp("opt"))
    return lambda name: running(folder / name, opt, python)


def unpack_layers(folder: Path, opt: Path) -> Path:
    """All layers in one folder, as Lambda does at /opt; links, since nothing writes there."""
    (opt / "python").mkdir()
    for name in ("DependenciesLayer", "CoreLayer", "CatalogLayer"):
        for part in (*(folder / name / "python").iterdir(), *(folder / name).iterdir()):
            place = opt / "python" if part.parent.name == "python" else opt
            if part.name != "python" and not (place / part.name).exists():
                (place / part.name).symlink_to(part)
    return opt


@contextlib.contextmanager
def running(task: Path, opt: Path, python: LambdaPython) -> Iterator[Invoke]:
    """The emulator with one function; the process starts with the first invocation."""
    port, runtime_port = free_port(), free_port()
    addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    addresses += ["--runtime-api-address", f"127.0.0.1:{runtime_port}"]
    log = task.parent / f"{task.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(emulator()), *addresses, *command(task, opt, python)],
            cwd=task,
            env=variables(task, opt),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield lambda document: post(port, document, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def command(task: Path, opt: Path, python: LambdaPython) -> list[str]:
    """As template.yaml says: chat through the wrapper, the others through the managed loop."""
    if task.name == "ChatFunction":
        return [str(opt / "switchboard-stream"), str(python.path), "bootstrap"]
    return [str(python.path), "-m", "awslambdaric", "app.handler"]


def variables(task: Path, opt: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("AWS_")},
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "STACK_NAME": "switchboard",
        "LAMBDA_TASK_ROOT": str(task),
        "LAMBDA_OPT": str(opt),
        "PYTHONPATH": f"{task}:{opt / 'python'}",
    }


def post(port: int, document: object, log: Path) -> bytes:
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, json.dumps(document).encode()), timeout=30
            ) as answer:
                return bytes(answer.read())
        except OSError as error:  # the emulator is not listening yet
            if time.monotonic() > deadline:
                pytest.fail(f"{error}\n{log.read_text()}")
            time.sleep(0.05)


def free_port() -> int:
    """Below the range from which the system takes the ports of connections: the emulator met clashes there."""
    for port in random.sample(range(15_000, 30_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


def streamed(answer: bytes) -> tuple[Any, bytes]:  # Any: JSON
    prelude, mark, body = answer.partition(PRELUDE_END)
    assert mark, answer
    return json.loads(prelude), body


def test_chat_answers_through_our_loop(start: Start) -> None:
    with start("ChatFunction") as invoke:
        for _ in range(2):
            prelude, body = streamed(invoke(event("healthz")))
            assert (prelude["statusCode"], json.loads(body)["status"]) == (200, "ok")


def test_chat_refuses_what_is_no_request_and_lives_on(start: Start) -> None:
    with start("ChatFunction") as invoke:
        prelude, body = streamed(invoke(event("schedule")))
        assert (prelude["statusCode"], json.loads(body)["error"]["code"]) == (400, "malformed_event")
        assert streamed(invoke(event("healthz")))[0]["statusCode"] == 200


# Buffered functions by an event each can answer without a database.
BUFFERED = [("CatalogFunction", "healthz")]


@pytest.mark.parametrize(("function", "name"), BUFFERED)
def test_a_buffered_function_answers_through_the_managed_loop(start: Start, function: str, name: str) -> None:
    with start(function) as invoke:
        answer = json.loads(invoke(event(name)))
        assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "ok")
