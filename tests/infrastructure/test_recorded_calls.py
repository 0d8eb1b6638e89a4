"""What each function really asks of its tables, written down while it works, is what its role allows: no less, no more.

A call that no longer happens here and is still granted fails as well as one that happens and is not.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from switchboard.accounting.holds import Limits
from switchboard.auth import Authenticator
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.jobs.rankings import Stores, recompute
from switchboard.jobs.sweep import sweep
from switchboard.rankings_cache import RankingsCache
from switchboard.settings import Settings
from switchboard.storage.activity import ActivityStore
from switchboard.storage.budget import BudgetStore
from switchboard.storage.database import Condition, Item, Key, Query, Update
from switchboard.storage.jobs import JobStore
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import RollupStore
from switchboard.storage.signals import SignalStore
from switchboard.storage.usage import UsageStore
from switchboard.web.catalog import Lookups, catalog_app

from tests.examples import BEARER, KEY, body, catalog, endpoint, model, provider, whole
from tests.fakes import FakeClock, FakeDatabase, FakeTelemetry, FakeTransport, ask, whole_reply
from tests.infrastructure.stack import deployed, grants
from tests.key_office import FakeOffice
from tests.ledger import HOLD_SECONDS, KEY_ID, NOW, claim
from tests.records import answered

SETTINGS = Settings()
OFFERS = catalog(model(endpoint("acme", provider=provider("acme", auth="none"))))
LIMITED = replace(KEY, limit_nano=10**9, rpm=10)
Recorded = set[tuple[str, str]]


@dataclass
class RecordingDatabase(FakeDatabase):
    """Writes down DynamoDB's action and the table of each call, once `recording` is set."""

    recorded: Recorded = field(default_factory=set)
    recording: bool = False

    def _note(self, action: str, table: str) -> None:
        if self.recording:
            self.recorded.add((f"dynamodb:{action}", table))

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None:
        self._note("GetItem", table)
        return await super().get(table, key, consistent=consistent)

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        self._note("PutItem", table)
        await asyncio.sleep(0)  # over a network others have their turn now
        await super().put(table, item, condition=condition)

    async def put_all(self, table: str, items: Sequence[Item]) -> None:
        self._note("BatchWriteItem", table)
        await super().put_all(table, items)

    async def update(
        self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
    ) -> Item:
        self._note("UpdateItem", table)
        return await super().update(table, key, update, condition=condition, repeatable=repeatable)

    async def delete(self, table: str, key: Key, *, condition: Condition | None = None) -> None:
        self._note("DeleteItem", table)
        await super().delete(table, key, condition=condition)

    async def query(self, table: str, query: Query) -> list[Item]:
        self._note("Query", table)
        return await super().query(table, query)

    async def batch_get(self, table: str, keys: Sequence[Key], *, consistent: bool = False) -> list[Item]:
        self._note("BatchGetItem", table)
        return await super().batch_get(table, keys, consistent=consistent)


