"""A distribution in logarithmic buckets: mergeable by addition, so minutes make hours make days without a loss.

Bucket k holds what is above GAMMA^(k-1) and up to GAMMA^k; its middle is at most 4.8 % off whatever fell into it.
Values are whole numbers (milliseconds, thousandths of tokens per second): their sum is exact in whatever order.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from switchboard.health.figures import Spread

GAMMA = 1.1
LOG_GAMMA = math.log(GAMMA)
MIDDLE = 2 / (GAMMA + 1)
# 1 falls into bucket 0, so the one below is free for what has no logarithm.
ZERO_BUCKET = -1


@dataclass(frozen=True, slots=True)
class Histogram:
    """`buckets` counts values by bucket; the other four are exact. `min` and `max` are 0 while it is empty."""

    count: int = 0
    sum: int = 0
    min: int = 0
    max: int = 0
    buckets: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[int]) -> "Histogram":
        """Negative values count as 0."""
        known = [max(0, value) for value in values]
        if not known:
            return EMPTY
        return cls(len(known), sum(known), min(known), max(known), dict(Counter(map(bucket_of, known))))

    @classmethod
    def merged(cls, histograms: Iterable["Histogram"]) -> "Histogram":
        """As if every value had been put into one, in whatever order."""
        parts = [part for part in histograms if part.count]
        if len(parts) < 2:
            return parts[0] if parts else EMPTY
        buckets: dict[int, int] = {}
        for part in parts:
            for bucket, count in part.buckets.items():
                buckets[bucket] = buckets.get(bucket, 0) + count
        return cls(
            sum(part.count for part in parts),
            sum(part.sum for part in parts),
            min(part.min for part in parts),
            max(part.max for part in parts),
            buckets,
        )

    def percentile(self, share: float) -> float:
        """The value below which this share (0 to 1) of all lies, at most 5 % off; 0 if there are none."""
        rank = share * (self.count - 1)
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen > rank:
                return min(max(_middle(bucket), self.min), self.max)
        return 0.0

    def mean_of_inverses(self) -> float:
        """The average of 1 / value, at most 5 % off; values of 0 are left out. 0 if there are none."""
        known = [(bucket, count) for bucket, count in self.buckets.items() if bucket != ZERO_BUCKET]
        total = sum(count for _, count in known)
        return sum(count / _middle(bucket) for bucket, count in known) / total if total else 0.0

    def spread(self, unit: int = 1, *, more_is_better: bool = False) -> Spread | None:
        """In numbers, each divided by `unit`; None if there are no values.

        So many percent of all values are at least as good as that percentile.
        """
        if not self.count:
            return None
        shares = [1 - share if more_is_better else share for share in (0.5, 0.75, 0.9, 0.99)]
        percentiles = [round(self.percentile(share) / unit, 3) for share in shares]
        average = round(self.sum / self.count / unit, 3)
        return Spread(self.count, self.min / unit, self.max / unit, average, *percentiles)


EMPTY = Histogram()


def bucket_of(value: int) -> int:
    return math.ceil(math.log(value) / LOG_GAMMA) if value > 0 else ZERO_BUCKET


def _middle(bucket: int) -> float:
    """The value with the same relative distance to both ends of a bucket."""
    return 0.0 if bucket == ZERO_BUCKET else MIDDLE * GAMMA**bucket
