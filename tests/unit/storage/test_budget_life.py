"""The whole life of a ledger, walked at random: crashes, lost replies, doubled sends, new windows, clocks that jump.

The model is one sum for each window: what was granted and not yet settled, and what was settled or swept. After every
step the items have to say the same, to the nano-dollar.
"""

import asyncio
from dataclasses import dataclass, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from switchboard.accounting.holds import Claim, Limits
from switchboard.accounting.windows import WINDOW_OF, labels_at
from switchboard.storage.budget import BudgetStore, Refused
from switchboard.storage.budget_items import limits_of
from switchboard.storage.database import StorageUnavailable

from tests.examples import KEY
from tests.ledger import DAY, HOLD_SECONDS, KEY_ID, NOW, LossyDatabase, claim, hold, is_conserved

run = asyncio.run
AMOUNTS = st.integers(0, 400)
RESETS = st.sampled_from([None, "daily", "weekly", "monthly"])
LOSSES = st.sampled_from(["none", "none", "none", "before", "after", "unknown"])


@dataclass(frozen=True, slots=True)
class Running:
    """A request that was granted. `reserved` is the time by its own clock."""

    claim: Claim
    name: str


class LedgerLife(RuleBasedStateMachine):
    running = Bundle("running")
    settled = Bundle("settled")

    def __init__(self) -> None:
        super().__init__()
        self.database = LossyDatabase()
        self.now = NOW
        self.made = 0
        self.holds: dict[str, int] = {}
        self.spent = 0  # in the window that is limited, as the ledger has it
        self.label = ""

    @initialize(money=st.integers(0, 2000), reset=RESETS)
    def begin(self, money: int, reset: str | None) -> None:
        self.key = replace(KEY, limit_nano=money, limit_reset=reset)  # type: ignore[arg-type]  # one of the literals
        self.store = BudgetStore(self.database, "KeysTable")
        self.label = self._label(self.now)

    @property
    def limits(self) -> Limits:
        return limits_of(self.key)

    @rule(target=running, amount=AMOUNTS, loss=LOSSES, skew=st.sampled_from([0.0, 0.0, -DAY, 3600.0]))
    def reserve(self, amount: int, loss: str, skew: float) -> object:
        """`skew` is how wrong this process's clock is; one that runs ahead opens the next window early."""
        self.made += 1
        wanted = claim(f"{self.made:012d}", amount, self.limits, now=self.now + skew)
        before = self._left(self.now + skew)
        self.database.lose(loss)
        try:
            run(self.store.reserve(KEY_ID, 0, self.limits, wanted))
        except Refused:
            assert before < amount
            self._windows_moved(self.now + skew)
            return multiple()
        except StorageUnavailable:
            self._windows_moved(self.now + skew)
            if wanted.hold in self._items_holds():
                self.holds[wanted.hold] = amount  # it landed, and nobody knows: abandoned
            return multiple()
        finally:
            self.database.lose("none")
        assert before >= amount
        self._windows_moved(self.now + skew)
        self.holds[wanted.hold] = amount
        return Running(wanted, wanted.hold)

    @rule(request=running)
    def reserve_again(self, request: Running) -> None:
        """A doubled send, long after: the hold is there, or it was settled and the claim is a new one."""
        if request.name not in self.holds:
            return
        run(self.store.reserve(KEY_ID, 0, self.limits, request.claim))
        self._windows_moved(self.now)

    @rule(target=settled, request=consumes(running), share=st.integers(0, 100), loss=LOSSES)
    def settle(self, request: Running, share: int, loss: str) -> Running:
        actual = request.claim.amount * share // 100
        self.database.lose(loss)
        try:
            state = run(self.store.settle(hold(request.claim), actual, 0, self.now))
        except StorageUnavailable:
            state = None
        finally:
            self.database.lose("none")
        landed = request.name in self.holds and request.name not in self._items_holds()
        assert state is None or landed
        if landed:
            del self.holds[request.name]
            self.spent += actual
        return request

    @rule(request=settled, actual=AMOUNTS)
    def settle_again(self, request: Running, actual: int) -> None:
        if request.name not in self.holds:
            assert run(self.store.settle(hold(request.claim), actual, 0, self.now)) is None

    @rule(request=consumes(running))
    def crash(self, request: Running) -> None:
        """The process dies: its hold stays."""

    @rule(clock=st.sampled_from([0.0, 0.0, DAY, -DAY]))
    def sweep(self, clock: float) -> None:
        """By whoever comes by, whatever the time is for him."""
        for shard, state in run(self.store.states(KEY_ID)).items():
            expired = state.expired(self.now + clock)
            assert run(self.store.sweep(KEY_ID, shard, expired)) == len(expired)
            assert run(self.store.sweep(KEY_ID, shard, expired)) == 0
            for name in expired:
                self.spent += self.holds.pop(name)

    @rule(seconds=st.sampled_from([1.0, 60.0, HOLD_SECONDS + 1.0, DAY, 31 * DAY, -3600.0]))
    def time_passes(self, seconds: float) -> None:
        self.now = max(NOW, self.now + seconds)

    @rule(money=st.integers(0, 2000))
    def change_the_limit(self, money: int) -> None:
        self.key = replace(self.key, limit_nano=money)
        run(self.store.follow(self.key, self.now))

    @rule()
    def restart(self) -> None:
        """Another process, which remembers nothing."""
        self.store = BudgetStore(self.database, "KeysTable")

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        states = run(self.store.states(KEY_ID)) if hasattr(self, "key") else {}
        if not states:
            return
        window = WINDOW_OF[self.key.limit_reset]
        assert is_conserved(states.values(), self.limits, window)
        assert states[0].holds == self.holds  # and no other: nobody was granted what the model did not grant
        assert states[0].purses[window].spent == self.spent

    def _label(self, now: float) -> str:
        return labels_at(now).get(WINDOW_OF[self.key.limit_reset], "")

    def _windows_moved(self, now: float) -> None:
        """A claim opens the window of its clock, if that is newer than the one the ledger is in."""
        state = run(self.store.states(KEY_ID)).get(0)
        label = state.purses[WINDOW_OF[self.key.limit_reset]].label if state else self.label
        assert label <= max(self.label, self._label(now))
        if label > self.label:
            self.label, self.spent = label, 0

    def _left(self, now: float) -> int:
        """What a claim made now by this clock may find."""
        limit = self.key.limit_nano or 0
        return limit - sum(self.holds.values()) - (0 if self._label(now) > self.label else self.spent)

    def _items_holds(self) -> dict[str, int]:
        states = run(self.store.states(KEY_ID))
        return dict(states[0].holds) if states else {}


# 120 lives of 50 steps.
LedgerLife.TestCase.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
TestLedgerLife = LedgerLife.TestCase
