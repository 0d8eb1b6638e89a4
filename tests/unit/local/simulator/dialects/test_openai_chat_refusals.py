import pytest

from local.simulator.dialects.openai_chat.refusals import refuse
from local.simulator.json_types import Json, JsonObject

USER: Json = {"role": "user", "content": "hi"}
CALLS: Json = {"role": "assistant", "tool_calls": [{"id": "call_1"}, {"id": "call_2"}]}
BROKEN_PICTURE: Json = {"type": "image_url", "image_url": {"url": "data:image/png;base64,%%%"}}
TOOLS: Json = [{"type": "function", "function": {"name": "f"}}]


def tool(call: str) -> Json:
    return {"role": "tool", "tool_call_id": call, "content": "x"}


def request(**more: Json) -> JsonObject:
    return {"model": "m", "messages": [USER], **more}


BAD: list[tuple[JsonObject, str]] = [
    ({"messages": [USER]}, "you must provide a model parameter"),
    ({"model": "m"}, "Missing required parameter: 'messages'"),
    (request(messages=[]), "empty array"),
    (request(messages="hi"), "Invalid type for 'messages'"),
    (request(messages=["hi"]), "Invalid type for 'messages[0]'"),
    (request(messages=[{"role": "wizard"}]), "Invalid value: 'wizard'"),
    (request(provider={"order": []}), "Unrecognized request argument supplied: provider"),
    (request(top_k=3), "Unrecognized request argument supplied: top_k"),
    (request(max_tokens=1, max_completion_tokens=1), "at the same time is not supported"),
    (request(max_tokens=0), "Invalid 'max_tokens'"),
    (request(n=0), "Invalid 'n'"),
    (request(temperature=2.5), "Invalid 'temperature'"),
    (request(stop=list("abcde")), "Invalid 'stop'"),
    (request(stream_options={"include_usage": True}), "only allowed when 'stream' is enabled"),
    (request(tool_choice="auto"), "only allowed when 'tools' are specified"),
    (request(parallel_tool_calls=False), "only allowed when 'tools' are specified"),
    (request(tools=[]), "Invalid 'tools': empty array"),
    (request(tools=[{"type": "function", "function": {"name": "a b"}}]), "Invalid 'tools[0].function.name'"),
    (request(messages=[{"role": "user", "content": [{"type": "input_text"}]}]), "Invalid value: 'input_text'"),
    (request(messages=[{"role": "user", "content": [BROKEN_PICTURE]}]), "base64-encoded data URL of a picture"),
    (request(model="gpt-5-mini", max_tokens=5), "Use 'max_completion_tokens' instead"),
    (request(model="o3", temperature=0.5), "'temperature' does not support 0.5 with this model"),
    (request(response_format={"type": "json_object"}), "must contain the word 'json'"),
    (request(top_logprobs=2), "only allowed when 'logprobs' is enabled"),
    (request(messages=[USER, tool("call_1")]), "must be a response to a preceeding message"),
    (request(messages=[USER, CALLS, tool("call_1")]), "did not have response messages: call_2"),
    (request(messages=[USER, CALLS, USER]), "did not have response messages: call_1, call_2"),
]


@pytest.mark.parametrize(("body", "words"), BAD)
def test_what_openai_refuses_is_refused(body: JsonObject, words: str) -> None:
    refusal = refuse(body, ())
    assert refusal is not None
    assert refusal.status == 400
    assert words in refusal.message


GOOD: list[JsonObject] = [
    request(),
    request(model="gpt-5-mini", max_completion_tokens=5, temperature=1),
    request(messages=[{"role": "user", "content": "in JSON"}], response_format={"type": "json_object"}),
    request(tools=TOOLS, tool_choice="required", parallel_tool_calls=False),
    request(stream=True, stream_options={"include_usage": True}),
    request(messages=[USER, CALLS, tool("call_2"), tool("call_1"), USER]),
    request(max_tokens=None, max_completion_tokens=5, temperature=0, stop="x"),
]


@pytest.mark.parametrize("body", GOOD)
def test_what_openai_takes_is_taken(body: JsonObject) -> None:
    assert refuse(body, ()) is None


def test_other_providers_take_more() -> None:
    assert refuse(request(top_k=3), {"top_k"}) is None
