import asyncio
import base64
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from switchboard.runtime.api import RuntimeApi
from switchboard.runtime.asgi import App, ClientGone, Receive, Send
from switchboard.runtime.loop import Worker, take_invocations

from tests.events import event, function_url_event
from tests.fake_runtime_api import FakeRuntimeApi, Outcome, until
from tests.fakes import FakeClock

Scope = Any  # ASGI leaves the values of a scope open


@contextlib.asynccontextmanager
async def running(app: App, fake: FakeRuntimeApi, *, buffered: bool = False) -> AsyncIterator[FakeRuntimeApi]:
    async with fake:
        worker = Worker(app, FakeClock(), buffered)
        task = asyncio.create_task(take_invocations(worker, RuntimeApi(fake.address)))
        try:
            yield fake
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def invoke(app: App, document: object, fake: FakeRuntimeApi | None = None, *, buffered: bool = False) -> Outcome:
    """Answer one event; then a second one, so that every test also proves that the loop goes on."""

    async def scenario() -> Outcome:
        async with running(app, fake or FakeRuntimeApi(), buffered=buffered) as api:
            outcome = await api.invoke(document, deadline_ms=0)
            api.hang_up_after = None
            await api.invoke(event("healthz"), deadline_ms=0)
            return outcome

    return asyncio.run(scenario())


def answering(status: int, headers: list[tuple[bytes, bytes]], *parts: bytes) -> App:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    return app


def error_of(trailers: dict[str, str]) -> Any:  # Any: JSON
    return json.loads(base64.b64decode(trailers["lambda-runtime-function-error-body"]))


def test_an_answer_is_a_prelude_then_eight_nuls_then_the_body_in_its_chunks() -> None:
    outcome = invoke(answering(201, [(b"X-Kind", b"test"), (b"Content-Length", b"4")], b"ab", b"", b"cd"), event("key"))
    assert outcome.prelude == {"statusCode": 201, "headers": {"x-kind": "test"}}
    assert outcome.chunks[1:] == [b"ab", b"cd"]
    assert outcome.chunks[0].endswith(b"}" + b"\0" * 8)
    assert (outcome.kind, outcome.complete, outcome.trailers) == ("response", True, {})


def test_an_answer_says_in_its_headers_that_it_streams_http() -> None:
    headers = invoke(answering(200, [], b"x"), event("key")).headers
    assert headers["lambda-runtime-function-response-mode"] == "streaming"
    assert headers["content-type"] == "application/vnd.awslambda.http-integration-response"
    assert headers["trailer"] == "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"


def test_cookies_stay_apart_and_other_repeated_headers_are_joined() -> None:
    headers = [(b"set-cookie", b"a=1"), (b"Set-Cookie", b"b=2"), (b"vary", b"x"), (b"Vary", b"y")]
    prelude = invoke(answering(200, headers, b"x"), event("key")).prelude
    assert prelude["cookies"] == ["a=1", "b=2"]
    assert prelude["headers"] == {"vary": "x, y"}


@pytest.mark.parametrize(("method", "status"), [("GET", 204), ("GET", 304), ("HEAD", 200), ("GET", 200)])
def test_a_body_that_must_or_happens_to_be_empty_is_one_byte(method: str, status: int) -> None:
    parts = [b"ignored"] if method == "HEAD" else []
    outcome = invoke(answering(status, [], *parts), {**event("key"), "httpMethod": method})
    assert (outcome.prelude["statusCode"], outcome.payload) == (status, b"\n")


def test_chunks_leave_while_the_app_is_still_working() -> None:
    seen = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        if scope["path"] != "/healthz":
            await asyncio.wait_for(seen.wait(), 5)  # the first chunk must be there before the second is made
        await send({"type": "http.response.body", "body": b"second"})

    async def scenario() -> Outcome:
        async with running(app, FakeRuntimeApi()) as api:
            outcome = api.offer(event("key"), deadline_ms=0)
            outcome.on_chunk = lambda part: seen.set() if part == b"first" else None
            await asyncio.wait_for(outcome.over.wait(), 5)
            return outcome

    assert asyncio.run(scenario()).payload == b"firstsecond"


def test_the_app_may_work_on_after_the_last_byte_and_before_the_next_event() -> None:
    steps: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        steps.append("start")
        await answering(200, [], b"x")(scope, receive, send)
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
        await asyncio.sleep(0.05)
        steps.append("settled")

    async def scenario() -> None:
        async with running(app, FakeRuntimeApi()) as api:
            await api.invoke(event("key"), deadline_ms=0)
            assert steps == ["start"]  # the answer was complete before
            await api.invoke(event("key"), deadline_ms=0)
            assert steps == ["start", "settled", "start"]

    asyncio.run(scenario())


def test_the_body_arrives_in_one_message() -> None:
    got: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        got.append(await receive())
        await answering(200, [], b"x")(scope, receive, send)

    invoke(app, function_url_event("/v1/responses", body="hello"))
    assert got[0] == {"type": "http.request", "body": b"hello", "more_body": False}


