"""Admit a request within its key's limits before any provider is asked, and settle what it came to afterwards.

A key without limits costs nothing here. With limits: one write before the first byte, one after the last.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from switchboard.accounting.bound import Fit, PromptRatios, in_full, most_output, within
from switchboard.accounting.estimate import without_margin
from switchboard.accounting.generation import Generation
from switchboard.accounting.holds import GRACE_SECONDS, Claim, Limits, Reason, State, hold_name
from switchboard.accounting.price import unpriced_for
from switchboard.accounting.refusals import rate_headers, refused, waiting_for_others
from switchboard.accounting.windows import labels_at, minute_at
from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.clock import Clock
from switchboard.errors import AccessError, BudgetUnavailable, LimitReached, ModelUnpriced
from switchboard.output_limit import with_output_limit
from switchboard.routing.plan import Plan
from switchboard.storage.budget import BudgetStore, Hold, Refused
from switchboard.storage.budget_items import limits_of
from switchboard.storage.database import StorageUnavailable
from switchboard.storage.keys import ApiKey

FITTINGS = 5  # how often a claim is made smaller, while others take of what it was fitted to
SETTLE_TRIES = 3
SETTLE_PAUSE_SECONDS = 0.1
RETRY_AFTER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A request with its plan, asked for under `generation_id`; at `expires` (Unix seconds) it is over for certain."""

    generation_id: str
    request: ChatRequest
    plan: Plan
    expires: float


@dataclass(frozen=True, slots=True)
class Admission:
    """What may be done: the request and the plan, narrowed to what the key can pay for.

    `output` is the most output tokens that the hold covers; None without a budget. `counted_here` is the id of a key
    that the table could not be asked about.
    """

    request: ChatRequest
    plan: Plan
    hold: Hold | None = None
    output: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    counted_here: str | None = None

    @property
    def is_free(self) -> bool:
        """True if nothing has to be settled."""
        return self.hold is None and self.counted_here is None


@dataclass(slots=True)
class LocalCounts:
    """Requests and tokens of keys by minute, and those that run, counted in this process alone.

    For while the table cannot be reached: what each process lets through then is within the key's limits.
    """

    _minutes: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    _running: dict[str, int] = field(default_factory=dict)

    def seen(self, key_id: str, minute: int) -> State:
        """What was let through here, as the key's state would say it; `minute` is Unix time // 60."""
        then, requests, tokens = self._minutes.get(key_id, (minute, 0, 0))
        if then != minute:
            requests = tokens = 0
        running = self._running.get(key_id, 0)
        return State({}, parallel=running, minute=minute, requests=requests, tokens=tokens)

    def admits(self, key_id: str, limits: Limits, tokens: int, minute: int) -> Reason | None:
        """None if it does; then `leaves` must be called at its end."""
        state = self.seen(key_id, minute)
        if limits.requests is not None and state.requests >= limits.requests:
            return "requests"
        if limits.tokens is not None and state.tokens and state.tokens + tokens > limits.tokens:
            return "tokens"
        if limits.parallel is not None and state.parallel >= limits.parallel:
            return "parallel"
        self._minutes[key_id] = (minute, state.requests + 1, state.tokens + tokens)
        self._running[key_id] = state.parallel + 1
        return None

    def leaves(self, key_id: str) -> None:
        running = self._running.pop(key_id, 0) - 1
        if running > 0:
            self._running[key_id] = running


