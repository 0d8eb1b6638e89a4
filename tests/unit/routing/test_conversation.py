from dataclasses import replace
from typing import Any

import pytest
from switchboard.chat import ChatRequest
from switchboard.routing.conversation import conversation_of, goes_on, kept_seconds

from tests.examples import request

LONG = "x" * 8000
SYSTEM = {"role": "system", "content": LONG}
FIRST, ANSWER, NEXT = (
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hi"},
    {"role": "user", "content": "And now?"},
)


def talk(*messages: Any, **fields: Any) -> ChatRequest:  # Any: JSON that tests make up
    return request(messages=[SYSTEM, *messages], **fields)


def name(asked: ChatRequest, key: str = "key-1", session: str | None = None) -> str | None:
    return conversation_of(asked, key, session)


def test_a_conversation_is_told_by_how_it_began() -> None:
    begun = name(talk(FIRST))
    assert begun
    assert name(talk(FIRST, ANSWER, NEXT)) == begun
    assert name(talk(NEXT)) != begun
    assert name(talk(FIRST), key="key-2") != begun
    assert name(talk(FIRST, model="lab/two")) != begun
    assert "Hello" not in begun


@pytest.mark.parametrize(
    ("told", "session"), [({"session_id": "s"}, None), ({}, "s"), ({"prompt_cache_key": "s"}, None)]
)
def test_its_own_name_goes_before_that(told: dict[str, str], session: str | None) -> None:
    assert name(talk(FIRST, **told), session=session) == name(talk(NEXT), session="s")


def test_no_cache_keeps_a_short_prompt() -> None:
    assert name(request()) is None


def test_a_first_question_without_a_name_was_nowhere_before() -> None:
    assert not goes_on(talk(FIRST), None)
    assert goes_on(talk(FIRST, ANSWER, NEXT), None)
    assert goes_on(talk(FIRST), "s")
    assert goes_on(talk(FIRST, session_id="s"), None)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (talk(FIRST), 600),
        (talk(FIRST, cache_control={"type": "ephemeral", "ttl": "1h"}), 3600),
        (talk(FIRST, cache_control={"type": "ephemeral", "ttl": "5m"}), 600),
        (talk({"role": "user", "content": [{"type": "text", "text": "x", "cache_control": {"ttl": "1h"}}]}), 3600),
        (replace(talk(FIRST), native={"prompt_cache_retention": "24h"}), 86_400),
        (talk(FIRST, cache_control={"ttl": "for ever"}), 600),
    ],
)
def test_it_is_kept_as_long_as_is_asked_for_and_never_less_than_usual(asked: ChatRequest, seconds: float) -> None:
    assert kept_seconds(asked) == seconds
