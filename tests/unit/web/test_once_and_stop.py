"""Idempotency-Key and DELETE of a generation, through the whole gateway, without a network."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
import pytest
from starlette.types import Message, Receive, Scope, Send
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.ids import new_generation_id
from switchboard.settings import Settings
from switchboard.storage.keys import KeyStore

from tests.examples import BEARER, HELLO, KEY, body, catalog, ended, endpoint, model, provider, said, whole
from tests.fakes import (
    Answered,
    FakeClock,
    FakeDatabase,
    FakeReply,
    FakeTelemetry,
    FakeTransport,
    SteadyChance,
    ask,
    streamed,
    whole_reply,
)

Asking = Callable[..., Coroutine[Any, Any, Answered]]
MESSAGES = {"model": "lab/one", "max_tokens": 9, "messages": [HELLO]}
BODIES: dict[str, Any] = {
    "/api/v1/chat/completions": body(),
    "/v1/responses": {"model": "lab/one", "input": "hello"},
    "/api/v1/messages": MESSAGES,
    "/v1beta/models/lab/one:generateContent": {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
}


async def house(transport: FakeTransport, database: FakeDatabase | None = None) -> Asking:
    database, settings = database or FakeDatabase(), Settings()
    await KeyStore(database, settings.keys_table).add(KEY)

    async def no_keys(_: str) -> None:
        return None

    offers = catalog(model(endpoint("acme", provider=provider("acme", auth="none"))))
    around = Surroundings(
        settings, offers, database, no_keys, transport, FakeTelemetry(), FakeClock(), chance=SteadyChance()
    )
    app = chat_gateway(around)

    async def asking(
        method: str, path: str, sent: Any = None, heard: "asyncio.Queue[bytes] | None" = None, **headers: str
    ) -> Answered:
        """`heard` is given every piece of the answer as it comes."""

        async def overheard(scope: Scope, receive: Receive, send: Send) -> None:
            async def passing(message: Message) -> None:
                if heard and message.get("body"):
                    heard.put_nowait(message["body"])
                await send(message)

            await app(scope, receive, passing)

        return await ask(overheard, method, path, orjson.dumps(sent) if sent else b"", **{**BEARER, **headers})

    return asking


@pytest.mark.parametrize("path", BODIES)
def test_every_dialect_gives_its_first_answer_again(path: str) -> None:
    async def run() -> None:
        transport, database = FakeTransport([whole_reply(whole("first")), whole_reply(whole("second"))]), FakeDatabase()
        asking = await house(transport, database)
        first, again = [await asking("POST", path, BODIES[path], idempotency_key="k") for _ in range(2)]
        assert (again.status, again.body) == (200, first.body)
        assert (first.headers["x-switchboard-idempotency"], again.headers["x-switchboard-replayed"]) == ("kept", "true")
        assert again.headers["x-generation-id"] == first.headers["x-generation-id"]
        assert len(transport.requests) == len(database.tables["UsageTable"]) == 1

    asyncio.run(run())


def test_a_stream_is_given_again_to_the_byte_and_billed_once() -> None:
    async def run() -> None:
        transport, database = FakeTransport([streamed(said("Hello"), ended())]), FakeDatabase()
        asking = await house(transport, database)
        first, again = [
            await asking("POST", "/v1/chat/completions", body(stream=True), idempotency_key="k") for _ in range(2)
        ]
        assert again.body == first.body
        assert again.body.endswith(b"data: [DONE]\n\n")
        assert len(database.tables["UsageTable"]) == 1

    asyncio.run(run())


def test_another_body_and_a_running_twin_are_told_so() -> None:
    async def run() -> None:
        never = FakeReply((asyncio.Event(),), headers={"content-type": "application/json"})
        asking = await house(FakeTransport([never]))
        running = asyncio.create_task(asking("POST", "/v1/chat/completions", body(), idempotency_key="k"))
        for _ in range(50):
            await asyncio.sleep(0)
        twin = await asking("POST", "/v1/chat/completions", body(), idempotency_key="k")
        other = await asking("POST", "/v1/chat/completions", body(max_tokens=3), idempotency_key="k")
        assert (twin.status, twin.headers["retry-after"]) == (409, "2")
        assert (other.status, other.json()["error"]["code"]) == (422, "idempotency_conflict")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())


def test_a_request_without_the_header_writes_nothing_but_its_record() -> None:
    async def run() -> None:
        database = FakeDatabase()
        asking = await house(FakeTransport([whole_reply(whole())]), database)
        writes = database.calls.get("put", 0)
        await asking("POST", "/v1/chat/completions", body())
        assert (database.calls["put"] - writes, database.calls.get("update", 0)) == (1, 0)

    asyncio.run(run())


@pytest.mark.parametrize("prefix", ["/v1", "/api/v1"])
@pytest.mark.parametrize("shown", ["", "msg_"])
def test_a_running_generation_is_stopped_by_its_id(prefix: str, shown: str) -> None:
    async def run() -> None:
        database, heard = FakeDatabase(), asyncio.Queue[bytes]()
        asking = await house(FakeTransport([streamed(said("x" * 400), asyncio.Event())]), database)
        running = asyncio.create_task(asking("POST", "/v1/chat/completions", body(stream=True), heard=heard))
        first = orjson.loads((await heard.get()).partition(b"data: ")[2])
        answered = await asking("DELETE", f"{prefix}/generations/{shown}{first['id']}")
        assert answered.json() == {"data": {"id": first["id"], "cancelled": True}}
        assert b"generation_stopped" in (await running).body
        assert len(database.tables["UsageTable"]) == 1

    asyncio.run(run())


def test_what_is_not_running_cannot_be_stopped() -> None:
    async def run() -> None:
        asking = await house(FakeTransport([]))
        old = new_generation_id(FakeClock().now() - 1000)
        answered = await asking("DELETE", f"/v1/generations/{old}")
        assert (answered.status, answered.json()["error"]["code"]) == (404, "not_found")
        assert old in answered.json()["error"]["message"]

    asyncio.run(run())


def test_a_stranger_stops_nothing() -> None:
    async def run() -> None:
        asking = await house(FakeTransport([]))
        answered = await asking("DELETE", "/v1/generations/gen-1", authorization="Bearer sk-sb-nobody")
        assert answered.status == 401

    asyncio.run(run())


def test_a_generation_is_read_elsewhere() -> None:
    async def run() -> None:
        answered = await (await house(FakeTransport([])))("GET", "/v1/generations/gen-1")
        assert (answered.status, answered.headers["allow"]) == (405, "DELETE")

    asyncio.run(run())
