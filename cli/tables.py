"""A stack's tables, reached with the caller's own AWS credentials, and the keys application over them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Scope
from switchboard.accounting.generation import Generation
from switchboard.auth import Authenticator
from switchboard.clock import SystemClock
from switchboard.errors import SwitchboardError
from switchboard.jobs.rankings import recount
from switchboard.settings import AwsEnvironment, Settings
from switchboard.storage.activity import ActivityStore
from switchboard.storage.boto import boto_database
from switchboard.storage.database import Database
from switchboard.storage.keys import ApiKey
from switchboard.storage.usage import DAY, UsageStore, ended_in, read_spill
from switchboard.telemetry import Telemetry
from switchboard.web.keys import KeyOffice, keys_app

from cli.gateway import Answer
from cli.outcome import Refused
from local.catalog import read_catalog
from local.settings import LocalSettings


@dataclass(frozen=True, slots=True)
class Tables:
    """The stores of a stack."""

    database: Database
    settings: Settings

    @classmethod
    def of(cls, settings: Settings) -> "Tables":
        aws = AwsEnvironment.read()
        return cls(boto_database(region=aws.region, endpoint=aws.endpoint), settings)

    @property
    def usage(self) -> UsageStore:
        return UsageStore(
            self.database, self.settings.usage_table, self.settings.usage_shards, self.settings.usage_days
        )

    @property
    def activity(self) -> ActivityStore:
        return ActivityStore(self.database, self.settings.uptime_table)

    def office(self) -> KeyOffice:
        """Whoever may write the table may administer the keys: nobody is asked for one."""
        office = KeyOffice.over(self.database, self.settings, read_catalog(LocalSettings.read()), SystemClock())
        return replace(office, authenticator=Authenticator(_AwsCredentials(), office.clock))


class _AwsCredentials:
    """Stands for the key table in the look-up of the caller's own key."""

    async def find(self, key_hash: str) -> ApiKey | None:
        return ApiKey(key_hash, "aws", "AWS credentials", "", "management")


@dataclass(frozen=True, slots=True)
class TableGateway:
    """The keys application in this process, over a stack's tables."""

    tables: Tables
    where: str

    def call(self, method: str, path: str, body: object = None) -> Answer:
        app = keys_app(self.tables.office(), Telemetry("ERROR"))
        try:
            return asyncio.run(_asked(app, method, f"/api/v1{path}", body)).checked(self.where)
        except SwitchboardError as error:
            raise Refused(error.message) from error


async def _asked(app: ASGIApp, method: str, path: str, body: object) -> Answer:
    route, _, query = path.partition("?")
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": route,
        "query_string": query.encode(),
        "headers": [(b"authorization", b"Bearer aws")],
    }
    sent: list[Message] = [{"type": "http.request", "body": b"" if body is None else orjson.dumps(body)}]
    got: list[Any] = []

    async def receive() -> Message:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        got.append(message)

    await app(scope, receive, send)
    head = {name.decode().lower(): value.decode() for name, value in got[0]["headers"]}
    return Answer(got[0]["status"], head, b"".join(part.get("body", b"") for part in got[1:]))


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many lines were records, how many were put back, how many are older than records are kept."""

    found: int
    stored: int
    too_old: int


async def replay(tables: Tables, lines: Iterable[str], now: float) -> Replayed:
    """Each record under its own id and minute; then the days that they belong to are counted anew."""
    usage, kept = tables.usage, list[Generation]()
    found = {one.id: one for line in lines if (one := read_spill(line))}
    for generation in found.values():
        if generation.finished > now - usage.days * DAY:
            await usage.record(generation)
            kept.append(generation)
    await recount(usage, tables.activity, {ended_in(generation) for generation in kept})
    return Replayed(len(found), len(kept), len(found) - len(kept))
