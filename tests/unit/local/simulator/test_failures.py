import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.simulator.dialects import (
    ANTHROPIC_MESSAGES,
    BEDROCK_CONVERSE,
    DIALECTS,
    GOOGLE_GENERATE,
    OPENAI_CHAT,
)
from local.simulator.dialects.interface import Dialect
from local.simulator.failures import echoed, failure_of
from local.simulator.faults import Fault, Rule
from local.simulator.refusal import Failure
from local.simulator.trouble import Trouble
from tests.simulated import call_of

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def failed(fault: Fault, dialect: Dialect) -> Failure:
    failure = failure_of(Rule("p", fault, retry_after=2.5), dialect, NOON)
    assert failure is not None
    return failure


def body(fault: Fault, dialect: Dialect) -> Any:
    return json.loads(failed(fault, dialect).content)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_dialect_has_words_for_every_trouble(dialect: Dialect) -> None:
    assert set(dialect.troubles) == set(Trouble)
    assert all(refusal.status >= 400 and refusal.message for refusal in dialect.troubles.values())


@pytest.mark.parametrize(
    ("dialect", "status", "named"),
    [
        (OPENAI_CHAT, 503, lambda body: body["error"]["type"]),
        (ANTHROPIC_MESSAGES, 529, lambda body: body["error"]["type"]),
        (GOOGLE_GENERATE, 503, lambda body: body["error"]["status"]),
    ],
)
def test_an_overload_looks_as_it_does_at_its_provider(dialect: Dialect, status: int, named: Any) -> None:
    assert failed(Fault.OVERLOADED, dialect).status == status
    assert named(body(Fault.OVERLOADED, dialect)) in ("service_unavailable_error", "overloaded_error", "UNAVAILABLE")


def test_bedrock_names_its_exceptions_in_a_header() -> None:
    failure = failed(Fault.RATE_LIMIT, BEDROCK_CONVERSE)
    assert failure.headers["x-amzn-errortype"].startswith("ThrottlingException:")
    assert json.loads(failure.content) == {"message": "Too many requests, please wait before trying again."}


def test_a_rate_limit_says_in_each_way_how_long_to_wait() -> None:
    assert failed(Fault.RATE_LIMIT, OPENAI_CHAT).headers == {"retry-after": "2.5"}
    assert failed(Fault.RATE_LIMIT_DATE, OPENAI_CHAT).headers == {"retry-after": "Mon, 23 Nov 2026 12:00:02 GMT"}
    assert failed(Fault.RATE_LIMIT_BARE, OPENAI_CHAT).headers == {}
    assert failed(Fault.RATE_LIMIT_BODY, OPENAI_CHAT).headers == {}
    assert "try again in 2.5s" in body(Fault.RATE_LIMIT_BODY, OPENAI_CHAT)["error"]["message"]
    assert "retry-after" not in failed(Fault.RATE_LIMIT, GOOGLE_GENERATE).headers
    assert body(Fault.RATE_LIMIT, GOOGLE_GENERATE)["error"]["details"][0]["retryDelay"] == "2.5s"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_an_error_may_hide_behind_status_200(dialect: Dialect) -> None:
    assert failed(Fault.ERROR_WITH_200, dialect).status == 200
    assert body(Fault.ERROR_WITH_200, dialect) == dialect.error_body(dialect.troubles[Trouble.SERVER])


def test_what_stands_before_a_provider_has_no_dialect() -> None:
    assert failed(Fault.BAD_GATEWAY, GOOGLE_GENERATE).media_type == "text/html"
    assert failed(Fault.UNAVAILABLE_EMPTY, OPENAI_CHAT).content == b""
    assert "location" in failed(Fault.REDIRECT, OPENAI_CHAT).headers
    assert len(failed(Fault.GZIP_BOMB, OPENAI_CHAT).content) < 20_000


def test_faults_of_the_answer_come_with_an_answer() -> None:
    assert failure_of(Rule("p", Fault.CUT), OPENAI_CHAT) is None


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_provider_that_quotes_repeats_the_body_or_only_what_is_long_in_it(dialect: Dialect) -> None:
    asked = call_of({"a": ["short", "a long text, the first"], "b": {"c": "a long text, the last"}})
    whole = echoed(asked, dialect, whole=True).content.decode()
    assert "short" in whole
    assert "a long text, the first" in whole
    words = echoed(asked, dialect, whole=False).content.decode()
    assert "short" not in words
    assert 0 < words.index("a long text, the last") < words.index("a long text, the first")
