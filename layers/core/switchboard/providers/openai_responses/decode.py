"""A Response, whole or streamed, read into the hub."""

from collections.abc import Mapping

import orjson

from switchboard.chat import Chunk, Finish, FinishReason, StreamEvent
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject
from switchboard.providers.events import ChunkReader, read_events
from switchboard.providers.openai_responses.failures import failure_of
from switchboard.providers.openai_responses.output import OutputReader
from switchboard.providers.openai_responses.usage import read_usage
from switchboard.wire.sse import ServerSentEvent, SseDecoder

_ENDS = frozenset({"response.completed", "response.incomplete", "response.done"})
_FAILURES = frozenset({"response.failed", "response.cancelled", "error"})
_INCOMPLETE: Mapping[str, FinishReason] = {"max_output_tokens": "length", "content_filter": "content_filter"}


class OpenAiResponsesDecoder:
    """Tolerates what servers get wrong: a broken event is skipped, deltas may be missing where the whole follows."""

    def __init__(self) -> None:
        self._events = SseDecoder()
        self._output = OutputReader()
        self._ended = False
        self._reader = ChunkReader(self._chunk)
        self.skipped = 0

    def feed(self, piece: bytes) -> list[Chunk]:
        return self._reader.chunks(read_events(self._events, piece))

    def close(self) -> list[Chunk]:
        chunks = self._reader.chunks(self._events.close())
        if not self._ended and not self._reader.has_failed:
            raise UpstreamFailure(Failure.CUT, "The stream ended before the response was completed.")
        return chunks

    def _chunk(self, event: ServerSentEvent) -> Chunk | None:
        native = _parsed(event.data)
        if native is None or self._ended:
            self.skipped += event.data != b"[DONE]"
            return None
        native.setdefault("type", event.event)  # some servers name it only in the event's own field
        kind, response = native["type"], native.get("response")
        if kind in _FAILURES or native.get("error"):
            raise failure_of(200, response if isinstance(response, dict) else native)
        if kind not in _ENDS or not isinstance(response, dict):
            return Chunk(tuple(self._output.read(native)), native)
        self._ended = True
        return Chunk((*self._output.rest(response), *ending(response, self._output)), native)


def decode_reply(body: bytes) -> Chunk:
    """Raises UpstreamFailure for what is no answer: an error with status 200, a response that failed."""
    native = _parsed(body)
    if native is None:
        raise UpstreamFailure(Failure.SERVER, "The reply is not a JSON object.")
    if native.get("error") or native.get("status") in ("failed", "cancelled"):
        raise failure_of(200, native)
    if not isinstance(native.get("output"), list):
        raise UpstreamFailure(Failure.SERVER, "The reply has no output.")
    output = OutputReader()
    said = output.rest(native)
    return Chunk((*said, *ending(native, output)), native)


def ending(response: JsonObject, output: OutputReader) -> list[StreamEvent]:
    """Why it ended and what it took. A refusal is an answer like any other: it ended of itself."""
    details = response.get("incomplete_details")
    usage = read_usage(response)
    if response.get("status") == "incomplete":
        native = str(details.get("reason")) if isinstance(details, dict) else "incomplete"
        finish = Finish(_INCOMPLETE.get(native, "length"), native)
    else:
        finish = Finish("tool_calls" if output.has_calls else "stop", str(response.get("status") or "completed"))
    return [finish, usage] if usage else [finish]


def _parsed(data: bytes) -> JsonObject | None:
    try:
        native: Json = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return native if isinstance(native, dict) else None
