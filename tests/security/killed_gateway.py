"""A gateway that answers one request and gets stuck in what it has to write afterwards, so that it can be killed there.

`python -m tests.security.killed_gateway ENGINE STUCK...`: STUCK are of PutItem (the record) and UpdateItem (the bill).
Says `ended` when the caller has its last byte, then what became of each of the two writes.
"""

import asyncio
import sys
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from switchboard.clock import SystemClock
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.json_types import JsonObject
from switchboard.settings import Settings
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.service import Service
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.transport.here import http_client
from switchboard.wire.sigv4 import Credentials

from benchmarks.budget.engines import REGION
from tests.examples import BEARER, body, catalog, ended, endpoint, model, price, provider, said
from tests.fakes import FakeTelemetry, FakeTransport, ask, streamed

WRITES = {"PutItem": "UsageTable", "UpdateItem": "KeysTable"}


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


@dataclass
class Sticky:
    """DynamoDB, but after the last byte the `stuck` writes are begun and never sent."""

    service: Service
    stuck: Collection[str]
    over: bool = False

    async def call(self, operation: str, request: JsonObject, *, repeatable: bool) -> Any:  # Any: DynamoDB's JSON
        watched = self.over and request.get("TableName") == WRITES.get(operation)
        if watched and operation in self.stuck:
            say(f"stuck {operation}")
            await asyncio.Event().wait()
        reply = await self.service.call(operation, request, repeatable=repeatable)
        if watched:
            say(f"done {operation}")
        return reply


def noticing(app: ASGIApp, dynamodb: Sticky) -> ASGIApp:
    """The application; with its last byte the watch begins."""

    async def noticed(scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                dynamodb.over = True
                say("ended")

        await app(scope, receive, told)

    return noticed


async def main(engine: str, stuck: Collection[str]) -> None:
    http, clock = http_client(), SystemClock()
    aws = Aws(http, clock, lambda: Credentials("test", "test"), REGION, engine)
    dynamodb = Sticky(SignedService(aws, DYNAMODB, timeout=5.0), stuck)
    offer = endpoint("acme", provider=provider("acme", auth="none"), price=price(input=1, output=1))
    app = chat_gateway(
        Surroundings(
            settings=Settings(),
            catalog=catalog(model(offer)),
            database=DynamoDatabase(dynamodb),
            load_provider_key=no_key,
            transport=FakeTransport([streamed(said("Hello"), ended())]),
            telemetry=FakeTelemetry(),
            clock=clock,
        )
    )
    asked = orjson.dumps(body(stream=True, max_tokens=100))
    await ask(noticing(app, dynamodb), "POST", "/v1/chat/completions", asked, **BEARER)


async def no_key(provider_id: str) -> None:
    return None


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
