"""Google's generateContent, at Google AI and at Vertex."""

from collections.abc import Mapping
from dataclasses import replace

from local.simulator.dialects.google_generate.errors import TROUBLES, error_body, error_headers
from local.simulator.dialects.google_generate.reading import read_prompt
from local.simulator.dialects.google_generate.refusals import refuse
from local.simulator.dialects.google_generate.spelling import in_camel_case
from local.simulator.dialects.google_generate.writing import event, response, stream
from local.simulator.json_types import JsonObject
from local.simulator.prompt import Prompt
from local.simulator.refusal import Refusal
from local.simulator.reply import Call, Reply
from local.simulator.script import Send


class GoogleGenerate:
    name = "google-generate"
    stream_type = "text/event-stream"
    malformed = b'data: {"candidates": [{"content": {"par\r\n\r\n'
    troubles = TROUBLES

    def has_key(self, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """Vertex takes a bearer token."""
        shown = headers.get("x-goog-api-key") or query.get("key")
        return bool(shown) or headers.get("authorization", "").startswith("Bearer ")

    def refuse(self, call: Call) -> Refusal | None:
        return refuse(_spelt(call))

    def read(self, call: Call) -> Prompt:
        return read_prompt(_spelt(call))

    def counted(self, tokens: int) -> JsonObject:
        return {"totalTokens": tokens}

    def whole(self, reply: Reply) -> JsonObject:
        return response(reply)

    def stream(self, reply: Reply) -> list[Send]:
        return stream(reply)

    def error_body(self, refusal: Refusal) -> JsonObject:
        return error_body(refusal)

    def error_headers(self, refusal: Refusal) -> Mapping[str, str]:
        return error_headers(refusal)

    def error_event(self, refusal: Refusal) -> bytes:
        return event(error_body(refusal))


def _spelt(call: Call) -> Call:
    return replace(call, body=in_camel_case(call.body))
