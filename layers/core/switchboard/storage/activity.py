"""What each key used of each endpoint, by UTC day: `A#<month>` holds a row for each day, and one for each hour below.

An hour's row has an attribute for each minute, overwritten whole, so that a minute may be computed again at any time;
the day's row is the sum of its hours.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from switchboard.accounting.activity import Activity, Subject
from switchboard.storage.database import PARTITION, SORT, Between, Database, Item, Key, Prefix, Query, Update
from switchboard.storage.fields import text

DAY = 86_400
KEEP_HOURS = 90 * DAY  # longer than the records that they are computed from
KEEP_DAYS = 400 * DAY
LAST = "~"
# Activities by the minute (Unix time // 60) in which they ended.
Minutes: TypeAlias = Mapping[int, Activity]


@dataclass(frozen=True, slots=True)
class DayRow:
    day: date
    subject: Subject
    activity: Activity


@dataclass(frozen=True, slots=True)
class ActivityStore:
    database: Database
    table: str

    async def bring_up_to_date(self, subject: Subject, fresh: Minutes) -> int:
        """`fresh` are minutes as the records have them now. How many rows had to be written."""
        days: dict[date, dict[int, Activity]] = {}
        for minute, activity in fresh.items():
            days.setdefault(_moment(minute).date(), {})[minute] = activity
        return sum(await asyncio.gather(*(self._bring(subject, day, rows) for day, rows in days.items())))

    async def read(self, first: date, last: date, key_id: str | None = None) -> list[DayRow]:
        """Both days included; of one key or of all."""
        prefix = "d#" if key_id is None else f"d#{key_id}#"
        queries = [Query(f"A#{month}", Prefix(prefix)) for month in _months(first, last)]
        pages = await asyncio.gather(*(self.database.query(self.table, query) for query in queries))
        rows = [_row_of(item) for page in pages for item in page]
        return [row for row in rows if first <= row.day <= last]

    async def _bring(self, subject: Subject, day: date, fresh: dict[int, Activity]) -> int:
        within = _sort(subject, day, "h")
        hours = Query(_partition(day), Between(within, within + LAST), consistent=True)
        row = Key(_partition(day), _sort(subject, day, "d"))
        items, old = await asyncio.gather(
            self.database.query(self.table, hours), self.database.get(self.table, row, consistent=True)
        )
        stored = {minute: activity for item in items for minute, activity in _minutes_of(item)}
        changed = {minute: activity for minute, activity in fresh.items() if stored.get(minute) != activity}
        written = await asyncio.gather(*(self._write_hour(subject, *hour) for hour in _by_hour(changed)))
        item = _day_item(row, subject, day, Activity.merged((stored | fresh).values()))
        if item == old:
            return len(written)
        await self.database.put(self.table, item)
        return len(written) + 1

    async def _write_hour(self, subject: Subject, hour: datetime, minutes: dict[int, Activity]) -> None:
        key = Key(_partition(hour), f"{_sort(subject, hour, 'h')}{hour:%H}")
        start = int(hour.timestamp())
        update = Update(
            set={
                "s": start,
                "exp": start + KEEP_HOURS,
                **{f"m{minute % 60:02d}": _packed(activity) for minute, activity in minutes.items()},
            }
        )
        await self.database.update(self.table, key, update, repeatable=True)


def _by_hour(minutes: dict[int, Activity]) -> list[tuple[datetime, dict[int, Activity]]]:
    hours: dict[datetime, dict[int, Activity]] = {}
    for minute, activity in minutes.items():
        hours.setdefault(_moment(minute // 60 * 60), {})[minute] = activity
    return list(hours.items())


def _minutes_of(item: Item) -> Iterable[tuple[int, Activity]]:
    first = int(str(item["s"])) // 60
    names = [name for name in item if name[0] == "m" and name[1:].isdigit()]
    return [(first + int(name[1:]), _unpacked(item[name])) for name in names]


def _day_item(row: Key, subject: Subject, day: date, activity: Activity) -> Item:
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    return {
        PARTITION: row.partition,
        SORT: row.sort,
        "exp": noon + KEEP_DAYS,
        "d": day.isoformat(),
        "k": subject.key_id,
        "m": subject.model,
        "ep": subject.endpoint,
        "pr": subject.provider,
        "s": _packed(activity),
    }


def _row_of(item: Item) -> DayRow:
    subject = Subject(*(text(item, name) or "" for name in ("k", "m", "ep", "pr")))
    return DayRow(date.fromisoformat(str(item["d"])), subject, _unpacked(item["s"]))


def _packed(activity: Activity) -> str:
    """Eight numbers as one text: a third of the bytes of a map."""
    return " ".join(str(number) for number in astuple(activity))


def _unpacked(value: object) -> Activity:
    return Activity(*(int(number) for number in str(value).split()))


def _partition(day: date) -> str:
    return f"A#{day:%Y%m}"


def _sort(subject: Subject, day: date, level: str) -> str:
    offer = f"{subject.model}@{subject.provider}@{subject.endpoint}"
    return f"{level}#{subject.key_id}#{day:%d}#{offer}#"


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def _months(first: date, last: date) -> list[str]:
    """Those that two days lie in and between, like 202611."""
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return list(dict.fromkeys(f"{day:%Y%m}" for day in days))
