import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.errors import Failure
from switchboard.providers.failures import failure_class, retry_after

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, Failure.BAD_REQUEST),
        (401, Failure.UPSTREAM_AUTH),
        (402, Failure.UPSTREAM_AUTH),
        (403, Failure.UPSTREAM_AUTH),
        (404, Failure.MODEL_MISSING),
        (405, Failure.BAD_REQUEST),
        (408, Failure.TIMEOUT),
        (409, Failure.BAD_REQUEST),
        (413, Failure.CONTEXT_LENGTH),
        (422, Failure.BAD_REQUEST),
        (424, Failure.SERVER),
        (429, Failure.RATE_LIMIT),
        (498, Failure.CAPACITY),
        (500, Failure.SERVER),
        (502, Failure.SERVER),
        (503, Failure.CAPACITY),
        (504, Failure.TIMEOUT),
        (524, Failure.SERVER),
        (529, Failure.CAPACITY),
        (200, Failure.SERVER),
        (204, Failure.SERVER),
        (302, Failure.SERVER),
    ],
)
def test_a_status_alone_has_a_class(status: int, failure: Failure) -> None:
    assert failure_class(status, None, "") is failure


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (400, "context_length_exceeded", Failure.CONTEXT_LENGTH),
        (400, "content_filter", Failure.CONTENT_POLICY),
        (400, "content_policy_violation", Failure.CONTENT_POLICY),
        (429, "insufficient_quota", Failure.UPSTREAM_AUTH),
        (400, "invalid_api_key", Failure.UPSTREAM_AUTH),
        (400, "model_not_found", Failure.MODEL_MISSING),
        (400, "rate_limit_exceeded", Failure.RATE_LIMIT),
        (500, "overloaded_error", Failure.CAPACITY),
        (400, "server_error", Failure.SERVER),
        (400, "tool_use_failed", Failure.SERVER),
    ],
)
def test_a_code_goes_before_the_status(status: int, code: str, failure: Failure) -> None:
    assert failure_class(status, code, "") is failure


def test_an_unknown_code_changes_nothing() -> None:
    assert failure_class(429, "429", "") is Failure.RATE_LIMIT
    assert failure_class(400, "invalid_request_error", "") is Failure.BAD_REQUEST


@pytest.mark.parametrize(
    "words",
    [
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        "Input is too long for requested model.",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        "the request exceeds the available context size. try increasing the context size",
        "Your request exceeds the model's context window",
        "Current length is 9000 while limit is 8192",
        "PROMPT IS TOO LONG",
    ],
)
@pytest.mark.parametrize("status", [400, 422, 200])
def test_the_words_for_a_prompt_that_does_not_fit(words: str, status: int) -> None:
    assert failure_class(status, "invalid_request_error", words) is Failure.CONTEXT_LENGTH


def test_those_words_prove_nothing_when_a_server_breaks() -> None:
    assert failure_class(500, None, "trace: 'prompt is too long' said the user") is Failure.SERVER


@pytest.mark.parametrize("words", ["429 is my lucky number", "rate limit", "context", "the maximum is 4 stop words"])
def test_words_alone_are_no_proof_of_anything_else(words: str) -> None:
    assert failure_class(400, None, words) is Failure.BAD_REQUEST


def test_only_the_beginning_of_a_long_message_is_read() -> None:
    assert failure_class(400, None, "x" * 2000 + "prompt is too long") is Failure.BAD_REQUEST


@given(st.integers(100, 999), st.none() | st.text(max_size=5), st.text())
def test_everything_has_a_class(status: int, code: str | None, message: str) -> None:
    assert failure_class(status, code, message) in Failure


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
        ({"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT"}, 30.0),
        ({"retry-after": "Fri, 15 Jan 2027 07:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after-ms": "1e999"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@given(st.text() | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,6} \d\d:\d\d:\d\d( GMT| [+-]\d{4})?", fullmatch=True))
def test_a_header_that_cannot_be_read_is_none(value: str) -> None:
    seconds = retry_after({"retry-after": value, "retry-after-ms": value}, NOW)
    assert seconds is None or 0 <= seconds < float("inf")
