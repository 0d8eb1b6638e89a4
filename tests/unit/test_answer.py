import asyncio
from dataclasses import replace
from typing import Any

import pytest
from switchboard.accounting.price import Bill
from switchboard.answer import NOT_SERVED, Answer, Caller, endpoint_headers, error_headers, summary
from switchboard.catalog.model import Endpoint
from switchboard.chat import NO_USAGE, Usage
from switchboard.dispatch import Dispatch, Errand
from switchboard.errors import AllAttemptsFailed, Failure, InvalidRequest
from switchboard.reservations import Admission
from switchboard.routing.plan import Plan

from tests.dispatching import outlook, upstreams_of
from tests.examples import KEY, chunk_native, ended, endpoint, provider, request, said, sse
from tests.fakes import FakeClock, FakeTransport, streamed, whole_reply

CREATED = 1_800_000_000.5
CALLER = Caller("key-1", "https://app.test", "App", "u-1", "s-1")


def answer(*script: Any, offer: Endpoint | None = None, **fields: Any) -> Answer:
    clock = FakeClock()
    upstreams = upstreams_of(FakeTransport([*script]), clock)
    asked = request(**({"stream": True} | fields))
    plan = Plan((offer or endpoint(),), ())
    run = Dispatch(Errand(asked, plan, outlook(), clock.monotonic() + 60), upstreams, clock)
    return Answer("gen-1", CREATED, CALLER, Admission(asked, plan), run)


def completed(made: Answer) -> Answer:
    async def run() -> None:
        await made.run.start()
        made.commit()
        async for _ in made.run.rest():
            pass
        await made.run.finish()

    asyncio.run(run())
    return made


def failed(made: Answer) -> Answer:
    with pytest.raises(AllAttemptsFailed) as caught:
        asyncio.run(made.run.start())
    made.failed(caught.value)
    return made


def caller(headers: dict[str, str], **fields: Any) -> Caller:
    return Caller.of(KEY, request(**fields), headers)


def test_a_caller_is_known_by_the_keys_id_not_by_the_key() -> None:
    assert caller({}) == Caller("key-1", None, None, None, None)


@pytest.mark.parametrize(
    ("headers", "fields", "name", "value"),
    [
        ({"http-referer": "https://a.test"}, {}, "referer", "https://a.test"),
        ({"referer": "https://b.test"}, {}, "referer", "https://b.test"),
        ({"x-title": "App"}, {}, "app", "App"),
        ({"x-openrouter-title": "Or", "x-title": "App"}, {}, "app", "Or"),
        ({}, {"user": "u-1"}, "user", "u-1"),
        ({}, {"session_id": "s-1"}, "session", "s-1"),
        ({"x-session-id": "s-2"}, {}, "session", "s-2"),
        ({"x-session-id": "s-2"}, {"session_id": "s-1"}, "session", "s-1"),
        ({"x-title": "x" * 1000}, {}, "app", "x" * 256),
        ({"x-title": ""}, {}, "app", None),
    ],
)
def test_what_the_caller_says_of_itself(headers: Any, fields: Any, name: str, value: str | None) -> None:
    assert getattr(caller(headers, **fields), name) == value


def test_before_anybody_serves_there_is_nothing_to_pay() -> None:
    assert answer().bill() == NOT_SERVED


def test_committing_needs_an_endpoint_that_answered() -> None:
    with pytest.raises(RuntimeError):
        answer().commit()


def test_who_serves_is_said_in_words_for_people() -> None:
    made = completed(answer(streamed(said("x"), ended()), model="lab/one"))
    served = made.served()
    assert (served.generation_id, served.created, served.model) == ("gen-1", 1_800_000_000, "lab/one")
    assert (served.provider_id, served.provider_name, served.dialect) == ("acme", "Acme", "openai-chat")
    assert served.prompt_tokens > 0


def test_before_anybody_serves_the_model_is_the_one_that_was_asked_for() -> None:
    served = answer(model="one").served()
    assert (served.model, served.provider_id, served.provider_name) == ("one", "", "")


def test_the_bill_is_that_of_the_endpoint_that_served() -> None:
    usage: Any = {"prompt_tokens": 1000, "completion_tokens": 500}
    made = completed(answer(streamed(said("x"), ended(usage))))
    assert made.bill() == Bill(Usage(input=1000, output=500), 6_000_000, 2_000_000)


