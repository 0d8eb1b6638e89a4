from collections.abc import Iterable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import Chunk, Finish, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.openai_chat import quirks
from switchboard.providers.openai_chat.decode import (
    OpenAiChatDecoder,
    classify,
    decode_reply,
    failure_of,
    finish,
    spoken,
    usage_of,
)

from tests import recorded
from tests.examples import chunk_native, sse, whole

NOW = 1_800_000_000.0
NONE: frozenset[str] = frozenset()
DEEPSEEK = frozenset({quirks.CACHED_TOKENS_HIT_MISS})
XAI = frozenset({quirks.REASONING_NOT_IN_COMPLETION_TOKENS})
FLAGS = {"reasoning-and-keep-alives": DEEPSEEK, "reasoning-beside-completion": XAI}


def decoded(pieces: Iterable[bytes], flags: frozenset[str] = NONE) -> tuple[list[Chunk], Failure | None]:
    """Everything that came out, and how it failed if it did."""
    decoder = OpenAiChatDecoder(flags)
    chunks: list[Chunk] = []
    try:
        for piece in (*pieces, b""):
            chunks += decoder.feed(piece)
        chunks += decoder.close()
    except UpstreamFailure as failure:
        return chunks, failure.failure
    return chunks, None


def events_of(name: str) -> tuple[list[StreamEvent], Failure | None]:
    pieces = [bytes([byte]) for byte in recorded.read("openai-chat", name)]
    chunks, failure = decoded(pieces, FLAGS.get(name, NONE))
    return [event for chunk in chunks for event in chunk.events], failure


@pytest.mark.parametrize("name", recorded.names("openai-chat"))
def test_a_recorded_stream_gives_the_same_chunks_at_every_split(name: str) -> None:
    stream, flags = recorded.read("openai-chat", name), FLAGS.get(name, NONE)
    expected = decoded([bytes([byte]) for byte in stream], flags)
    for pieces in recorded.splits(stream):
        chunks, failure = decoded(pieces, flags)
        assert failure is expected[1]
        assert chunks == expected[0] or (failure is Failure.SERVER and not chunks)


EXPECTED: dict[str, tuple[list[StreamEvent], Failure | None]] = {
    "plain-text": (
        [
            TextDelta("Grüße "),
            TextDelta("👋"),
            Finish("stop", "stop"),
            Usage(input=86, cache_read=1920, output=300),
        ],
        None,
    ),
    "parallel-tools": (
        [
            ToolCallDelta(0, "", "call_a", "weather"),
            ToolCallDelta(0, '{"city":'),
            ToolCallDelta(0, '"Paris"}'),
            ToolCallDelta(1, "", "call_b", "time"),
            ToolCallDelta(1, "{}"),
            Finish("tool_calls", "tool_calls"),
            Usage(input=80, output=31),
        ],
        None,
    ),
    "azure-filter-chunks": ([TextDelta("Hi."), Finish("stop", "stop"), Usage(input=9, output=2)], None),
    "reasoning-beside-completion": (
        [TextDelta("4"), Finish("stop", "stop"), Usage(input=20, cache_read=10, output=1, reasoning=200)],
        None,
    ),
    "reasoning-and-keep-alives": (
        [
            ThinkingDelta("2+2 "),
            ThinkingDelta("is 4"),
            TextDelta("4"),
            Finish("stop", "stop"),
            Usage(input=104, cache_read=896, output=20, reasoning=100),
        ],
        None,
    ),
    "usage-in-x-groq": ([TextDelta("fast"), Finish("stop", "stop"), Usage(input=40, output=2)], None),
    "list-content": (
        [
            ThinkingDelta("Let me see"),
            TextDelta("Bon"),
            TextDelta("jour"),
            Finish("stop", "stop"),
            Usage(input=11, output=9),
        ],
        None,
    ),
    "missing-done": ([TextDelta("no goodbye"), Finish("length", "length")], None),
    "crlf-and-no-space": (
        [TextDelta("line one"), TextDelta("\u2028two\u0085three"), Finish("stop", "stop")],
        None,
    ),
    "carriage-returns": ([TextDelta("old"), Finish("stop", "stop")], None),
    "usage-on-last-choice": ([TextDelta("glued"), Finish("stop", "stop"), Usage(input=5, output=2)], None),
    "tools-then-stop": (
        [ToolCallDelta(0, "", None, "now"), ToolCallDelta(0, "{}"), Finish("tool_calls", "stop")],
        None,
    ),
    "error-in-stream": ([TextDelta("I was "), TextDelta("say")], Failure.SERVER),
    "cut-without-finish": ([TextDelta("This sentence has no")], Failure.CUT),
    "finish-mentioned-early": ([TextDelta("half an"), TextDelta(" ans")], Failure.CUT),
}


