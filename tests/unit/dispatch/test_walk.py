import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from switchboard.breakers import Breakers
from switchboard.catalog.model import Endpoint
from switchboard.chat import StreamEvent, TextDelta
from switchboard.clock import Clock, SystemClock
from switchboard.credentials import Credential
from switchboard.dispatch import Dispatch, Errand, Limits
from switchboard.errors import AllAttemptsFailed, Failure, SwitchboardError, UpstreamFailure
from switchboard.health.breaker import ALL_WELL, FAILURES_TO_OPEN, Door, Failed
from switchboard.routing.plan import Plan
from switchboard.secret import Secret
from switchboard.transport.failures import ConnectionCut, ConnectionFailed

from tests.dispatching import breakers_over, outlook, upstreams_of
from tests.examples import chunk_native, ended, endpoint, request, said, sse, whole
from tests.fakes import FakeClock, FakeDatabase, FakeReply, FakeTransport, streamed, whole_reply

HASTY = Limits(0.2, 5)  # real time: long enough for what is there at once, on any machine
GOOD = (said("Hello"), ended())
FIRST, SECOND, THIRD = (endpoint(name) for name in ("first", "second", "third"))


class Walk:
    """A walk over some endpoints, and what came of it."""

    def __init__(
        self,
        *script: Any,
        offers: tuple[Endpoint, ...] = (FIRST, SECOND, THIRD),
        clock: Clock | None = None,
        limits: Limits = Limits(5, 5),  # noqa: B008  # frozen
        seconds: float = 60,
        breakers: Breakers | None = None,
        keys: tuple[Credential, ...] = (),
        **fields: Any,
    ) -> None:
        self.transport = FakeTransport([*script])
        clock = clock or FakeClock()
        upstreams = upstreams_of(self.transport, clock, limits, breakers)
        if keys:
            given = {"first": keys}
            known = upstreams.credentials_of
            upstreams = replace(upstreams, credentials_of=lambda name: given.get(name) or known(name))
        asked = request(**({"stream": True} | fields))
        errand = Errand(asked, Plan(offers, ()), outlook(), clock.monotonic() + seconds)
        self.run = Dispatch(errand, upstreams, clock)
        self.events: list[StreamEvent] = []
        self.error: SwitchboardError | None = None

    async def _walk(self) -> None:
        try:
            self.events += [event for chunk in await self.run.start() for event in chunk.events]
        except AllAttemptsFailed as failed:
            self.error = failed
            return
        failure: UpstreamFailure | None = None
        try:
            async for chunks in self.run.rest():
                self.events += [event for chunk in chunks for event in chunk.events]
        except UpstreamFailure as broke:
            self.error = failure = broke
        await self.run.finish(failure)

    def walked(self) -> "Walk":
        asyncio.run(self._walk())
        return self

    def outcomes(self) -> list[tuple[str, str, int | None]]:
        return [(attempt.provider, attempt.outcome, attempt.status) for attempt in self.run.attempts]

    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))


def refusal(status: int, message: str = "no", **headers: str) -> FakeReply:
    return whole_reply(b'{"error": {"message": "%b"}}' % message.encode(), status, **headers)


def test_the_first_endpoint_that_answers_is_the_last_one_asked() -> None:
    walk = Walk(streamed(*GOOD)).walked()
    assert (walk.text(), walk.transport.hosts()) == ("Hello", ["first"])
    assert walk.outcomes() == [("first", "ok", 200)]


FAILING: list[Any] = [
    (lambda: ConnectionFailed("refused"), "server", None),
    (lambda: TimeoutError("connect"), "timeout", None),
    (lambda: refusal(401), "upstream_auth", 401),
    (lambda: refusal(402), "upstream_auth", 402),
    (lambda: refusal(404), "model_missing", 404),
    (lambda: refusal(408), "timeout", 408),
    (lambda: refusal(429), "rate_limit", 429),
    (lambda: refusal(500), "server", 500),
    (lambda: refusal(503), "capacity", 503),
    (lambda: refusal(529), "capacity", 529),
    (lambda: whole_reply(b'{"error": {"message": "no"}}'), "server", 200),
    (lambda: whole_reply(b"<html>"), "server", 200),
    (lambda: streamed(sse({"error": {"message": "no"}})), "server", 200),
    (streamed, "cut", 200),
    (lambda: streamed(ConnectionCut("reset")), "server", 200),
    (lambda: streamed(sse(chunk_native({}, "stop"))), "server", 200),
]


