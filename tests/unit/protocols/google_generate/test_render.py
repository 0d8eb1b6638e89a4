from dataclasses import replace
from typing import Any

import orjson
import pytest
from switchboard.accounting.price import Bill
from switchboard.chat import (
    Chunk,
    Finish,
    FinishReason,
    Served,
    StreamEvent,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
)
from switchboard.errors import (
    AllAttemptsFailed,
    Failure,
    InvalidRequest,
    NoEndpointFits,
    SwitchboardError,
    UpstreamFailure,
)
from switchboard.protocols.google_generate import GoogleGenerate
from switchboard.protocols.interface import Arrival
from switchboard.signatures import marked_in_base64
from switchboard.wire.sse import SseDecoder

SERVED = Served("gen-1", 1, "lab/one", "acme", "Acme", "openai-chat")
GOOGLE = replace(SERVED, provider_id="google", dialect="google-generate")
BILL = Bill(Usage(input=5, cache_read=2, output=3, reasoning=4), 1, 1)
METADATA = {
    "promptTokenCount": 7,
    "candidatesTokenCount": 3,
    "totalTokenCount": 14,
    "cachedContentTokenCount": 2,
    "thoughtsTokenCount": 4,
    "cost": 1e-09,
}
HEAD = {"modelVersion": "lab/one", "responseId": "gen-1"}
CALLS = (
    ToolCallDelta(0, "", "c1", "f"),
    ToolCallDelta(0, '{"a"'),
    ToolCallDelta(1, "", "c2", "g"),
    ToolCallDelta(0, ":1}"),
)


def whole(*events: StreamEvent) -> Any:
    return orjson.loads(GoogleGenerate().reply(SERVED, Chunk(events), BILL))


def streamed(*chunks: Chunk, served: Served = SERVED, alt: str = "sse") -> bytes:
    asked = GoogleGenerate().parse(
        Arrival(b'{"contents":"hi"}', {"target": "lab/one:streamGenerateContent"}, {"alt": alt})
    )
    renderer = GoogleGenerate().stream(served, asked)
    return b"".join(renderer.render([chunk]) for chunk in chunks) + renderer.finish(BILL)


def pieces(data: bytes) -> list[Any]:
    return [orjson.loads(event.data) for event in SseDecoder().feed(data)]


def said(*parts: Any, finish: str | None = None, index: int = 0) -> Any:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": index}
    return {**candidate, "finishReason": finish} if finish else candidate


