"""What an OpenAI client asks for, as Gemini is told."""

from typing import Any

import orjson
import pytest
from switchboard.catalog.model import Endpoint
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.google_generate import GoogleGenerateUpstream
from switchboard.secret import Secret

from tests.examples import HELLO, dispatched, endpoint, provider, request

GOOGLE = provider(
    "google",
    protocol="google-generate",
    base_url="https://google.test/v1beta",
    auth="header:x-goog-api-key",
)
BUDGET = {"reasoning_style": "budget", "reasoning_budget": {"min": 128, "max": 24576, "always": True}}
LEVEL = {"reasoning_style": "level"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}


def gemini(**changes: Any) -> Endpoint:
    return endpoint("google", provider=GOOGLE, upstream_id="gemini-2.5-flash", **changes)


def sent(facts: Any = None, **fields: Any) -> Any:
    built = dispatched(GoogleGenerateUpstream(), request(**fields), gemini(facts=facts or {}))
    return orjson.loads(built.body)


def config(facts: Any = None, **fields: Any) -> Any:
    return sent(facts, **fields).get("generationConfig")


def test_the_model_is_in_the_path_and_the_key_in_a_header() -> None:
    built = GoogleGenerateUpstream().build(request(), gemini(), Secret("key"))
    assert (built.method, built.url) == ("POST", "https://google.test/v1beta/models/gemini-2.5-flash:generateContent")
    assert built.headers["x-goog-api-key"] == "key"
    assert orjson.loads(built.body) == {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}


def test_a_stream_is_asked_for_as_events() -> None:
    built = GoogleGenerateUpstream().build(request(stream=True), gemini(), None)
    assert built.url.endswith("/models/gemini-2.5-flash:streamGenerateContent?alt=sse")
    assert built.headers["accept"] == "text/event-stream"


def test_vertex_takes_the_token_as_a_bearer() -> None:
    vertex = provider("google-vertex", auth="google-oauth", base_url="https://v.test/v1/publishers/google")
    built = GoogleGenerateUpstream().build(request(), endpoint("google-vertex", provider=vertex), Secret("token"))
    assert built.headers["authorization"] == "Bearer token"
    assert built.url == "https://v.test/v1/publishers/google/models/upstream-one:generateContent"


def test_the_systems_words_stand_apart() -> None:
    body = sent(
        messages=[{"role": "system", "content": "be brief"}, {"role": "developer", "content": "be kind"}, HELLO]
    )
    assert body["systemInstruction"] == {"parts": [{"text": "be brief"}, {"text": "be kind"}]}
    assert [content["role"] for content in body["contents"]] == ["user"]


def test_there_is_always_a_user_turn() -> None:
    assert sent(messages=[{"role": "system", "content": "x"}])["contents"] == [
        {"role": "user", "parts": [{"text": "."}]}
    ]
    called = sent(messages=[{"role": "assistant", "tool_calls": [CALL]}])["contents"]
    assert [content["role"] for content in called] == ["user", "model", "user"]


def test_media_go_inside_or_by_address() -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
        {"type": "image_url", "image_url": {"url": "https://x.test/cat.webp?size=1"}},
        {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,aGk="}},
        {"type": "file", "file": {"file_id": "gs://bucket/a"}},
    ]
    assert sent(messages=[{"role": "user", "content": parts}])["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
        {"fileData": {"mimeType": "image/webp", "fileUri": "https://x.test/cat.webp?size=1"}},
        {"inlineData": {"mimeType": "audio/mp3", "data": "aGk="}},
        {"inlineData": {"mimeType": "application/pdf", "data": "aGk="}},
        {"fileData": {"mimeType": "application/pdf", "fileUri": "gs://bucket/a"}},
    ]


