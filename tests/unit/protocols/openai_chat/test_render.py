from typing import Any

import orjson
import pytest
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from switchboard.accounting.price import Bill
from switchboard.chat import NO_USAGE, Chunk, Finish, TextDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.protocols.openai_chat.render import DONE, OpenAiChatStream, render_reply, usage_object
from switchboard.providers.openai_chat.decode import OpenAiChatDecoder, decode_reply
from switchboard.wire.sse import SseDecoder

from tests import recorded
from tests.examples import chunk_native, served, sse, whole

# Any: tests look deep into what is rendered.

USED = Usage(input=86, cache_read=1920, output=200, reasoning=100)
BILL = Bill(USED, 1_500_000, 500_000)
COMPLETE = [
    name
    for name in recorded.names("openai-chat")
    if name not in {"error-in-stream", "cut-without-finish", "finish-mentioned-early"}
]


def decoded(stream: bytes) -> list[Chunk]:
    decoder = OpenAiChatDecoder(frozenset())
    return decoder.feed(stream) + decoder.close()


def rendered(stream: bytes, *, include_usage: bool = False) -> bytes:
    """What a client is sent for an upstream's stream."""
    renderer = OpenAiChatStream(served(), include_usage)
    return renderer.render(decoded(stream)) + renderer.finish(BILL)


def data_of(stream: bytes) -> list[bytes]:
    decoder = SseDecoder()
    return [event.data for event in decoder.feed(stream) + decoder.close()]


def pieces_of(stream: bytes) -> list[Any]:
    return [orjson.loads(data) for data in data_of(stream) if data != b"[DONE]"]


def reply(chunk: Chunk) -> Any:
    return orjson.loads(render_reply(served(), chunk, BILL))


def official(piece: Any) -> ChatCompletionChunk:
    return ChatCompletionChunk.model_validate_json(orjson.dumps(piece), strict=True)


@pytest.mark.parametrize("include_usage", [True, False])
@pytest.mark.parametrize("name", COMPLETE)
def test_openais_own_reader_takes_every_rendered_stream(name: str, include_usage: bool) -> None:
    pieces = pieces_of(rendered(recorded.read("openai-chat", name), include_usage=include_usage))
    chunks = [official(piece) for piece in pieces]
    assert sum(choice.finish_reason is not None for chunk in chunks for choice in chunk.choices) == 1


@pytest.mark.parametrize("name", COMPLETE)
def test_every_piece_says_the_same_about_itself(name: str) -> None:
    pieces = pieces_of(rendered(recorded.read("openai-chat", name), include_usage=True))
    heads = {tuple(piece[field] for field in ("id", "object", "created", "model", "provider")) for piece in pieces}
    assert heads == {("gen-1", "chat.completion.chunk", 1_800_000_000, "lab/one", "Acme")}


@pytest.mark.parametrize("name", COMPLETE)
def test_every_piece_has_the_keys_that_strict_clients_want(name: str) -> None:
    for piece in pieces_of(rendered(recorded.read("openai-chat", name))):
        assert "system_fingerprint" in piece
        for choice in piece["choices"]:
            assert choice.keys() >= {"index", "delta", "finish_reason", "native_finish_reason", "logprobs"}


@pytest.mark.parametrize("name", COMPLETE)
def test_usage_is_not_shown_to_those_who_did_not_ask(name: str) -> None:
    for piece in pieces_of(rendered(recorded.read("openai-chat", name))):
        assert "usage" not in piece
        assert piece["choices"]


@pytest.mark.parametrize("name", COMPLETE)
def test_usage_comes_last_and_once_and_without_choices(name: str) -> None:
    *pieces, last = pieces_of(rendered(recorded.read("openai-chat", name), include_usage=True))
    assert not any("usage" in piece for piece in pieces)
    assert all(piece["choices"] for piece in pieces)
    assert last["choices"] == []
    assert CompletionUsage.model_validate(last["usage"], strict=True).total_tokens == 2306


@pytest.mark.parametrize("name", COMPLETE)
def test_a_complete_stream_ends_with_done(name: str) -> None:
    assert rendered(recorded.read("openai-chat", name)).endswith(DONE)
    assert data_of(rendered(recorded.read("openai-chat", name)))[-1] == b"[DONE]"


def test_azures_filter_chunks_are_left_out() -> None:
    pieces = pieces_of(rendered(recorded.read("openai-chat", "azure-filter-chunks")))
    assert [piece["choices"][0]["delta"] for piece in pieces] == [
        {"role": "assistant", "content": ""},
        {"content": "Hi."},
        {},
    ]


def test_reasoning_is_mirrored_in_every_delta() -> None:
    pieces = pieces_of(rendered(recorded.read("openai-chat", "reasoning-and-keep-alives")))
    thoughts = [piece["choices"][0]["delta"].get("reasoning") for piece in pieces]
    assert thoughts == [None, "2+2 ", "is 4", None, None]
    mirrored = [piece["choices"][0]["delta"].get("reasoning_content") or None for piece in pieces]
    assert mirrored == thoughts


def test_what_the_upstream_adds_is_passed_on() -> None:
    (piece,) = pieces_of(rendered(sse(chunk_native({"content": "x"}, "stop", service_tier="flex"))))
    assert piece["service_tier"] == "flex"


def test_an_upstreams_fingerprint_is_kept_and_a_missing_one_is_empty() -> None:
    first, second = pieces_of(
        rendered(sse(chunk_native({"content": "x"}, system_fingerprint="fp"), chunk_native({}, "stop")))
    )
    assert (first["system_fingerprint"], second["system_fingerprint"]) == ("fp", "")


