"""Puts the chat gateway together from its parts: for Lambda, for a server and for tests alike."""

import random
from dataclasses import dataclass, field

from switchboard.auth import Authenticator
from switchboard.breakers import Breakers
from switchboard.catalog.model import Catalog
from switchboard.clock import Clock
from switchboard.dispatch import USUAL_LIMITS, Limits, Transport, Upstreams
from switchboard.homes import Homes
from switchboard.idempotency import Idempotency
from switchboard.pipeline import Pipeline
from switchboard.provider_keys import Load, ProviderKeys
from switchboard.providers.dialects import UpstreamDialects
from switchboard.providers.interface import Signer
from switchboard.rankings_cache import RankingsCache
from switchboard.reservations import Reservations
from switchboard.settings import Settings
from switchboard.stops import Stops
from switchboard.storage.budget import BudgetStore
from switchboard.storage.database import Database
from switchboard.storage.homes import HomeStore
from switchboard.storage.idempotency import IdempotencyStore
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.signals import SignalStore
from switchboard.storage.stops import StopMarks
from switchboard.storage.usage import UsageStore
from switchboard.telemetry import Telemetry
from switchboard.web.chat import ChatApp


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What differs between Lambda, a laptop and a test."""

    settings: Settings
    catalog: Catalog
    database: Database
    load_provider_key: Load
    transport: Transport
    telemetry: Telemetry
    clock: Clock
    limits: Limits = USUAL_LIMITS
    sign: Signer | None = None
    # Asked anew at each draw: a seed would be copied with a process's snapshot.
    chance: random.Random = field(default_factory=random.SystemRandom)


def chat_gateway(around: Surroundings) -> ChatApp:
    settings, clock = around.settings, around.clock
    keys = ProviderKeys(around.load_provider_key, clock)
    breakers = Breakers(SignalStore(around.database, settings.keys_table), clock)
    dialects = UpstreamDialects(clock, around.sign)
    pipeline = Pipeline(
        catalog=around.catalog,
        authenticator=Authenticator(KeyStore(around.database, settings.keys_table), clock),
        rankings=RankingsCache(RankingStore(around.database, settings.uptime_table), clock),
        providers=keys,
        reservations=Reservations(BudgetStore(around.database, settings.keys_table), clock),
        breakers=breakers,
        homes=Homes(HomeStore(around.database, settings.keys_table), clock),
        upstreams=Upstreams(dialects, keys.credentials_of, around.transport, breakers, around.limits),
        usage=UsageStore(around.database, settings.usage_table, settings.usage_shards, settings.usage_days),
        stops=Stops(StopMarks(around.database, settings.keys_table), clock),
        telemetry=around.telemetry,
        clock=clock,
        chance=around.chance,
    )
    idempotency = Idempotency(IdempotencyStore(around.database, settings.keys_table), around.telemetry, clock)
    return ChatApp(pipeline, around.telemetry, clock, idempotency)
