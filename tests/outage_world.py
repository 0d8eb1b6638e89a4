"""Four providers of one model, and gateways that share nothing but the tables."""

import random
from dataclasses import dataclass, field

import orjson
from switchboard.catalog.model import Catalog
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.web.chat import ChatApp

from tests.examples import BEARER, body, catalog, endpoint, model, price, whole
from tests.fakes import Answered, FakeClock, FakeDatabase, FakeTelemetry, SteadyChance, ask, whole_reply
from tests.town import Town

NAMES = ("first", "second", "third", "fourth")
CATALOG = catalog(model(*(endpoint(name, price=price(input=1 + n, output=1 + n)) for n, name in enumerate(NAMES))))
WELL = whole_reply(whole("Hello"))
ILL = whole_reply(b"{}", 500)


def town() -> Town:
    return Town(dict.fromkeys(NAMES, WELL))


@dataclass(slots=True)
class World:
    clock: FakeClock = field(default_factory=FakeClock)
    database: FakeDatabase = field(default_factory=FakeDatabase)
    town: Town = field(default_factory=town)
    offered: Catalog = CATALOG

    def process(self, chance: random.Random | None = None) -> ChatApp:
        """A gateway of its own, which shares nothing with others but the tables."""
        around = Surroundings(
            settings=Settings(),
            catalog=self.offered,
            database=self.database,
            load_provider_key=_secret,
            transport=self.town,
            telemetry=FakeTelemetry(),
            clock=self.clock,
            chance=chance or SteadyChance(),
        )
        return chat_gateway(around)

    async def ask(self, process: ChatApp) -> Answered:
        data = orjson.dumps(body())
        return await ask(process, "POST", "/api/v1/chat/completions", data, **BEARER)


async def _secret(provider_id: str) -> Secret | None:
    return Secret(f"key of {provider_id}")