def chat() -> Recorded:
    """Answers for a key with limits, one given again and some at once, tokens counted, and a generation stopped."""

    async def no_keys(_: str) -> None:
        return None

    async def work(database: RecordingDatabase) -> None:
        await KeyStore(database, SETTINGS.keys_table).add(LIMITED)
        database.recording = True
        transport = FakeTransport([whole_reply(whole(str(number))) for number in range(5)])
        around = Surroundings(SETTINGS, OFFERS, database, no_keys, transport, FakeTelemetry(), FakeClock())
        app = chat_gateway(around)

        async def asked(method: str, path: str, sent: Any = None, **headers: str) -> int:
            answer = await ask(app, method, path, orjson.dumps(sent) if sent else b"", **{**BEARER, **headers})
            return answer.status

        assert await asked("POST", "/v1/chat/completions", body()) == 200
        for _ in range(2):
            assert await asked("POST", "/v1/chat/completions", body(), idempotency_key="once") == 200
        at_once = await asyncio.gather(*(asked("POST", "/v1/chat/completions", body()) for _ in range(3)))
        assert at_once == [200, 200, 200]
        messages = {"model": "lab/one", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
        assert await asked("POST", "/v1/messages/count_tokens", messages) == 200
        assert await asked("DELETE", "/api/v1/generations/gen-01KAAAAAAAAAAAAAAAAAAAAAAA") == 404

    database = RecordingDatabase()
    asyncio.run(work(database))
    return database.recorded


def look_ups() -> Recorded:
    """Every page, every list, a generation."""
    database, clock = RecordingDatabase(), FakeClock()
    office = FakeOffice(database)
    lookups = Lookups(
        catalog=OFFERS,
        rankings=RankingsCache(RankingStore(database, SETTINGS.uptime_table), clock),
        rollups=RollupStore(database, SETTINGS.uptime_table),
        signals=SignalStore(database, SETTINGS.keys_table),
        generations=UsageStore(database, SETTINGS.usage_table),
        authenticator=Authenticator(office.keys, clock),
        clock=clock,
    )
    app = catalog_app(lookups, FakeTelemetry())
    record = replace(answered(clock.now() - 1000), key_id=KEY.id)
    asyncio.run(UsageStore(database, SETTINGS.usage_table).record(record))
    database.recording = True
    pages = ("/", "/models", "/models/lab/one", "/providers/acme", "/rankings", "/status", "/docs")
    lists = ("/v1/models", "/v1/models/lab/one/endpoints", "/v1/models/lab/one/stats", "/v1/providers")
    for path in (*pages, *lists, f"/v1/generation?id={record.id}"):
        assert asyncio.run(ask(app, "GET", path, b"", **BEARER)).status == 200, path
    return database.recorded


def administration() -> Recorded:
    """A key's whole life, what it used, and what the account has left."""
    database = RecordingDatabase()
    office = FakeOffice(database)
    office.used(cost=5)
    database.recording = True
    made, _ = office.create(limit=1.0)
    path = f"/api/v1/keys/{made['hash']}"
    for method, where, sent in (
        ("GET", "/api/v1/keys", None),
        ("GET", path, None),
        ("PATCH", path, {"limit": 2.0}),
        ("POST", f"{path}/rotate", {}),
        ("GET", "/api/v1/key", None),
        ("GET", "/api/v1/credits", None),
        ("GET", "/api/v1/activity", None),
        ("DELETE", path, None),
    ):
        assert office.ask(method, where, sent).status in (200, 201), where
    return database.recorded


def rankings() -> Recorded:
    """A run over one generation, with a hold that somebody left behind."""
    database, clock = RecordingDatabase(), FakeClock(NOW)
    stores = Stores(
        UsageStore(database, SETTINGS.usage_table),
        RollupStore(database, SETTINGS.uptime_table),
        RankingStore(database, SETTINGS.uptime_table),
        JobStore(database, SETTINGS.uptime_table),
        ActivityStore(database, SETTINGS.uptime_table),
    )
    budgets, limits = BudgetStore(database, SETTINGS.keys_table), Limits(money=100)
    asyncio.run(stores.usage.record(answered(NOW - 90)))
    asyncio.run(budgets.reserve(KEY_ID, 0, limits, claim("lost", 40, limits)))
    database.recording = True
    asyncio.run(recompute(stores, clock, known=["m@e"]))
    assert asyncio.run(sweep(budgets, FakeClock(NOW + HOLD_SECONDS + 1))).holds == 1
    return database.recorded


def allowed(role: str) -> Recorded:
    resource = '{{"Fn::GetAtt":["{}","Arn"]}}'.format
    tables = (SETTINGS.keys_table, SETTINGS.usage_table, SETTINGS.uptime_table)
    named = {resource(table): table for table in tables}
    return {(action, named[on]) for action, on in grants(deployed(), role) if action.startswith("dynamodb:")}


WORK = {
    "ChatFunctionRole": chat,
    "CatalogFunctionRole": look_ups,
    "KeysFunctionRole": administration,
    "RankingsFunctionRole": rankings,
}


@pytest.mark.parametrize("role", WORK)
def test_a_function_s_calls_are_those_that_its_role_allows(role: str) -> None:
    assert WORK[role]() == allowed(role)
