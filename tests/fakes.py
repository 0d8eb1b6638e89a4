"""Stand-ins that behave like the real thing: a clock turned by hand, a database in memory, both ends of a line."""

import asyncio
import operator
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from starlette.types import ASGIApp, Message, Scope
from switchboard.json_types import Json
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
from switchboard.storage.grouped import MOST_AT_ONCE
from switchboard.storage.marshal import marshal_item, unmarshal_item
from switchboard.telemetry import NO_MEASURES, Telemetry
from switchboard.wire.http import HttpRequest

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


class SteadyChance(random.Random):
    """Every draw falls on the best, and nothing is ever tried out."""

    def random(self) -> float:
        return 0.05


class TurnedLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock can be put forward, so that long waits take no time."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += seconds


@dataclass(slots=True)
class FakeDatabase:
    """A Database in memory. `calls` counts by name.

    The next `fail_next` calls fail; all of them do while it is `down`, or once `calls_left` have been answered.
    """

    tables: dict[str, dict[Key, Item]] = field(default_factory=dict)
    down: bool = False
    fail_next: int = 0
    calls_left: int | None = None
    calls: dict[str, int] = field(default_factory=dict)

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None:
        self._called("get")
        item = self._table(table).get(key)
        return _copy(item) if item is not None else None

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        self._called("put")
        self._check(table, key_of(item), condition)
        self._table(table)[key_of(item)] = _copy(item)

    async def put_all(self, table: str, items: Sequence[Item]) -> None:
        self._called("put_all")
        assert 0 < len(items) <= MOST_AT_ONCE
        assert len({key_of(item) for item in items}) == len(items), "DynamoDB refuses a batch that names a key twice"
        for item in items:
            self._table(table)[key_of(item)] = _copy(item)

    async def update(
        self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
    ) -> Item:
        self._called("update")
        assert condition or not (repeatable and update.add), (
            "sent twice it would add twice: no condition sees the first"
        )
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
        if self.fail_next or self.down or self.calls_left == 0:
            self.fail_next = max(0, self.fail_next - 1)
            raise StorageUnavailable("the fake database was told to fail")
        if self.calls_left is not None:
            self.calls_left -= 1

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


Step = bytes | BaseException | asyncio.Event | Callable[[], None]


@dataclass(slots=True)
class FakeReply:
    """An upstream's reply, step by step: bytes arrive, an error is raised, an event is waited for, a function is
    called.
    """

    steps: tuple[Step, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})

    async def pieces(self) -> AsyncIterator[bytes]:
        for step in self.steps:
            await asyncio.sleep(0)  # as over a network: nothing is there at once
            match step:
                case bytes():
                    yield step
                case asyncio.Event():
                    await step.wait()
                case BaseException():
                    raise step
                case _:
                    step()

    async def body(self, limit: int) -> bytes:
        body = b"".join([piece async for piece in self.pieces()])
        if len(body) > limit:
            raise OSError(f"the reply is longer than {limit} bytes")
        return body


def streamed(*steps: Step) -> FakeReply:
    return FakeReply(steps)


def whole_reply(body: bytes, status: int = 200, **headers: str) -> FakeReply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return FakeReply((body,), status, {"content-type": "application/json", **named})


HttpAnswer = tuple[int, Mapping[str, str], bytes]


