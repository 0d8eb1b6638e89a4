"""A provider's events one after another, and what to do when one of them says that the answer failed."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from switchboard.chat import Chunk
from switchboard.errors import Failure, UpstreamFailure
from switchboard.wire.sse import EventTooLarge, ServerSentEvent, SseDecoder

Event = TypeVar("Event")


def read_events(decoder: SseDecoder, piece: bytes) -> list[ServerSentEvent]:
    """One that outgrows all bounds is a failure of its provider. Raises UpstreamFailure."""
    try:
        return decoder.feed(piece)
    except EventTooLarge as error:
        raise UpstreamFailure(Failure.SERVER, str(error)) from error


class ChunkReader(Generic[Event]):
    """Reads events with `read`, and holds a failure back until what came before it in the same piece is given out.

    While nothing has been given out yet it is raised at once: the request can still go elsewhere.
    """

    def __init__(self, read: Callable[[Event], Chunk | None]) -> None:
        self._read = read
        self._spoke = False
        self._failure: UpstreamFailure | None = None

    @property
    def has_failed(self) -> bool:
        """True while a failure waits for the next call."""
        return self._failure is not None

    def chunks(self, events: Iterable[Event]) -> list[Chunk]:
        """Raises UpstreamFailure."""
        if self._failure:
            raise self._failure
        chunks: list[Chunk] = []
        for event in events:
            try:
                chunk = self._read(event)
            except UpstreamFailure as failure:
                if not self._spoke or not chunks:
                    raise
                self._failure = failure
                return chunks
            if chunk:
                chunks.append(chunk)
        self._spoke = self._spoke or any(chunk.has_content for chunk in chunks)
        return chunks
