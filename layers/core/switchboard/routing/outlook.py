"""How things stand at the moment of a plan: what the rankings say, what the last attempts say, the time, and luck."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from switchboard.catalog.model import Endpoint
from switchboard.health.breaker import ALL_WELL, Door, Signals
from switchboard.health.estimates import STRANGER
from switchboard.health.figures import Estimate, Rankings

_OPEN = Door.OPEN_TO_ALL


@dataclass(frozen=True, slots=True)
class Outlook:
    """`signals` are kept by endpoint id: an endpoint without any is ALL_WELL. `now` is in Unix seconds. `warm` says how
    many tokens of the conversation an endpoint still has in its cache, if it was there before.
    """

    rankings: Rankings
    signals: Mapping[str, Signals]
    now: float
    chance: random.Random
    warm: Mapping[str, float] = field(default_factory=dict)

    def signals_of(self, endpoint: Endpoint) -> Signals:
        return self.signals.get(endpoint.id, ALL_WELL)

    def published(self, endpoint: Endpoint) -> Estimate:
        """What the rankings say; for an endpoint nobody has tried, what its model's or its provider's others do."""
        figures = self.rankings.endpoints.get(endpoint.id)
        if figures and figures.estimate:
            return figures.estimate
        pools = self.rankings.pools
        return pools.get(endpoint.model) or pools.get(endpoint.provider.id) or STRANGER

    def usual_output(self, model: str) -> float:
        """How many tokens its answers usually have."""
        return self.rankings.pools.get(model, STRANGER).answer_tokens

    def standings(self, endpoints: Iterable[Endpoint]) -> list[tuple[Estimate, Door]]:
        """The same in the light of their last attempts, and whether they may be tried now."""
        now, signals, published = self.now, self.signals, self.rankings.endpoints
        found = []
        for endpoint in endpoints:
            name = endpoint.id
            figures = published.get(name)
            usual = (figures.estimate if figures is not None else None) or self.published(endpoint)
            if name in signals:
                found.append((signals[name].applied(usual, now), signals[name].door(now)))
            else:
                found.append((usual, _OPEN))
        return found
