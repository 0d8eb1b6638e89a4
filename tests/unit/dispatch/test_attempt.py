"""One attempt, over a transport that plays a script. Clocks that must strike are real and set to some milliseconds."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from switchboard.accounting.generation import Attempt
from switchboard.chat import Chunk, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta
from switchboard.clock import Clock, SystemClock
from switchboard.credentials import Credential
from switchboard.dispatch import CANCELLED, OK, Limits
from switchboard.dispatch.attempt import MAX_ERROR_BYTES, Running
from switchboard.dispatch.offers import Offer
from switchboard.errors import Failure, UpstreamFailure
from switchboard.secret import Secret
from switchboard.transport.failures import ConnectionCut, ConnectionFailed

from tests.dispatching import upstreams_of
from tests.examples import chunk_native, ended, endpoint, request, said, sse, whole
from tests.fakes import FakeClock, FakeReply, FakeTransport, Step, streamed, whole_reply

PATIENT = Limits(5, 5)
KEY = Credential(Secret("key of acme"))
HASTY = Limits(0.2, 0.2)  # real time: long enough for what is there at once, on any machine
CALL = sse(chunk_native({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "now"}}]}), done=False)
KEEP_ALIVE = b": keep-alive\n\n"
ROLE = sse(chunk_native({"role": "assistant", "content": ""}), done=False)


class Try:
    """An attempt and what came of it."""

    def __init__(self, *script: Any, limits: Limits = PATIENT, clock: Clock | None = None, **fields: Any) -> None:
        self.transport = FakeTransport([*script])
        self.clock = clock or FakeClock()
        upstreams = upstreams_of(self.transport, self.clock, limits)
        deadline = self.clock.monotonic() + fields.pop("seconds", 60)
        asked = request(**({"stream": True} | fields))
        self.running = Running(asked, Offer(endpoint(), KEY), upstreams, self.clock, deadline)
        self.events: list[StreamEvent] = []
        self.failure: UpstreamFailure | None = None

    async def _first(self) -> None:
        self._keep(await self.running.first())

    async def _all(self) -> None:
        await self._first()
        async for chunks in self.running.rest():
            self._keep(chunks)

    def _keep(self, chunks: list[Chunk]) -> None:
        self.events += [event for chunk in chunks for event in chunk.events]

    def first(self) -> "Try":
        return self._run(self._first)

    def all(self) -> "Try":
        return self._run(self._all)

    def _run(self, work: Callable[[], Any]) -> "Try":
        async def run() -> None:
            try:
                await work()
            except UpstreamFailure as failure:
                self.failure = failure
            await self.running.close()
            self.open_after_close = self.transport.open_replies

        asyncio.run(run())
        return self

    @property
    def failed_as(self) -> Failure | None:
        return self.failure.failure if self.failure else None

    def recorded(self) -> Attempt:
        outcome = self.failure.failure.value if self.failure else OK
        return self.running.record(outcome, self.failure)


def test_the_request_is_built_for_the_endpoint_with_its_providers_key() -> None:
    tried = Try(streamed(said("x"))).first()
    assert tried.transport.requests[0].url == "https://acme.test/v1/chat/completions"
    assert tried.transport.requests[0].headers["authorization"] == "Bearer key of acme"


@pytest.mark.parametrize(
    ("step", "event"),
    [
        (said("Hello"), TextDelta("Hello")),
        (sse(chunk_native({"reasoning_content": "why"}), done=False), ThinkingDelta("why")),
        (CALL, ToolCallDelta(0, "", "c", "now")),
    ],
)
def test_the_first_content_reasoning_or_tool_call_is_enough(step: bytes, event: StreamEvent) -> None:
    assert Try(streamed(KEEP_ALIVE, ROLE, step, asyncio.Event())).first().events == [event]


def test_the_first_piece_holds_all_that_came_before_the_content() -> None:
    async def run() -> int:
        return len(await tried.running.first())

    tried = Try(streamed(ROLE, ROLE, said("Hello")))
    assert asyncio.run(run()) == 3


def test_a_stream_is_given_on_as_it_comes() -> None:
    tried = Try(streamed(said("a"), said("b"), ended())).all()
    assert [event.text for event in tried.events if isinstance(event, TextDelta)] == ["a", "b"]
    assert tried.failure is None
    assert tried.running.tally.usage is not None


def test_a_whole_answer_is_one_piece() -> None:
    tried = Try(whole_reply(whole("Hello")), stream=False).all()
    assert tried.events[0] == TextDelta("Hello")
    assert tried.recorded().first_token_ms is None


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (429, b'{"error": {"message": "slow down"}}', Failure.RATE_LIMIT),
        (503, b"<html>", Failure.CAPACITY),
        (400, b'{"error": {"message": "bad", "code": "context_length_exceeded"}}', Failure.CONTEXT_LENGTH),
        (302, b"", Failure.SERVER),
        (204, b"", Failure.SERVER),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_refusal_is_classified(stream: bool, status: int, body: bytes, failure: Failure) -> None:
    tried = Try(whole_reply(body, status, retry_after="3"), stream=stream).all()
    assert tried.failure is not None
    assert (tried.failed_as, tried.failure.upstream_status, tried.failure.retry_after) == (failure, status, 3.0)
    assert tried.recorded().status == status


def test_a_refusal_that_is_too_long_to_read_is_a_failed_connection() -> None:
    assert Try(whole_reply(b"x" * (MAX_ERROR_BYTES + 1), 500)).first().failed_as is Failure.SERVER


def test_an_error_with_status_200_is_a_failure() -> None:
    body = b'{"error": {"message": "busy", "code": 529}}'
    assert Try(whole_reply(body)).first().failed_as is Failure.CAPACITY
    assert Try(whole_reply(body), stream=False).first().failed_as is Failure.CAPACITY


def test_a_whole_answer_to_who_asked_for_a_stream_is_a_failure() -> None:
    tried = Try(whole_reply(whole("Hello"))).first()
    assert tried.failed_as is Failure.SERVER
    assert tried.recorded().message == "It answered whole when asked to stream."


@pytest.mark.parametrize("stream", [True, False])
def test_a_connection_that_fails_is_the_servers_failure(stream: bool) -> None:
    tried = Try(ConnectionFailed("refused"), stream=stream).all()
    assert tried.failed_as is Failure.SERVER
    assert tried.recorded().message == "The connection failed: refused."
    assert tried.recorded().status is None


def test_a_connection_that_takes_too_long_is_a_time_out() -> None:
    assert Try(TimeoutError("no connection in time")).first().failed_as is Failure.TIMEOUT


def test_a_cut_before_any_content_is_the_servers_failure() -> None:
    assert Try(streamed(ROLE, ConnectionCut("reset"))).all().failed_as is Failure.SERVER


def test_a_cut_after_content_is_a_cut() -> None:
    tried = Try(streamed(said("half"), ConnectionCut("reset"))).all()
    assert (tried.failed_as, tried.events) == (Failure.CUT, [TextDelta("half")])


def test_an_end_without_a_finish_is_a_cut() -> None:
    tried = Try(streamed(said("half"))).all()
    assert (tried.failed_as, tried.events) == (Failure.CUT, [TextDelta("half")])


def test_an_error_in_the_stream_comes_after_what_was_said() -> None:
    both = said("b") + sse({"error": {"message": "boom", "code": 500}})
    tried = Try(streamed(said("a"), both, asyncio.Event())).all()
    assert (tried.failed_as, tried.events) == (Failure.SERVER, [TextDelta("a"), TextDelta("b")])


def test_an_error_with_the_very_first_content_binds_nobody() -> None:
    tried = Try(streamed(said("a") + sse({"error": {"message": "boom"}}))).all()
    assert (tried.failed_as, tried.events) == (Failure.SERVER, [])


EMPTY = sse(chunk_native({"content": ""}, "stop"))


def test_an_empty_answer_is_a_failure() -> None:
    tried = Try(streamed(EMPTY)).all()
    assert tried.failed_as is Failure.SERVER
    assert tried.recorded().message == "The answer was empty."
    assert Try(whole_reply(whole("", usage=None)), stream=False).all().failed_as is Failure.SERVER


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_empty_answer_that_says_why_is_one(reason: str) -> None:
    tried = Try(streamed(sse(chunk_native({}, reason)))).all()
    assert tried.failure is None
    assert tried.recorded().first_token_ms is None


def test_an_empty_answer_that_was_billed_is_one() -> None:
    assert Try(streamed(ended())).all().failure is None


def real(*script: Any, limits: Limits = HASTY, **fields: Any) -> Try:
    return Try(*script, limits=limits, clock=SystemClock(), **fields)


def test_headers_that_never_come_are_a_time_out() -> None:
    tried = real(asyncio.Event()).first()
    assert tried.failed_as is Failure.TIMEOUT
    assert tried.recorded().message is not None
    assert str(tried.recorded().message).startswith("No content within")


def test_keep_alives_do_not_put_off_the_first_clock() -> None:
    tried = real(streamed(*([KEEP_ALIVE, ROLE] * 3), asyncio.Event())).first()
    assert tried.failed_as is Failure.TIMEOUT


def test_a_stream_that_stalls_is_a_time_out() -> None:
    tried = real(streamed(said("a"), KEEP_ALIVE, asyncio.Event())).all()
    assert (tried.failed_as, tried.events) == (Failure.TIMEOUT, [TextDelta("a")])
    assert tried.recorded().message == "The answer stalled for 0.2 s."
    assert tried.recorded().status == 200


def test_a_whole_answer_may_take_longer_than_the_first_content() -> None:
    limits = Limits(10, 30)
    assert limits.whole_answer(1000) == 60
    assert limits.whole_answer(None) == 110


def test_a_whole_answer_that_never_comes_is_a_time_out() -> None:
    tried = real(FakeReply((asyncio.Event(),)), stream=False, max_tokens=1).all()
    assert tried.failed_as is Failure.TIMEOUT
    assert str(tried.recorded().message).startswith("No answer within")


def test_nothing_outlives_the_deadline() -> None:
    tried = real(streamed(said("a"), asyncio.Event()), limits=PATIENT, seconds=0.2).all()
    assert tried.failed_as is Failure.TIMEOUT
    assert tried.recorded().message == "The time that this request may take is over."


def test_a_caller_who_reads_slowly_is_no_stalled_provider() -> None:
    async def run() -> list[StreamEvent]:
        events = [event for chunk in await tried.running.first() for event in chunk.events]
        clock.advance(PATIENT.between_contents * 3)
        async for chunks in tried.running.rest():
            events += [event for chunk in chunks for event in chunk.events]
            clock.advance(PATIENT.between_contents * 3)
        return events

    clock = FakeClock()
    tried = Try(streamed(said("a"), said("b"), ended()), clock=clock, seconds=3600)
    assert TextDelta("b") in asyncio.run(run())


@pytest.mark.parametrize(
    "steps",
    [
        (said("a"), ended()),
        (said("a"), asyncio.Event()),
        (said("a"), ConnectionCut("reset")),
        (ROLE, asyncio.Event()),
        (said("a") + sse({"error": "boom"}),),
    ],
)
def test_the_connection_is_closed_however_it_ended(steps: tuple[Step, ...]) -> None:
    assert real(streamed(*steps)).all().open_after_close == 0


def test_closing_early_hangs_up_at_once() -> None:
    tried = Try(streamed(said("a"), said("b"), asyncio.Event())).first()
    assert tried.open_after_close == 0


def test_an_attempt_is_recorded_with_its_times() -> None:
    async def run() -> Attempt:
        clock.advance(0.25)
        await tried.running.first()
        clock.advance(1.5)
        async for _ in tried.running.rest():
            clock.advance(0.5)
        clock.advance(0.125)
        return tried.running.record(OK, None)

    clock = FakeClock()
    tried = Try(streamed(said("a"), said("b"), ended()), clock=clock)
    attempt = asyncio.run(run())
    expected = Attempt("lab/one@acme", "acme", OK, 200, 0, first_token_ms=250, generation_ms=1500)
    assert replace(attempt, duration_ms=0) == expected
    assert attempt.duration_ms >= 2375


def test_a_failure_before_the_first_token_has_no_times_of_tokens() -> None:
    attempt = Try(whole_reply(b"", 500)).first().recorded()
    assert (attempt.first_token_ms, attempt.generation_ms) == (None, None)
    assert attempt.outcome == "server"


def test_waiting_ends_with_the_first_content() -> None:
    async def run() -> tuple[float, float, float]:
        clock.advance(1)
        before = tried.running.waited()
        await tried.running.first()
        clock.advance(5)
        return before, tried.running.waited(), clock.monotonic()

    clock = FakeClock(100.0)
    tried = Try(streamed(said("a"), asyncio.Event()), clock=clock)
    assert asyncio.run(run()) == (1.0, 1.0, 106.0)


def test_who_cancelled_is_recorded_as_such() -> None:
    assert Try(streamed(said("a"))).first().running.record(CANCELLED, None).outcome == "cancelled"


def test_converse_names_its_answer_in_a_header_only() -> None:
    reply = FakeReply((said("x"),), headers={"content-type": "text/event-stream", "x-amzn-requestid": "r-1"})
    assert Try(reply).first().running.tally.upstream_id == "r-1"