@pytest.mark.parametrize("name", recorded.names("openai-chat"))
def test_a_recorded_stream_says_what_its_provider_meant(name: str) -> None:
    assert events_of(name) == EXPECTED[name]


def test_a_broken_event_is_skipped_and_counted() -> None:
    decoder = OpenAiChatDecoder(NONE)
    stream = b"data: {oops\n\ndata: 7\n\n" + sse(chunk_native({"content": "still here"}, "stop"))
    (chunk,) = decoder.feed(stream)
    assert chunk.events == (TextDelta("still here"), Finish("stop", "stop"))
    assert decoder.skipped == 2


def test_an_event_of_a_name_is_read_like_any_other() -> None:
    (chunk,) = OpenAiChatDecoder(NONE).feed(b"event: message\n" + sse(chunk_native({"content": "x"}), done=False))
    assert chunk.events == (TextDelta("x"),)


def test_an_event_that_never_ends_is_the_servers_failure() -> None:
    with pytest.raises(UpstreamFailure) as caught:
        OpenAiChatDecoder(NONE).feed(b"data: " + b"x" * (8 * 1024 * 1024))
    assert caught.value.failure is Failure.SERVER


def test_the_chunk_keeps_the_way_the_upstream_put_it() -> None:
    native = chunk_native({"content": "x"}, service_tier="flex")
    assert OpenAiChatDecoder(NONE).feed(sse(native)) == [Chunk((TextDelta("x"),), native)]


def test_every_choice_of_several_must_finish() -> None:
    first: Any = {"choices": [{"index": index, "delta": {"content": "x"}} for index in (0, 1)]}
    ends: list[Any] = [{"choices": [{"index": index, "delta": {}, "finish_reason": "stop"}]} for index in (0, 1)]
    assert decoded([sse(first, ends[0], done=False)])[1] is Failure.CUT
    assert decoded([sse(first, *ends, done=False)])[1] is None


def test_done_does_not_end_an_answer_that_names_no_reason() -> None:
    assert decoded([sse(chunk_native({"content": "x"}))])[1] is Failure.CUT


def test_nothing_at_all_is_a_cut() -> None:
    assert decoded([]) == ([], Failure.CUT)


def test_only_keep_alives_are_a_cut() -> None:
    assert decoded([b": keep-alive\n\n" * 3]) == ([], Failure.CUT)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ({"message": "busy", "code": 429}, Failure.RATE_LIMIT),
        ({"message": "busy", "code": "429"}, Failure.RATE_LIMIT),
        ({"message": "busy", "type": "overloaded_error"}, Failure.CAPACITY),
        ({"message": "This model's maximum context length is 8192 tokens"}, Failure.CONTEXT_LENGTH),
        ({"message": "no", "code": 502}, Failure.SERVER),
        ("text only", Failure.SERVER),
        ({"code": None, "message": None}, Failure.SERVER),
        ({"code": "99999999999999999999", "message": "x"}, Failure.SERVER),
    ],
)
def test_an_error_inside_a_stream_is_classified_by_what_it_says(error: Any, failure: Failure) -> None:
    assert decoded([sse({"error": error})]) == ([], failure)


