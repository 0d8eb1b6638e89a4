"""The whole life of a ledger, walked at random over a database in memory (benchmarks/budget/life.py is the model).

The first steps of every life, and how they are shrunk to the fewest that fail, are hypothesis's. `make engines` walks
as far on two engines.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from benchmarks.budget.life import Life, Request, begun
from tests.fakes import FakeDatabase
from tests.ledger import DAY, KEY_ID, finished

MACHINES, STEPS_EACH = 125, 50
ENOUGH = 5000

AMOUNTS = st.integers(0, 400)
LIMITS = st.integers(0, 1000)
FATES = st.sampled_from(["kept", "kept", "kept", "lost", "unanswered", "repeated"])
ORDERS = st.sampled_from([("record", "settle"), ("settle", "record"), ("record",), ("settle",), ()])
SKEWS = st.sampled_from([0.0, 0.0, -DAY, 3600.0])


class LedgerLife(RuleBasedStateMachine):
    running = Bundle("running")
    ended = Bundle("ended")
    walked = 0

    @initialize(limit=LIMITS, reset=st.sampled_from(["daily", "daily", None, "weekly", "monthly"]))
    def begin(self, limit: int, reset: str | None) -> None:
        self.life: Life = begun(FakeDatabase(), KEY_ID, limit, reset)  # type: ignore[arg-type]  # one of the literals

    @rule(target=running, amount=AMOUNTS, fate=FATES, skew=SKEWS)
    def reserve(self, amount: int, fate: str, skew: float) -> object:
        granted = finished(self.life.reserve(amount, fate, skew))  # type: ignore[arg-type]  # one of the fates
        return granted or multiple()

    @rule(request=running, fate=FATES)
    def send_again(self, request: Request, fate: str) -> None:
        finished(self.life.send_again(request, fate))  # type: ignore[arg-type]  # one of the fates

    @rule(target=ended, request=consumes(running), share=st.integers(0, 100), order=ORDERS, one=FATES, other=FATES)
    def finish(self, request: Request, share: int, order: tuple[str, ...], one: str, other: str) -> Request:
        """With fewer than two writes, its process dies."""
        actual = request.claim.amount * share // 100
        fates = {"record": one, "settle": other}
        finished(self.life.finish(request, actual, order, fates))  # type: ignore[arg-type]  # such writes and fates
        return request

    @rule(request=ended, share=st.integers(0, 100), fate=FATES)
    def settle_again(self, request: Request, share: int, fate: str) -> None:
        finished(self.life.settle(request, request.claim.amount * share // 100, fate))  # type: ignore[arg-type]

    @rule(request=ended, fate=FATES)
    def send_again_too_late(self, request: Request, fate: str) -> None:
        finished(self.life.send_again(request, fate))  # type: ignore[arg-type]  # one of the fates

    @rule(skew=st.sampled_from([0.0, 0.0, DAY, -DAY]))
    def sweep(self, skew: float) -> None:
        finished(self.life.sweep(skew))

    @rule(seconds=st.sampled_from([1.0, 60.0, 961.0, DAY, 31 * DAY, -3600.0, -DAY]))
    def time_passes(self, seconds: float) -> None:
        self.life.pass_time(seconds)

    @rule(limit=LIMITS, disabled=st.sampled_from([False, False, True]), fate=FATES)
    def change(self, limit: int, disabled: bool, fate: str) -> None:
        finished(self.life.change(limit, disabled, fate))  # type: ignore[arg-type]  # one of the fates

    @rule()
    def restart(self) -> None:
        self.life.restart()

    @rule()
    def replay(self) -> None:
        finished(self.life.replay())

    @invariant()
    def the_tables_say_what_the_model_says(self) -> None:
        if hasattr(self, "life"):
            finished(self.life.judge())
            assert self.life.faults == []

    def teardown(self) -> None:
        finished(self.life.audit())
        assert self.life.faults == []
        LedgerLife.walked += self.life.steps


@pytest.mark.once
def test_no_life_overspends_loses_money_or_loses_a_record() -> None:
    run_state_machine_as_test(
        LedgerLife, settings=settings(max_examples=MACHINES, stateful_step_count=STEPS_EACH, deadline=None)
    )
    assert LedgerLife.walked >= ENOUGH
