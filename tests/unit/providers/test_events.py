import pytest
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.events import read_events
from switchboard.wire.sse import SseDecoder


def test_events_are_read_as_they_come() -> None:
    assert [event.data for event in read_events(SseDecoder(), b"data: 1\n\ndata: 2\n\n")] == [b"1", b"2"]


def test_an_event_without_end_is_the_providers_failure() -> None:
    with pytest.raises(UpstreamFailure) as failed:
        read_events(SseDecoder(max_bytes=10), b"data: 1234567890")
    assert failed.value.failure is Failure.SERVER
