"""Generations, append-only, in buckets of one minute of their end, each spread over a few partitions (shards).

No index is needed to find one by its id: the id tells its shard and when it began, and it ended soon after.
"""

import asyncio
import time
from dataclasses import dataclass, field
from functools import lru_cache

import orjson

from switchboard.accounting.generation import Attempt, Generation
from switchboard.chat import Usage
from switchboard.ids import GENERATION_PREFIX, generation_time, new_generation_id, shard_of
from switchboard.storage.database import PARTITION, SORT, Database, Item, Key, Query
from switchboard.storage.fields import items, number, present, strings, table, text, whole
from switchboard.storage.grouped import GroupedPuts

MINUTE = 60
# A request may run for 15 minutes (Lambda's and API Gateway's limit), so it ends in one of 16.
MINUTES_A_REQUEST_SPANS = 16
DAY = 86_400
SPILL = "usage_spill"

USAGE_NAMES = {
    "input": "i",
    "cache_read": "cr",
    "cache_write_5m": "c5",
    "cache_write_1h": "ch",
    "input_audio": "ia",
    "output": "o",
    "reasoning": "r",
    "output_audio": "oa",
    "web_searches": "ws",
    "cache_read_audio": "ca",
    "output_image": "oi",
    "images": "im",
}
SERVICE_TIER = "t"


@dataclass(slots=True)
class UsageStore:
    """`shards` partitions for each minute: one takes about 1,000 records per second. `days` until a record expires."""

    database: Database
    table: str
    shards: int = 4
    days: int = 60
    _puts: GroupedPuts = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._puts = GroupedPuts(self.database, self.table)

    def new_id(self, now: float) -> str:
        """The id of a generation that begins now (Unix seconds)."""
        return new_generation_id(now, self.shards)

    async def record(self, generation: Generation) -> None:
        await self._puts.put(self.to_item(generation))

    async def find(self, generation_id: str) -> Generation | None:
        """One batch of reads over the minutes in which it can have ended. None if it is not there, or not an id."""
        began = generation_time(generation_id)
        if began is None:
            return None
        first = int(began) // MINUTE
        minutes = range(first, first + MINUTES_A_REQUEST_SPANS)
        keys = [self._key(minute, generation_id) for minute in minutes]
        found = await self.database.batch_get(self.table, keys, consistent=True)
        return generation_of(found[0]) if found else None

    async def of_minute(self, minute: int) -> list[Generation]:
        """Everything that ended in a minute (Unix time // 60), in order of their ids."""
        partitions = [Query(_partition(minute, shard), consistent=True) for shard in range(self.shards)]
        shards = await asyncio.gather(*(self.database.query(self.table, query) for query in partitions))
        generations = [generation_of(item) for shard in shards for item in shard]
        return sorted(generations, key=lambda generation: generation.id)

    def spill_line(self, generation: Generation) -> str:
        """One JSON line for the log, to be replayed when the table could not be written."""
        return orjson.dumps({"kind": SPILL, **self.to_item(generation)}).decode()

    def to_item(self, generation: Generation) -> Item:
        key = self._key(ended_in(generation), generation.id)
        return present(
            {
                PARTITION: key.partition,
                SORT: key.sort,
                "exp": int(generation.finished) + self.days * DAY,
                **_identity(generation),
                **_outcome(generation),
            }
        )

    def _key(self, minute: int, generation_id: str) -> Key:
        return Key(_partition(minute, shard_of(generation_id)), generation_id.removeprefix(GENERATION_PREFIX))


def ended_in(generation: Generation) -> int:
    """The minute (Unix time // 60) that a generation belongs to, never before its id says that it began."""
    began = generation_time(generation.id) or 0.0
    return int(max(generation.finished, began)) // MINUTE


def read_spill(line: str) -> Generation | None:
    """The generation in a log line, None if the line is about something else."""
    try:
        item = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return generation_of(item) if isinstance(item, dict) and item.get("kind") == SPILL else None


