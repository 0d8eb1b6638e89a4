"""What to expect of an endpoint's next attempt, from its past: success, time to the first token, pace, time lost.

Two time scales. Hours (half-life 6 h) give a prior, minutes (half-life 10 min) the news; each is drawn towards what
stands behind it as if that had been seen a few times, so that an endpoint with little traffic is neither damned nor
praised for one attempt. Behind the hours stand all endpoints of the same model, behind those all of the provider.
Pure; the figures below were fitted by simulation (benchmarks/routing).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from switchboard.errors import Failure
from switchboard.health.figures import SLOW_HALF_LIFE, Estimate
from switchboard.health.histogram import EMPTY, Histogram
from switchboard.health.rollup import CALLERS_OWN, Rollup

FAST_HALF_LIFE = 600.0
MILLI = 1000
# A percentile of fewer is a guess.
FEWEST_FIRST_TOKENS = 50

# What an endpoint is taken for of which nothing at all is known.
STRANGER = Estimate(
    success=0.98, first_token_s=0.9, token_s=0.022, lost_s=2.0, cut_share=0.1, latest_s=6.0, tool_faults=0.01
)


@dataclass(frozen=True, slots=True)
class Weights:
    """As how many observations what stands behind counts."""

    success: float
    speed: float
    lost: float


POOL_WEIGHTS = Weights(success=5, speed=3, lost=2)
FAST_WEIGHTS = Weights(success=10, speed=6, lost=4)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sums over attempts, each weighted by its age. Rate limits are failures here: the next attempt meets them too."""

    attempts: float = 0.0
    successes: float = 0.0
    first_tokens: float = 0.0
    first_token_s: float = 0.0
    paces: float = 0.0
    token_s: float = 0.0
    lost_s: float = 0.0
    cuts: float = 0.0
    tool_answers: float = 0.0
    tool_faults: float = 0.0
    answer_tokens: float = 0.0

    @classmethod
    def of(cls, rollup: Rollup) -> "Evidence":
        counted = sum(count for outcome, count in rollup.outcomes.items() if outcome not in CALLERS_OWN)
        return cls(
            attempts=counted,
            successes=rollup.successes,
            first_tokens=rollup.first_token.count,
            first_token_s=rollup.first_token.sum / MILLI,
            paces=rollup.speed.count,
            token_s=rollup.speed.count * MILLI * rollup.speed.mean_of_inverses(),
            lost_s=rollup.lost_ms / MILLI,
            cuts=rollup.outcomes.get(Failure.CUT.value, 0),
            tool_answers=rollup.tool_answers,
            tool_faults=rollup.tool_faults,
            answer_tokens=rollup.tokens_out,
        )

    def plus(self, other: "Evidence", weight: float = 1.0) -> "Evidence":
        """With so much of the other's."""
        return Evidence(
            self.attempts + weight * other.attempts,
            self.successes + weight * other.successes,
            self.first_tokens + weight * other.first_tokens,
            self.first_token_s + weight * other.first_token_s,
            self.paces + weight * other.paces,
            self.token_s + weight * other.token_s,
            self.lost_s + weight * other.lost_s,
            self.cuts + weight * other.cuts,
            self.tool_answers + weight * other.tool_answers,
            self.tool_faults + weight * other.tool_faults,
            self.answer_tokens + weight * other.answer_tokens,
        )


NOTHING = Evidence()


def faded(rows: Mapping[int, Evidence], now: float, half_life: float) -> Evidence:
    """All of the rows (start in Unix seconds: what happened), the older the less; an open row counts in full."""
    total = NOTHING
    for start, evidence in sorted(rows.items()):  # in whatever order they were read, the sum is the same
        age = max(0.0, now - start)
        total = total.plus(evidence, float(2 ** (-age / half_life)))
    return total


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of one endpoint, on both time scales, and all its times to the first token of the longer one."""

    slow: Evidence
    fast: Evidence
    first_tokens: Histogram = EMPTY

    @classmethod
    def of(cls, minutes: Mapping[int, Rollup], hours: Mapping[int, Rollup], now: float) -> "Past":
        """From the roll-ups of the last minutes and hours, each by its start in Unix seconds."""
        return cls(
            slow=faded({start: Evidence.of(row) for start, row in hours.items()}, now, SLOW_HALF_LIFE),
            fast=faded({start: Evidence.of(row) for start, row in minutes.items()}, now, FAST_HALF_LIFE),
            first_tokens=Histogram.merged(row.first_token for row in hours.values()),
        )


def estimates(pasts: Mapping[str, Past]) -> dict[str, Estimate]:
    """For every endpoint (`author/model@provider/variant`), its own past drawn towards its model's and provider's."""
    models = _pools(pasts, _model)
    providers = _pools(pasts, _provider)
    return {
        endpoint: estimate(past, pool=drawn(models[_model(endpoint)], drawn(providers[_provider(endpoint)], STRANGER)))
        for endpoint, past in pasts.items()
    }


def pools(pasts: Mapping[str, Past]) -> dict[str, Estimate]:
    """By model and by provider, for an endpoint of theirs that has no past."""
    seen = _pools(pasts, _provider) | _pools(pasts, _model)  # a model's name has a slash in it, a provider's has none
    return {name: drawn(evidence, STRANGER) for name, evidence in seen.items()}


def estimate(past: Past, pool: Estimate = STRANGER) -> Estimate:
    found = drawn(past.fast, drawn(past.slow, pool), FAST_WEIGHTS)
    known = past.first_tokens.count >= FEWEST_FIRST_TOKENS
    latest = past.first_tokens.percentile(0.99) / MILLI if known else pool.latest_s
    return replace(found, attempts=past.slow.attempts, latest_s=latest)


def drawn(evidence: Evidence, behind: Estimate, weights: Weights = POOL_WEIGHTS) -> Estimate:
    """What was seen, and `behind` counted as if it had been seen so many times besides."""
    failures = evidence.attempts - evidence.successes
    return Estimate(
        success=_mean(evidence.successes, evidence.attempts, behind.success, weights.success),
        first_token_s=_mean(evidence.first_token_s, evidence.first_tokens, behind.first_token_s, weights.speed),
        token_s=_mean(evidence.token_s, evidence.paces, behind.token_s, weights.speed),
        lost_s=_mean(evidence.lost_s, failures, behind.lost_s, weights.lost),
        cut_share=_mean(evidence.cuts, failures, behind.cut_share, weights.lost),
        latest_s=behind.latest_s,
        attempts=evidence.attempts,
        tool_faults=_mean(evidence.tool_faults, evidence.tool_answers, behind.tool_faults, weights.success),
        answer_tokens=_mean(evidence.answer_tokens, evidence.successes, behind.answer_tokens, weights.speed),
    )


def _mean(total: float, count: float, behind: float, weight: float) -> float:
    return (total + weight * behind) / (count + weight) if count > 0 else behind


def _pools(pasts: Mapping[str, Past], name: Callable[[str], str]) -> dict[str, Evidence]:
    pools: dict[str, Evidence] = {}
    for endpoint, past in pasts.items():
        pools[name(endpoint)] = pools.get(name(endpoint), NOTHING).plus(past.slow)
    return pools


def _model(endpoint: str) -> str:
    return endpoint.partition("@")[0]


def _provider(endpoint: str) -> str:
    return endpoint.partition("@")[2].partition("/")[0]
