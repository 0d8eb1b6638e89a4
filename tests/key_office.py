"""The keys application over a database in memory, with a management key and an inference key in it."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from fastapi import FastAPI
from switchboard.accounting.activity import Activity, Subject
from switchboard.auth import Authenticator
from switchboard.storage.activity import ActivityStore
from switchboard.storage.budget import BudgetStore
from switchboard.storage.keys import ApiKey, KeyStore, hash_key
from switchboard.web.keys import KeyOffice, keys_app

from tests.examples import KEY, catalog, endpoint, model
from tests.fakes import Answered, FakeClock, FakeDatabase, FakeTelemetry, ask

ADMIN_TEXT = "sk-sb-administrator"
ADMIN = replace(KEY, hash=hash_key(ADMIN_TEXT), id="key-0", name="admin", kind="management", created_at=1.0)
CATALOG = catalog(model(endpoint("acme"), endpoint("bee")), model(endpoint("acme", model="lab/two"), name="lab/two"))


@dataclass
class FakeOffice:
    """`ask` sends a request with the management key, or whichever text is given."""

    database: FakeDatabase = field(default_factory=FakeDatabase)
    clock: FakeClock = field(default_factory=FakeClock)
    app: FastAPI = field(init=False)
    keys: KeyStore = field(init=False)
    activity: ActivityStore = field(init=False)
    budgets: BudgetStore = field(init=False)
    office: KeyOffice = field(init=False)

    def __post_init__(self) -> None:
        self.keys = KeyStore(self.database, "KeysTable")
        self.activity = ActivityStore(self.database, "UptimeTable")
        self.budgets = BudgetStore(self.database, "KeysTable")
        authenticator = Authenticator(self.keys, self.clock)
        self.office = KeyOffice(self.keys, self.activity, self.budgets, authenticator, CATALOG, self.clock)
        self.app = keys_app(self.office, FakeTelemetry())
        for key in (ADMIN, KEY):
            asyncio.run(self.keys.add(key))

    def ask(self, method: str, path: str, body: Any = None, text: str = ADMIN_TEXT, **headers: str) -> Answered:
        """`body` is JSON."""
        return self.send(method, path, b"" if body is None else orjson.dumps(body), text, **headers)

    def send(self, method: str, path: str, body: bytes, text: str = ADMIN_TEXT, **headers: str) -> Answered:
        return asyncio.run(ask(self.app, method, path, body, authorization=f"Bearer {text}", **headers))

    def create(self, **fields: Any) -> tuple[Any, str]:
        """A new key as it is shown, and its text."""
        answered = self.ask("POST", "/api/v1/keys", {"name": "new", **fields})
        assert answered.status == 201, answered.body
        return answered.json()["data"], answered.json()["key"]

    def used(self, cost: int, key_id: str = KEY.id, offer: str = "lab/one@acme", days_ago: int = 0) -> None:
        minute = int(self.clock.now() - days_ago * 86_400) // 60
        name, _, provider = offer.partition("@")
        activity = Activity(1, 0, 10, 5, 1, 2, cost, 0)
        asyncio.run(self.activity.bring_up_to_date(Subject(key_id, name, offer, provider), {minute: activity}))

    def stored(self) -> list[ApiKey]:
        return asyncio.run(self.keys.all())