def test_what_came_before_an_error_in_the_same_piece_is_not_lost() -> None:
    decoder = OpenAiChatDecoder(NONE)
    assert decoder.feed(sse(chunk_native({"content": "a"}), done=False))
    (chunk,) = decoder.feed(sse(chunk_native({"content": "b"}), {"error": {"message": "no", "code": 503}}))
    assert chunk.events == (TextDelta("b"),)
    for _ in range(2):
        with pytest.raises(UpstreamFailure) as caught:
            decoder.feed(b"")
        assert caught.value.failure is Failure.CAPACITY


def test_an_error_in_the_first_piece_leaves_nothing_that_would_bind_the_request() -> None:
    with pytest.raises(UpstreamFailure):
        OpenAiChatDecoder(NONE).feed(sse(chunk_native({"content": "a"}), {"error": {"message": "no"}}))


def test_an_error_that_is_null_is_none() -> None:
    assert decoded([sse(chunk_native({"content": "x"}, "stop", error=None))])[1] is None


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.floats(allow_nan=False) | st.sampled_from(("", "stop", "x")),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(("text", "type", "name")), inner),
    max_leaves=4,
)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with these fields or without, or anything else."""
    return st.fixed_dictionaries({}, optional=fields) | json_values


calls = some(index=json_values, id=json_values, function=some(name=json_values, arguments=json_values))
messages = some(content=json_values, reasoning=json_values, tool_calls=st.lists(calls, max_size=2) | json_values)
choices = some(index=json_values, delta=messages, message=messages, finish_reason=json_values)
documents = some(
    choices=st.lists(choices, max_size=2) | json_values,
    usage=some(prompt_tokens=json_values, prompt_tokens_details=json_values),
    x_groq=some(usage=json_values),
    error=some(message=json_values, code=json_values),
    message=json_values,
    detail=json_values,
)


@given(st.lists(documents, max_size=3))
def test_whatever_a_server_streams_is_read_or_is_its_failure(natives: list[Any]) -> None:
    decoded([sse(*natives)])


@given(documents)
def test_whatever_a_server_replies_is_read_or_is_its_failure(native: Any) -> None:
    try:
        chunk = decode_reply(orjson.dumps(native), NONE)
    except UpstreamFailure:
        return
    assert any(isinstance(event, Finish) for event in chunk.events)


@given(st.integers(300, 599), documents)
def test_whatever_a_server_refuses_with_is_classified(status: int, native: Any) -> None:
    failure = classify(status, {}, orjson.dumps(native), NOW)
    assert failure.message
    assert failure.upstream_status == status


def test_a_whole_answer_is_one_chunk() -> None:
    chunk = decode_reply(whole("Hello"), NONE)
    assert chunk.events == (TextDelta("Hello"), Finish("stop", "stop"), Usage(input=9, output=3))


def test_a_whole_answer_may_begin_with_the_blank_lines_that_kept_it_alive() -> None:
    assert decode_reply(b"\n\n\n" + whole("Hello"), NONE).events[0] == TextDelta("Hello")


def test_an_answer_that_ends_for_no_reason_has_no_native_one() -> None:
    choice = {"message": {"content": "x"}, "finish_reason": None}
    assert decode_reply(orjson.dumps({"choices": [choice]}), NONE).events == (TextDelta("x"), Finish("stop", ""))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b"{}", b'{"choices": []}', b'{"choices": null}', b'{"error": {"message": "no"}}'],
)
def test_what_is_no_answer_is_a_failure_though_its_status_is_200(body: bytes) -> None:
    with pytest.raises(UpstreamFailure) as caught:
        decode_reply(body, NONE)
    assert caught.value.failure is Failure.SERVER


def test_what_is_said_comes_in_order_reasoning_text_calls() -> None:
    message: Any = {
        "tool_calls": [{"id": "c", "function": {"name": "now", "arguments": "{}"}}],
        "content": "text",
        "reasoning": "why",
    }
    assert spoken(message, 1) == [
        ThinkingDelta("why", choice=1),
        TextDelta("text", 1),
        ToolCallDelta(0, "{}", "c", "now", 1),
    ]


def test_reasoning_that_comes_under_both_names_is_said_once() -> None:
    assert spoken({"reasoning": "why", "reasoning_content": "why"}, 0) == [ThinkingDelta("why")]


def test_a_refusal_is_text_that_says_so() -> None:
    assert spoken({"content": None, "refusal": "I will not"}, 0) == [TextDelta("I will not", is_refusal=True)]


def test_empty_texts_say_nothing() -> None:
    assert spoken({"role": "assistant", "content": "", "reasoning_content": "", "tool_calls": []}, 0) == []


def test_arguments_that_are_no_text_become_json() -> None:
    (event,) = spoken({"tool_calls": [{"function": {"name": "now", "arguments": {"zone": "UTC"}}}]}, 0)
    assert event == ToolCallDelta(0, '{"zone":"UTC"}', None, "now")


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("length", "length"),
        ("model_length", "length"),
        ("max_tokens", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("tool_use", "tool_calls"),
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("insufficient_system_resource", "error"),
        ("network_error", "error"),
        ("error", "error"),
        ("a_word_of_tomorrow", "stop"),
    ],
)
def test_every_reason_to_finish_has_one_of_five_names(native: str, reason: str) -> None:
    assert finish(native, 0, called_tools=False) == Finish(reason, native)  # type: ignore[arg-type]  # from the table


@pytest.mark.parametrize(("native", "reason"), [("stop", "tool_calls"), ("length", "length")])
def test_stop_after_a_tool_call_means_tool_calls(native: str, reason: str) -> None:
    assert finish(native, 0, called_tools=True).reason == reason


def test_usage_is_found_in_x_groq() -> None:
    assert usage_of({"x_groq": {"usage": {"prompt_tokens": 3}}}, NONE) == Usage(input=3)


@pytest.mark.parametrize("native", [{}, {"usage": None}, {"usage": {}}, {"usage": []}, {"x_groq": {"id": "r"}}])
def test_no_usage_is_none_not_zero(native: Any) -> None:
    assert usage_of(native, NONE) is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "no model"}}, "no model"),
        ({"error": "no model"}, "no model"),
        ({"message": "no model"}, "no model"),
        ({"object": "error", "message": "no model", "type": "x"}, "no model"),
        ({"detail": "no model"}, "no model"),
        ({"detail": [{"loc": ["body"], "msg": "no model", "type": "missing"}]}, "no model"),
        ({}, "The provider answered with status 400."),
        (None, "The provider answered with status 400."),
        ([1], "The provider answered with status 400."),
    ],
)
def test_the_providers_own_words_are_kept(body: Any, message: str) -> None:
    assert failure_of(400, body).message == message


def test_the_providers_words_are_cut_to_a_few_lines() -> None:
    assert len(failure_of(400, {"error": {"message": "x" * 5000}}).message) == 300


def test_the_providers_code_is_kept() -> None:
    failure = classify(400, {}, b'{"error": {"message": "m", "code": "content_filter"}}', NOW)
    assert (failure.failure, failure.provider_code) == (Failure.CONTENT_POLICY, "content_filter")


def test_how_long_to_wait_is_read_from_the_headers() -> None:
    assert classify(429, {"retry-after": "7"}, b"", NOW).retry_after == 7


def test_the_fault_of_a_gateway_in_front_is_an_error_in_its_own_words() -> None:
    fault = orjson.dumps({"fault": {"faultstring": "Rate limit quota violation.", "detail": {"errorcode": "policies"}}})
    failure = classify(429, {}, fault, 0.0)
    assert (failure.failure, failure.message) == (Failure.RATE_LIMIT, "Rate limit quota violation.")
    assert decoded([b"data: " + fault + b"\n\n"])[1] is Failure.SERVER
