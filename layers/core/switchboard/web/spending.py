"""What keys have spent and may still spend, read for those who ask about a key."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from switchboard.accounting.spending import NOTHING_SPENT, Account, Spend, Spent
from switchboard.clock import Clock
from switchboard.storage.activity import ActivityStore
from switchboard.storage.budget import BudgetStore
from switchboard.storage.budget_items import limits_of
from switchboard.storage.keys import ApiKey

# As long as days are kept.
HISTORY_DAYS = 400


@dataclass(frozen=True, slots=True)
class Accounts:
    """Activity knows every key, as of the last run of the rankings job; the ledger those with limits, as of now."""

    activity: ActivityStore
    budgets: BudgetStore
    clock: Clock

    async def of(self, keys: Sequence[ApiKey]) -> dict[str, Account]:
        """By key id, for each of `keys`."""
        only = keys[0].id if len(keys) == 1 else None
        spent, ledger = await asyncio.gather(self.spent(only), asyncio.gather(*(self._in_ledger(key) for key in keys)))
        return {
            key.id: Account(spent.get(key.id, NOTHING_SPENT).at_least(account.spent), account.left)
            for key, account in zip(keys, ledger, strict=True)
        }

    async def spent(self, key_id: str | None = None) -> dict[str, Spent]:
        """By key id, for every key that was ever used, deleted ones included, or for one."""
        today = self.today()
        spends: defaultdict[str, list[Spend]] = defaultdict(list)
        for row in await self.activity.read(today - timedelta(days=HISTORY_DAYS), today, key_id):
            spends[row.subject.key_id].append(Spend(row.day, row.activity.cost))
        return {key: Spent.of(rows, today) for key, rows in spends.items()}

    def today(self) -> date:
        return datetime.fromtimestamp(self.clock.now(), UTC).date()

    async def _in_ledger(self, key: ApiKey) -> Account:
        if not limits_of(key).any:
            return Account()
        found = await self.budgets.read(key, self.clock.now())
        windows = [found.spent[window] for window in ("total", "day", "week", "month")]
        return Account(Spent(*windows), None if found.remaining is None else max(0, found.remaining))
