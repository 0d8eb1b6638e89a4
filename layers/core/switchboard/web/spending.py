"""What keys have spent, read for those who ask about a key."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from switchboard.accounting.spending import Spend, Spent
from switchboard.clock import Clock
from switchboard.storage.activity import ActivityStore

# As long as days are kept.
HISTORY_DAYS = 400


@dataclass(frozen=True, slots=True)
class Spending:
    """Sums of each key's activity: as exact as the records, and as old as the last run of the rankings job."""

    activity: ActivityStore
    clock: Clock

    async def of_all(self, key_id: str | None = None) -> dict[str, Spent]:
        """By key id, for every key that was ever used, or for one."""
        today = self.today()
        spends: defaultdict[str, list[Spend]] = defaultdict(list)
        for row in await self.activity.read(today - timedelta(days=HISTORY_DAYS), today, key_id):
            spends[row.subject.key_id].append(Spend(row.day, row.activity.cost))
        return {key: Spent.of(rows, today) for key, rows in spends.items()}

    def today(self) -> date:
        return datetime.fromtimestamp(self.clock.now(), UTC).date()
