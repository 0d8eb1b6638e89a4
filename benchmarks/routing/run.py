"""One policy in one world: every request served or lost, and what it all cost."""

import heapq
import math
from dataclasses import dataclass, field

from switchboard.health.rollup import OK
from switchboard.routing.index import BALANCED

from benchmarks.routing.policies import Policy, Seen
from benchmarks.routing.world import CUT_SHARE, MINUTE, Luck, Request, World

MOST_ATTEMPTS = 3
LONGEST = 60.0
LOST_REQUEST = 0.10


@dataclass(slots=True)
class Result:
    """Costs in US dollars: price, the caller's time, and 0.10 for a request that failed. `choices` has the endpoint
    that each request was first sent to.
    """

    costs: list[float] = field(default_factory=list)
    choices: list[int | None] = field(default_factory=list)
    first_tokens: list[float] = field(default_factory=list)
    first_try: int = 0
    attempts: int = 0
    failed: int = 0

    @property
    def per_thousand(self) -> float:
        return 1000 * sum(self.costs) / max(1, len(self.costs))

    def first_token(self, share: float) -> float:
        ordered = sorted(self.first_tokens)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else math.nan


@dataclass(slots=True)
class News:
    """What attempts came to, told to the policy when they end and not before: others run meanwhile."""

    policy: Policy
    _pending: list[tuple[float, int, int, Seen]] = field(default_factory=list)
    _told: int = 0
    _minute: float = MINUTE

    def add(self, ended: float, place: int, seen: Seen) -> None:
        self._told += 1
        heapq.heappush(self._pending, (ended, self._told, place, seen))

    def tell(self, now: float) -> None:
        """All that has happened until now, the scheduled jobs among it."""
        while self._minute <= now:
            self._tell_attempts(self._minute)
            self.policy.minute(self._minute)
            self._minute += MINUTE
        self._tell_attempts(now)

    def _tell_attempts(self, now: float) -> None:
        while self._pending and self._pending[0][0] <= now:
            ended, _, place, seen = heapq.heappop(self._pending)
            self.policy.saw(ended, place, seen)


def play(world: World, policy: Policy) -> Result:
    result, news = Result(), News(policy)
    for request in world.requests():
        news.tell(request.at)
        _serve(world, news, request, result)
    return result


def _serve(world: World, news: News, request: Request, result: Result) -> None:
    policy = news.policy
    born = [place for place, site in enumerate(world.sites) if site.born <= request.at]
    now, money = request.at, 0.0
    order = policy.order(now, request, born)
    result.choices.append(order[0] if order else None)
    for number, place in enumerate(order[:MOST_ATTEMPTS]):
        if now - request.at >= LONGEST:
            break
        seen = attempt(world, place, now, request, policy.patience(place))
        result.attempts += 1
        now += seen.seconds
        news.add(now, place, seen)
        if seen.outcome in (OK, "cut"):
            money += world.price(world.sites[place], request)
            if seen.outcome == OK:
                result.first_try += number == 0
                result.first_tokens.append(now - seen.seconds + (seen.first_token_s or 0.0) - request.at)
                result.costs.append(money + BALANCED * (now - request.at))
                return
            break
    result.failed += 1
    result.costs.append(money + BALANCED * (now - request.at) + LOST_REQUEST)


def attempt(world: World, place: int, now: float, request: Request, patience: float) -> Seen:
    """What happens to this request at this endpoint at this moment, by the luck drawn for it."""
    state = world.sites[place].condition(now)
    luck: Luck = request.luck[place]
    first = state.first_token_s * math.exp(luck.first)
    whole = first + request.output * state.token_s * math.exp(luck.pace)
    if luck.works < state.success:
        if first > patience:
            return Seen("timeout", patience)
        return Seen(OK, whole, first, request.output)
    if state.retry_after is not None:
        return Seen("rate_limit", state.wait or 0.0, retry_after=state.retry_after)
    if state.wait is None:
        return Seen("timeout", patience)
    if luck.cuts < CUT_SHARE:
        return Seen("cut", first + (whole - first) / 2, first)
    return Seen("server", state.wait)