def generation_of(item: Item) -> Generation:
    return Generation(
        id=GENERATION_PREFIX + str(item[SORT]),
        key_id=str(item["k"]),
        created=number(item, "t0") or 0.0,
        finished=number(item, "t1") or 0.0,
        model=str(item["m"]),
        model_asked=text(item, "ma") or str(item["m"]),
        protocol=str(item["p"]),
        streamed=bool(item.get("st", False)),
        attempts=tuple(_attempt_of(row) for row in items(item, "a")),
        endpoint=text(item, "ep"),
        provider=text(item, "pr"),
        finish_reason=text(item, "f"),
        native_finish_reason=text(item, "nf"),
        usage=_usage_of(table(item, "u")),
        cost=whole(item, "c"),
        price_source=text(item, "ps"),
        unpriced=tuple(strings(item, "up")),
        cancelled=bool(item.get("x", False)),
        estimated=bool(item.get("es", False)),
        upstream_id=text(item, "ui"),
        error=text(item, "e"),
        referer=text(item, "re"),
        app=text(item, "ap"),
        user=text(item, "us"),
        session=text(item, "se"),
        tools_ok=_flag(item, "to"),
        is_probe=bool(item.get("pb", False)),
    )


def _flag(item: Item, name: str) -> bool | None:
    value = item.get(name)
    return value if isinstance(value, bool) else None


def _identity(generation: Generation) -> Item:
    asked = generation.model_asked
    return {
        "k": generation.key_id,
        "t0": generation.created,
        "t1": generation.finished,
        "m": generation.model,
        "ma": asked if asked != generation.model else None,
        "p": generation.protocol,
        "st": generation.streamed or None,
        "re": generation.referer,
        "ap": generation.app,
        "us": generation.user,
        "se": generation.session,
        "pb": generation.is_probe or None,
    }


def _outcome(generation: Generation) -> Item:
    return {
        "a": [_from_attempt(attempt) for attempt in generation.attempts] or None,
        "ep": generation.endpoint,
        "pr": generation.provider,
        "f": generation.finish_reason,
        "nf": generation.native_finish_reason,
        "u": _from_usage(generation.usage) or None,
        "c": generation.cost,
        "ps": generation.price_source,
        "up": list(generation.unpriced) or None,
        "x": generation.cancelled or None,
        "es": generation.estimated or None,
        "ui": generation.upstream_id,
        "e": generation.error,
        "to": generation.tools_ok,
    }


def _from_attempt(attempt: Attempt) -> Item:
    return present(
        {
            "ep": attempt.endpoint,
            "pr": attempt.provider,
            "o": attempt.outcome,
            "s": attempt.status,
            "d": attempt.duration_ms,
            "ft": attempt.first_token_ms,
            "g": attempt.generation_ms,
            "m": attempt.message,
            "cr": attempt.credential,
        }
    )


def _attempt_of(row: Item) -> Attempt:
    return Attempt(
        endpoint=str(row["ep"]),
        provider=str(row["pr"]),
        outcome=str(row["o"]),
        status=whole(row, "s"),
        duration_ms=whole(row, "d") or 0,
        first_token_ms=whole(row, "ft"),
        generation_ms=whole(row, "g"),
        message=text(row, "m"),
        credential=text(row, "cr"),
    )


def _from_usage(usage: Usage) -> Item:
    counts: Item = {name: getattr(usage, bucket) or None for bucket, name in USAGE_NAMES.items()}
    return present({**counts, SERVICE_TIER: usage.service_tier})


def _usage_of(counts: Item) -> Usage:
    buckets = {bucket: whole(counts, name) or 0 for bucket, name in USAGE_NAMES.items()}
    return Usage(**buckets, service_tier=text(counts, SERVICE_TIER))


@lru_cache(maxsize=64)
def _partition(minute: int, shard: int) -> str:
    return f"T#{time.strftime('%Y%m%d%H%M', time.gmtime(minute * MINUTE))}#{shard:02d}"
