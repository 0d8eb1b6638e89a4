"""What the record stores ask of a database, and the ways in which it can refuse.

Every table has the keys PK and SK. Conditions are values, not text: they can be evaluated by the fake that tests use,
and they cannot express what DynamoDB refuses (arithmetic in a condition).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypeAlias

from switchboard.errors import SwitchboardError

# A number is an int if it was written without a fraction or exponent, else a float. DynamoDB drops what follows the
# point of 2.0, so a whole float comes back as an int; they are equal. Floats are written as their shortest repr.
Value: TypeAlias = "str | int | float | bool | bytes | list[Value] | dict[str, Value] | None"
Item: TypeAlias = dict[str, "Value"]
Operator: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]

PARTITION = "PK"
SORT = "SK"


class Key(NamedTuple):
    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class Exists:
    """The attribute is there."""

    name: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The attribute is not there."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """True if the attribute is there and stands in this relation to `value`, both of one type."""

    name: str
    operator: Operator
    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of them holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of them holds."""

    conditions: tuple["Condition", ...]


Condition = Exists | Missing | Compare | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Minus:
    """The difference of two numeric attributes of the item as it was before the update."""

    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Update:
    """Changes to one item, made together. `add` starts from 0 where the attribute is missing."""

    set: Mapping[str, "Value | Minus"] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prefix:
    """Sort keys that begin so."""

    text: str


@dataclass(frozen=True, slots=True)
class Between:
    """Both ends belong to it."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Query:
    """Items of one partition by their sort key; without `limit`, all of them, however many pages that takes."""

    partition: str
    sort: Prefix | Between | None = None
    forward: bool = True
    limit: int | None = None
    consistent: bool = False


class Database(Protocol):
    """Any method raises StorageUnavailable if the database cannot be reached or is overloaded."""

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None: ...

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        """Write the whole item over whatever is there. Raises ConditionFailed."""

    async def put_all(self, table: str, items: Sequence[Item]) -> None:
        """Write 25 items at most, each over whatever is there. If it raises, some may be written all the same."""

    async def update(
        self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
    ) -> Item:
        """The item as it is afterwards. Raises ConditionFailed.

        `repeatable` says that doing it twice is harmless, because the condition recognises the first time or because
        nothing is added: only then is a call whose reply got lost sent again.
        """

    async def delete(self, table: str, key: Key, *, condition: Condition | None = None) -> None: ...

    async def query(self, table: str, query: Query) -> list[Item]: ...

    async def batch_get(self, table: str, keys: Sequence[Key], *, consistent: bool = False) -> list[Item]:
        """Those items that exist, in no order."""


class StorageError(SwitchboardError):
    """The database refuses a call as wrong, or an item cannot be written: a fault of ours."""

    code = "storage_error"


class StorageUnavailable(StorageError):
    """Out of reach, overloaded or too slow: another try, later, can help."""

    status = 503
    code = "storage_unavailable"
    retryable = True


class ConditionFailed(StorageError):
    """Nothing was changed. `item` is what was there instead, None if nothing was or the engine does not say."""

    status = 409
    code = "condition_failed"

    def __init__(self, item: Item | None = None) -> None:
        super().__init__("the item is not as the condition asks")
        self.item = item


def key_of(item: Item) -> Key:
    return Key(str(item[PARTITION]), str(item[SORT]))
