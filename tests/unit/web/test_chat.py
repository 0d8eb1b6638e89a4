import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import pytest
from openai.types import ErrorObject
from starlette.types import Message
from switchboard.errors import KeyStoreUnavailable
from switchboard.pipeline import Call, Client, Pipeline
from switchboard.web.chat import GRACE_SECONDS, LONGEST_SECONDS, MAX_BODY_BYTES, ChatApp

from tests.fakes import Answered, FakeClock, FakeTelemetry, ask

PATHS = ("/api/v1/chat/completions", "/v1/chat/completions")


@dataclass(slots=True)
class FakePipeline:
    """Gives back the body; or raises, once it has begun to stream if `begins`."""

    raises: Exception | None = None
    begins: bool = False
    calls: list[Call] = field(default_factory=list)

    async def answer(self, call: Call, client: Client) -> None:
        self.calls.append(call)
        if self.begins:
            await client.start(200, {"content-type": "text/event-stream"})
            await client.write(b"data: 1\n\n")
        if self.raises:
            raise self.raises
        await client.start(200, {"content-type": "text/plain"})
        await client.end(call.arrival.body)


def asked(
    pipeline: FakePipeline | None = None,
    method: str = "POST",
    path: str = PATHS[0],
    body: bytes = b"{}",
    telemetry: FakeTelemetry | None = None,
    **headers: str,
) -> Answered:
    app = ChatApp(cast(Pipeline, pipeline or FakePipeline()), telemetry or FakeTelemetry(), FakeClock())
    return asyncio.run(ask(app, method, path, body, **headers))


def error_of(answered: Answered) -> Any:
    """In the shape that OpenAI's SDK reads."""
    error = answered.json()["error"]
    ErrorObject.model_validate(error, strict=True)
    return error


@pytest.mark.parametrize("path", PATHS)
def test_both_prefixes_lead_to_the_pipeline(path: str) -> None:
    assert asked(path=path, body=b'{"a": 1}').body == b'{"a": 1}'


def test_headers_come_with_lower_case_names() -> None:
    pipeline = FakePipeline()
    asked(pipeline, Authorization="Bearer x", X_Title="App")
    assert pipeline.calls[0].arrival.headers == {"authorization": "Bearer x", "x-title": "App"}


@pytest.mark.parametrize("path", ["/x", "/v1", "/v1/completions", "/v1/chat/completions/x"])
def test_a_wrong_path_is_not_found(path: str) -> None:
    answered = asked(path=path)
    assert answered.status == 404
    assert path in error_of(answered)["message"]
    assert answered.headers["content-type"] == "application/json"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_wrong_method_is_not_allowed(method: str) -> None:
    answered = asked(method=method)
    assert answered.status == 405
    assert method in error_of(answered)["message"]
    assert answered.headers["allow"] == "POST"