def test_an_event_of_six_megabytes_arrives_whole() -> None:
    sizes: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        sizes.append(len((await receive())["body"]))
        await answering(200, [], b"x")(scope, receive, send)

    invoke(app, {**event("chat-completions"), "body": "x" * 6_000_000})
    assert sizes[0] == 6_000_000


def test_a_failure_before_the_first_byte_is_an_error_of_the_invocation(capsys: pytest.CaptureFixture[str]) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/healthz":
            raise RuntimeError("broken\npipe")
        await answering(200, [], b"x")(scope, receive, send)

    outcome = invoke(app, event("key"))
    assert outcome.kind == "error"
    assert outcome.document == {"errorMessage": "broken pipe", "errorType": "Runtime.RuntimeError", "stackTrace": []}
    assert outcome.headers["lambda-runtime-function-error-type"] == "Runtime.RuntimeError"
    line = json.loads(capsys.readouterr().err.splitlines()[0])
    assert (line["message"], line["requestId"], line["level"]) == ("app_failed", outcome.request_id, "ERROR")
    assert "test_loop.py" in line["stack"][-1]


def test_a_failure_in_mid_stream_is_told_in_trailers_below_a_kilobyte() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"data", "more_body": True})
        raise RuntimeError('"\u20ac\x00\\' * 5000)

    async def scenario() -> Outcome:
        async with running(app, FakeRuntimeApi()) as api:
            return await api.invoke(event("key"), deadline_ms=0)

    outcome = asyncio.run(scenario())
    assert outcome.payload == b"data"
    assert error_of(outcome.trailers)["errorType"] == "Runtime.RuntimeError"
    assert sum(len(name) + len(value) + 4 for name, value in outcome.trailers.items()) < 1024


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    return None


