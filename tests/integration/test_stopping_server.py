"""A server that is told to stop while it streams: the caller is told so, and what he got is on record and paid."""

import asyncio
import socket
from dataclasses import dataclass, replace

import orjson
import uvicorn
from switchboard.storage.database import Condition, Item
from switchboard.storage.keys import KeyStore
from switchboard.storage.usage import UsageStore

from tests.examples import BEARER, KEY, body, chunk_native, sse
from tests.fakes import FakeDatabase, streamed
from tests.outage_world import NAMES, World

SLOW_WRITE_SECONDS = 0.3
PATIENCE_SECONDS = 10.0


@dataclass
class SlowDatabase(FakeDatabase):
    """Its writes take long enough for a process to end before them."""

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        await asyncio.sleep(SLOW_WRITE_SECONDS)
        await super().put(table, item, condition=condition)


async def streamed_until_the_server_stops(world: World) -> bytes:
    """All that the caller of a stream reads whose provider falls silent, from a server that is told to stop then."""
    config = uvicorn.Config(
        world.process(), log_level="error", access_log=False, lifespan="on", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = asyncio.create_task(server.serve([door]))
        reader, writer = await asyncio.open_connection(*door.getsockname())
        asked = orjson.dumps(body(stream=True))
        lines = ["POST /v1/chat/completions HTTP/1.1", "host: gateway", f"content-length: {len(asked)}"]
        head = "\r\n".join([*lines, f"authorization: {BEARER['authorization']}", "", ""])
        writer.write(head.encode() + asked)
        said = await asyncio.wait_for(reader.readuntil(b"Hello"), PATIENCE_SECONDS)
        server.should_exit = True
        rest = await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
        await asyncio.wait_for(serving, PATIENCE_SECONDS)
        writer.close()
    return said + rest


def test_a_stream_that_a_stopping_server_cuts_ends_in_an_error_and_is_on_record() -> None:
    world = World(database=SlowDatabase())
    world.town.doing = dict.fromkeys(
        NAMES, streamed(sse(chunk_native({"content": "Hello"}), done=False), asyncio.Event())
    )

    async def run() -> bytes:
        await KeyStore(world.database, "KeysTable").add(replace(KEY, limit_nano=10**9))
        return await streamed_until_the_server_stops(world)

    said = asyncio.run(run())
    assert b'"code":"gateway_stopping"' in said
    assert b"[DONE]" not in said
    minute = int(world.clock.now()) // 60
    (record,) = asyncio.run(UsageStore(world.database, "UsageTable").of_minute(minute))
    assert (record.error, record.cancelled, record.estimated) == ("gateway_stopping", True, True)
    assert record.cost
