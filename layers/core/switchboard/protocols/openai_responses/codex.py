"""Responses as Codex reads them: it shortens a conversation that has become too long only if it hears of it inside a
stream, as OpenAI tells it; an HTTP 400 ends its turn. https://github.com/openai/codex (codex-api, sse/responses)
"""

import orjson

from switchboard.errors import SwitchboardError
from switchboard.json_types import JsonObject
from switchboard.protocols.openai_responses import OpenAiResponses
from switchboard.protocols.openai_responses.errors import stream_code, stream_message
from switchboard.protocols.overflow import is_overflow
from switchboard.wire.sse import EVENT_STREAM, encode_event

FAILED = "response.failed"


class CodexResponses(OpenAiResponses):
    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        if not is_overflow(error):
            return super().error(error, generation_id)
        response: JsonObject = {
            "id": generation_id or "",
            "object": "response",
            "status": "failed",
            "output": [],
            "error": {"code": stream_code(error), "message": stream_message(error)},
        }
        event = {"type": FAILED, "sequence_number": 0, "response": response}
        return encode_event(orjson.dumps(event), FAILED)

    def error_type(self, error: SwitchboardError) -> str:
        return EVENT_STREAM if is_overflow(error) else super().error_type(error)

    def status(self, error: SwitchboardError) -> int:
        return 200 if is_overflow(error) else super().status(error)
