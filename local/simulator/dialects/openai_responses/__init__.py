"""OpenAI's Responses; nothing is stored."""

from collections.abc import Mapping

from local.simulator.dialects.openai_errors import TROUBLES, error_body, error_headers, has_bearer
from local.simulator.dialects.openai_responses.reading import read_prompt
from local.simulator.dialects.openai_responses.refusals import refuse
from local.simulator.dialects.openai_responses.writing import error_event, response, stream
from local.simulator.json_types import JsonObject
from local.simulator.prompt import Prompt
from local.simulator.refusal import Refusal
from local.simulator.reply import Call, Reply
from local.simulator.script import Send


class OpenAiResponses:
    name = "openai-responses"
    stream_type = "text/event-stream; charset=utf-8"
    malformed = b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","del\n\n'
    troubles = TROUBLES

    def has_key(self, headers: Mapping[str, str], _query: Mapping[str, str]) -> bool:
        return has_bearer(headers)

    def refuse(self, call: Call) -> Refusal | None:
        return refuse(call)

    def read(self, call: Call) -> Prompt:
        return read_prompt(call)

    def counted(self, tokens: int) -> JsonObject:
        return {"object": "response.input_tokens", "input_tokens": tokens}

    def whole(self, reply: Reply) -> JsonObject:
        return response(reply)

    def stream(self, reply: Reply) -> list[Send]:
        return stream(reply)

    def error_body(self, refusal: Refusal) -> JsonObject:
        return error_body(refusal)

    def error_headers(self, refusal: Refusal) -> Mapping[str, str]:
        return error_headers(refusal)

    def error_event(self, refusal: Refusal) -> bytes:
        """Flat, unlike anywhere else."""
        code = refusal.code or refusal.type
        return error_event({"code": code, "message": refusal.message, "param": refusal.param})
