"""The real loop in a real process, started by the real wrapper, between a fake API Gateway and a fake Runtime API."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.fake_gateway import FakeGateway
from tests.fake_runtime_api import read_head, read_headers
from tests.integration.streaming_app import CHUNKS, GAP_SECONDS

ROOT = Path(__file__).resolve().parents[2]
WRAPPER = ROOT / "layers" / "core" / "switchboard-stream"


@dataclass(slots=True)
class Answer:
    status: str
    headers: dict[str, str]
    chunks: list[bytes] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # from the request to each chunk
    cut: bool = False  # the connection ended before the body did

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


@contextlib.asynccontextmanager
async def deployed(folder: Path, app: str = "streaming_app:app") -> AsyncIterator[FakeGateway]:
    """The function's process as Lambda starts it: wrapper, interpreter, bootstrap; layers unpacked at LAMBDA_OPT."""
    layer = folder / "opt"
    layer.mkdir()
    (layer / "python").symlink_to(ROOT / "layers" / "core")
    async with FakeGateway() as gateway:
        environment = {
            "PATH": os.environ["PATH"],
            "AWS_LAMBDA_RUNTIME_API": gateway.api.address,
            "LAMBDA_TASK_ROOT": str(Path(__file__).parent),
            "LAMBDA_OPT": str(layer),
            "ASGI_APP": app,
            "GONE_FILE": str(folder / "gone"),
        }
        process = await asyncio.create_subprocess_exec(
            WRAPPER, sys.executable, "bootstrap.py", env=environment, cwd=folder, stderr=asyncio.subprocess.PIPE
        )
        try:
            yield gateway
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.communicate()


def deploy(folder: Path, steps: Callable[[FakeGateway], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with deployed(folder) as gateway:
            await asyncio.wait_for(steps(gateway), 20)

    asyncio.run(scenario())


async def get(gateway: FakeGateway, path: str, *, leave_after: int | None = None) -> Answer:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    began = time.monotonic()
    writer.write(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    head = await read_head(reader)
    assert head is not None
    answer = Answer(head[1], head[2])
    try:
        while answer.headers.get("transfer-encoding") == "chunked" and len(answer.chunks) != leave_after:
            size = int(await reader.readuntil(b"\r\n"), 16)
            if size == 0:
                await read_headers(reader)
                break
            answer.chunks.append((await reader.readexactly(size + 2))[:-2])
            answer.seconds.append(time.monotonic() - began)
    except (asyncio.IncompleteReadError, ConnectionError):
        answer.cut = True
    writer.close()
    return answer


def test_the_first_chunk_arrives_long_before_the_last(tmp_path: Path) -> None:
    async def steps(gateway: FakeGateway) -> None:
        await get(gateway, "/warm")
        answer = await get(gateway, "/v1/chat/completions")
        assert answer.status == "200"
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.body == b"".join(b"data: %d\n\n" % number for number in range(CHUNKS))
        assert len(answer.chunks) == CHUNKS  # not gathered on the way, and no NUL among them
        assert answer.seconds[-1] - answer.seconds[0] > GAP_SECONDS * (CHUNKS - 1) * 0.8
        assert answer.seconds[0] < answer.seconds[-1] / 2
        assert not answer.cut

    deploy(tmp_path, steps)


def test_a_failure_in_mid_stream_cuts_the_clients_answer(tmp_path: Path) -> None:
    async def steps(gateway: FakeGateway) -> None:
        answer = await get(gateway, "/?fail=midway")
        assert (answer.status, answer.cut, len(answer.chunks)) == ("200", True, 3)
        assert b"RuntimeError" not in answer.body
        assert (await get(gateway, "/")).body.count(b"data:") == CHUNKS  # and the next client is served

    deploy(tmp_path, steps)


def test_a_failure_before_the_first_byte_is_the_gateways_own_error(tmp_path: Path) -> None:
    async def steps(gateway: FakeGateway) -> None:
        assert (await get(gateway, "/?fail=before")).status == "502"
        assert (await get(gateway, "/")).status == "200"

    deploy(tmp_path, steps)


def test_a_client_that_leaves_is_noticed_where_the_platform_passes_it_on(tmp_path: Path) -> None:
    async def steps(gateway: FakeGateway) -> None:
        await get(gateway, "/?long", leave_after=2)
        assert (await get(gateway, "/")).body.count(b"data:") == CHUNKS
        assert (tmp_path / "gone").read_text() == "http.disconnect"

    deploy(tmp_path, steps)


def test_an_app_that_cannot_start_tells_lambda_and_ends(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with deployed(tmp_path, app="no_such_app:app") as gateway:
            async with asyncio.timeout(10):
                while "/init/error" not in gateway.api.reports:  # noqa: ASYNC110  # the process tells nobody else
                    await asyncio.sleep(0.02)
            assert gateway.api.reports["/init/error"]["errorType"] == "Runtime.ModuleNotFoundError"

    asyncio.run(scenario())


def test_the_wrapper_puts_function_and_layers_on_the_path_and_nothing_else_first(tmp_path: Path) -> None:
    probe = tmp_path / "python"
    probe.write_text('#!/bin/sh\nprintf \'{"path": "%s", "arguments": "%s"}\' "$PYTHONPATH" "$*"\n')
    probe.chmod(0o755)

    async def start(environment: dict[str, str]) -> dict[str, str]:
        process = await asyncio.create_subprocess_exec(
            WRAPPER, probe, "bootstrap.py", env={"PATH": os.environ["PATH"], **environment}, stdout=-1
        )
        out, _ = await process.communicate()
        return dict(json.loads(out))

    lambda_s = {"LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime", "PYTHONPATH": "/x"}
    assert asyncio.run(start(lambda_s)) == {
        "path": "/var/task:/opt/python:/x:/var/runtime",
        "arguments": "-m switchboard.runtime app:app",
    }
    assert asyncio.run(start({"LAMBDA_TASK_ROOT": "/t", "LAMBDA_OPT": "/o", "ASGI_APP": "a:b"})) == {
        "path": "/t:/o/python",
        "arguments": "-m switchboard.runtime a:b",
    }


def test_the_wrapper_is_executable() -> None:
    assert os.access(WRAPPER, os.X_OK)