def test_a_complete_answer_leaves_a_complete_record() -> None:
    made = completed(answer(streamed(said("x"), ended(reason="length")), model="one"))
    record = made.generation(CREATED + 2, cancelled=False)
    assert (record.id, record.key_id, record.created, record.finished) == ("gen-1", "key-1", CREATED, CREATED + 2)
    assert (record.model, record.model_asked, record.protocol, record.streamed) == (
        "lab/one",
        "one",
        "openai-chat",
        True,
    )
    assert (record.endpoint, record.provider, record.upstream_id) == ("lab/one@acme", "acme", "up-1")
    assert (record.finish_reason, record.native_finish_reason, record.error) == ("length", "length", None)
    assert (record.usage, record.cost) == (Usage(input=9, output=3), 42_000)
    assert (record.estimated, record.cancelled) == (False, False)
    assert [attempt.outcome for attempt in record.attempts] == ["ok"]
    assert (record.referer, record.app, record.user, record.session) == ("https://app.test", "App", "u-1", "s-1")


def test_usage_that_nobody_counted_is_marked_as_an_estimate() -> None:
    record = completed(answer(streamed(said("x" * 40), sse(chunk_native({}, "stop"))))).generation(
        CREATED, cancelled=False
    )
    assert record.estimated
    assert record.usage.output == 10
    assert record.cost is not None


def test_a_price_that_is_not_known_leaves_the_cost_open() -> None:
    unpriced = endpoint(price=replace(endpoint().price, rates={}))
    record = completed(answer(streamed(said("x"), ended()), offer=unpriced)).generation(CREATED, cancelled=False)
    assert record.cost is None
    assert record.usage == Usage(input=9, output=3)


def test_a_request_that_nobody_served_is_on_record_and_free() -> None:
    made = failed(answer(whole_reply(b"", 500), model="one"))
    record = made.generation(CREATED + 1, cancelled=False)
    assert (record.model, record.model_asked) == ("lab/one", "one")
    assert (record.endpoint, record.provider, record.upstream_id) == (None, None, None)
    assert (record.finish_reason, record.error) == ("error", "provider_unavailable")
    assert (record.usage, record.cost, record.estimated) == (NO_USAGE, 0, False)
    assert [attempt.outcome for attempt in record.attempts] == ["server"]


def test_attempts_are_counted_with_the_one_that_runs() -> None:
    made = answer(streamed(said("x"), ended()))
    assert made.attempts_begun() == 0
    asyncio.run(made.run.start())
    assert made.attempts_begun() == 1


def test_the_reply_says_who_serves_it() -> None:
    assert endpoint_headers(endpoint()) == {"x-switchboard-provider": "acme"}


def test_a_simulated_provider_is_marked() -> None:
    offer = endpoint(provider=provider(facts={"simulated": True}))
    assert endpoint_headers(offer)["x-switchboard-simulated"] == "true"


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, "1"), (0.2, "1"), (7.4, "7"), (None, None)])
def test_a_wait_is_told_in_whole_seconds_and_never_zero(seconds: float | None, shown: str | None) -> None:
    error = InvalidRequest("no")
    error.retry_after = seconds
    assert error_headers(error).get("retry-after") == shown


@pytest.mark.parametrize(
    ("failure", "spared"), [(Failure.BAD_REQUEST, True), (Failure.CONTEXT_LENGTH, True), (Failure.SERVER, False)]
)
def test_sdks_are_spared_retries_that_cannot_help(failure: Failure, spared: bool) -> None:
    headers = error_headers(AllAttemptsFailed("no", last=failure, previous_errors=[]))
    assert headers == ({"x-should-retry": "false"} if spared else {})


def test_the_log_line_has_no_prompt_no_answer_and_no_user() -> None:
    made = completed(
        answer(streamed(said("the answer"), ended()), messages=[{"role": "user", "content": "the prompt"}])
    )
    shown = summary(made.generation(CREATED, cancelled=False))
    assert shown["attempts"] == ["lab/one@acme: ok"]
    assert shown["cost_nano_dollars"] == 42_000
    assert not any(word in repr(shown) for word in ("the prompt", "the answer", "u-1", "app.test"))
