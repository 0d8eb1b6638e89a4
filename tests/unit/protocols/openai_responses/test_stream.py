"""What a client of Responses reads, whichever dialect the upstream speaks: judged by the official SDK's own types."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter
from switchboard.chat import (
    ChatRequest,
    Chunk,
    Finish,
    FinishReason,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
)
from switchboard.errors import Failure, UpstreamFailure
from switchboard.protocols.openai_responses import OpenAiResponses
from switchboard.protocols.openai_responses.parse import parse
from switchboard.protocols.openai_responses.sealed import open_seal, seal
from switchboard.protocols.openai_responses.stream import ResponseStream, render_reply
from switchboard.providers.openai_responses.decode import OpenAiResponsesDecoder, decode_reply

from tests import recorded
from tests.responses_examples import BILL, PATCH, WEATHER, body, events, request, served

# Any: events, and the objects in them, as a client reads them.

EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
DIALECT = "openai-responses"
STOP = Finish("stop", "end_turn")
COMPLETE = [
    name
    for name in recorded.names(DIALECT)
    if name not in {"failed-rate-limit", "error-event", "cut-without-completed"}
]


def stream(*said: StreamEvent, **asked: Any) -> list[Any]:
    """The events of an answer that another dialect's upstream gave, each in a chunk of its own."""
    renderer = ResponseStream(served(), request(**asked))
    rendered = b"".join(renderer.render([Chunk((event,))]) for event in said) + renderer.finish(BILL)
    return checked(events(rendered))


def checked(found: list[Any]) -> list[Any]:
    """Each is what the SDK expects, and they are numbered from 0."""
    for event in found:
        EVENT.validate_python(event, strict=False)
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    return found


def types(found: list[Any]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in found]


def final(found: list[Any]) -> Any:
    return found[-1]["response"]


