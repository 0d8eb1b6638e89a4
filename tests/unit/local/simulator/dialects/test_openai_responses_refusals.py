import pytest

from local.simulator import thinking
from local.simulator.dialects import OPENAI_RESPONSES
from local.simulator.json_types import Json, JsonObject
from tests.simulated import call_of, refused

USER: Json = {"role": "user", "content": "hi"}
CALL: Json = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
RESULT: Json = {"type": "function_call_output", "call_id": "call_1", "output": "x"}
SEAL = thinking.sealed("openai", "rs_1")


def asked(*items: Json, **more: Json) -> JsonObject:
    return {"model": "m", "input": list(items) or "hi", **more}


def reasoning(**members: Json) -> Json:
    return {"type": "reasoning", "summary": [], **members}


def picture(url: Json) -> Json:
    return {"role": "user", "content": [{"type": "input_image", "image_url": url}]}


BAD: list[tuple[JsonObject, int, str]] = [
    ({"input": "hi"}, 400, "Missing required parameter: 'model'"),
    ({"model": "m"}, 400, "Missing required parameter: 'input'"),
    (asked(messages=[USER]), 400, "Unknown parameter: 'messages'"),
    (asked(max_tokens=5), 400, "Unknown parameter: 'max_tokens'"),
    (asked(max_output_tokens=15), 400, "Invalid 'max_output_tokens'"),
    (asked(temperature=3), 400, "Invalid 'temperature'"),
    (asked(previous_response_id="resp_1"), 400, "Previous response with id 'resp_1' not found"),
    (asked({"type": "item_reference", "id": "rs_1"}), 404, "Item with id 'rs_1' not found"),
    (asked({"role": "tool", "content": "x"}), 400, "Invalid value: 'tool'"),
    (asked({"role": "user", "content": [{"type": "text", "text": "x"}]}), 400, "Invalid value: 'text'"),
    (
        asked({"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}),
        400,
        "Invalid value: 'input_text'",
    ),
    (asked(picture({"url": "https://x"})), 400, "expected an image URL"),
    (asked(picture("data:image/png;base64,%%%")), 400, "Expected a valid URL"),
    (asked(USER, RESULT), 400, "No tool call found for function call output"),
    (asked(USER, CALL), 400, "No tool output found for function call call_1"),
    (asked(reasoning(id="rs_1"), USER), 404, "not persisted when `store` is set to false"),
    (asked(reasoning(encrypted_content="bm9uc2Vuc2U="), USER), 400, "could not be verified"),
    (asked(reasoning(encrypted_content=thinking.sealed("azure", "rs_1")), USER), 400, "could not be verified"),
    (asked(reasoning(id="rs_2", encrypted_content=SEAL), USER), 400, "could not be verified"),
    (asked(tools=[{"type": "function", "function": {"name": "f"}}]), 400, "'tools[0].name'"),
    (asked(tools=[{"type": "function", "name": "a b"}]), 400, "does not match pattern"),
    (asked(tool_choice="required"), 400, "Tool choice must be specified"),
    (asked(text={"format": {"type": "json_schema", "schema": {}}}), 400, "'text.format.name'"),
]


@pytest.mark.parametrize(("body", "status", "words"), BAD)
def test_what_openai_refuses_is_refused(body: JsonObject, status: int, words: str) -> None:
    refusal = refused(OPENAI_RESPONSES, call_of(body))
    assert refusal.status == status
    assert words in refusal.message


GOOD: list[JsonObject] = [
    asked(),
    asked(USER, CALL, RESULT, store=False, include=["reasoning.encrypted_content"]),
    asked(reasoning(encrypted_content=SEAL), reasoning(id="rs_1", encrypted_content=SEAL), USER),
    asked(picture("https://example.test/a.png"), max_output_tokens=16),
    asked(tools=[{"type": "function", "name": "f"}, {"type": "web_search"}], tool_choice="required"),
]


@pytest.mark.parametrize("body", GOOD)
def test_what_openai_takes_is_taken(body: JsonObject) -> None:
    assert OPENAI_RESPONSES.refuse(call_of(body)) is None
