"""The figures of one endpoint that routing and the public pages read; one item holds them for the whole catalog."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NORMAL_FROM = 0.95
DEGRADED_FROM = 0.80
# After so many seconds an attempt counts half as much in what is expected of the next.
SLOW_HALF_LIFE = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution in numbers; percentiles are read from a histogram and good to about 5 %."""

    count: int
    min: float
    max: float
    avg: float
    p50: float
    p75: float
    p90: float
    p99: float

    def percentile(self, name: str) -> float:
        """By its name here: p50, p75, p90 or p99."""
        return {"p50": self.p50, "p75": self.p75, "p90": self.p90, "p99": self.p99}[name]


@dataclass(frozen=True, slots=True)
class Uptime:
    """Successes out of the attempts that count: those the caller's own request did not spoil, and no rate limits."""

    successes: int
    counted: int

    @property
    def ratio(self) -> float | None:
        """Between 0 and 1; None without a single attempt: no data is not 100 %."""
        return self.successes / self.counted if self.counted else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What to expect of the next attempt. Times in seconds: to the first token, for each further one, and lost if it
    fails. `success` counts rate limits as failures; `cut_share` of all failures come when the answer has begun, and
    no other endpoint can save it. 99 of 100 first tokens come within `latest_s`. `attempts` is how much it rests on,
    the older the less. `tool_faults` is the share of answers with tool calls in which one cannot be used,
    `answer_tokens` how long an answer usually is.
    """

    success: float
    first_token_s: float
    token_s: float
    lost_s: float
    cut_share: float
    latest_s: float
    attempts: float = 0.0
    tool_faults: float = 0.0
    answer_tokens: float = 500.0

    def answer_s(self, output_tokens: float) -> float:
        """From the request to the last of so many tokens."""
        return self.first_token_s + output_tokens * self.token_s

    @property
    def interval_s(self) -> float:
        """Between two attempts on average: at this pace as many come together as these, while the older ones fade.
        0 where none are known."""
        return SLOW_HALF_LIFE / math.log(2) / self.attempts if self.attempts else 0.0


@dataclass(frozen=True, slots=True)
class EndpointFigures:
    """Uptime over three windows, time to first token in ms and output tokens per second over 30 minutes; and what
    all of its past lets expect. What probes met is apart from that.
    """

    uptime_5m: Uptime
    uptime_30m: Uptime
    uptime_1d: Uptime
    latency_30m: Spread | None = None
    throughput_30m: Spread | None = None
    estimate: Estimate | None = None
    probes_30m: Uptime = Uptime(0, 0)
    probes_1d: Uptime = Uptime(0, 0)


@dataclass(frozen=True, slots=True)
class Rankings:
    """What the rankings function publishes: `version` is the minute (Unix time // 60) it speaks of.

    `computed_at` (Unix seconds) orders what is published more than once in a minute. `pools` says what to expect of an
    endpoint that nobody has tried, by its model's id and by its provider's.
    """

    version: int
    endpoints: Mapping[str, EndpointFigures]
    computed_at: float = 0.0
    pools: Mapping[str, Estimate] = field(default_factory=dict)


NO_RANKINGS = Rankings(0, MappingProxyType({}))
_NO_ATTEMPTS = Uptime(0, 0)
NO_FIGURES = EndpointFigures(_NO_ATTEMPTS, _NO_ATTEMPTS, _NO_ATTEMPTS)
