"""At which attempts a breaker opened, found again from the outcomes that are on record. Pure.

Records outlive breakers, which are forgotten minutes after the trouble is over, and can be counted anew at any time.
"""

from collections.abc import Iterable, Iterator

from switchboard.errors import Failure
from switchboard.health.breaker import FAILURES_TO_OPEN, TIMEOUTS_TO_OPEN
from switchboard.health.rollup import NOT_COUNTED, OK


def openings(outcomes: Iterable[str]) -> Iterator[bool]:
    """For each outcome at one endpoint, in the order in which they came, whether its breaker opened then."""
    failures = timeouts = 0
    for outcome in outcomes:
        if outcome == OK:
            failures = timeouts = 0
        if outcome == OK or outcome in NOT_COUNTED:
            yield False
            continue
        failures += FAILURES_TO_OPEN if outcome == Failure.UPSTREAM_AUTH else 1  # one refused key is enough
        timeouts = timeouts + 1 if outcome == Failure.TIMEOUT else 0
        yield failures >= FAILURES_TO_OPEN or timeouts >= TIMEOUTS_TO_OPEN