def test_nothing_to_show_is_no_bytes() -> None:
    renderer = OpenAiChatStream(served(), include_usage=True)
    assert renderer.render([]) == b""
    assert renderer.render([Chunk((Usage(input=1),), {"choices": [], "usage": {"prompt_tokens": 1}})]) == b""


FAILURE = UpstreamFailure(Failure.TIMEOUT, "The answer stalled for 30 s.", upstream_status=200)


def failed() -> bytes:
    renderer = OpenAiChatStream(served(), include_usage=False)
    return renderer.render([Chunk((TextDelta("half"),), chunk_native({"content": "half"}))]) + renderer.fail(
        FAILURE, BILL
    )


def test_a_stream_that_broke_off_never_says_that_it_is_done() -> None:
    assert b"[DONE]" not in failed()


def test_a_stream_that_broke_off_ends_with_the_error() -> None:
    last = pieces_of(failed())[-1]
    assert last["error"]["message"] == "The answer stalled for 30 s."
    assert last["error"]["code"] == "provider_error"
    (choice,) = last["choices"]
    assert (choice["delta"], choice["finish_reason"]) == ({"content": ""}, "error")
    assert (last["id"], last["provider"]) == ("gen-1", "Acme")


def test_a_stream_that_broke_off_says_what_it_cost() -> None:
    assert pieces_of(failed())[-1]["usage"]["cost"] == 0.0015


def test_openais_own_reader_takes_a_whole_answer() -> None:
    answer = render_reply(served(), decode_reply(whole("Hello"), frozenset()), BILL)
    official_answer = ChatCompletion.model_validate_json(answer, strict=True)
    assert official_answer.choices[0].message.content == "Hello"
    assert (official_answer.id, official_answer.model) == ("gen-1", "lab/one")


def test_a_whole_answer_has_the_keys_that_strict_clients_want() -> None:
    answer = reply(decode_reply(whole("Hello"), frozenset()))
    assert answer.keys() >= {"id", "object", "created", "model", "provider", "system_fingerprint", "choices", "usage"}
    (choice,) = answer["choices"]
    assert choice.keys() == {"index", "message", "finish_reason", "native_finish_reason", "logprobs"}
    assert choice["message"] == {"role": "assistant", "content": "Hello", "refusal": None}


def test_a_whole_answer_says_who_gave_it() -> None:
    answer = reply(decode_reply(whole(system_fingerprint="fp", service_tier="flex"), frozenset()))
    assert [answer[name] for name in ("provider", "created", "system_fingerprint", "service_tier")] == [
        "Acme",
        1_800_000_000,
        "fp",
        "flex",
    ]


def test_an_answer_of_tool_calls_is_one() -> None:
    message = {"content": None, "tool_calls": [{"id": "c", "function": {"name": "now", "arguments": ""}}]}
    body = orjson.dumps({"choices": [{"message": message, "finish_reason": "stop"}]})
    answer = ChatCompletion.model_validate_json(
        render_reply(served(), decode_reply(body, frozenset()), BILL), strict=True
    )
    assert answer.choices[0].finish_reason == "tool_calls"
    assert answer.choices[0].message.tool_calls is not None


def test_a_choice_that_the_server_did_not_finish_has_no_native_reason() -> None:
    chunk = Chunk((TextDelta("x"), Finish("stop", "")), {"choices": [{"message": {"content": "x"}}]})
    assert reply(chunk)["choices"][0]["native_finish_reason"] is None


def test_counts_come_from_the_buckets() -> None:
    usage = Usage(
        input=1,
        cache_read=2,
        cache_write_5m=4,
        cache_write_1h=8,
        input_audio=16,
        output=32,
        reasoning=64,
        output_audio=128,
    )
    shown: Any = usage_object(Bill(usage, 0, 0), None)
    assert (shown["prompt_tokens"], shown["completion_tokens"], shown["total_tokens"]) == (31, 224, 255)
    assert shown["prompt_tokens_details"] == {"cached_tokens": 2, "cache_write_tokens": 12, "audio_tokens": 16}
    assert shown["completion_tokens_details"] == {"reasoning_tokens": 64, "audio_tokens": 128}


def test_costs_are_in_dollars_and_the_parts_add_up() -> None:
    shown: Any = usage_object(BILL, None)
    assert shown["cost"] == 0.0015
    assert shown["is_byok"] is False
    details = shown["cost_details"]
    assert details["upstream_inference_cost"] is None
    assert details["upstream_inference_prompt_cost"] + details["upstream_inference_completions_cost"] == 0.0015


def test_a_cost_that_is_not_known_is_null_not_zero() -> None:
    shown: Any = usage_object(Bill(NO_USAGE, None, None), None)
    assert shown["cost"] is None
    assert set(shown["cost_details"].values()) == {None}


def test_counts_that_only_the_upstream_knows_are_passed_on_and_no_details_are_null() -> None:
    native: Any = {
        "prompt_tokens": 999,
        "queue_time": 0.05,
        "prompt_tokens_details": None,
        "completion_tokens_details": {"accepted_prediction_tokens": 7, "rejected_prediction_tokens": None},
    }
    shown: Any = usage_object(BILL, native)
    assert (shown["queue_time"], shown["prompt_tokens"]) == (0.05, 2006)
    assert shown["completion_tokens_details"]["accepted_prediction_tokens"] == 7
    assert None not in shown["completion_tokens_details"].values()
    assert CompletionUsage.model_validate(shown, strict=True).prompt_tokens == 2006
