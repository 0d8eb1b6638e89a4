"""Idempotency-Key through the pure part, over a database in memory and work that counts how often it is done."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from switchboard.errors import IdempotencyConflict, InvalidRequest
from switchboard.idempotency import Idempotency, fingerprint_of
from switchboard.pipeline import Call, Client
from switchboard.protocols.interface import Arrival
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.storage.database import StorageUnavailable
from switchboard.storage.idempotency import IdempotencyStore

from tests.fakes import FakeClient, FakeClock, FakeDatabase, FakeTelemetry

STREAMED = (b"data: one\n\n", b"data: two\n\n", b"data: [DONE]\n\n")


def call(body: bytes = b"{}", key: str = "order-1", query: Mapping[str, str] | None = None) -> Call:
    return Call(OpenAiChat(), Arrival(body, {}, query or {}, {"idempotency-key": key}), 0.0, 900.0)


@dataclass(slots=True)
class Worker:
    """Answers, streamed or whole; every answer differs from the one before."""

    streams: bool = False
    status: int = 200
    succeeds: bool = True
    size: int = 0
    done: int = 0
    waits: asyncio.Event | None = None

    async def work(self, _call: Call, client: Client) -> bool:
        self.done += 1
        if self.waits:
            await self.waits.wait()
        body = b'{"answer": %d}' % self.done + os.urandom(self.size)
        headers = {"content-type": "text/event-stream", "x-generation-id": f"gen-{self.done}"}
        if self.streams:
            client.hold_line(b": ping\n\n", "text/event-stream")
            await client.start(self.status, headers)
            for piece in STREAMED:
                await client.write(piece)
            await client.end(body)
        else:
            await client.start(self.status, {**headers, "content-length": str(len(body))})
            await client.end(body)
        return self.succeeds


@dataclass(slots=True)
class House:
    worker: Worker = field(default_factory=Worker)
    database: FakeDatabase = field(default_factory=FakeDatabase)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    clock: FakeClock = field(default_factory=FakeClock)
    most_bytes: int = 10_000

    async def ask(self, asked: Call | None = None, key_id: str = "key-1", path: str = "/v1/responses") -> FakeClient:
        client = FakeClient()
        gate = Idempotency(IdempotencyStore(self.database, "KeysTable"), self.telemetry, self.clock, self.most_bytes)
        await gate.answer(asked or call(), client, key_id, path, self.worker.work)
        return client


@pytest.mark.parametrize("streams", [True, False])
def test_the_first_answer_is_given_again_byte_for_byte(streams: bool) -> None:
    async def run() -> None:
        house = House(Worker(streams=streams))
        first, *others = [await house.ask() for _ in range(3)]
        assert house.worker.done == 1
        for again in others:
            assert (again.status, again.body, again.ended) == (first.status, first.body, True)
            assert again.headers["x-switchboard-replayed"] == "true"
            assert again.headers["x-generation-id"] == "gen-1"
            assert again.headers["content-type"] == first.headers["content-type"]
            assert again.headers["content-length"] == str(len(first.body))
        assert "x-switchboard-replayed" not in first.headers

    asyncio.run(run())


def test_a_twin_of_a_running_request_is_told_to_come_back() -> None:
    async def run() -> None:
        house = House(Worker(waits=asyncio.Event()))
        running = asyncio.create_task(house.ask())
        for _ in range(10):
            await asyncio.sleep(0)
        with pytest.raises(IdempotencyConflict) as caught:
            await house.ask()
        assert (caught.value.status, caught.value.retry_after) == (409, 2.0)
        assert house.worker.waits
        house.worker.waits.set()
        await running
        assert (await house.ask()).body == running.result().body
        assert house.worker.done == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("asked", "path"),
    [(call(b"{ }"), "/v1/responses"), (call(), "/v1/messages"), (call(query={"alt": "sse"}), "/v1/responses")],
)
def test_another_request_with_the_same_key_is_refused(asked: Call, path: str) -> None:
    async def run() -> None:
        house = House()
        await house.ask()
        with pytest.raises(IdempotencyConflict) as caught:
            await house.ask(asked, path=path)
        assert caught.value.status == 422

    asyncio.run(run())


def test_another_callers_key_is_another_key() -> None:
    async def run() -> None:
        house = House()
        bodies = {(await house.ask(key_id=owner)).body for owner in ("key-1", "key-2")}
        assert len(bodies) == 2

    asyncio.run(run())


@pytest.mark.parametrize("worker", [Worker(status=503), Worker(succeeds=False), Worker(streams=True, succeeds=False)])
def test_what_failed_may_be_tried_again_with_the_same_key(worker: Worker) -> None:
    async def run() -> None:
        house = House(worker)
        await house.ask()
        worker.status, worker.succeeds = 200, True
        assert (await house.ask()).body.endswith(b'{"answer": 2}')

    asyncio.run(run())


def test_work_that_raises_leaves_the_key_free() -> None:
    async def broken(_call: Call, _client: Client) -> bool:
        raise ZeroDivisionError

    async def run() -> None:
        house = House()
        gate = Idempotency(IdempotencyStore(house.database, "KeysTable"), house.telemetry, house.clock)
        with pytest.raises(ZeroDivisionError):
            await gate.answer(call(), FakeClient(), "key-1", "/v1/responses", broken)
        assert (await house.ask()).status == 200

    asyncio.run(run())


def test_an_answer_that_is_too_large_is_given_and_said_not_to_be_kept() -> None:
    async def run() -> None:
        house = House(Worker(size=20_000))
        first = await house.ask()
        assert (len(first.body), first.headers["x-switchboard-idempotency"]) == (20_013, "too large")
        with pytest.raises(IdempotencyConflict) as caught:
            await house.ask()
        assert (caught.value.status, caught.value.metadata) == (409, {"generation_id": "gen-1"})
        assert house.worker.done == 1

    asyncio.run(run())


def test_a_stream_says_beforehand_how_much_is_kept() -> None:
    client = asyncio.run(House(Worker(streams=True)).ask())
    assert client.headers["x-switchboard-idempotency"] == "kept up to 10000 bytes"


def test_a_stream_is_finished_even_if_nobody_reads_it() -> None:
    assert asyncio.run(House(Worker(streams=True)).ask()).keeps_going


def test_a_key_is_free_again_when_the_first_has_crashed() -> None:
    async def run() -> None:
        house = House(Worker(waits=asyncio.Event()))
        crashed = asyncio.create_task(house.ask())
        for _ in range(10):
            await asyncio.sleep(0)
        house.database.down = True  # the process is gone: it releases nothing
        crashed.cancel()
        await asyncio.gather(crashed, return_exceptions=True)
        house.database.down, house.worker.waits = False, None
        house.clock.advance(61)
        assert (await house.ask()).status == 200

    asyncio.run(run())


def test_without_the_table_nothing_is_promised_and_nothing_done() -> None:
    async def run() -> None:
        house = House()
        house.database.down = True
        with pytest.raises(StorageUnavailable) as caught:
            await house.ask()
        assert (caught.value.retry_after, house.worker.done) == (2.0, 0)

    asyncio.run(run())


def test_an_answer_that_cannot_be_kept_is_given_all_the_same() -> None:
    async def run() -> None:
        house = House()
        house.database.calls_left = 1
        assert (await house.ask()).status == 200
        assert [event for event, _ in house.telemetry.events] == ["idempotent_answer_not_kept"]

    asyncio.run(run())


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest, match="1 to 255"):
        asyncio.run(House().ask(call(key=key)))


def test_neither_the_key_nor_the_request_is_stored_as_it_is() -> None:
    async def run() -> None:
        house = House()
        await house.ask(call(b'{"messages": "secret prompt"}', key="customer-4711"))
        assert "4711" not in repr(house.database.tables)
        assert "secret prompt" not in repr(house.database.tables)
        assert house.telemetry.events == []

    asyncio.run(run())


def test_an_api_key_in_the_query_is_no_part_of_the_request() -> None:
    assert fingerprint_of(call(query={"key": "sk-1"}), "/p") == fingerprint_of(call(query={"key": "sk-2"}), "/p")
