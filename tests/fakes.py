"""Stand-ins that behave like the real thing: a clock that is turned by hand, a database in memory."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from switchboard.storage.database import (
    PARTITION,
    SORT,
    AllOf,
    AnyOf,
    Between,
    Compare,
    Condition,
    ConditionFailed,
    Exists,
    Item,
    Key,
    Minus,
    Missing,
    Prefix,
    Query,
    StorageUnavailable,
    Update,
    Value,
    key_of,
)
from switchboard.storage.marshal import marshal_item, unmarshal_item

# Any: only values of one type get here.
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(slots=True)
class FakeClock:
    """Stands still until it is told to move; both readings move together."""

    time: float = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += seconds


@dataclass(slots=True)
class FakeDatabase:
    """A Database in memory. `fail_next` calls fail, or all of them while it is `down`. `calls` counts by name."""

    tables: dict[str, dict[Key, Item]] = field(default_factory=dict)
    down: bool = False
    fail_next: int = 0
    calls: dict[str, int] = field(default_factory=dict)

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None:
        self._called("get")
        item = self._table(table).get(key)
        return _copy(item) if item is not None else None

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        self._called("put")
        self._check(table, key_of(item), condition)
        self._table(table)[key_of(item)] = _copy(item)

    async def update(
        self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
    ) -> Item:
        self._called("update")
        self._check(table, key, condition)
        old = self._table(table).get(key, {PARTITION: key.partition, SORT: key.sort})
        self._table(table)[key] = _copy(_updated(old, update))
        return _copy(self._table(table)[key])

    async def delete(self, table: str, key: Key, *, condition: Condition | None = None) -> None:
        self._called("delete")
        self._check(table, key, condition)
        self._table(table).pop(key, None)

    async def query(self, table: str, query: Query) -> list[Item]:
        self._called("query")
        rows = self._table(table).items()
        keys = sorted(key for key, _ in rows if key.partition == query.partition and _within(key.sort, query.sort))
        ordered = keys if query.forward else keys[::-1]
        return [_copy(self._table(table)[key]) for key in ordered[: query.limit]]

    async def batch_get(self, table: str, keys: Sequence[Key], *, consistent: bool = False) -> list[Item]:
        self._called("batch_get")
        return [_copy(self._table(table)[key]) for key in dict.fromkeys(keys) if key in self._table(table)]

    def _called(self, name: str) -> None:
        self.calls[name] = self.calls.get(name, 0) + 1
        if self.fail_next or self.down:
            self.fail_next = max(0, self.fail_next - 1)
            raise StorageUnavailable("the fake database was told to fail")

    def _table(self, name: str) -> dict[Key, Item]:
        return self.tables.setdefault(name, {})

    def _check(self, table: str, key: Key, condition: Condition | None) -> None:
        item = self._table(table).get(key)
        if condition is not None and not holds(condition, item or {}):
            raise ConditionFailed(_copy(item) if item is not None else None)


def holds(condition: Condition, item: Item) -> bool:
    match condition:
        case Exists(name):
            return name in item
        case Missing(name):
            return name not in item
        case Compare(name, sign, value):
            return name in item and _comparable(item[name], value) and COMPARE[sign](item[name], value)
        case AllOf(conditions):
            return all(holds(member, item) for member in conditions)
        case AnyOf(conditions):
            return any(holds(member, item) for member in conditions)


def _comparable(left: Value, right: Value) -> bool:
    numbers = (int, float)
    if isinstance(left, bool) or isinstance(right, bool):
        return type(left) is type(right)
    return type(left) is type(right) or (isinstance(left, numbers) and isinstance(right, numbers))


def _updated(old: Item, update: Update) -> Item:
    new = {name: value for name, value in old.items() if name not in update.remove}
    for name, value in update.set.items():
        new[name] = _number(old[value.left]) - _number(old[value.right]) if isinstance(value, Minus) else value
    for name, amount in update.add.items():
        new[name] = _number(old.get(name, 0)) + amount
    return new


def _number(value: Value) -> int | float:
    assert isinstance(value, int | float)
    return value


def _within(sort: str, wanted: Prefix | Between | None) -> bool:
    match wanted:
        case None:
            return True
        case Prefix(text):
            return sort.startswith(text)
        case Between(low, high):
            return low <= sort <= high


def _copy(item: Item) -> Item:
    """Through the real encoding, so that a test cannot store what DynamoDB would refuse."""
    return unmarshal_item(marshal_item(item))
