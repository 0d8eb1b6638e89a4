"""A gateway over the tables of an engine, run as a process of its own or inside a test's.

`python -m tests.integration.gateway_process URL REGION` asks it once, and writes as JSON which providers it asked.
"""

import asyncio
import sys
import time

import orjson
from switchboard.clock import Clock, SystemClock
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.database import Database
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.transport.failures import ConnectionFailed
from switchboard.wire.sigv4 import Credentials

from tests.examples import BEARER, body, catalog, endpoint, model, price, whole
from tests.fakes import FakeTelemetry, SteadyChance, ask, whole_reply
from tests.plain_http import PlainHttp
from tests.town import Town

# One asks for a pause, one takes no connection; the one that answers is so dear that nothing else would lead to it.
LIMITED, REFUSING, WELL = "limited", "refusing", "well"
PRICES = {LIMITED: 1, REFUSING: 2, WELL: 500}
PAUSE_SECONDS = "600"
CATALOG = catalog(model(*(endpoint(name, price=price(input=usd, output=usd)) for name, usd in PRICES.items())))


def tables(url: str, region: str) -> Database:
    aws = Aws(PlainHttp(), SystemClock(), lambda: Credentials("testing", "testing", "token"), region, url)
    return DynamoDatabase(SignedService(aws, DYNAMODB, timeout=5.0))


async def asked(database: Database, clock: Clock, times: int) -> tuple[list[str], float]:
    """Who was asked in so many requests to a new gateway, and the milliseconds that the last of them took."""
    limited, refused = whole_reply(b"{}", 429, retry_after=PAUSE_SECONDS), ConnectionFailed("refused")
    town = Town({LIMITED: limited, REFUSING: refused, WELL: whole_reply(whole("Hello"))})
    around = Surroundings(
        settings=Settings(),
        catalog=CATALOG,
        database=database,
        load_provider_key=_secret,
        transport=town,
        telemetry=FakeTelemetry(),
        clock=clock,
        chance=SteadyChance(),
    )
    gateway, took = chat_gateway(around), 0.0
    for _ in range(times):
        began = time.perf_counter()
        answered = await ask(gateway, "POST", "/api/v1/chat/completions", orjson.dumps(body()), **BEARER)
        took = 1000 * (time.perf_counter() - began)
        if answered.status != 200:
            raise RuntimeError(f"{answered.status}: {answered.body!r}")
    return town.asked, took


async def _secret(provider_id: str) -> Secret | None:
    return Secret(f"key of {provider_id}")


if __name__ == "__main__":
    names, milliseconds = asyncio.run(asked(tables(*sys.argv[1:]), SystemClock(), 1))
    sys.stdout.buffer.write(orjson.dumps({"asked": names, "milliseconds": milliseconds}))
