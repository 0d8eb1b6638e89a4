"""Google's generateContent, as its SDKs call it at Google AI and at Vertex."""

import orjson

from switchboard.accounting.price import Bill
from switchboard.chat import ChatRequest, Chunk, Served
from switchboard.errors import SwitchboardError
from switchboard.protocols.google_generate.errors import blocked_prompt, error_object, is_blocked, status_of
from switchboard.protocols.google_generate.parse import ALT, PROTOCOL, count_tokens, parse
from switchboard.protocols.google_generate.render import GoogleGenerateStream, render_reply
from switchboard.protocols.interface import Arrival
from switchboard.wire.sse import EVENT_STREAM

__all__ = ["GoogleGenerate", "count_tokens"]

JSON = "application/json; charset=utf-8"


class GoogleGenerate:
    name = PROTOCOL
    # An empty line is nothing to a reader of events and nothing to a reader of JSON. Google's own SDKs would take a
    # comment for the beginning of a raw JSON error.
    keep_alive = b"\n"

    def parse(self, arrival: Arrival) -> ChatRequest:
        return parse(arrival)

    def stream_type(self, request: ChatRequest) -> str:
        return EVENT_STREAM if _as_events(request) else JSON

    def reply(self, served: Served, chunk: Chunk, bill: Bill) -> bytes:
        return render_reply(served, chunk, bill)

    def stream(self, served: Served, request: ChatRequest) -> GoogleGenerateStream:
        return GoogleGenerateStream(served, _as_events(request))

    def error(self, error: SwitchboardError, generation_id: str | None) -> bytes:
        if is_blocked(error):
            return orjson.dumps(blocked_prompt(error, generation_id))
        return orjson.dumps(error_object(error, generation_id))

    def error_type(self, _error: SwitchboardError) -> str:
        return JSON

    def status(self, error: SwitchboardError) -> int:
        return 200 if is_blocked(error) else status_of(error)


def _as_events(request: ChatRequest) -> bool:
    return request.gateway.get(ALT) == "sse"
