"""A streamed Response: every event numbered from 0, whether it is passed on or written here."""

from collections.abc import Mapping, Sequence

import orjson

from switchboard.accounting.price import Bill
from switchboard.chat import NOTHING, ChatRequest, Chunk, Finish, Served
from switchboard.errors import SwitchboardError
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_object
from switchboard.protocols.openai_responses.errors import SERVER_ERROR, stream_code, stream_message
from switchboard.protocols.openai_responses.names import names_of
from switchboard.protocols.openai_responses.parse import PROTOCOL
from switchboard.protocols.openai_responses.passthrough import ENDS, edited_event, edited_response
from switchboard.protocols.openai_responses.response import Ending, ending_of, response_object, stem_of
from switchboard.protocols.openai_responses.usage import usage_object
from switchboard.protocols.openai_responses.writer import OutputWriter
from switchboard.wire.sse import encode_event

IN_PROGRESS = Ending("in_progress")
FAILED = Ending("failed")


class ResponseStream:
    """An upstream of the same dialect is passed on; its last event waits for the bill."""

    def __init__(self, served: Served, request: ChatRequest) -> None:
        self._served = served
        self._is_native = served.dialect == PROTOCOL
        self._asked = asked_of(request)
        self._writer = writer_of(served, self._asked)
        self._finish: Finish | None = None
        self._response: JsonObject | None = None
        self._items: list[Json] = []
        self._last: JsonObject | None = None
        self._sent = 0

    def render(self, chunks: Sequence[Chunk]) -> bytes:
        pieces = [self._passed_on(chunk) if self._is_native else self._written(chunk) for chunk in chunks]
        return b"".join(pieces)

    def finish(self, bill: Bill) -> bytes:
        if self._last is not None:
            return self._encode([edited_event(self._last, self._served, bill)])
        ending = ending_of(self._finish)
        if ending.status == "failed":
            return self._failed(SERVER_ERROR, "The model ended its answer with an error.", bill)
        opening = self._opening()
        closing = self._writer.close("incomplete" if ending.status == "incomplete" else "completed")
        response = self._object(ending, bill)
        return opening + self._encode([*closing, {"type": f"response.{ending.status}", "response": response}])

    def fail(self, error: SwitchboardError, bill: Bill) -> bytes:
        return self._failed(stream_code(error), stream_message(error), bill, error.param)

    def _passed_on(self, chunk: Chunk) -> bytes:
        native = chunk.native
        response = native.get("response")
        if is_object(response):
            self._response = response
        if native.get("type") == "response.output_item.done":
            self._items.append(native.get("item"))
        if native.get("type") in ENDS:
            self._last = native
            return b""
        return self._encode([edited_event(native, self._served)])

    def _written(self, chunk: Chunk) -> bytes:
        pieces: list[JsonObject] = []
        for event in chunk.events:
            if isinstance(event, Finish):
                self._finish = event if event.choice == 0 else self._finish
            else:
                pieces += self._writer.take(event)
        return self._opening() + self._encode(pieces)

    def _opening(self) -> bytes:
        """The first two events, once."""
        if self._sent:
            return b""
        response = response_object(self._served, IN_PROGRESS, [], self._asked)
        return self._encode(
            [
                {"type": "response.created", "response": response},
                {"type": "response.in_progress", "response": response},
            ]
        )

    def _failed(self, code: str, message: str, bill: Bill, param: str | None = None) -> bytes:
        """What is open is left open: a piece of an answer must not be taken for a whole one."""
        opening = self._opening()
        self._writer.break_off()
        response = self._object(FAILED, bill)
        response["error"] = {"code": code, "message": message}
        error: JsonObject = {"type": "error", "code": code, "message": message, "param": param}
        return opening + self._encode([error, {"type": "response.failed", "response": response}])

    def _object(self, ending: Ending, bill: Bill) -> JsonObject:
        if self._response is not None:
            so_far: JsonObject = {**self._response, "status": ending.status, "output": self._items}
            return edited_response(so_far, self._served, bill)
        output = self._writer.items()
        return response_object(self._served, ending, output, self._asked) | {"usage": usage_object(bill)}

    def _encode(self, events: Sequence[JsonObject]) -> bytes:
        pieces: list[bytes] = []
        for event in events:
            numbered = orjson.dumps({**event, "sequence_number": self._sent})
            pieces.append(encode_event(numbered, str(event.get("type", ""))))
            self._sent += 1
        return b"".join(pieces)


def asked_of(request: ChatRequest | None) -> Mapping[str, Json]:
    """The body, where it is one of this dialect."""
    return request.native if request and request.protocol == PROTOCOL else NOTHING


def writer_of(served: Served, asked: Mapping[str, Json]) -> OutputWriter:
    return OutputWriter(stem_of(served.generation_id), served.provider_id, names_of(asked))


def render_reply(served: Served, chunk: Chunk, bill: Bill) -> bytes:
    """One whole Response."""
    if served.dialect == PROTOCOL:
        return orjson.dumps(edited_response(chunk.native, served, bill))
    asked = asked_of(served.request)
    writer = writer_of(served, asked)
    finish: Finish | None = None
    for event in chunk.events:
        if isinstance(event, Finish):
            finish = event if event.choice == 0 else finish
        else:
            writer.take(event)
    ending = ending_of(finish)
    writer.close("completed" if ending.status == "completed" else "incomplete")
    response = response_object(served, ending, writer.items(), asked) | {"usage": usage_object(bill)}
    if ending.status == "failed":
        response["error"] = {"code": SERVER_ERROR, "message": "The model ended its answer with an error."}
    return orjson.dumps(response)
