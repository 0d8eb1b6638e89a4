"""A mapping whose values are made when they are first asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

Value = TypeVar("Value")


class OnDemand(Mapping[str, Value], Generic[Value]):
    """The names are known, what they stand for is made once: a request needs one model of a hundred, and making all of
    them would take half of what a cold start has.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], Value]) -> None:
        self._made: dict[str, Value | None] = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> Value:
        value = self._made[name]
        if value is None:
            value = self._made[name] = self._make(name)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
