import orjson
from switchboard.errors import Failure, NotAuthenticated, UpstreamFailure
from switchboard.protocols.openai_responses.codex import FAILED, CodexResponses
from switchboard.wire.sse import EVENT_STREAM, SseDecoder

CODEX = CodexResponses()


def test_codex_hears_of_a_conversation_that_is_too_long_inside_a_stream() -> None:
    error = UpstreamFailure(Failure.CONTEXT_LENGTH, "Your input exceeds the context window of this model.")
    assert (CODEX.status(error), CODEX.error_type(error)) == (200, EVENT_STREAM)
    (event,) = SseDecoder().feed(CODEX.error(error, "gen-1"))
    body = orjson.loads(event.data)
    assert (event.event, body["type"], body["response"]["status"]) == (FAILED, FAILED, "failed")
    assert body["response"]["error"] == {"code": "context_length_exceeded", "message": error.message}


def test_any_other_error_is_told_as_to_everybody() -> None:
    error = NotAuthenticated("No key.")
    assert (CODEX.status(error), CODEX.error_type(error)) == (401, "application/json")
    assert orjson.loads(CODEX.error(error, None))["error"]["message"] == "No key."
