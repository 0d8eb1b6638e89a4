"""OpenAI's Chat Completions, and the many who offer the same."""

from collections.abc import Mapping

from local.simulator.dialects.openai_chat.reading import read_prompt
from local.simulator.dialects.openai_chat.refusals import refuse
from local.simulator.dialects.openai_chat.writing import completion, event, stream
from local.simulator.dialects.openai_errors import TROUBLES, error_body, error_headers, has_bearer
from local.simulator.json_types import JsonObject
from local.simulator.oddities import refusal_of
from local.simulator.prompt import Prompt
from local.simulator.refusal import Refusal
from local.simulator.reply import Call, Reply
from local.simulator.script import Send


class OpenAiChat:
    name = "openai-chat"
    stream_type = "text/event-stream"
    malformed = b'data: {"id": "chatcmpl-broken", "choices": [{"del\n\n'
    troubles = TROUBLES

    def has_key(self, headers: Mapping[str, str], _query: Mapping[str, str]) -> bool:
        return has_bearer(headers)

    def refuse(self, call: Call) -> Refusal | None:
        return refuse(call.body, call.traits.extra_fields) or refusal_of(call)

    def read(self, call: Call) -> Prompt:
        return read_prompt(call)

    def counted(self, tokens: int) -> JsonObject:
        return {"input_tokens": tokens}

    def whole(self, reply: Reply) -> JsonObject:
        return completion(reply)

    def stream(self, reply: Reply) -> list[Send]:
        return stream(reply)

    def error_body(self, refusal: Refusal) -> JsonObject:
        return error_body(refusal)

    def error_headers(self, refusal: Refusal) -> Mapping[str, str]:
        return error_headers(refusal)

    def error_event(self, refusal: Refusal) -> bytes:
        return event(error_body(refusal))
