import pytest
from switchboard.chat import Chunk, TextDelta
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.events import ChunkReader, read_events
from switchboard.wire.sse import SseDecoder


def test_events_are_read_as_they_come() -> None:
    assert [event.data for event in read_events(SseDecoder(), b"data: 1\n\ndata: 2\n\n")] == [b"1", b"2"]


def test_an_event_without_end_is_the_providers_failure() -> None:
    with pytest.raises(UpstreamFailure) as failed:
        read_events(SseDecoder(max_bytes=10), b"data: 1234567890")
    assert failed.value.failure is Failure.SERVER


def spoken(event: str) -> Chunk:
    if event == "broken":
        raise UpstreamFailure(Failure.SERVER, "It broke.")
    return Chunk((TextDelta(event),))


def test_before_anything_was_given_out_a_failure_counts_at_once() -> None:
    with pytest.raises(UpstreamFailure):
        ChunkReader(spoken).chunks(["a", "broken"])


def test_after_that_what_came_before_the_failure_is_given_out_first() -> None:
    reader = ChunkReader(spoken)
    reader.chunks(["a"])
    assert reader.chunks(["b", "broken", "c"]) == [spoken("b")]
    assert reader.has_failed
    with pytest.raises(UpstreamFailure):
        reader.chunks([])


def test_a_failure_that_comes_alone_never_waits() -> None:
    reader = ChunkReader(spoken)
    reader.chunks(["a"])
    with pytest.raises(UpstreamFailure):
        reader.chunks(["broken"])