def test_text() -> None:
    found = stream(TextDelta("Hel"), TextDelta("lo"), STOP)
    assert types(found) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert {event.get("item_id", event.get("item", {}).get("id")) for event in found[2:-1]} == {
        "msg_01jabcdefghjkmnpqrstvwxyz0000"
    }
    assert found[2]["item"] | {"id": ""} == {
        "id": "",
        "type": "message",
        "role": "assistant",
        "status": "in_progress",
        "content": [],
    }
    part = {"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}
    assert final(found)["output"] == [
        {
            "id": "msg_01jabcdefghjkmnpqrstvwxyz0000",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
    ]


def test_the_object_repeats_what_was_asked_and_says_what_it_took() -> None:
    found = stream(
        TextDelta("x"),
        STOP,
        instructions="Be brief.",
        tools=[{"type": "function", "name": "f"}],
        tool_choice="auto",
        metadata={"a": "b"},
        reasoning={"effort": "low"},
        text={"verbosity": "low"},
        temperature=0.5,
        max_output_tokens=9,
    )
    response = final(found)
    assert Response.model_validate(response)
    assert found[0]["response"]["status"] == found[1]["response"]["status"] == "in_progress"
    assert found[0]["response"]["usage"] is None
    assert response | {"output": []} == {
        "id": "resp_01jabcdefghjkmnpqrstvwxyz0",
        "object": "response",
        "created_at": 1_800_000_000,
        "status": "completed",
        "background": False,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "model": "lab/one",
        "output": [],
        "usage": {
            "input_tokens": 12,
            "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
            "output_tokens": 8,
            "output_tokens_details": {"reasoning_tokens": 2},
            "total_tokens": 20,
            "cost": 0.005,
            "is_byok": False,
            "cost_details": {
                "upstream_inference_cost": None,
                "upstream_inference_input_cost": 0.002,
                "upstream_inference_output_cost": 0.003,
            },
        },
        "instructions": "Be brief.",
        "max_output_tokens": 9,
        "max_tool_calls": None,
        "frequency_penalty": None,
        "presence_penalty": None,
        "parallel_tool_calls": True,
        "prompt_cache_key": None,
        "safety_identifier": None,
        "service_tier": None,
        "temperature": 0.5,
        "tool_choice": "auto",
        "top_logprobs": None,
        "top_p": None,
        "truncation": "disabled",
        "user": None,
        "tools": [{"type": "function", "name": "f", "description": None, "parameters": None, "strict": None}],
        "text": {"format": {"type": "text"}, "verbosity": "low"},
        "reasoning": {"effort": "low", "summary": None},
        "metadata": {"a": "b"},
        "previous_response_id": None,
        "store": False,
    }


def test_a_refusal_is_a_part_of_its_own() -> None:
    found = stream(TextDelta("Well."), TextDelta("No", is_refusal=True), TextDelta("!", is_refusal=True), STOP)
    assert types(found)[6:] == [
        "content_part.done",
        "content_part.added",
        "refusal.delta",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    (item,) = final(found)["output"]
    assert item["content"][1] == {"type": "refusal", "refusal": "No!"}
    assert [event["content_index"] for event in found if "content_index" in event] == [0, 0, 0, 0, 1, 1, 1, 1, 1]


def test_a_call() -> None:
    found = stream(
        ToolCallDelta(0, "", "call_1", "f"),
        ToolCallDelta(0, '{"a"'),
        ToolCallDelta(0, ":1}"),
        Finish("tool_calls", "tool_use"),
    )
    assert types(found)[2:] == [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    assert (found[5]["name"], found[5]["arguments"]) == ("f", '{"a":1}')
    assert final(found)["output"] == [
        {
            "id": "fc_01jabcdefghjkmnpqrstvwxyz0000",
            "type": "function_call",
            "status": "completed",
            "call_id": "call_1",
            "name": "f",
            "arguments": '{"a":1}',
        }
    ]


def test_a_call_without_arguments_has_empty_ones() -> None:
    found = stream(ToolCallDelta(0, "", "call_1", "f"), STOP)
    assert final(found)["output"][0]["arguments"] == "{}"
    assert types(found)[3] == "function_call_arguments.delta"


def test_calls_may_interleave_and_each_keeps_its_place() -> None:
    found = stream(
        TextDelta("Both."),
        ToolCallDelta(0, '{"a"', "c1", "f"),
        ToolCallDelta(1, "[", "c2", "g"),
        ToolCallDelta(0, ":1}"),
        ToolCallDelta(1, "]"),
        STOP,
    )
    output = final(found)["output"]
    assert [(item["type"], item.get("arguments")) for item in output] == [
        ("message", None),
        ("function_call", '{"a":1}'),
        ("function_call", "[]"),
    ]
    deltas = [event for event in found if event["type"].endswith("arguments.delta")]
    assert [(event["output_index"], event["delta"]) for event in deltas] == [
        (1, '{"a"'),
        (2, "["),
        (1, ":1}"),
        (2, "]"),
    ]


def test_reasoning_is_a_summary_and_its_signature_names_the_provider() -> None:
    found = stream(
        ThinkingDelta("Let me "),
        ThinkingDelta("see."),
        ThinkingDelta("", signature="sig"),
        TextDelta("Yes."),
        STOP,
    )
    assert types(found)[2:9] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
    ]
    thought, said = final(found)["output"]
    assert thought["summary"] == [{"type": "summary_text", "text": "Let me see."}]
    assert open_seal(thought["encrypted_content"]) == ("sig", "acme", False)
    assert (said["type"], found[-2]["output_index"]) == ("message", 1)


def test_a_signature_ends_its_item_and_what_follows_is_another() -> None:
    found = stream(
        ThinkingDelta("a", signature="s1"),
        ThinkingDelta("", redacted="xyz"),
        ThinkingDelta("b"),
        TextDelta("t"),
        ThinkingDelta("c"),
        STOP,
    )
    output = final(found)["output"]
    assert [item["type"] for item in output] == ["reasoning", "reasoning", "reasoning", "message", "reasoning"]
    assert open_seal(output[1]["encrypted_content"]) == ("xyz", "acme", True)
    assert [item["encrypted_content"] for item in (output[2], output[4])] == [None, None]


def test_a_custom_tool_is_called_with_free_text() -> None:
    patch = 'a "b"\n'
    arguments = orjson.dumps({"input": patch}).decode()
    found = stream(
        ToolCallDelta(0, arguments[:5], "c1", "apply_patch"), ToolCallDelta(0, arguments[5:]), STOP, tools=[PATCH]
    )
    assert types(found)[2:] == [
        "output_item.added",
        "custom_tool_call_input.delta",
        "custom_tool_call_input.done",
        "output_item.done",
        "completed",
    ]
    (item,) = final(found)["output"]
    assert (item["type"], item["name"], item["input"]) == ("custom_tool_call", "apply_patch", patch)


@pytest.mark.parametrize(
    ("finish", "reason", "item_status"),
    [("length", "max_output_tokens", "incomplete"), ("content_filter", "content_filter", "incomplete")],
)
def test_an_answer_cut_short_is_incomplete(finish: FinishReason, reason: str, item_status: str) -> None:
    found = stream(ThinkingDelta("hm"), TextDelta("Hel"), Finish(finish, "x"))
    response = final(found)
    assert (found[-1]["type"], response["status"]) == ("response.incomplete", "incomplete")
    assert response["incomplete_details"] == {"reason": reason}
    assert [item["status"] for item in response["output"]] == ["completed", item_status]


def test_an_answer_that_ends_in_an_error_has_failed() -> None:
    found = stream(TextDelta("Hel"), Finish("error", "MALFORMED_FUNCTION_CALL"))
    assert types(found)[-2:] == ["error", "failed"]
    assert final(found)["error"]["code"] == "server_error"


def test_an_empty_answer_is_complete_all_the_same() -> None:
    found = stream(Finish("length", "max_tokens"))
    assert types(found) == ["created", "in_progress", "incomplete"]
    assert final(found)["output"] == []


def test_other_choices_have_no_place_here() -> None:
    found = stream(TextDelta("a"), TextDelta("b", choice=1), STOP, Finish("length", "length", choice=1))
    assert final(found)["output"][0]["content"][0]["text"] == "a"
    assert final(found)["status"] == "completed"


def test_a_break_is_told_twice_and_leaves_what_is_open_open() -> None:
    renderer = ResponseStream(served(), request())
    rendered = renderer.render([Chunk((ThinkingDelta("hm"), TextDelta("Hel")))])
    failure = UpstreamFailure(Failure.RATE_LIMIT, "Slow down.", retry_after=3)
    found = events(rendered + renderer.fail(failure, BILL))
    assert types(found)[-3:] == ["output_text.delta", "error", "failed"]
    words = "Slow down. Please try again in 3s."
    assert found[-2] | {"sequence_number": 0} == {
        "type": "error",
        "code": "rate_limit_exceeded",
        "message": words,
        "param": None,
        "sequence_number": 0,
    }
    response = final(checked(found))
    assert response["error"] == {"code": "rate_limit_exceeded", "message": words}
    assert [item["status"] for item in response["output"]] == ["completed", "incomplete"]
    assert response["usage"]["total_tokens"] == 20


def test_a_failure_after_nothing_but_keep_alives_still_begins_with_created() -> None:
    failure = UpstreamFailure(Failure.CONTEXT_LENGTH, "Too long.")
    for dialect in (DIALECT, "google-generate"):
        found = events(ResponseStream(served(dialect), request()).fail(failure, BILL))
        assert types(found) == ["created", "in_progress", "error", "failed"]
        assert final(found)["error"]["code"] == "context_length_exceeded"


def test_silence_is_filled_with_comments() -> None:
    protocol = OpenAiResponses()
    assert protocol.keep_alive.startswith(b": ")
    assert protocol.stream_type(request()) == "text/event-stream; charset=utf-8"


# --- an upstream that speaks the dialect itself


def decoded(name: str) -> list[Chunk]:
    decoder = OpenAiResponsesDecoder()
    return decoder.feed(recorded.read(DIALECT, name)) + decoder.close()


def passed_on(name: str) -> list[Any]:
    renderer = ResponseStream(served(DIALECT), request())
    return events(renderer.render(decoded(name)) + renderer.finish(BILL))


@pytest.mark.parametrize("name", COMPLETE)
def test_its_events_are_passed_on_but_for_ids_model_usage_and_seals(name: str) -> None:
    sent = [chunk.native for chunk in decoded(name)]
    found = checked(passed_on(name))
    assert len(found) == len(sent)
    for event, native in zip(found, sent, strict=True):
        assert without_ours(event) == without_ours(native)
    assert {event["response"]["id"] for event in found if "response" in event} == {"resp_01jabcdefghjkmnpqrstvwxyz0"}
    assert {event["response"]["model"] for event in found if "response" in event} == {"lab/one"}
    assert final(found)["usage"]["cost"] == 0.005
    assert [event["response"]["usage"] for event in found[:1]] == [None]


def without_ours(event: Any) -> Any:
    bare = {name: value for name, value in event.items() if name != "sequence_number"}
    if "response" in bare:
        ours = {"id", "model", "usage", "previous_response_id"}
        bare["response"] = {name: value for name, value in bare["response"].items() if name not in ours}
    return orjson.loads(orjson.dumps(bare).replace(b"sb1:acme:", b""))


def test_sealed_reasoning_is_marked_wherever_it_stands() -> None:
    found = passed_on("reasoning-then-tool")
    items = [event["item"] for event in found if "item" in event] + final(found)["output"]
    sealed = [item["encrypted_content"] for item in items if item["type"] == "reasoning"]
    assert sealed == [seal("gAAAA-early", "acme"), seal("gAAAAB-sealed", "acme"), seal("gAAAAB-sealed", "acme")]


def test_its_break_keeps_the_items_that_were_finished() -> None:
    renderer = ResponseStream(served(DIALECT), request())
    chunks = decoded("reasoning-then-tool")
    rendered = renderer.render(
        chunks[: next(i for i, c in enumerate(chunks) if "item.done" in str(c.native["type"])) + 1]
    )
    found = events(rendered + renderer.fail(UpstreamFailure(Failure.CUT, "cut"), BILL))
    response = final(checked(found))
    assert types(found)[-2:] == ["error", "failed"]
    assert (response["id"], response["status"]) == ("resp_01jabcdefghjkmnpqrstvwxyz0", "failed")
    assert [item["type"] for item in response["output"]] == ["reasoning"]


def test_a_whole_reply_is_passed_on_too() -> None:
    native = decoded("reasoning-then-tool")[-1].native["response"]
    reply = orjson.loads(render_reply(served(DIALECT), decode_reply(orjson.dumps(native)), BILL))
    assert Response.model_validate(reply)
    assert without_ours({"response": reply}) == without_ours({"response": native})
    assert reply["usage"]["input_tokens"] == 12


# --- a whole reply of another dialect


def test_a_whole_reply_is_the_object_that_its_stream_ends_with() -> None:
    said = (
        ThinkingDelta("hm", signature="s"),
        TextDelta("Hi"),
        ToolCallDelta(0, "{}", "c1", "get_weather"),
        Finish("tool_calls", "tool_use"),
    )
    asked = request(tools=[WEATHER], instructions="x")
    reply = orjson.loads(OpenAiResponses().reply(served(asked=asked), Chunk(said), BILL))
    assert Response.model_validate(reply)
    assert reply == final(stream(*said, tools=[WEATHER], instructions="x"))


@pytest.mark.parametrize(("finish", "status"), [("length", "incomplete"), ("error", "failed"), ("stop", "completed")])
def test_a_whole_reply_says_how_it_ended(finish: FinishReason, status: str) -> None:
    reply = orjson.loads(render_reply(served(), Chunk((TextDelta("a"), Finish(finish, "x"))), BILL))
    assert reply["status"] == status
    assert (reply["error"] is not None) == (status == "failed")
    assert Response.model_validate(reply)


# --- properties

TEXTS = st.text(min_size=0, max_size=8)


@st.composite
def answers(draw: st.DrawFn) -> list[StreamEvent]:
    """Blocks in any order; the calls among them are counted from 0."""
    said: list[StreamEvent] = []
    calls = 0
    for kind in draw(st.lists(st.sampled_from(["text", "refusal", "thinking", "redacted", "call"]), max_size=7)):
        pieces = draw(st.lists(TEXTS, min_size=1, max_size=3))
        match kind:
            case "text":
                said += [TextDelta(piece) for piece in pieces]
            case "refusal":
                said += [TextDelta(piece, is_refusal=True) for piece in pieces]
            case "thinking":
                said += [ThinkingDelta(piece) for piece in pieces]
                said += [ThinkingDelta("", signature="sig")] if draw(st.booleans()) else []
            case "redacted":
                said.append(ThinkingDelta("", redacted=pieces[0]))
            case "call":
                said.append(ToolCallDelta(calls, "", f"call_{calls}", draw(st.sampled_from(["f", "apply_patch"]))))
                said += [ToolCallDelta(draw(st.integers(0, calls)), piece) for piece in pieces]
                calls += 1
    return [*said, Finish(draw(st.sampled_from(["stop", "length", "tool_calls"])), "x")]


@given(answers())
def test_every_item_that_opens_is_closed_and_deltas_add_up(said: list[StreamEvent]) -> None:
    found = stream(*said, tools=[PATCH, WEATHER])
    added = [event["output_index"] for event in found if event["type"] == "response.output_item.added"]
    done = {event["output_index"]: event["item"] for event in found if event["type"] == "response.output_item.done"}
    assert added == list(range(len(added)))
    assert [done[index] for index in added] == final(found)["output"]
    ids = [item["id"] for item in done.values()]
    assert len(set(ids)) == len(ids)
    for event in found:
        if "item_id" in event:
            assert event["item_id"] == done[event["output_index"]]["id"]
    for kind, place in [
        ("output_text", "text"),
        ("refusal", "refusal"),
        ("reasoning_summary_text", "text"),
        ("function_call_arguments", "arguments"),
        ("custom_tool_call_input", "input"),
    ]:
        assert collected(found, kind) == ends(found, kind, place)


def collected(found: list[Any], kind: str) -> dict[Any, str]:
    texts: dict[Any, str] = {}
    for event in found:
        if event["type"] == f"response.{kind}.delta":
            place = (event["output_index"], event.get("content_index", event.get("summary_index")))
            texts[place] = texts.get(place, "") + event["delta"]
    return texts


def ends(found: list[Any], kind: str, place: str) -> dict[Any, str]:
    return {
        (event["output_index"], event.get("content_index", event.get("summary_index"))): event[place]
        for event in found
        if event["type"] == f"response.{kind}.done"
    }


@given(answers(), st.data())
def test_how_an_upstream_s_events_arrive_makes_no_difference(said: list[StreamEvent], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(said)), max_size=5)))
    batches = [said[start:end] for start, end in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    renderer = ResponseStream(served(), request())
    together = b"".join(renderer.render([Chunk(tuple(batch))]) for batch in batches) + renderer.finish(BILL)
    assert events(together) == stream(*said)


@given(answers())
def test_an_answer_written_here_reads_back_the_same(said: list[StreamEvent]) -> None:
    """Our own decoder on our own stream: nothing that the dialect can carry is lost."""
    renderer = ResponseStream(served(), request())
    rendered = b"".join(renderer.render([Chunk((event,))]) for event in said) + renderer.finish(BILL)
    decoder = OpenAiResponsesDecoder()
    heard = [event for chunk in decoder.feed(rendered) + decoder.close() for event in chunk.events]
    assert spoken(heard) == spoken(said)


def spoken(said: list[StreamEvent]) -> tuple[str, str, dict[int, str], bool]:
    words = "".join(event.text for event in said if isinstance(event, TextDelta))
    thoughts = "".join(event.text for event in said if isinstance(event, ThinkingDelta))
    calls: dict[int, str] = {}
    for event in said:
        if isinstance(event, ToolCallDelta):
            calls[event.index] = calls.get(event.index, "") + event.arguments
    cut = any(isinstance(event, Finish) and event.reason == "length" for event in said)
    return words, thoughts, {index: text or "{}" for index, text in calls.items()}, cut


@given(answers())
def test_a_client_that_sends_the_output_back_is_understood(said: list[StreamEvent]) -> None:
    """The next turn: what was said returns as one message of the assistant, its seals with their maker."""
    found = stream(*said, tools=[PATCH, WEATHER])
    output = final(found)["output"]
    again: ChatRequest = parse(
        orjson.dumps(body(input=[{"role": "user", "content": "go"}, *output, {"role": "user", "content": "on"}]))
    )
    blocks = again.messages[1].blocks if len(again.messages) == 3 else ()
    kinds: dict[str, str] = {
        "message": "Text",
        "reasoning": "Thinking",
        "function_call": "ToolCall",
        "custom_tool_call": "ToolCall",
    }
    expected = [kinds[item["type"]] for item in output for _ in item.get("content", [item])]
    assert [type(block).__name__ for block in blocks] == expected