def test_it_says_that_it_is_healthy() -> None:
    answered = asked(method="GET", path="/healthz")
    assert (answered.status, answered.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/", "/healthz"])
def test_its_head_says_that_somebody_is_there(path: str) -> None:
    answered = asked(method="HEAD", path=path)
    assert (answered.status, answered.body) == (200, b"")


def test_a_page_may_ask_and_read_the_answer() -> None:
    assert asked(method="OPTIONS", origin="https://page.example").status == 204
    assert asked(origin="https://page.example").headers["access-control-allow-origin"] == "*"


def test_what_is_missing_is_told_in_the_callers_dialect() -> None:
    assert asked(path="/v1/messages/batches").json()["error"]["type"] == "not_found_error"
    assert asked(path="/v1beta/cachedContents").json()["error"]["status"] == "NOT_FOUND"


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    pipeline = FakePipeline()
    answered = asked(pipeline, content_length=str(MAX_BODY_BYTES + 1))
    assert (answered.status, error_of(answered)["code"]) == (413, "payload_too_large")
    assert pipeline.calls == []


def test_a_body_that_is_too_large_is_refused_whatever_it_says() -> None:
    answered = asked(body=b"x" * (MAX_BODY_BYTES + 1), content_length="2")
    assert answered.status == 413
    assert "by URL" in error_of(answered)["message"]


def test_a_body_of_the_largest_size_passes() -> None:
    pipeline = FakePipeline()
    assert asked(pipeline, body=b"x" * MAX_BODY_BYTES, content_length=str(MAX_BODY_BYTES)).status == 200


@pytest.mark.parametrize("length", ["", "-1", "many", "²", "0" * 5000])
def test_a_length_that_is_none_is_passed_over(length: str) -> None:
    async def run() -> int:
        sent, receive, send = wire({"type": "http.request", "body": b"{}"})
        scope = {**POSTED, "headers": [(b"content-length", length.encode("latin-1"))]}
        await inference(FakePipeline())(scope, receive, send)
        return int(sent[0]["status"])

    assert asyncio.run(run()) == 200


def test_what_is_foreseen_is_told() -> None:
    answered = asked(FakePipeline(KeyStoreUnavailable("Keys cannot be checked right now.")))
    assert (answered.status, error_of(answered)["code"]) == (503, "key_store_unavailable")


def test_what_nobody_foresaw_is_logged_and_not_told() -> None:
    telemetry = FakeTelemetry()
    answered = asked(FakePipeline(ZeroDivisionError("secret detail")), telemetry=telemetry)
    error = error_of(answered)
    assert (answered.status, error["code"], error["type"]) == (500, "internal_error", "server_error")
    assert "secret detail" not in answered.body.decode()
    assert telemetry.failures == ["unexpected_error"]


def test_what_nobody_foresaw_in_a_stream_is_told_as_its_last_event() -> None:
    answered = asked(FakePipeline(ZeroDivisionError("secret detail"), begins=True))
    _, last, end = answered.body.split(b"\n\n")
    assert (answered.status, end) == (200, b"")
    assert orjson.loads(last.removeprefix(b"data: "))["error"]["code"] == "internal_error"


def wire(*incoming: Message) -> tuple[list[Message], Any, Any]:
    """What was sent, and the two ASGI callables."""
    waiting, sent = [*incoming], []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    return sent, receive, send


POSTED = {"type": "http", "method": "POST", "path": PATHS[0], "headers": []}


def inference(pipeline: FakePipeline, clock: FakeClock | None = None) -> ChatApp:
    return ChatApp(cast(Pipeline, pipeline), FakeTelemetry(), clock or FakeClock())


def call(pipeline: FakePipeline, *incoming: Message, clock: FakeClock | None = None, **scope: Any) -> list[Message]:
    async def run() -> list[Message]:
        sent, receive, send = wire(*incoming)
        await inference(pipeline, clock)({**POSTED, **scope}, receive, send)
        return sent

    return asyncio.run(run())


def test_a_body_in_pieces_is_put_together() -> None:
    pipeline = FakePipeline()
    pieces = ({"type": "http.request", "body": piece, "more_body": True} for piece in (b"a", b"", b"b"))
    call(pipeline, *pieces, {"type": "http.request"})
    assert pipeline.calls[0].arrival.body == b"ab"


def test_a_caller_who_leaves_before_his_body_arrived_asks_nothing() -> None:
    pipeline = FakePipeline()
    call(pipeline, {"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"})
    assert pipeline.calls == []


def test_the_deadline_is_fifteen_minutes_on_a_server() -> None:
    pipeline, clock = FakePipeline(), FakeClock(1000.0)
    call(pipeline, {"type": "http.request"}, clock=clock)
    assert pipeline.calls[0].deadline == 1000 + LONGEST_SECONDS
    assert pipeline.calls[0].received == 1000


def test_the_deadline_on_lambda_leaves_time_to_close_the_stream() -> None:
    pipeline, clock = FakePipeline(), FakeClock(1000.0)
    call(pipeline, {"type": "http.request"}, clock=clock, **{"aws.deadline_ms": 1_030_000})
    assert pipeline.calls[0].deadline == 1030 - GRACE_SECONDS


def test_nothing_runs_on_behind_an_answer() -> None:
    class Holding(FakePipeline):
        async def answer(self, call: Call, client: Client) -> None:
            client.hold_line(b"", "")
            await client.end(b"")

    async def run() -> int:
        _, receive, send = wire({"type": "http.request"})
        await inference(Holding())(POSTED, receive, send)
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1


@dataclass(slots=True)
class LongPipeline:
    """Streams until it is cancelled, tells its caller, and is done once `recorded` is set."""

    recorded: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, call: Call, client: Client) -> None:
        await client.start(200, {"content-type": "text/event-stream"})
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await client.end(b"data: stopping\n\n")
            await self.recorded.wait()


def test_a_server_that_stops_waits_until_what_it_cancelled_is_on_record() -> None:
    async def run() -> None:
        pipeline = LongPipeline()
        app = ChatApp(cast(Pipeline, pipeline), FakeTelemetry(), FakeClock())
        orders: asyncio.Queue[Message] = asyncio.Queue()
        done: asyncio.Queue[Message] = asyncio.Queue()
        living = asyncio.create_task(app({"type": "lifespan"}, orders.get, done.put))
        orders.put_nowait({"type": "lifespan.startup"})
        assert (await done.get())["type"] == "lifespan.startup.complete"
        answering = asyncio.create_task(ask(app, "POST", PATHS[0], b"{}"))
        await asyncio.sleep(0.01)
        answering.cancel()
        orders.put_nowait({"type": "lifespan.shutdown"})
        await asyncio.sleep(0.01)
        assert done.empty()
        pipeline.recorded.set()
        assert (await done.get())["type"] == "lifespan.shutdown.complete"
        assert (await answering).body == b"data: stopping\n\n"
        await living

    asyncio.run(run())


def test_a_server_that_has_nothing_running_stops_at_once() -> None:
    app, told = inference(FakePipeline()), list[Message]()
    orders = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))

    async def receive() -> Message:
        return next(orders)

    async def send(message: Message) -> None:
        told.append(message)

    asyncio.run(app({"type": "lifespan"}, receive, send))
    assert [one["type"] for one in told] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
