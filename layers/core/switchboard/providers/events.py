"""A provider's server-sent events, with one that outgrows all bounds turned into a failure of that provider."""

from switchboard.errors import Failure, UpstreamFailure
from switchboard.wire.sse import EventTooLarge, ServerSentEvent, SseDecoder


def read_events(decoder: SseDecoder, piece: bytes) -> list[ServerSentEvent]:
    """Raises UpstreamFailure."""
    try:
        return decoder.feed(piece)
    except EventTooLarge as error:
        raise UpstreamFailure(Failure.SERVER, str(error)) from error
