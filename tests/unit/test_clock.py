import time

from switchboard.clock import SystemClock


def test_it_tells_the_time_in_seconds() -> None:
    clock = SystemClock()
    assert abs(clock.now() - time.time()) < 60
    assert clock.monotonic() <= clock.monotonic()
