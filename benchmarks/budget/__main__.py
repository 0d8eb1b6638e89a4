"""The bound, printed: N requests at once against a limit that is enough for 1, 10 and 100 of them.

Each request is admitted and settled as the gateway does it, on the embedded engine; between the two it "runs" for a
moment and then costs what an answer of 300 tokens costs. Callers who are told to wait (429) come again.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
from switchboard.accounting.generation import Generation
from switchboard.accounting.price import bill
from switchboard.catalog.model import Endpoint, Price, Provider
from switchboard.chat import Usage
from switchboard.clock import SystemClock
from switchboard.errors import BudgetExceeded, BudgetUnavailable, LimitReached
from switchboard.ids import new_generation_id
from switchboard.protocols.openai_chat.parse import parse
from switchboard.reservations import Reservations, Wish
from switchboard.routing.plan import Plan
from switchboard.storage.budget import BudgetStore
from switchboard.storage.keys import ApiKey

from benchmarks.budget.engines import make_table, opened
from benchmarks.budget.processes import embedded

AT_ONCE = (8, 64)
ENOUGH_FOR = (1, 10, 100)
TABLE = "KeysTable"
PRICE = Price({"input": 2 * 10**9, "output": 8 * 10**9})
PROVIDER = Provider("acme", "Acme", "openai-chat", "https://acme.test/v1")
ENDPOINT = Endpoint("lab/one@acme", "acme", "lab/one", PROVIDER, "one", PRICE, max_output=32_768)
REQUEST = parse(orjson.dumps({"model": "lab/one", "messages": [{"role": "user", "content": "Tell me of it. " * 20}]}))
USAGE = Usage(input=80, output=300)
COST = bill(USAGE, PRICE).total or 0
COMES_AGAIN = 40


@dataclass(slots=True)
class Count:
    served: int = 0
    used_up: int = 0
    waited: int = 0
    gave_up: int = 0
    true_cost: int = 0


async def one(reservations: Reservations, key: ApiKey, count: Count, now: Callable[[], float]) -> None:
    for _ in range(COMES_AGAIN):
        wish = Wish(new_generation_id(now()), REQUEST, Plan((ENDPOINT,), ()), now() + 60)
        try:
            admission = await reservations.admit(key, wish)
        except BudgetExceeded:
            count.used_up += 1
            return
        except (LimitReached, BudgetUnavailable):
            count.waited += 1
            await asyncio.sleep(0.2)
            continue
        await asyncio.sleep(0.05)
        usage = replace(USAGE, output=min(USAGE.output, admission.output or USAGE.output))
        cost = bill(usage, PRICE).total or 0
        count.served += 1
        count.true_cost += cost
        await reservations.settle(admission, done(wish, usage, cost))
        return
    count.gave_up += 1


def done(wish: Wish, usage: Usage, cost: int) -> Generation:
    return Generation(
        id=wish.generation_id,
        key_id="",
        created=0,
        finished=0,
        model="lab/one",
        model_asked="lab/one",
        protocol="openai-chat",
        streamed=False,
        attempts=(),
        usage=usage,
        cost=cost,
    )


async def measure(url: str, at_once: int, enough_for: int) -> int:
    clock = SystemClock()
    key = ApiKey("", f"bench-{at_once}-{enough_for}", "bench", "", limit_nano=enough_for * COST)
    async with opened(url) as database:
        store, count = BudgetStore(database, TABLE), Count()
        await store.follow(key, clock.now())
        reservations = Reservations(store, clock)
        await asyncio.gather(*(one(reservations, key, count, clock.now) for _ in range(at_once)))
        spending = await store.read(key, clock.now())
    limit, spent = enough_for * COST, spending.spent["total"]
    over = max(0, count.true_cost - limit)
    counts = "".join(f"{each:>9}" for each in (count.served, count.used_up, count.waited, count.gave_up))
    print(f"{at_once:>8}{enough_for:>8}{counts}{spent / limit:>9.1%}{over:>11}", flush=True)
    return over


def main() -> int:
    print(f"{'at once':>8}{'enough':>8}{'served':>9}{'402':>9}{'429':>9}{'gave up':>9}{'spent':>9}{'overspend':>11}")
    with tempfile.TemporaryDirectory() as state, embedded(Path(state)) as url:
        make_table(url, TABLE)
        overspent = sum(asyncio.run(measure(url, n, m)) for n in AT_ONCE for m in ENOUGH_FOR)
    return int(overspent > 0)


if __name__ == "__main__":
    sys.exit(main())
