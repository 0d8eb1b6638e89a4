from typing import Any

import orjson
import pytest
from switchboard.output_limit import with_output_limit
from switchboard.protocols.anthropic_messages import AnthropicMessages
from switchboard.protocols.google_generate import GoogleGenerate
from switchboard.protocols.interface import Arrival
from switchboard.protocols.openai_responses import OpenAiResponses

from tests.examples import HELLO, request


@pytest.mark.parametrize("named", ["max_tokens", "max_completion_tokens"])
def test_a_chat_keeps_the_name_it_used(named: str) -> None:
    limited = with_output_limit(request(**{named: 500}), 7)
    assert (limited.max_output, limited.parameters[named], limited.native[named]) == (7, 7, 7)


def test_a_chat_that_named_none_is_given_the_newer_name() -> None:
    limited = with_output_limit(request(), 7)
    assert (limited.max_output, limited.native["max_completion_tokens"]) == (7, 7)
    assert "max_tokens" not in limited.native


def test_what_was_asked_is_left_as_it_was() -> None:
    asked = request(max_tokens=500)
    with_output_limit(asked, 7)
    assert asked.native["max_tokens"] == 500


@pytest.mark.parametrize(
    ("protocol", "body", "field"),
    [
        (AnthropicMessages(), {"max_tokens": 9, "messages": [HELLO]}, "max_tokens"),
        (OpenAiResponses(), {"input": "hello"}, "max_output_tokens"),
    ],
)
def test_other_dialects_have_their_own_names(protocol: Any, body: dict[str, Any], field: str) -> None:
    asked = protocol.parse(Arrival(orjson.dumps({"model": "lab/one", **body})))
    limited = with_output_limit(asked, 7)
    assert (limited.max_output, limited.native[field]) == (7, 7)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"maxOutputTokens": 7}),
        ({"max_output_tokens": 50, "temperature": 1}, {"max_output_tokens": 7, "temperature": 1}),
    ],
)
def test_google_keeps_it_among_its_settings(given: dict[str, Any], expected: dict[str, Any]) -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": "hello"}]}], "generationConfig": given}
    path = {"target": "lab/one:generateContent"}
    asked = GoogleGenerate().parse(Arrival(orjson.dumps(body), path=path))
    assert with_output_limit(asked, 7).native["generationConfig"] == expected