@dataclass(slots=True)
class Reservations:
    """`chance` picks a shard, and lets tries to settle not fall together."""

    store: BudgetStore
    clock: Clock
    ratios: PromptRatios = field(default_factory=PromptRatios)
    counts: LocalCounts = field(default_factory=LocalCounts)
    pause_seconds: float = SETTLE_PAUSE_SECONDS
    chance: Callable[[], float] = random.random

    async def admit(self, key: ApiKey, wish: Wish) -> Admission:
        """Raises BudgetExceeded, LimitReached, ModelUnpriced, NotAuthenticated or BudgetUnavailable."""
        limits = limits_of(key)
        if not limits.any:
            return Admission(wish.request, wish.plan)
        try:
            if limits.money is None:
                return await self._within_rates(key.id, limits, wish)
            return await self._within_budget(key.id, limits, wish)
        except StorageUnavailable as error:
            return self._without_table(key.id, limits, wish, error)

    async def settle(self, admission: Admission, done: Generation) -> bool:
        """Charge what it cost, or all that was held if nobody knows, and give the rest back. False if that failed.

        Then the hold stays, to be charged when it expires.
        """
        hold = admission.hold
        if admission.counted_here is not None:
            self.counts.leaves(admission.counted_here)
        if hold is None:
            return True
        usage = done.usage
        if not done.estimated:
            self.ratios.learn(done.model, admission.request.prompt_tokens, usage.prompt_tokens)
        actual = hold.amount if done.cost is None else done.cost
        tokens = usage.prompt_tokens + usage.completion_tokens
        for remaining in reversed(range(SETTLE_TRIES)):
            try:
                state = await self.store.settle(hold, actual, tokens, self.clock.now())
                await self.store.sweep(hold.key_id, hold.shard, state.expired(self.clock.now()) if state else {})
                return True
            except StorageUnavailable:
                if remaining:
                    await asyncio.sleep(self.pause_seconds * (1 + self.chance()))
        return False

    async def _within_rates(self, key_id: str, limits: Limits, wish: Wish) -> Admission:
        try:
            hold, state = await self._claim(key_id, limits, wish, 0)
        except Refused as refusal:
            raise self._refused(refusal, limits) from None
        return self._admission(wish, limits, hold, state)

    async def _within_budget(self, key_id: str, limits: Limits, wish: Wish) -> Admission:
        """The claim begins at the most that the request can cost, and is fitted to what there is."""
        endpoints, now = _priced(wish), self.clock.now()
        fit = in_full(wish.request, endpoints, self.ratios, now)
        for _ in range(FITTINGS):
            try:
                hold, state = await self._claim(key_id, limits, wish, fit.amount)
            except Refused as refusal:
                left = refusal.state.remaining()
                smaller = within(left, wish.request, endpoints, self.ratios, now) if refusal.reason == "money" else None
                if smaller is None:
                    raise self._over_budget(refusal, limits, wish, endpoints) from None
                fit = smaller
                continue
            return self._admission(_narrowed(wish, fit), limits, hold, state, fit.output)
        raise LimitReached("Other requests of this key took what was left at the same moment. Try again.")

    async def _claim(self, key_id: str, limits: Limits, wish: Wish, amount: int) -> tuple[Hold, State]:
        """On one shard or the next. Raises Refused by the one that has the most money left."""
        now, count = self.clock.now(), limits.shards
        first = int(self.chance() * count) if count > 1 else 0
        refusals: list[Refused] = []
        for shard in [*range(first, count), *range(first)]:
            claim = Claim(
                hold=hold_name(wish.expires + GRACE_SECONDS, wish.generation_id),
                amount=amount,
                tokens=_tokens(wish.request),
                limits=limits.shared(shard),
                labels=labels_at(now),
                minute=minute_at(now),
            )
            try:
                state = await self._reserve(key_id, shard, limits, claim)
            except Refused as refusal:
                refusals.append(refusal)
                continue
            return Hold(key_id, shard, claim.hold, amount, claim.counted_tokens, claim.minute), state
        raise max(refusals, key=lambda each: (each.reason == "money", each.state.remaining()))

    async def _reserve(self, key_id: str, shard: int, limits: Limits, claim: Claim) -> State:
        """Abandoned requests give their places back before anyone is refused one."""
        try:
            return await self.store.reserve(key_id, shard, limits, claim)
        except Refused as refusal:
            expired = refusal.state.expired(self.clock.now())
            if refusal.reason != "parallel" or not expired:
                raise
            await self.store.sweep(key_id, shard, expired)
            return await self.store.reserve(key_id, shard, limits, claim)

    def _over_budget(
        self, refusal: Refused, limits: Limits, wish: Wish, endpoints: tuple[Endpoint, ...]
    ) -> AccessError:
        """Not enough now; and perhaps enough once the requests that are running give back what they do not use."""
        state = refusal.state
        back = state.remaining() + state.held
        if refusal.reason == "money" and within(back, wish.request, endpoints, self.ratios, self.clock.now()):
            return waiting_for_others(state, limits)
        return self._refused(refusal, limits)

    def _refused(self, refusal: Refused, limits: Limits) -> AccessError:
        return refused(refusal.reason, refusal.state, limits, self.clock.now())

    def _admission(self, wish: Wish, limits: Limits, hold: Hold, state: State, output: int | None = None) -> Admission:
        headers = rate_headers(state, limits, self.clock.now())
        return Admission(wish.request, wish.plan, hold, output, headers)

    def _without_table(self, key_id: str, limits: Limits, wish: Wish, cause: StorageUnavailable) -> Admission:
        """Money is never spent unseen; what is only counted is counted here for the while."""
        now = self.clock.now()
        if limits.money is not None:
            error = BudgetUnavailable("This key's limit cannot be checked right now. Try again in a few seconds.")
            error.retry_after = RETRY_AFTER_SECONDS
            raise error from cause
        reason = self.counts.admits(key_id, limits, _tokens(wish.request), minute_at(now))
        if reason:
            raise refused(reason, self.counts.seen(key_id, minute_at(now)), limits, now) from cause
        return Admission(wish.request, wish.plan, counted_here=key_id)


def _priced(wish: Wish) -> tuple[Endpoint, ...]:
    """Those whose bill will be known for certain. Raises ModelUnpriced if there are none."""
    missing = [(endpoint, unpriced_for(wish.request, endpoint.price)) for endpoint in wish.plan.endpoints]
    priced = tuple(endpoint for endpoint, units in missing if not units)
    if not priced:
        units = sorted({unit for _, each in missing for unit in each})
        raise ModelUnpriced(
            f"`{wish.request.model}` has no price for {', '.join(units)}, and this key has a budget. Choose another "
            "model, leave out what has no price, or use a key without a limit.",
            param="model",
            metadata={"unpriced": list(units)},
        )
    return priced


def _narrowed(wish: Wish, fit: Fit) -> Wish:
    """Only endpoints that can be paid; with an output limit wherever a provider would go beyond what is held."""
    request = wish.request
    beyond = any(fit.output < most_output(request, endpoint) for endpoint in fit.endpoints)
    unbounded = request.max_output is None and any(endpoint.max_output is None for endpoint in fit.endpoints)
    if beyond or unbounded:
        request = with_output_limit(request, fit.output)
    return replace(wish, request=request, plan=replace(wish.plan, endpoints=fit.endpoints))


def _tokens(request: ChatRequest) -> int:
    """What counts towards a minute until the provider has counted: the prompt, and the output that is asked for."""
    return without_margin(request.prompt_tokens) + (request.max_output or 0)
