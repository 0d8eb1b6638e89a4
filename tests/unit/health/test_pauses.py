import pytest
from switchboard.health.breaker import ALL_WELL, Signals
from switchboard.health.pauses import Pause, pauses_of

NOW = 1000.0
SHUT = Signals(failures=3, shut_until=NOW + 5, noted=NOW)
LIMITED = Signals(limited_until=NOW + 9, noted=NOW)


@pytest.mark.parametrize(
    ("signals", "pause"),
    [
        (SHUT, Pause("failures", NOW + 5)),
        (LIMITED, Pause("rate limit", NOW + 9)),
        (Signals(failures=3, shut_until=NOW - 1, trial_until=NOW + 20), Pause("failures", NOW + 20)),
    ],
)
def test_an_endpoint_that_requests_pass_by_is_paused_until_it_is_tried_again(signals: Signals, pause: Pause) -> None:
    assert pauses_of({"m@acme": signals}, NOW) == {"m@acme": pause}


@pytest.mark.parametrize("signals", [ALL_WELL, Signals(failures=2), Signals(failures=3, shut_until=NOW - 1)])
def test_one_that_may_be_tried_is_not(signals: Signals) -> None:
    assert pauses_of({"m@acme": signals}, NOW) == {}


def test_of_several_keys_the_first_that_is_taken_again_counts() -> None:
    assert pauses_of({"m@acme#a": LIMITED, "m@acme#b": SHUT}, NOW) == {"m@acme": Pause("failures", NOW + 5)}
    assert pauses_of({"m@acme#a": LIMITED, "m@acme#b": ALL_WELL}, NOW) == {}