class TestWhole:
    def test_neighbouring_texts_are_one_part(self) -> None:
        reply = whole(ThinkingDelta("h"), ThinkingDelta("m"), TextDelta("He"), TextDelta("llo"), Finish("stop", "stop"))
        assert reply == {
            "candidates": [said({"text": "hm", "thought": True}, {"text": "Hello"}, finish="STOP")],
            "usageMetadata": METADATA,
            **HEAD,
        }

    def test_calls_are_put_together(self) -> None:
        reply = whole(TextDelta("so"), *CALLS, Finish("tool_calls", "tool_calls"))
        assert reply["candidates"] == [
            said(
                {"text": "so"},
                {"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}},
                {"functionCall": {"id": "c2", "name": "g", "args": {}}},
                finish="STOP",
            )
        ]

    def test_arguments_that_are_no_object_survive(self) -> None:
        reply = whole(ToolCallDelta(0, "[1", "c", "f"), Finish("tool_calls", "x"))
        assert reply["candidates"][0]["content"]["parts"][0]["functionCall"]["args"] == {"_raw": "[1"}

    def test_choices_are_candidates(self) -> None:
        reply = whole(TextDelta("a"), TextDelta("b", 1), Finish("stop", "x"), Finish("length", "x", 1))
        assert reply["candidates"] == [
            said({"text": "a"}, finish="STOP"),
            said({"text": "b"}, finish="MAX_TOKENS", index=1),
        ]

    @pytest.mark.parametrize(
        ("reason", "google"),
        [("stop", "STOP"), ("length", "MAX_TOKENS"), ("content_filter", "SAFETY"), ("error", "OTHER")],
    )
    def test_finish_reasons(self, reason: FinishReason, google: str) -> None:
        assert whole(TextDelta("a"), Finish(reason, "x"))["candidates"][0]["finishReason"] == google


class TestSignatures:
    def test_come_back_as_they_were_made(self) -> None:
        reply = whole(
            ThinkingDelta("hm"),
            ThinkingDelta("", "sig"),
            ThinkingDelta("", redacted="sealed"),
            TextDelta("x"),
            Finish("stop", "x"),
        )
        content = reply["candidates"][0]["content"]
        assert content["parts"][0] == {
            "text": "hm",
            "thought": True,
            "thoughtSignature": marked_in_base64("sig", "acme"),
        }
        body = orjson.dumps({"contents": [{"role": "user", "parts": [{"text": "?"}]}, content]})
        replayed = GoogleGenerate().parse(Arrival(body, {"target": "lab/one:generateContent"})).messages[1]
        assert replayed.blocks[:2] == (
            Thinking("hm", "sig", "acme"),
            Thinking("", "sealed", "acme", redacted=True),
        )


class TestStream:
    def test_the_end_comes_last_with_calls_and_usage(self) -> None:
        chunks = [Chunk((event,)) for event in (TextDelta("Hi"), *CALLS, Finish("tool_calls", "x"), Usage(1))]
        first, last = pieces(streamed(*chunks))
        assert first == {"candidates": [said({"text": "Hi"})], **HEAD}
        assert last["usageMetadata"] == METADATA
        assert last["candidates"][0]["finishReason"] == "STOP"
        assert [part["functionCall"]["name"] for part in last["candidates"][0]["content"]["parts"]] == ["f", "g"]

    def test_without_events_it_is_one_array(self) -> None:
        chunks = [Chunk((TextDelta("a"),)), Chunk((TextDelta("b"),)), Chunk((Finish("stop", "x"),))]
        array = orjson.loads(streamed(*chunks, alt=""))
        assert array == pieces(streamed(*chunks))
        assert len(array) == 3

    def test_an_upstream_of_the_same_dialect_passes_through(self) -> None:
        native: Any = {
            "candidates": [{"content": {"parts": [{"text": "a", "thoughtSignature": "s"}]}, "citationMetadata": {}}],
            "usageMetadata": {"promptTokenCount": 1, "trafficType": "ON_DEMAND"},
            "responseId": "theirs",
        }
        [piece] = pieces(streamed(Chunk((TextDelta("a"),), native), served=GOOGLE))
        part = {"text": "a", "thoughtSignature": marked_in_base64("s", "google")}
        assert piece == {**native, **HEAD, "candidates": [{"content": {"parts": [part]}, "citationMetadata": {}}]}
        reply = orjson.loads(GoogleGenerate().reply(GOOGLE, Chunk((), native), BILL))
        assert reply == {**piece, "usageMetadata": {**native["usageMetadata"], "cost": 1e-09}}
        assert orjson.loads(streamed(Chunk((), native), Chunk((), {}), served=GOOGLE, alt=""))[0] == piece

    @pytest.mark.parametrize("counted", [{"promptTokenCount": 1, "trafficType": "ON_DEMAND"}, None])
    def test_the_last_piece_of_such_an_upstream_says_what_it_cost(self, counted: Any) -> None:
        begun: Any = {"candidates": [{"content": {"parts": [{"text": "a"}]}}], "usageMetadata": {"promptTokenCount": 1}}
        ended: Any = {"candidates": [{"content": {"parts": [{"text": "b"}]}, "finishReason": "STOP"}]}
        ended |= {"usageMetadata": counted} if counted else {}
        chunks = [Chunk((TextDelta("a"),), begun), Chunk((TextDelta("b"), Finish("stop", "STOP")), ended)]
        first, last = pieces(streamed(*chunks, served=GOOGLE))
        assert first == {**begun, **HEAD}
        assert last == {**ended, **HEAD, "usageMetadata": {**(counted or METADATA), "cost": 1e-09}}

    def test_what_comes_behind_an_end_lets_it_through_unchanged(self) -> None:
        """One of several candidates ends before the others do."""
        natives: list[Any] = [{"candidates": [{"index": index, "finishReason": "STOP"}]} for index in range(2)]
        first, last = pieces(streamed(*[Chunk((), native) for native in natives], served=GOOGLE))
        assert first == {**natives[0], **HEAD}
        assert last["usageMetadata"]["cost"] == 1e-09

    @pytest.mark.parametrize("alt", ["sse", ""])
    def test_a_break_ends_in_an_error(self, alt: str) -> None:
        asked = GoogleGenerate().parse(
            Arrival(b'{"contents":"hi"}', {"target": "lab/one:streamGenerateContent"}, {"alt": alt})
        )
        renderer = GoogleGenerate().stream(SERVED, asked)
        data = renderer.render([Chunk((TextDelta("Hel"),))])
        data += renderer.fail(UpstreamFailure(Failure.CUT, "cut off"), BILL)
        last = pieces(data)[-1] if alt else orjson.loads(data)[-1]
        assert list(last) == ["error", "usageMetadata"]
        assert last["usageMetadata"]["promptTokenCount"] == BILL.usage.prompt_tokens
        assert (last["error"]["code"], last["error"]["status"]) == (502, "UNAVAILABLE")
        assert b"finishReason" not in data

    def test_an_answer_of_nothing_is_still_an_array(self) -> None:
        assert streamed(served=GOOGLE, alt="") == b"[]"

    def test_a_silence_is_filled_with_what_neither_reader_sees(self) -> None:
        keep_alive = GoogleGenerate.keep_alive
        chunk = Chunk((TextDelta("a"),))
        assert orjson.loads(keep_alive + streamed(chunk, alt="")) == pieces(keep_alive + streamed(chunk))


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (InvalidRequest("x", param="contents"), 400, "INVALID_ARGUMENT"),
        (AllAttemptsFailed("x", last=Failure.RATE_LIMIT, previous_errors=[]), 429, "RESOURCE_EXHAUSTED"),
        (AllAttemptsFailed("x", last=Failure.CAPACITY, previous_errors=[]), 503, "UNAVAILABLE"),
        (AllAttemptsFailed("x", last=Failure.SERVER, previous_errors=[{"a": 1}]), 502, "UNAVAILABLE"),
        (SwitchboardError("x"), 500, "INTERNAL"),
    ],
)
def test_errors_have_googles_shape(error: SwitchboardError, code: int, status: str) -> None:
    shown = orjson.loads(GoogleGenerate().error(error, "gen-1"))["error"]
    assert (shown["code"], shown["message"], shown["status"]) == (code, "x", status)
    assert shown["details"][0]["reason"] == error.code.upper()
    assert shown["details"][0]["metadata"]["generation_id"] == "gen-1"
    assert all(isinstance(value, str) for value in shown["details"][0]["metadata"].values())


