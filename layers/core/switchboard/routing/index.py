"""The expected cost of a good answer at an endpoint, in US dollars: money, the caller's time, and what failures lose.

With fallback after a failure, trying endpoints in ascending order of this index costs least on average: i goes before
j exactly when cost(i)/success(i) <= cost(j)/success(j), which exchanging two neighbours in the order shows.
"""

import random
from collections.abc import Sequence

from switchboard.health.figures import Estimate

# US dollars that a second of the caller's time is worth, by what he sorts for.
BALANCED = 0.002
PRICE_FIRST = 0.0002
SPEED_FIRST = 0.02
# An endpoint 5 % dearer than the best gets 14 % of its share of first tries, one 20 % dearer 0.07 %.
STEEPNESS = 40
# So many first tries go anywhere, or nobody would notice that an endpoint has become better.
EXPLORATION = 0.01
LEAST_SUCCESS = 0.01
# What an answer is worth that breaks off before its reader's eyes: fifty seconds of his time.
LOST_ANSWER = 50


def time_and_failures(
    price: float, estimate: Estimate, output_tokens: float, second: float = BALANCED, *, has_tools: bool = False
) -> tuple[float, float]:
    """What a good answer costs besides its `price`, in US dollars: index = price + time + failures.

    `second` is what one of them is worth. A tool call that cannot be used is a failure that has to be paid
    for: it takes another answer.
    """
    success = estimate.success if estimate.success > LEAST_SUCCESS else LEAST_SUCCESS
    time = second * (estimate.first_token_s + output_tokens * estimate.token_s)
    failures = (1 / success - 1) * second * (estimate.lost_s + estimate.cut_share * LOST_ANSWER)
    if has_tools:
        faults = min(estimate.tool_faults, 1 - LEAST_SUCCESS)
        failures += faults / (1 - faults) * (price + time)
    return time, failures


def first_try(indices: Sequence[float], chance: random.Random) -> int:
    """Which of several endpoints with these indices goes first: nearly always the best, sometimes one nearly as good,
    and once in a hundred times any.
    """
    if chance.random() < EXPLORATION:
        return chance.randrange(len(indices))
    best = min(indices)
    shares = [(best / one) ** STEEPNESS if one > 0 else 1.0 for one in indices]
    mark = chance.random() * sum(shares)
    for place, share in enumerate(shares):
        mark -= share
        if mark < 0:
            return place
    return indices.index(best)
