"""Puts the chat gateway together from its parts: for Lambda, for a server and for tests alike."""

from dataclasses import dataclass

from switchboard.auth import Authenticator
from switchboard.catalog.model import Catalog
from switchboard.clock import Clock
from switchboard.dispatch import USUAL_LIMITS, Limits, Transport, Upstreams
from switchboard.pipeline import Pipeline
from switchboard.provider_keys import Load, ProviderKeys
from switchboard.providers.dialects import UpstreamDialects
from switchboard.providers.interface import Signer
from switchboard.rankings_cache import RankingsCache
from switchboard.settings import Settings
from switchboard.storage.database import Database
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
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


def chat_gateway(around: Surroundings) -> ChatApp:
    settings, clock = around.settings, around.clock
    keys = ProviderKeys(around.load_provider_key, clock)
    pipeline = Pipeline(
        catalog=around.catalog,
        authenticator=Authenticator(KeyStore(around.database, settings.keys_table), clock),
        rankings=RankingsCache(RankingStore(around.database, settings.uptime_table), clock),
        providers=keys,
        upstreams=Upstreams(UpstreamDialects(clock, around.sign), keys.secret_of, around.transport, around.limits),
        usage=UsageStore(around.database, settings.usage_table, settings.usage_shards, settings.usage_days),
        telemetry=around.telemetry,
        clock=clock,
    )
    return ChatApp(pipeline, around.telemetry, clock)
