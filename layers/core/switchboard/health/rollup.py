"""What happened in one stretch of time to one series (an endpoint, or a model), and the figures that follow from it.

Uptime is defined as OpenRouter publishes it: successes out of everything but the caller's own errors; rate limits are
counted apart. https://openrouter.ai/docs/guides/community/for-providers
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from switchboard.errors import Failure
from switchboard.health.figures import Spread, Uptime
from switchboard.health.histogram import EMPTY, Histogram

OK = "ok"
CANCELLED = "cancelled"
# What the caller did, or asked for, says nothing about an endpoint.
CALLERS_OWN = frozenset(
    {CANCELLED, Failure.BAD_REQUEST.value, Failure.CONTENT_POLICY.value, Failure.CONTEXT_LENGTH.value}
)
NOT_COUNTED = CALLERS_OWN | {Failure.RATE_LIMIT.value}
MILLI = 1000
# One token has no speed: it comes with the first.
FEWEST_TOKENS = 2


@dataclass(frozen=True, slots=True)
class Observation:
    """One attempt as its endpoint's series sees it, or one generation as its model's does.

    `outcome` is ok, cancelled or a Failure's value. Times are milliseconds; `generation_ms` runs from the first token
    to the last, `lost_ms` is what a failure took. `cost` is nano-dollars. Tokens and cost are 0 where another
    attempt's series counts them. `tools_ok` is None for an answer without tool calls. `opened`: a breaker did, with it.
    """

    outcome: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    first_token_ms: int | None = None
    generation_ms: int | None = None
    lost_ms: int = 0
    tools_ok: bool | None = None
    opened: bool = False

    @property
    def speed(self) -> int | None:
        """Output tokens per 1,000 s, after the first token; None if nothing was streamed to the end."""
        if self.outcome != OK or self.first_token_ms is None or self.tokens_out < FEWEST_TOKENS:
            return None
        if self.generation_ms is None or self.generation_ms <= 0:
            return None
        return round(self.tokens_out * MILLI * MILLI / self.generation_ms)


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums. `outcomes` counts by class, `cost` is nano-dollars, `first_token` ms, `speed` tokens per 1,000 s,
    `lost_ms` what failures took that were not the caller's. `tool_answers` had tool calls, in `tool_faults` of
    them one cannot be used. `openings` are those of breakers.
    """

    outcomes: Mapping[str, int] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0
    first_token: Histogram = EMPTY
    speed: Histogram = EMPTY
    lost_ms: int = 0
    tool_answers: int = 0
    tool_faults: int = 0
    openings: int = 0

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> "Rollup":
        seen = list(observations)
        return cls(
            dict(Counter(one.outcome for one in seen)),
            sum(one.tokens_in for one in seen),
            sum(one.tokens_out for one in seen),
            sum(one.cost for one in seen),
            Histogram.of(one.first_token_ms for one in seen if one.first_token_ms is not None),
            Histogram.of(speed for one in seen if (speed := one.speed) is not None),
            sum(one.lost_ms for one in seen if one.outcome not in CALLERS_OWN),
            sum(one.tools_ok is not None for one in seen),
            sum(one.tools_ok is False for one in seen),
            sum(one.opened for one in seen),
        )

    @classmethod
    def merged(cls, rollups: Iterable["Rollup"]) -> "Rollup":
        """As if all their observations had been one rollup's, in whatever order."""
        parts = list(rollups)
        outcomes: Counter[str] = Counter()
        for part in parts:
            outcomes.update(part.outcomes)
        return cls(
            dict(outcomes),
            sum(part.tokens_in for part in parts),
            sum(part.tokens_out for part in parts),
            sum(part.cost for part in parts),
            Histogram.merged(part.first_token for part in parts),
            Histogram.merged(part.speed for part in parts),
            sum(part.lost_ms for part in parts),
            sum(part.tool_answers for part in parts),
            sum(part.tool_faults for part in parts),
            sum(part.openings for part in parts),
        )

    @property
    def requests(self) -> int:
        return sum(self.outcomes.values())

    @property
    def successes(self) -> int:
        return self.outcomes.get(OK, 0)

    @property
    def rate_limited(self) -> int:
        return self.outcomes.get(Failure.RATE_LIMIT.value, 0)

    @property
    def uptime(self) -> Uptime:
        counted = sum(count for outcome, count in self.outcomes.items() if outcome not in NOT_COUNTED)
        return Uptime(self.successes, counted)

    @property
    def latency(self) -> Spread | None:
        """Time to the first token, in ms."""
        return self.first_token.spread()

    @property
    def throughput(self) -> Spread | None:
        """Output tokens per second, after the first token; nine in ten answers are at least as fast as its p90."""
        return self.speed.spread(MILLI, more_is_better=True)
