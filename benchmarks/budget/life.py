"""One key's whole life, step by step, beside a model of it: what the tables say must be what the model says.

The model is a sum for the window that is limited (what was settled or swept in it), the holds that were granted and
are not yet settled, and the records that had to be written. Whoever drives a Life (hypothesis in the tests, a seeded
chance in `make engines`) chooses the steps: requests that are lost, doubled, late or dropped dead between their two
last writes, windows that end, clocks that jump, limits that change, a key that is switched off and on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from switchboard.accounting.generation import Generation
from switchboard.accounting.holds import GRACE_SECONDS, Claim, Limits, State, hold_name
from switchboard.accounting.windows import WINDOW_OF, WINDOWS, Reset, labels_at, minute_at
from switchboard.chat import Usage
from switchboard.ids import new_generation_id
from switchboard.storage.budget import BudgetStore, Hold, Refused
from switchboard.storage.budget_items import limits_of
from switchboard.storage.database import PARTITION, Database, Query, StorageUnavailable
from switchboard.storage.keys import ApiKey
from switchboard.storage.usage import UsageStore, read_spill

from benchmarks.budget.network import Fate, Network

KEYS, USAGE = "KeysTable", "UsageTable"
START = 1_800_000_000.0
LONGEST_REQUEST = 900.0

Write = Literal["record", "settle"]


@dataclass(frozen=True, slots=True)
class Request:
    """One that was granted its hold."""

    id: str
    claim: Claim
    created: float


@dataclass(slots=True)
class Life:
    """`faults` are what must not have happened, in words; empty if all is well."""

    database: Database
    key: ApiKey
    now: float = START
    holds: dict[str, int] = field(default_factory=dict)
    spent: int = 0
    records: dict[str, Generation] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    steps: int = 0
    _fate: Fate = "kept"
    _label: str = ""  # of the window that the first claim opens, by its clock
    _store: BudgetStore = field(init=False)
    _usage: UsageStore = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    @property
    def limits(self) -> Limits:
        return limits_of(self.key)

    def restart(self) -> None:
        """Another process, which remembers nothing."""
        network = Network(self.database, self._fate_of_this_write)
        self._store, self._usage = BudgetStore(network, KEYS), UsageStore(network, USAGE)

    async def reserve(self, amount: int, fate: Fate, skew: float) -> Request | None:
        """`skew` is how wrong this process's clock is, in seconds. None if it was refused, or nobody knows."""
        now = self.now + skew
        generation_id = new_generation_id(self.now, self._usage.shards)
        name = hold_name(self.now + LONGEST_REQUEST + GRACE_SECONDS, generation_id)
        claim = Claim(name, amount, 0, self.limits, labels_at(now), minute_at(now))
        left = self._left(now)
        granted = await self._reserve(claim, fate)
        self._must(granted is not True or (amount <= left and not self.key.disabled), f"granted {amount} of {left}")
        self._must(granted is not False or amount > left or self.key.disabled, f"refused {amount} of {left}")
        self._must(not granted or self._label >= self._label_at(now), "its window was not opened")
        return Request(generation_id, claim, self.now) if granted else None

    async def send_again(self, request: Request, fate: Fate) -> None:
        """A doubled call, however late: the hold is there, or was settled and this one belongs to nobody."""
        await self._reserve(request.claim, fate)

    async def finish(
        self, request: Request, actual: int, order: tuple[Write, ...], fates: Mapping[Write, Fate]
    ) -> None:
        """The last two writes in either order; a process that dies between them, or before, makes fewer of them."""
        if self.now > request.created + LONGEST_REQUEST:
            return  # Lambda has ended it long ago
        for write in order:
            if write == "record":
                await self._record(request, actual, fates.get("record", "kept"))
            else:
                await self.settle(request, actual, fates.get("settle", "kept"))

    async def settle(self, request: Request, actual: int, fate: Fate) -> None:
        """`actual` is at most what was held. A second time, or after the sweep, it changes nothing."""
        claim = request.claim
        hold = Hold(self.key.id, 0, claim.hold, claim.amount, 0, claim.minute)
        self._fate = fate
        try:
            told = await self._store.settle(hold, actual, 0, self.now) is not None
        except StorageUnavailable:
            told = False
        landed = claim.hold in self.holds and claim.hold not in await self._held()
        self._must(landed or not told, f"{claim.hold} was settled twice")
        if landed:
            del self.holds[claim.hold]
            self.spent += actual

    async def sweep(self, skew: float) -> None:
        """By whoever comes by, whatever the time is for him; a second time finds nothing."""
        expired = (await self._state()).expired(self.now + skew)
        swept = [await self._store.sweep(self.key.id, 0, expired) for _ in range(2)]
        self._must(swept == [len(expired), 0], f"swept {swept} of {len(expired)}")
        self.spent += sum(self.holds.pop(name, 0) for name in expired)

    async def change(self, limit: int, disabled: bool, fate: Fate) -> None:
        """As the administration of keys does it: the key's record first, then its state, until that is done."""
        self.key = replace(self.key, limit_nano=limit, disabled=disabled)
        self._fate = fate
        try:
            await self._store.follow(self.key, self.now)
        except StorageUnavailable:
            await self._store.follow(self.key, self.now)

    def pass_time(self, seconds: float) -> None:
        self.now = max(START, self.now + seconds)

    async def replay(self) -> None:
        """What was spilled into the log is put back, twice."""
        for line in [*self.log, *self.log]:
            generation = read_spill(line)
            if generation:
                await self._usage.record(generation)
        self.log.clear()

    async def judge(self) -> None:
        """After each step: the ledger says what the model says, to the nano-dollar."""
        self.steps += 1
        state, window = await self._state(), WINDOW_OF[self.key.limit_reset]
        if not state.purses:
            return
        purse = state.purses[window]
        self._must(all(conserved(state, each) for each in WINDOWS), "not conserved")
        self._must(dict(state.holds) == self.holds, f"holds are {dict(state.holds)}, not {self.holds}")
        self._must(purse.spent == self.spent, f"{purse.spent} is spent, not {self.spent}")

    async def audit(self) -> None:
        """At the end: one record for each request that was answered and logged, and no other."""
        await self.replay()
        partitions = {str(self._usage.to_item(each)[PARTITION]) for each in self.records.values()}
        rows = [row for name in sorted(partitions) for row in await self.database.query(USAGE, Query(name))]
        found = sum(row["k"] == self.key.id for row in rows)
        self._must(found == len(self.records), f"{found} records of {len(self.records)} requests")
        for generation in self.records.values():
            self._must(await self._usage.find(generation.id) == generation, f"{generation.id} is not on record")

    async def _reserve(self, claim: Claim, fate: Fate) -> bool | None:
        """None if nobody knows whether it landed: then it is abandoned, if it did."""
        self._fate = fate
        granted: bool | None
        try:
            await self._store.reserve(self.key.id, 0, self.limits, claim)
            granted = True
        except Refused:
            granted = False
        except StorageUnavailable:
            granted = None
        self._fate = "kept"
        state = await self._state()
        if claim.hold in state.holds:
            self.holds[claim.hold] = claim.amount
        label = state.purses[WINDOW_OF[self.key.limit_reset]].label if state.purses else ""
        if label > self._label:  # the claim has opened the window of its clock
            self._label, self.spent = label, 0
        return granted

    async def _record(self, request: Request, actual: int, fate: Fate) -> None:
        """As the pipeline does it: what cannot be written goes into the log."""
        finished = max(self.now, request.created)
        generation = _generation(request.id, self.key.id, request.created, finished, actual)
        self.records[generation.id] = generation
        self._fate = fate
        try:
            await self._usage.record(generation)
        except StorageUnavailable:
            self.log.append(self._usage.spill_line(generation))

    async def _state(self) -> State:
        return (await self._store.states(self.key.id)).get(0, State({}))

    async def _held(self) -> Mapping[str, int]:
        return (await self._state()).holds

    def _left(self, now: float) -> int:
        """What a claim made now by this clock may find."""
        spent = 0 if self._label_at(now) > self._label else self.spent
        return (self.key.limit_nano or 0) - sum(self.holds.values()) - spent

    def _label_at(self, now: float) -> str:
        return labels_at(now).get(WINDOW_OF[self.key.limit_reset], "")

    def _fate_of_this_write(self) -> Fate:
        fate, self._fate = self._fate, "kept"
        return fate

    def _must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.faults.append(f"step {self.steps}: {otherwise}")


def begun(database: Database, key_id: str, limit: int, reset: Reset | None) -> Life:
    return Life(database, ApiKey("", key_id, "life", "", limit_nano=limit, limit_reset=reset))


def conserved(state: State, window: str) -> bool:
    """What remains, what is spent and what is held make up the limit; and the sum kept is the sum of what is there."""
    purse = next(purse for name, purse in state.purses.items() if name == window)
    held = sum(state.holds.values())
    return purse.remaining + purse.spent + held == purse.limit and (state.held, state.parallel) == (
        held,
        len(state.holds),
    )


def _generation(generation_id: str, key_id: str, created: float, finished: float, cost: int) -> Generation:
    usage = Usage(input=1, output=1)
    return Generation(
        id=generation_id,
        key_id=key_id,
        created=created,
        finished=finished,
        model="lab/one",
        model_asked="lab/one",
        protocol="openai-chat",
        streamed=True,
        attempts=(),
        usage=usage,
        cost=cost,
    )
