"""Anthropic's Messages."""

from collections.abc import Mapping

from local.simulator.dialects.anthropic_messages.errors import TROUBLES, error_body, error_headers
from local.simulator.dialects.anthropic_messages.reading import read_prompt
from local.simulator.dialects.anthropic_messages.refusals import refuse
from local.simulator.dialects.anthropic_messages.writing import events, message
from local.simulator.json_types import JsonObject
from local.simulator.prompt import Prompt
from local.simulator.refusal import Refusal
from local.simulator.reply import Call, Reply, to_bytes
from local.simulator.script import Send


class AnthropicMessages:
    name = "anthropic-messages"
    stream_type = "text/event-stream; charset=utf-8"
    malformed = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"del\n\n'
    troubles = TROUBLES

    def has_key(self, headers: Mapping[str, str], _query: Mapping[str, str]) -> bool:
        return bool(headers.get("x-api-key")) or headers.get("authorization", "").startswith("Bearer ")

    def refuse(self, call: Call) -> Refusal | None:
        return refuse(call)

    def read(self, call: Call) -> Prompt:
        return read_prompt(call)

    def counted(self, tokens: int) -> JsonObject:
        return {"input_tokens": tokens}

    def whole(self, reply: Reply) -> JsonObject:
        return message(reply)

    def stream(self, reply: Reply) -> list[Send]:
        return [Send(_event(each.data), each.tokens, each.content, each.part) for each in events(reply)]

    def error_body(self, refusal: Refusal) -> JsonObject:
        return error_body(refusal)

    def error_headers(self, refusal: Refusal) -> Mapping[str, str]:
        return error_headers(refusal)

    def error_event(self, refusal: Refusal) -> bytes:
        return _event(error_body(refusal))


def _event(data: JsonObject) -> bytes:
    return b"event: " + str(data["type"]).encode() + b"\ndata: " + to_bytes(data) + b"\n\n"