async def half(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


async def cancelled(scope: Scope, receive: Receive, send: Send) -> None:
    raise asyncio.CancelledError


async def confused(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.accept"})


@pytest.mark.parametrize(
    ("app", "error_type"),
    [(silent, "Runtime.NoAnswer"), (cancelled, "Runtime.CancelledError"), (confused, "Runtime.ValueError")],
)
def test_an_app_that_gives_no_answer_has_failed(app: App, error_type: str) -> None:
    outcome = invoke(app, event("key"))
    assert (outcome.kind, outcome.document["errorType"]) == ("error", error_type)


def test_half_an_answer_is_a_broken_stream() -> None:
    outcome = invoke(half, event("key"))
    assert (outcome.payload, error_of(outcome.trailers)["errorType"]) == (b"half", "Runtime.NoAnswer")


@pytest.mark.parametrize("document", [b"{", {}, event("schedule")], ids=["no json", "empty", "schedule"])
@pytest.mark.parametrize("buffered", [False, True])
def test_a_malformed_event_is_refused_in_openais_shape(document: object, buffered: bool) -> None:
    outcome = invoke(answering(200, [], b"x"), document, buffered=buffered)
    answer = outcome.document if buffered else outcome.prelude
    body = json.loads(answer["body"] if buffered else outcome.payload)
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (400, "application/json")
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert (body["error"]["type"], body["error"]["code"]) == ("invalid_request_error", "malformed_event")
    assert "Traceback" not in body["error"]["message"]


async def talk(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    for _ in range(100):
        await send({"type": "http.response.body", "body": b"data", "more_body": True})
        await asyncio.sleep(0.01)


def test_a_client_side_that_hung_up_is_a_disconnect_for_the_app() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/healthz":
            await answering(200, [], b"x")(scope, receive, send)
            return
        await receive()
        with pytest.raises(ClientGone):
            await talk(send)
        seen.append((await receive())["type"])
        with pytest.raises(OSError, match="over"):
            await send({"type": "http.response.body", "body": b"more"})
        seen.append("settled")

    invoke(app, event("key"), FakeRuntimeApi(hang_up_after=2))
    assert seen == ["http.disconnect", "settled"]


def stopping(when: Callable[[Send], Awaitable[None]]) -> App:
    """Never ends by itself; `when` happens first."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await when(send)
        await asyncio.sleep(30)

    return app


async def nothing(send: Send) -> None:
    return None


async def one_chunk(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200})
    await send({"type": "http.response.body", "body": b"data", "more_body": True})


async def whole_answer(send: Send) -> None:
    await one_chunk(send)
    await send({"type": "http.response.body"})


def just_before_the_deadline(app: App, linger: float = 0) -> Outcome:
    clock = FakeClock()

    async def scenario() -> Outcome:
        async with FakeRuntimeApi() as api:
            task = asyncio.create_task(take_invocations(Worker(app, clock, False), RuntimeApi(api.address)))
            outcome = await api.invoke(event("key"), deadline_ms=int((clock.now() + 0.6) * 1000))
            await until(lambda: api.waiting == 1)  # and the loop asks for more
            await asyncio.sleep(linger)
            task.cancel()
            return outcome

    return asyncio.run(asyncio.wait_for(scenario(), 5))


def test_at_the_deadline_an_open_stream_is_broken_visibly() -> None:
    outcome = just_before_the_deadline(stopping(one_chunk))
    assert (outcome.payload, error_of(outcome.trailers)["errorType"]) == (b"data", "Runtime.OutOfTime")


def test_at_the_deadline_a_silent_app_is_an_error_of_the_invocation() -> None:
    outcome = just_before_the_deadline(stopping(nothing))
    assert (outcome.kind, outcome.document["errorType"]) == ("error", "Runtime.OutOfTime")


def test_at_the_deadline_work_after_a_whole_answer_is_stopped_without_harm_to_it() -> None:
    outcome = just_before_the_deadline(stopping(whole_answer))
    assert (outcome.payload, outcome.trailers, outcome.complete) == (b"data", {}, True)


def test_an_app_that_will_not_be_stopped_cannot_write_into_a_closed_answer() -> None:
    refused: list[str] = []

    async def deaf(send: Send) -> None:
        await one_chunk(send)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(30)
        await asyncio.sleep(0.3)  # longer than what is left for a farewell
        try:
            await send({"type": "http.response.body", "body": b"late", "more_body": True})
        except ClientGone as error:
            refused.append(str(error))

    outcome = just_before_the_deadline(stopping(deaf), linger=0.3)
    assert (outcome.payload, error_of(outcome.trailers)["errorType"]) == (b"data", "Runtime.OutOfTime")
    assert refused == ["the answer is over"]


def test_one_kept_connection_serves_events_and_answers() -> None:
    async def scenario() -> int:
        async with running(answering(200, [], b"x"), FakeRuntimeApi()) as api:
            for _ in range(5):
                await api.invoke(event("key"), deadline_ms=0)
            return api.connections

    assert asyncio.run(scenario()) == 1


def test_a_kept_connection_that_went_stale_is_opened_again() -> None:
    async def scenario() -> int:
        async with running(answering(200, [], b"x"), FakeRuntimeApi(close_idle=True)) as api:
            for _ in range(3):
                outcome = await api.invoke(event("key"), deadline_ms=0)
                assert outcome.payload == b"x"
            return api.connections

    assert asyncio.run(scenario()) > 3


def test_the_invocation_id_is_sent_back_with_answers_and_errors() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            await answering(200, [], b"x")(scope, receive, send)

    for document in (event("key"), event("chat-completions")):
        outcome = invoke(app, document, FakeRuntimeApi(invocation_id="inv-7"))
        assert outcome.headers["lambda-runtime-invocation-id"] == "inv-7"


def test_the_trace_id_is_where_aws_libraries_look_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "none yet")
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(os.environ["_X_AMZN_TRACE_ID"])
        await answering(200, [], b"x")(scope, receive, send)

    invoke(app, event("key"))
    assert seen[0] == "Root=1-x"


def test_a_runtime_api_that_is_gone_ends_the_loop() -> None:
    async def scenario() -> None:
        async with FakeRuntimeApi() as api:
            client = RuntimeApi(api.address)
        with pytest.raises(ConnectionError):
            await asyncio.wait_for(take_invocations(Worker(silent, FakeClock(), False), client), 5)

    asyncio.run(scenario())


def test_several_pollers_answer_side_by_side() -> None:
    together = asyncio.Barrier(3)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.wait_for(together.wait(), 5)  # passes only if three events are held at once
        await answering(200, [], b"x")(scope, receive, send)

    async def scenario() -> None:
        async with FakeRuntimeApi() as api:
            worker = Worker(app, FakeClock(), False)
            pollers = [asyncio.create_task(take_invocations(worker, RuntimeApi(api.address))) for _ in range(3)]
            outcomes = [api.offer(event("key"), deadline_ms=0) for _ in range(3)]
            await asyncio.gather(*(asyncio.wait_for(outcome.over.wait(), 5) for outcome in outcomes))
            for poller in pollers:
                poller.cancel()
            await asyncio.gather(*pollers, return_exceptions=True)

    asyncio.run(scenario())


def test_a_buffered_answer_is_one_proxy_document() -> None:
    headers = [(b"content-type", b"text/plain"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    outcome = invoke(answering(200, headers, b"ab", b"cd"), event("key"), buffered=True)
    assert "lambda-runtime-function-response-mode" not in outcome.headers
    assert outcome.document == {
        "statusCode": 200,
        "headers": {"content-type": "text/plain"},
        "multiValueHeaders": {"set-cookie": ["a=1", "b=2"]},
        "cookies": ["a=1", "b=2"],
        "body": "abcd",
        "isBase64Encoded": False,
    }


def test_a_buffered_answer_that_is_no_text_is_base64() -> None:
    outcome = invoke(answering(200, [], b"\xff\x00"), event("key"), buffered=True)
    assert (outcome.document["body"], outcome.document["isBase64Encoded"]) == ("/wA=", True)


def test_a_failure_in_a_buffered_answer_is_an_error_of_the_invocation() -> None:
    outcome = invoke(half, event("key"), buffered=True)
    assert (outcome.kind, outcome.document["errorType"]) == ("error", "Runtime.NoAnswer")
