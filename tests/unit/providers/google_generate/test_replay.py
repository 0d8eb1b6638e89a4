"""Signatures find their way back to the part that they came with."""

from dataclasses import replace
from typing import Any

import orjson
from switchboard.chat import Block, Message, Text, Thinking, ToolCall
from switchboard.providers.google_generate import GoogleGenerateUpstream
from switchboard.providers.google_generate.replay import BYPASS
from switchboard.signatures import marked

from tests.examples import endpoint, request

LEVEL = {"reasoning_style": "level"}
CALL, OTHER_CALL = ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")


def parts(*blocks: Block, facts: Any = None) -> list[dict[str, Any]]:
    asked = request()
    history = (*asked.messages, Message("assistant", blocks))
    built = GoogleGenerateUpstream().build(replace(asked, messages=history), google(facts), None)
    contents: list[dict[str, Any]] = orjson.loads(built.body)["contents"]
    return next((content["parts"] for content in contents if content["role"] == "model"), [])


def google(facts: Any = None) -> Any:
    return endpoint("google", facts=facts or {})


def signatures(*blocks: Block, facts: Any = None) -> list[str | None]:
    return [part.get("thoughtSignature") for part in parts(*blocks, facts=facts)]


def test_one_on_the_call_itself() -> None:
    own = replace(CALL, extra={"thought_signature": marked("s", "google")})
    assert signatures(own, OTHER_CALL, facts=LEVEL) == ["s", None]
    assert signatures(replace(CALL, extra={"thought_signature": "unknown"})) == ["unknown"]


def test_one_in_the_reasoning_before_it() -> None:
    assert parts(Thinking("hm"), Thinking("", "s", "google"), Text("so"), CALL, OTHER_CALL) == [
        {"text": "so"},
        {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "s"},
        {"functionCall": {"name": "g", "args": {}}},
    ]


def test_one_that_came_both_ways_is_used_once() -> None:
    own = replace(CALL, extra={"thought_signature": marked("s", "google")})
    assert signatures(Thinking("", "s", "google"), own, OTHER_CALL) == ["s", None]


def test_one_of_a_text_goes_with_the_text() -> None:
    assert parts(Thinking("hm", "s", "google"), Text("so")) == [{"text": "so", "thoughtSignature": "s"}]


def test_one_that_came_last_goes_last() -> None:
    assert parts(Text("a"), Thinking("", "s", "google"))[0] == {"text": "a", "thoughtSignature": "s"}
    assert parts(Thinking("", "s", "google")) == [{"text": "", "thoughtSignature": "s"}]


def test_another_providers_is_never_sent_and_newer_models_are_told_to_do_without() -> None:
    foreign = Thinking("hm", "claude", "anthropic")
    assert signatures(foreign, CALL) == [None]
    assert signatures(foreign, CALL, OTHER_CALL, facts=LEVEL) == [BYPASS, None]
    elsewhere = replace(CALL, extra={"thought_signature": marked("s", "google-vertex")})
    assert signatures(elsewhere, facts=LEVEL) == [BYPASS]


def test_one_without_a_makers_name_is_not_taken_for_googles() -> None:
    assert signatures(Thinking("hm", "claude"), CALL) == [None]


def test_sealed_reasoning_is_left_out() -> None:
    assert parts(Thinking("", "sealed", "google", redacted=True), Text("a")) == [{"text": "a"}]
