"""The frames of Bedrock's event streams as events; exceptions come as frames of a reply that began well."""

from collections.abc import Callable
from typing import NamedTuple

import orjson

from switchboard.chat import Chunk
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import JsonObject
from switchboard.providers.bedrock_converse.failures import failure_of
from switchboard.providers.events import ChunkReader
from switchboard.wire.event_stream import DamagedFrame, EventStreamDecoder, Frame


class BedrockEvent(NamedTuple):
    kind: str
    payload: JsonObject


class EventStreamReader:
    """Bytes in, chunks out, made by `read`. Raises UpstreamFailure for damage, errors and exceptions."""

    def __init__(self, read: Callable[[BedrockEvent], Chunk | None]) -> None:
        self._frames = EventStreamDecoder()
        self._reader = ChunkReader[Frame](lambda frame: read(_event(frame)))

    def feed(self, piece: bytes) -> list[Chunk]:
        try:
            frames = self._frames.feed(piece)
        except DamagedFrame as error:
            raise UpstreamFailure(Failure.CUT, f"The stream was damaged on the way: {error}.") from error
        return self._reader.chunks(frames)

    def close(self, *, finished: bool) -> None:
        """Raises UpstreamFailure unless the message is `finished` and the last frame is whole."""
        self._reader.chunks(())  # raises what is held back
        if not finished or not self._frames.is_empty:
            raise UpstreamFailure(Failure.CUT, "The stream ended before the message did.")


def _event(frame: Frame) -> BedrockEvent:
    kind = frame.headers.get(":message-type", "event")
    if kind == "error":
        words = frame.headers.get(":error-message", "The stream broke off with an error.")
        raise failure_of(200, frame.headers.get(":error-code", ""), words)
    try:
        payload = orjson.loads(frame.payload or b"{}")
    except orjson.JSONDecodeError:
        raise UpstreamFailure(Failure.SERVER, "A frame of the stream is not JSON.", upstream_status=200) from None
    payload = payload if isinstance(payload, dict) else {}
    if kind == "exception":
        words = str(payload.get("message") or payload.get("originalMessage") or "The stream broke off.")
        raise failure_of(200, frame.headers.get(":exception-type", ""), words)
    return BedrockEvent(frame.headers.get(":event-type", ""), payload)