@pytest.mark.parametrize(("bad", "outcome", "status"), FAILING)
def test_before_any_content_every_failure_of_a_provider_leads_to_the_next(
    bad: Callable[[], Any], outcome: str, status: int | None
) -> None:
    walk = Walk(bad(), streamed(*GOOD)).walked()
    assert walk.error is None
    assert walk.text() == "Hello"
    assert walk.outcomes() == [("first", outcome, status), ("second", "ok", 200)]


@pytest.mark.parametrize("stream", [True, False])
def test_the_next_endpoint_is_asked_with_its_own_name_for_the_model(stream: bool) -> None:
    offers = (FIRST, endpoint("second", upstream_id="second-name"))
    good = streamed(*GOOD) if stream else whole_reply(whole("Hello"))
    walk = Walk(ConnectionFailed("x"), good, offers=offers, stream=stream).walked()
    assert [walk.transport.sent(number)["model"] for number in (0, 1)] == ["upstream-one", "second-name"]


def test_an_endpoint_that_hangs_leads_to_the_next() -> None:
    walk = Walk(asyncio.Event(), streamed(*GOOD), clock=SystemClock(), limits=HASTY).walked()
    assert walk.outcomes() == [("first", "timeout", None), ("second", "ok", 200)]


def test_an_endpoint_that_only_keeps_alive_leads_to_the_next() -> None:
    silent = streamed(b": keep-alive\n\n", asyncio.Event())
    walk = Walk(silent, streamed(*GOOD), clock=SystemClock(), limits=HASTY).walked()
    assert walk.outcomes() == [("first", "timeout", 200), ("second", "ok", 200)]


COMMITTING: dict[str, Any] = {
    "text": {"content": "a"},
    "reasoning": {"reasoning_content": "a"},
    "a tool call": {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "now", "arguments": ""}}]},
}


@pytest.mark.parametrize("delta", COMMITTING)
def test_after_the_first_content_a_failure_is_the_callers_to_see(delta: str) -> None:
    first = sse(chunk_native(COMMITTING[delta]), done=False)
    walk = Walk(streamed(first, ConnectionCut("reset")), streamed(*GOOD)).walked()
    assert isinstance(walk.error, UpstreamFailure)
    assert walk.error.failure is Failure.CUT
    assert walk.transport.hosts() == ["first"]
    assert walk.outcomes() == [("first", "cut", 200)]


def test_a_role_alone_binds_nobody() -> None:
    role = sse(chunk_native({"role": "assistant", "content": ""}), done=False)
    walk = Walk(streamed(role, ConnectionCut("reset")), streamed(*GOOD)).walked()
    assert walk.text() == "Hello"


@pytest.mark.parametrize("status", [400, 422])
def test_a_bad_request_is_asked_of_nobody_else(status: int) -> None:
    walk = Walk(refusal(status, "bad schema"), streamed(*GOOD)).walked()
    assert walk.transport.hosts() == ["first"]
    assert isinstance(walk.error, AllAttemptsFailed)
    assert (walk.error.status, walk.error.code, walk.error.retryable) == (400, "invalid_request", False)
    assert "bad schema" in walk.error.message


def test_a_refused_prompt_is_asked_of_nobody_else() -> None:
    policy = whole_reply(b'{"error": {"code": "content_filter", "message": "no"}}', 400)
    walk = Walk(policy, streamed(*GOOD)).walked()
    assert isinstance(walk.error, AllAttemptsFailed)
    assert (walk.error.status, walk.error.code) == (400, "content_filter")


TOO_LONG = "prompt is too long"