class Sent(NamedTuple):
    """One call of an HttpPort."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout: float


@dataclass(slots=True)
class FakeHttp:
    """An HttpPort that gives one answer after the other, or raises it, and keeps what it was `asked`."""

    answers: Iterator[HttpAnswer | OSError]
    asked: list[Sent] = field(default_factory=list)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # as the port has it
    ) -> HttpAnswer:
        self.asked.append(Sent(method, url, headers, body, timeout))
        answer = next(self.answers)
        if isinstance(answer, OSError):
            raise answer
        return answer


@dataclass(slots=True)
class FakeTransport:
    """Gives its `script` out, one entry for each request: a reply, an error in place of one, an event that never is.

    `requests` are those that were sent; `open_replies` counts the connections that are still held; `on_open` runs
    while a connection is made.
    """

    script: list[FakeReply | BaseException | asyncio.Event]
    requests: list[HttpRequest] = field(default_factory=list)
    open_replies: int = 0
    on_open: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def open(self, request: HttpRequest) -> AsyncIterator[FakeReply]:
        self.requests.append(request)
        entry = self.script.pop(0)
        self.on_open()
        await asyncio.sleep(0)
        if isinstance(entry, asyncio.Event):
            await entry.wait()
        if isinstance(entry, BaseException):
            raise entry
        assert isinstance(entry, FakeReply)
        self.open_replies += 1
        try:
            yield entry
        finally:
            self.open_replies -= 1

    def hosts(self) -> list[str]:
        """Which providers were asked, in order: `acme` for https://acme.test/v1."""
        return [request.url.split("/")[2].partition(".")[0] for request in self.requests]

    def sent(self, number: int = 0) -> Any:  # Any: a JSON body
        return orjson.loads(self.requests[number].body)


@dataclass(slots=True)
class FakeClient:
    """The caller's end: collects the reply. `hangs_up_at` is the write at which it is gone, as a server notices it."""

    hangs_up_at: int | None = None
    before_end: Callable[[], None] = lambda: None
    started: bool = False
    gone: bool = False
    held: bool = False
    keeps_going: bool = False
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    written: list[bytes] = field(default_factory=list)
    ended: bool = False

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        if not self.started:
            self.started, self.status, self.headers = True, status, dict(headers)

    async def write(self, data: bytes) -> None:
        self.written.append(data)
        if self.hangs_up_at == len(self.written):
            self.hang_up()
            await asyncio.sleep(0)

    async def end(self, data: bytes) -> None:
        self.before_end()
        self.written.append(data)
        self.ended = True

    def keep_going(self) -> None:
        self.keeps_going = True

    def hold_line(self, keep_alive: bytes, content_type: str) -> None:
        self.held = True

    def hang_up(self) -> None:
        """As web/line.py does it: the task that answers is cancelled, and `gone` tells it why."""
        self.gone = True
        if self.keeps_going:
            return
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    @property
    def body(self) -> bytes:
        return b"".join(self.written)


class FakeTelemetry(Telemetry):
    """Keeps what would have been logged."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, Json]]] = []
        self.failures: list[str] = []
        self.spilled: list[str] = []
        self.measured: list[Mapping[str, float]] = []

    def info(self, event: str, fields: Mapping[str, Json], measures: Mapping[str, float] = NO_MEASURES) -> None:
        self.events.append((event, fields))
        self.measure(measures)

    def warning(self, event: str, fields: Mapping[str, Json]) -> None:
        self.events.append((event, fields))

    def failure(self, event: str) -> None:
        self.failures.append(event)

    def spill(self, line: str) -> None:
        self.spilled.append(line)

    def measure(self, measures: Mapping[str, float]) -> None:
        if measures:
            self.measured.append(measures)


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # Any: tests look deep into the document
        return orjson.loads(self.body)


async def ask(app: ASGIApp, method: str, path: str, body: bytes = b"", **headers: str) -> Answered:
    """One request to an ASGI application, without a server."""
    route, _, query = path.partition("?")
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": route,
        "raw_path": route.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": raw,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    outgoing: list[Message] = []
    never = asyncio.Event()

    async def receive() -> Message:
        if not incoming:
            await never.wait()
        return incoming.pop(0)

    async def send(message: Message) -> None:
        outgoing.append(message)

    await app(scope, receive, send)
    head = {name.decode(): value.decode() for name, value in outgoing[0]["headers"]}
    return Answered(outgoing[0]["status"], head, b"".join(message.get("body", b"") for message in outgoing[1:]))
