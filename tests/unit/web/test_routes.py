import re

import orjson
import pytest
from switchboard.errors import InvalidRequest
from switchboard.protocols.openai_responses.codex import CodexResponses
from switchboard.web.routes import counting_at, dialect_of, inference_at, missing_route, suited

from tests.house import ROOT

GEMINI = "/v1beta/models/google/gemini-2.5-flash"


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/chat/completions", "openai-chat"),
        ("/api/v1/chat/completions", "openai-chat"),
        ("/v1/responses", "openai-responses"),
        ("/api/v1/messages", "anthropic-messages"),
        ("/api/anthropic/v1/messages", "anthropic-messages"),
        (f"{GEMINI}:generateContent", "google-generate"),
        (f"/api{GEMINI}:streamGenerateContent", "google-generate"),
        ("/v1/models/meta/llama:generateContent", "google-generate"),
        ("/api/vertex-ai/v1/publishers/google/models/gemini-2.5-pro:generateContent", "google-generate"),
        ("/api/vertex-ai/v1/projects/p/locations/l/publishers/x/models/a/b:generateContent", "google-generate"),
    ],
)
def test_a_path_speaks_its_dialect(path: str, dialect: str) -> None:
    found = inference_at(path)
    assert found is not None
    assert found[0].name == dialect


def test_a_path_of_googles_names_the_model_whatever_is_in_its_id() -> None:
    found = inference_at("/v1beta/models/a/b:free:streamGenerateContent")
    assert found is not None
    assert found[1] == {"target": "a/b:free:streamGenerateContent"}


@pytest.mark.parametrize("path", ["/", "/v1/models", "/v1/models/openai/gpt-4.1", "/v1/chat", "/v1/messages/x"])
def test_there_is_nothing_to_ask_elsewhere(path: str) -> None:
    assert inference_at(path) is None
    assert counting_at(path) is None


def test_tokens_are_counted_for_both_dialects_that_have_a_route_for_it() -> None:
    messages = counting_at("/v1/messages/count_tokens")
    contents = counting_at(f"{GEMINI}:countTokens")
    assert messages is not None
    assert contents is not None
    said = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "four words of text"}]}
    assert orjson.loads(messages[1](orjson.dumps(said)))["input_tokens"] > 3
    body = {"contents": [{"role": "user", "parts": [{"text": "four words of text"}]}]}
    assert orjson.loads(contents[1](orjson.dumps(body)))["totalTokens"] > 3


@pytest.mark.parametrize(
    ("path", "headers", "dialect"),
    [
        ("/v1/nowhere", {}, "openai-chat"),
        ("/v1/chat/completions", {"anthropic-version": "2026-10-21"}, "openai-chat"),
        ("/v1/responses", {}, "openai-responses"),
        ("/v1/messages/batches", {}, "anthropic-messages"),
        ("/api/anthropic/v1/complete", {}, "anthropic-messages"),
        ("/v1/models", {"anthropic-version": "2026-10-21"}, "anthropic-messages"),
        ("/v1beta/tunedModels", {}, "google-generate"),
        ("/api/vertex-ai/v1/publishers/google/models/x:predict", {}, "google-generate"),
        ("/v1/models/google/gemini:generateContent", {}, "google-generate"),
        ("/v1/models", {"x-goog-api-key": "k"}, "google-generate"),
        ("/v1/messagesx", {}, "openai-chat"),
    ],
)
def test_an_error_is_told_in_the_dialect_of_who_comes_there(path: str, headers: dict[str, str], dialect: str) -> None:
    assert dialect_of(path, headers).name == dialect


def test_a_missing_route_is_not_found_and_a_wrong_method_is_told_the_right_one() -> None:
    assert missing_route("GET", "/nowhere")[0].status == 404
    for path in ("/v1/chat/completions", "/v1/messages/count_tokens", f"{GEMINI}:generateContent"):
        error, headers = missing_route("GET", path)
        assert (error.status, headers) == (405, {"allow": "POST"})
        assert "use POST" in error.message


def test_counting_is_no_inference() -> None:
    assert inference_at(f"{GEMINI}:countTokens") is None


def as_pattern(route: str) -> str:
    """API Gateway's {proxy+} takes the rest of a path, slashes and all."""
    return ".+".join(re.escape(part) for part in route.split("{proxy+}"))


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions",
        "/api/v1/responses",
        "/api/anthropic/v1/messages",
        "/v1/messages/count_tokens",
        f"{GEMINI}:generateContent",
        f"/api{GEMINI}:generateContent",
        "/v1/models/google/gemini:generateContent",
        "/api/v1/models/google/gemini:generateContent",
        "/api/vertex-ai/v1/publishers/google/models/gemini:generateContent",
    ],
)
def test_the_template_sends_each_of_them_to_the_chat_function(path: str) -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    function = template.partition("  ChatFunction:")[2].partition("  ChatLogs:")[0]
    routed = [route.strip('"') for route in re.findall(r"Path: ([^,\s]+), Method: POST", function)]
    assert any(re.fullmatch(as_pattern(route), path) for route in routed), routed


@pytest.mark.parametrize(
    ("agent", "code"),
    [
        (b"speakeasy-sdk/python 1.3.84 2.914.0 1.0.0 openrouter", 400),
        (b"speakeasy-sdk/typescript 1.3.19 2.914.0 1.0.0 @openrouter/sdk", 400),
        (b"speakeasy-sdk/python 1.3.84 2.914.0 1.0.0 mistralai", "invalid_request"),
        (b"OpenAI/Python 3.54.0", "invalid_request"),
    ],
)
def test_openrouters_sdks_are_told_errors_by_number(agent: bytes, code: int | str) -> None:
    found = inference_at("/api/v1/chat/completions")
    assert found is not None
    body = orjson.loads(suited(found[0], [(b"user-agent", agent)]).error(InvalidRequest("no"), None))
    assert body["error"]["code"] == code


def test_other_dialects_are_the_same_for_everyone() -> None:
    found = inference_at("/api/v1/responses")
    assert found is not None
    assert suited(found[0], [(b"user-agent", b"speakeasy-sdk/python 1 2 3 openrouter")]) is found[0]


def test_codex_is_known_by_its_own_header_and_only_where_it_asks() -> None:
    originator = [(b"originator", b"codex_cli_rs")]
    responses, chat = inference_at("/v1/responses"), inference_at("/v1/chat/completions")
    assert responses
    assert chat
    assert isinstance(suited(responses[0], originator), CodexResponses)
    assert suited(responses[0], [(b"originator", b"elsewhere")]) is responses[0]
    assert suited(chat[0], originator) is chat[0]