def contexts(*sizes: int | None) -> tuple[Endpoint, ...]:
    return tuple(endpoint(f"c{number}", context=size) for number, size in enumerate(sizes))


def test_a_prompt_that_does_not_fit_is_asked_of_larger_contexts_only() -> None:
    walk = Walk(
        refusal(400, TOO_LONG),
        refusal(400, TOO_LONG),
        streamed(*GOOD),
        offers=contexts(8000, 8000, 4000, 9000, 9000, 9001),
    ).walked()
    assert walk.transport.hosts() == ["c0", "c3", "c5"]
    assert walk.text() == "Hello"


def test_a_context_that_is_not_known_is_not_larger() -> None:
    walk = Walk(refusal(400, TOO_LONG), offers=contexts(8000, None)).walked()
    assert isinstance(walk.error, AllAttemptsFailed)
    assert (walk.error.status, walk.error.code) == (400, "context_length_exceeded")
    assert not walk.error.retryable


def test_a_prompt_that_does_not_fit_into_the_largest_is_too_long() -> None:
    walk = Walk(refusal(500), refusal(400, TOO_LONG), offers=contexts(9000, 8000, 4000)).walked()
    assert isinstance(walk.error, AllAttemptsFailed)
    assert walk.error.code == "context_length_exceeded"


def test_if_all_fail_every_attempt_is_told_of() -> None:
    walk = Walk(refusal(500, "broken"), refusal(429, "busy"), ConnectionFailed("refused")).walked()
    error = walk.error
    assert isinstance(error, AllAttemptsFailed)
    assert error.message == (
        "No endpoint answered (tried First, Second, Third). Third said last: The connection failed: refused."
    )
    previous: Any = error.metadata["previous_errors"]
    assert [(each["provider_name"], each["code"], each["error_type"]) for each in previous] == [
        ("First", 500, "server"),
        ("Second", 429, "rate_limit"),
        ("Third", "server", "server"),
    ]


@pytest.mark.parametrize(
    ("status", "shown", "code"),
    [
        (401, 503, "provider_unavailable"),
        (404, 503, "provider_unavailable"),
        (408, 503, "timeout"),
        (429, 429, "rate_limit_exceeded"),
        (500, 502, "provider_unavailable"),
        (503, 503, "provider_overloaded"),
    ],
)
def test_the_last_failure_decides_the_status_and_an_upstreams_401_is_never_the_callers(
    status: int, shown: int, code: str
) -> None:
    error = Walk(refusal(status), offers=(FIRST,)).walked().error
    assert error is not None
    assert (error.status, error.code, error.retryable) == (shown, code, True)


def test_the_shortest_wait_is_passed_on() -> None:
    walk = Walk(refusal(429, retry_after="30"), refusal(503), refusal(429, retry_after="7")).walked()
    assert walk.error is not None
    assert walk.error.retry_after == 7


def test_without_hints_no_wait_is_made_up() -> None:
    walk = Walk(refusal(429), offers=(FIRST,)).walked()
    assert walk.error is not None
    assert walk.error.retry_after is None


def test_no_attempt_is_begun_that_could_not_even_connect() -> None:
    walk = Walk(seconds=0.5).walked()
    assert walk.transport.hosts() == []
    assert walk.error is not None
    assert (walk.error.status, walk.error.code) == (503, "timeout")
    assert walk.run.attempts == []


def test_the_deadline_ends_the_walk() -> None:
    clock = FakeClock()
    walk = Walk(refusal(500), refusal(500), clock=clock, seconds=10)
    walk.transport.on_open = lambda: clock.advance(9.5)
    walk.walked()
    assert walk.transport.hosts() == ["first"]
    assert isinstance(walk.error, AllAttemptsFailed)


def test_every_attempt_is_recorded_with_its_own_words_and_time() -> None:
    clock = FakeClock()
    walk = Walk(refusal(500, "broken"), streamed(*GOOD), clock=clock)
    walk.transport.on_open = lambda: clock.advance(0.25)
    first, second = walk.walked().run.attempts
    assert (first.endpoint, first.message, first.duration_ms) == ("lab/one@first", "broken", 250)
    assert (second.endpoint, second.message, second.first_token_ms) == ("lab/one@second", None, 250)