def test_a_file_at_another_provider_is_refused() -> None:
    with pytest.raises(UpstreamFailure) as raised:
        sent(messages=[{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-abc"}}]}])
    assert raised.value.failure is Failure.BAD_REQUEST


def test_results_are_objects_under_the_name_of_their_call() -> None:
    calls = [{**CALL, "id": f"c{n}", "function": {"name": f"f{n}", "arguments": ""}} for n in range(4)]
    contents = ['{"ok":true}', "plain", "[1]", "4"]
    results = [{"role": "tool", "tool_call_id": f"c{n}", "content": text} for n, text in enumerate(contents)]
    body = sent(messages=[HELLO, {"role": "assistant", "tool_calls": calls}, *results])
    assert [part["functionResponse"] for part in body["contents"][2]["parts"]] == [
        {"name": "f0", "response": {"ok": True}},
        {"name": "f1", "response": {"result": "plain"}},
        {"name": "f2", "response": {"result": "[1]"}},
        {"name": "f3", "response": {"result": "4"}},
    ]


def test_arguments_that_are_no_object_survive() -> None:
    broken = {**CALL, "function": {"name": "f", "arguments": '{"a":'}}
    body = sent(messages=[HELLO, {"role": "assistant", "tool_calls": [broken]}])
    assert body["contents"][1]["parts"] == [{"functionCall": {"name": "f", "args": {"_raw": '{"a":'}}}]


def test_functions_are_declared_with_their_schema() -> None:
    parameters = {"$schema": "x", "type": "object", "properties": {"a": {"const": "x"}}}
    tools = [
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": parameters}},
        {"type": "function", "function": {"name": "g"}},
    ]
    told = {"name": "f", "description": "d"}
    schema = {"type": "object", "properties": {"a": {"const": "x"}}}
    assert sent(tools=tools)["tools"] == [
        {"functionDeclarations": [{**told, "parametersJsonSchema": schema}, {"name": "g"}]}
    ]
    older = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}
    assert sent({"schema": "openapi"}, tools=tools)["tools"] == [
        {"functionDeclarations": [{**told, "parameters": older}, {"name": "g"}]}
    ]


@pytest.mark.parametrize(
    ("choice", "calling"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ({"type": "function", "function": {"name": "f"}}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
    ],
)
def test_how_functions_may_be_called(choice: Any, calling: Any) -> None:
    assert sent(tools=[TOOL], tool_choice=choice)["toolConfig"] == {"functionCallingConfig": calling}
    assert "toolConfig" not in sent(tool_choice=choice)


def test_sampling_and_limits() -> None:
    fields: dict[str, Any] = {
        "temperature": 3,
        "top_p": 0.5,
        "top_k": 9,
        "seed": 1,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "n": 2,
        "logprobs": True,
        "top_logprobs": 3,
        "max_tokens": 50,
        "stop": ["a", "b", "c", "d", "e", "f"],
    }
    assert config(**fields) == {
        "temperature": 2.0,
        "topP": 0.5,
        "topK": 9,
        "seed": 1,
        "presencePenalty": 0.1,
        "frequencyPenalty": 0.2,
        "candidateCount": 2,
        "responseLogprobs": True,
        "logprobs": 3,
        "maxOutputTokens": 50,
        "stopSequences": ["a", "b", "c", "d", "e"],
    }


def test_what_an_endpoint_does_not_support_is_left_out() -> None:
    poor = gemini(supported_parameters=frozenset({"max_tokens"}))
    asked = request(temperature=1, tools=[TOOL], tool_choice="auto", max_tokens=5, reasoning={"effort": "low"})
    body = orjson.loads(GoogleGenerateUpstream().build(asked, poor, None).body)
    assert set(body) == {"contents", "generationConfig"}
    assert body["generationConfig"] == {"maxOutputTokens": 5}


@pytest.mark.parametrize(
    ("facts", "reasoning", "thinking"),
    [
        (BUDGET, {"effort": "low"}, {"includeThoughts": True, "thinkingBudget": 2000}),
        (BUDGET, {"effort": "high", "exclude": True}, {"includeThoughts": False, "thinkingBudget": 8000}),
        (BUDGET, {"max_tokens": 99999}, {"includeThoughts": True, "thinkingBudget": 24576}),
        (BUDGET, {"max_tokens": 200}, {"includeThoughts": True, "thinkingBudget": 200}),
        (BUDGET, {"effort": "none"}, {"thinkingBudget": 128}),
        ({"reasoning_style": "budget"}, {"enabled": False}, {"thinkingBudget": 0}),
        ({}, {"max_tokens": 64}, {"includeThoughts": True, "thinkingBudget": 64}),
        (LEVEL, {"effort": "medium"}, {"includeThoughts": True, "thinkingLevel": "MEDIUM"}),
        (LEVEL, {"effort": "xhigh"}, {"includeThoughts": True, "thinkingLevel": "HIGH"}),
        (LEVEL, {"effort": "none"}, {"thinkingLevel": "MINIMAL"}),
        (LEVEL, {"max_tokens": 2000}, {"includeThoughts": True, "thinkingLevel": "LOW"}),
        (
            {**LEVEL, "efforts": ["low", "high"]},
            {"effort": "minimal"},
            {"includeThoughts": True, "thinkingLevel": "LOW"},
        ),
    ],
)
def test_thinking_is_a_budget_or_a_level(facts: Any, reasoning: Any, thinking: Any) -> None:
    assert config(facts, reasoning=reasoning, max_tokens=10000)["thinkingConfig"] == thinking


def test_who_does_not_think_is_told_nothing_of_it() -> None:
    assert config({"reasoning_style": "none"}, reasoning={"effort": "high"}) is None
    assert config(LEVEL) is None


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
FORMAT = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}}


def test_json_is_asked_for_by_type_and_schema() -> None:
    assert config(response_format={"type": "json_object"}) == {"responseMimeType": "application/json"}
    assert config(response_format=FORMAT) == {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA}
    older = config({"schema": "openapi"}, response_format=FORMAT)
    assert older["responseSchema"] == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_with_functions_at_hand_older_models_are_asked_for_json_in_words() -> None:
    body = sent(BUDGET, response_format=FORMAT, tools=[TOOL])
    assert "generationConfig" not in body
    assert orjson.dumps(SCHEMA).decode() in body["systemInstruction"]["parts"][-1]["text"]
    assert sent(LEVEL, response_format=FORMAT, tools=[TOOL])["generationConfig"]["responseJsonSchema"] == SCHEMA
