"""A Google client at a Google provider: the body goes through nearly as it came."""

from typing import Any

import orjson
from switchboard.protocols.google_generate import GoogleGenerate
from switchboard.protocols.interface import Arrival
from switchboard.providers.google_generate import GoogleGenerateUpstream
from switchboard.providers.google_generate.replay import BYPASS
from switchboard.signatures import marked_in_base64

from tests.examples import endpoint


def sent(body: Any, **changes: Any) -> Any:
    arrival = Arrival(orjson.dumps(body), {"target": "google/gemini:generateContent"})
    asked = GoogleGenerate().parse(arrival)
    return orjson.loads(GoogleGenerateUpstream().build(asked, endpoint("google", **changes), None).body)


def turn(*parts: Any) -> Any:
    return {"contents": [{"role": "user", "parts": [{"text": "hi"}]}, {"role": "model", "parts": list(parts)}]}


def test_what_the_gateway_does_not_know_goes_through() -> None:
    body = {
        "contents": [{"role": "user", "parts": [{"text": "hi"}, {"videoMetadata": {"fps": 1}}]}],
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        "tools": [{"googleSearch": {}}],
        "generationConfig": {"speechConfig": {}, "temperature": 1.5},
        "cachedContent": "cachedContents/1",
    }
    assert sent(body) == body


def test_what_is_meant_for_the_gateway_does_not() -> None:
    assert set(sent({**turn(), "provider": {"only": ["google"]}, "model": "x", "labels": None})) == {"contents"}


def test_marks_come_off_signatures() -> None:
    ours = {"functionCall": {"name": "f"}, "thoughtSignature": marked_in_base64("sig", "google")}
    snake = {"text": "x", "thought_signature": "theirs"}
    assert sent(turn(ours, snake))["contents"][1]["parts"] == [{**ours, "thoughtSignature": "sig"}, snake]


def test_another_providers_reasoning_is_left_out_and_its_calls_are_sent_unsigned() -> None:
    foreign = marked_in_base64("sig", "anthropic")
    call = {"functionCall": {"name": "f"}}
    body = turn({"text": "hm", "thought": True, "thoughtSignature": foreign}, {**call, "thoughtSignature": foreign})
    assert sent(body)["contents"][1]["parts"] == [call]
    newer = sent(body, facts={"reasoning_style": "level"})
    assert newer["contents"][1]["parts"] == [{**call, "thoughtSignature": BYPASS}]


def test_only_the_first_call_of_a_turn_has_to_be_signed() -> None:
    call, signed = {"functionCall": {"name": "f"}}, {"functionCall": {"name": "f"}, "thought_signature": "own"}
    for parts, expected in (
        ([{"text": "a"}, call, call], [{"text": "a"}, {**call, "thoughtSignature": BYPASS}, call]),
        ([signed, call], [signed, call]),
    ):
        assert sent(turn(*parts), facts={"reasoning_style": "level"})["contents"][1]["parts"] == expected


def test_what_an_endpoint_does_not_support_is_left_out() -> None:
    body = {
        **turn(),
        "tools": [{"functionDeclarations": [{"name": "f"}]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY"}},
        "generation_config": {
            "top_k": 4,
            "topP": 0.5,
            "thinkingConfig": {"thinkingBudget": 9},
            "responseMimeType": "application/json",
            "responseSchema": {"type": "OBJECT"},
        },
    }
    poor = sent(body, supported_parameters=frozenset({"top_p"}))
    assert poor == {**turn(), "generation_config": {"topP": 0.5}}