def test_the_field_and_the_wait_are_details() -> None:
    error = InvalidRequest("must be a list", param="contents")
    error.retry_after = 2.4
    details = orjson.loads(GoogleGenerate().error(error, None))["error"]["details"]
    assert details[1]["fieldViolations"] == [{"field": "contents", "description": "must be a list"}]
    assert details[2]["retryDelay"] == "2s"


BLOCKED = AllAttemptsFailed("The provider blocked the prompt.", last=Failure.CONTENT_POLICY, previous_errors=[])


def test_a_blocked_prompt_is_an_answer_and_no_error() -> None:
    google = GoogleGenerate()
    shown = orjson.loads(google.error(BLOCKED, "gen-1"))
    assert google.status(BLOCKED) == 200
    assert shown["promptFeedback"]["blockReason"] == "PROHIBITED_CONTENT"
    assert "error" not in shown
    assert "candidates" not in shown


def test_so_it_is_where_keep_alives_had_begun_the_answer() -> None:
    asked = Arrival(b'{"contents":"hi"}', {"target": "lab/one:streamGenerateContent"}, {"alt": "sse"})
    renderer = GoogleGenerate().stream(SERVED, GoogleGenerate().parse(asked))
    (piece,) = pieces(renderer.fail(BLOCKED, BILL))
    assert piece["promptFeedback"]["blockReasonMessage"] == BLOCKED.message


def test_a_prompt_that_fits_nowhere_is_400() -> None:
    error = NoEndpointFits("too long")
    error.availability = {"excluded_by": ["context_length"]}
    assert GoogleGenerate().status(error) == 400
    assert orjson.loads(GoogleGenerate().error(error, None))["error"]["status"] == "INVALID_ARGUMENT"