def test_what_is_waited_for_is_the_providers_time() -> None:
    clock = FakeClock()
    walk = Walk(refusal(500), streamed(*GOOD), clock=clock)
    walk.transport.on_open = lambda: clock.advance(0.25)
    asyncio.run(walk.run.start())
    clock.advance(5)
    assert walk.run.waited() == 0.5


def test_only_the_last_attempts_words_are_counted() -> None:
    role = sse(chunk_native({"role": "assistant"}, id="lost"), done=False)
    walk = Walk(streamed(role, ConnectionCut("reset")), streamed(*GOOD)).walked()
    assert walk.run.tally.upstream_id == "up-1"


def test_no_connection_is_left_open_behind_a_failed_attempt() -> None:
    walk = Walk(streamed(b": x\n\n", asyncio.Event()), streamed(*GOOD), clock=SystemClock(), limits=HASTY)
    assert walk.walked().transport.open_replies == 0


def test_a_cancelled_answer_is_recorded_and_hung_up_on() -> None:
    async def run() -> None:
        await walk.run.start()
        await walk.run.finish(cancelled=True)
        assert walk.transport.open_replies == 0

    walk = Walk(streamed(said("a"), asyncio.Event()))
    asyncio.run(run())
    assert walk.outcomes() == [("first", "cancelled", 200)]


def test_finishing_twice_records_once() -> None:
    async def run() -> None:
        await walk.run.start()
        await walk.run.finish()
        await walk.run.finish()

    walk = Walk(streamed(*GOOD))
    asyncio.run(run())
    assert len(walk.run.attempts) == 1


def test_the_rest_comes_after_the_start() -> None:
    async def run() -> None:
        async for _ in Walk().run.rest():
            pass

    with pytest.raises(RuntimeError, match="start"):
        asyncio.run(run())


class Requests:
    """Request after request over the same breakers, with time standing still between."""

    def __init__(self, *offers: Endpoint) -> None:
        self.clock = FakeClock()
        self.breakers = breakers_over(FakeDatabase(), self.clock)
        self.offers = offers

    def ask(self, *script: Any) -> Walk:
        return Walk(*script, offers=self.offers, clock=self.clock, breakers=self.breakers).walked()


def test_once_an_endpoint_has_failed_three_times_the_next_request_does_not_pay_for_it() -> None:
    requests = Requests(FIRST, SECOND)
    for _ in range(3):
        assert requests.ask(refusal(500), streamed(*GOOD)).transport.hosts() == ["first", "second"]
    assert requests.ask(streamed(*GOOD)).transport.hosts() == ["second"]


def test_a_provider_that_asked_for_a_pause_is_not_asked_before_it_is_over() -> None:
    requests = Requests(FIRST, SECOND)
    requests.ask(refusal(429, retry_after="30"), streamed(*GOOD))
    requests.clock.advance(29)
    assert requests.ask(streamed(*GOOD)).transport.hosts() == ["second"]
    requests.clock.advance(2)
    assert requests.ask(streamed(*GOOD)).transport.hosts() == ["first"]


def test_when_everyone_asked_for_a_pause_the_caller_is_told_how_long() -> None:
    requests = Requests(FIRST, SECOND)
    requests.ask(refusal(429, retry_after="30"), refusal(429, retry_after="20"))
    requests.clock.advance(5)
    walk = requests.ask()
    assert isinstance(walk.error, AllAttemptsFailed)
    assert (walk.error.status, walk.error.retry_after) == (429, 15)
    assert walk.transport.hosts() == []


def test_a_lone_endpoint_is_tried_even_behind_a_shut_door() -> None:
    requests = Requests(FIRST)
    for _ in range(5):
        assert requests.ask(refusal(500)).transport.hosts() == ["first"]
    assert requests.ask(streamed(*GOOD)).text() == "Hello"


