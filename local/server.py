"""The gateway on one port: the same ASGI applications as on Lambda, and the rankings job beside them."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send
from switchboard.auth import Authenticator
from switchboard.catalog.model import Catalog
from switchboard.clock import Clock, SystemClock
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.google_tokens import with_google_tokens
from switchboard.jobs.probes import Prober
from switchboard.jobs.rankings import Stores, recompute
from switchboard.jobs.sweep import sweep
from switchboard.provider_keys import Load
from switchboard.rankings_cache import RankingsCache
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.activity import ActivityStore
from switchboard.storage.budget import BudgetStore
from switchboard.storage.database import Database
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.jobs import JobStore
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import RollupStore
from switchboard.storage.secrets import local_secrets
from switchboard.storage.signals import SignalStore
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.storage.usage import UsageStore
from switchboard.telemetry import Telemetry
from switchboard.transport.here import HttpClient, http_client
from switchboard.web.catalog import Lookups, catalog_app
from switchboard.web.keys import KeyOffice, keys_app
from switchboard.wire.sigv4 import Credentials

from local.catalog import read_catalog, simulated
from local.settings import LocalSettings

KEYS = re.compile(r"(/api)?/v1/(keys?|credits|activity)(/|$)")
# What is posted here and is none of the keys' is asked of a model.
API = re.compile(r"(/api)?/v1(beta)?/|/api/(anthropic/v1|vertex-ai)/")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Everything that serves, and what it stands on."""

    app: ASGIApp
    settings: Settings
    database: Database
    catalog: Catalog
    stores: Stores
    clock: Clock
    telemetry: Telemetry
    http: HttpClient


def build_gateway(local: LocalSettings, engine_url: str, simulator_url: str | None) -> Gateway:
    """Raises CatalogError for a catalog file that is wrong."""
    clock, settings, http = SystemClock(), Settings(), http_client()
    telemetry = Telemetry(local.checked_log_level())
    catalog = read_catalog(local)
    if simulator_url:
        catalog = simulated(catalog, local.variables, simulator_url)
    aws = Aws(http, clock, lambda: Credentials("local", "local"), "us-east-1", engine_url)
    # moto under one lock may take longer than the half second that DynamoDB is given.
    database = DynamoDatabase(SignedService(aws, DYNAMODB, timeout=5.0))
    names = {key: provider.key_env for key, provider in catalog.providers.items() if provider.key_env}
    surroundings = Surroundings(
        settings=settings,
        catalog=catalog,
        database=database,
        load_provider_key=with_google_tokens(_fixed(local_secrets(names, local.variables)), http, clock),
        transport=http,
        telemetry=telemetry,
        clock=clock,
    )
    lookups = _lookups(catalog, database, settings, clock)
    keys = keys_app(KeyOffice.over(database, settings, catalog, clock), telemetry)
    app = OnePort(chat_gateway(surroundings), keys, catalog_app(lookups, telemetry, described=[keys]))
    return Gateway(app, settings, database, catalog, _stores(database, settings), clock, telemetry, http)


@dataclass(frozen=True, slots=True)
class OnePort:
    """What API Gateway does on AWS: each path to the function that serves it (template.yaml has the same table)."""

    chat: ASGIApp
    keys: ASGIApp
    catalog: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "lifespan":  # the chat routes alone have something to finish
            await self.chat(scope, receive, send)
        elif KEYS.match(path):
            await self.keys(scope, receive, send)
        elif scope.get("method") in ("POST", "DELETE") and API.match(path):
            await self.chat(scope, receive, send)
        else:
            await self.catalog(scope, receive, send)


@contextlib.asynccontextmanager
async def rankings_every(gateway: Gateway, seconds: float, prober: Prober | None = None) -> AsyncIterator[None]:
    """Runs the rankings job while the block lasts, and probes behind it where they are wanted; a run that fails is
    logged, and the next one catches up."""

    async def run() -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await recompute(gateway.stores, gateway.clock, known=())
                await sweep(BudgetStore(gateway.database, gateway.settings.keys_table), gateway.clock)
                if prober:
                    await prober.run(gateway.catalog, gateway.stores.rankings)
            except Exception:  # noqa: BLE001  # the door of a job: whatever it was, the next run must come
                gateway.telemetry.failure("rankings_job_failed")

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _lookups(catalog: Catalog, database: Database, settings: Settings, clock: Clock) -> Lookups:
    return Lookups(
        catalog=catalog,
        rankings=RankingsCache(RankingStore(database, settings.uptime_table), clock, fresh_seconds=2.0),
        rollups=RollupStore(database, settings.uptime_table),
        signals=SignalStore(database, settings.keys_table),
        generations=UsageStore(database, settings.usage_table, settings.usage_shards, settings.usage_days),
        authenticator=Authenticator(KeyStore(database, settings.keys_table), clock),
        clock=clock,
    )


def _stores(database: Database, settings: Settings) -> Stores:
    return Stores(
        usage=UsageStore(database, settings.usage_table, settings.usage_shards, settings.usage_days),
        rollups=RollupStore(database, settings.uptime_table),
        rankings=RankingStore(database, settings.uptime_table),
        jobs=JobStore(database, settings.uptime_table),
        activity=ActivityStore(database, settings.uptime_table),
    )


def _fixed(secrets: Mapping[str, Secret]) -> Load:
    async def load(provider_id: str) -> Secret | None:
        return secrets.get(provider_id)

    return load
