"""What Google's dialect says survives the hub: read by our client side, written by our upstream side."""

from dataclasses import replace
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from switchboard.protocols.google_generate import GoogleGenerate
from switchboard.protocols.interface import Arrival
from switchboard.providers.google_generate import GoogleGenerateUpstream
from switchboard.signatures import marked_in_base64

from tests.examples import endpoint

words = st.text(min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
names = st.sampled_from(["weather", "now"])
values = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | words, st.lists, max_leaves=3)
objects = st.dictionaries(st.sampled_from(["city", "n"]), values, max_size=2)
media = st.sampled_from(
    [
        {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
        {"inlineData": {"mimeType": "audio/wav", "data": "aGk="}},
        {"inlineData": {"mimeType": "application/pdf", "data": "aGk="}},
        {"fileData": {"mimeType": "image/webp", "fileUri": "https://x.test/a.webp"}},
        {"fileData": {"mimeType": "application/pdf", "fileUri": "gs://bucket/a.pdf"}},
    ]
)
texts = words.map(lambda text: {"text": text})
calls = st.builds(lambda name, args: {"functionCall": {"name": name, "args": args}}, names, objects)
responses = st.one_of(
    words.map(lambda text: {"result": f"it is {text}"}),
    words.map(lambda text: {"error": text}),
    st.builds(lambda more: {"city": "x", "n": more}, values),
)


@st.composite
def conversations(draw: st.DrawFn) -> list[Any]:
    said: list[Any] = []
    for _ in range(draw(st.integers(1, 3))):
        model: list[Any] = draw(st.lists(texts, max_size=1)) + draw(st.lists(calls, max_size=3))
        asked = [part for part in model if "functionCall" in part]
        said.append({"role": "user", "parts": draw(st.lists(texts | media, min_size=1, max_size=3))})
        if not model:
            continue
        if asked:
            asked[0]["thoughtSignature"] = "c2ln"
        said.append({"role": "model", "parts": model})
        if asked:
            answers = [
                {"functionResponse": {"name": part["functionCall"]["name"], "response": draw(responses)}}
                for part in asked
            ]
            said += [{"role": "user", "parts": answers}, {"role": "model", "parts": [{"text": "done"}]}]
    return merged(said)


def merged(contents: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for content in contents:
        if joined and joined[-1]["role"] == content["role"]:
            joined[-1]["parts"] += content["parts"]
        else:
            joined.append(content)
    return joined


configs = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2),
        "topP": st.floats(0, 1),
        "topK": st.integers(1, 40),
        "maxOutputTokens": st.integers(1, 9999),
        "stopSequences": st.lists(words, min_size=1, max_size=5),
        "seed": st.integers(0, 99),
        "presencePenalty": st.floats(-2, 2),
        "frequencyPenalty": st.floats(-2, 2),
        "candidateCount": st.integers(1, 4),
        "responseLogprobs": st.booleans(),
        "thinkingConfig": st.builds(
            lambda level, shown: {"thinkingLevel": level, "includeThoughts": shown},
            st.sampled_from(["MINIMAL", "LOW", "MEDIUM", "HIGH"]),
            st.booleans(),
        ),
    },
)
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
DECLARED = {"name": "weather", "description": "d", "parametersJsonSchema": SCHEMA}
choices = st.sampled_from(
    [{"mode": "AUTO"}, {"mode": "NONE"}, {"mode": "ANY"}, {"mode": "ANY", "allowedFunctionNames": ["weather"]}]
)
rest = st.fixed_dictionaries(
    {},
    optional={
        "systemInstruction": st.lists(texts, min_size=1, max_size=2).map(lambda parts: {"parts": parts}),
        "generationConfig": configs.filter(bool),
    },
)
tools: st.SearchStrategy[Any] = st.just({}) | choices.map(
    lambda calling: {
        "tools": [{"functionDeclarations": [DECLARED, {"name": "now"}]}],
        "toolConfig": {"functionCallingConfig": calling},
    }
)


@given(conversations(), rest, tools)
def test_a_request_is_the_same_after_the_hub(contents: list[Any], others: Any, offered: Any) -> None:
    body = orjson.loads(orjson.dumps({"contents": contents, **others, **offered}))
    as_sent = orjson.loads(orjson.dumps(body).replace(b'"c2ln"', f'"{marked_in_base64("c2ln", "google")}"'.encode()))
    arrival = Arrival(orjson.dumps(as_sent), {"target": "a/b:generateContent"})
    asked = replace(GoogleGenerate().parse(arrival), protocol="another")  # so that it is not simply passed on
    offer = endpoint("google", facts={"reasoning_style": "level"})
    built = GoogleGenerateUpstream().build(asked, offer, None)
    assert orjson.loads(built.body) == body