def test_a_callers_own_mistake_shuts_no_door() -> None:
    requests = Requests(FIRST)
    for _ in range(5):
        requests.ask(refusal(400))
    assert requests.breakers.signals(FIRST.model, FIRST.id) == ALL_WELL


def test_a_stream_that_breaks_off_counts_as_a_failure() -> None:
    requests = Requests(FIRST)
    requests.ask(streamed(said("Hello"), ConnectionCut("reset")))
    assert requests.breakers.signals(FIRST.model, FIRST.id).failures == 1


def test_an_answer_that_was_under_way_when_the_door_shut_leaves_it_shut() -> None:
    requests = Requests(FIRST)
    walk = Walk(streamed(*GOOD), offers=(FIRST,), clock=requests.clock, breakers=requests.breakers)

    def others_fail() -> None:
        requests.clock.advance(1)
        for _ in range(FAILURES_TO_OPEN):
            requests.breakers.note(FIRST.model, FIRST.id, Failed(requests.clock.now(), 0.5))

    walk.transport.on_open = others_fail
    assert walk.walked().text() == "Hello"
    assert requests.breakers.signals(FIRST.model, FIRST.id).door(requests.clock.now()) is Door.SHUT


@pytest.mark.parametrize(("tokens", "drag"), [(100, 1.8), (19, 1.0)])
def test_an_answer_that_is_written_slowly_is_remembered_unless_it_is_too_short_to_tell(
    tokens: int, drag: float
) -> None:
    requests = Requests(FIRST)
    usual = outlook().published(FIRST).token_s
    pause = partial(requests.clock.advance, tokens * usual * 5)
    usage: Any = {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": tokens + 1}
    requests.ask(streamed(said("Hello"), pause, said(" there"), ended(usage)))
    assert requests.breakers.signals(FIRST.model, FIRST.id).drag == pytest.approx(drag, abs=0.01)


def test_a_request_that_its_own_deadline_ended_says_nothing_about_the_endpoint() -> None:
    breakers = breakers_over(FakeDatabase(), SystemClock())
    walk = Walk(asyncio.Event(), offers=(FIRST,), clock=SystemClock(), seconds=1.02, breakers=breakers).walked()
    assert walk.outcomes() == [("first", "timeout", None)]
    assert breakers.signals(FIRST.model, FIRST.id) == ALL_WELL


SEVERAL = (Credential(Secret("one"), "one"), Credential(Secret("two"), "two"))


class TestSeveralKeys:
    """The first provider has two keys, the second has one."""

    def ask(self, requests: Requests, *script: Any) -> list[tuple[str, str]]:
        """Who was asked with which key."""
        walk = Walk(*script, offers=(FIRST, SECOND), clock=requests.clock, breakers=requests.breakers, keys=SEVERAL)
        sent = walk.walked().transport.requests
        return [(one.url.split("/")[2].partition(".")[0], one.headers["authorization"][7:]) for one in sent]

    def test_a_refused_key_is_followed_by_the_next_one_before_another_endpoint(self) -> None:
        requests = Requests()
        assert self.ask(requests, refusal(401), streamed(*GOOD)) == [("first", "one"), ("first", "two")]
        assert self.ask(requests, streamed(*GOOD)) == [("first", "two")], "and is taken out"

    def test_a_rate_limit_holds_for_its_key_alone(self) -> None:
        requests = Requests()
        asked = self.ask(requests, refusal(429, retry_after="30"), streamed(*GOOD))
        assert asked == [("first", "one"), ("first", "two")]
        requests.clock.advance(31)
        assert self.ask(requests, streamed(*GOOD)) == [("first", "one")]

    def test_a_failure_of_the_endpoint_is_the_same_with_any_key(self) -> None:
        assert self.ask(Requests(), refusal(500), streamed(*GOOD)) == [("first", "one"), ("second", "key of second")]

    def test_an_attempt_names_its_key_but_does_not_tell_it(self) -> None:
        walk = Walk(streamed(*GOOD), offers=(FIRST,), keys=SEVERAL).walked()
        assert walk.run.attempts[0].credential == "one"
