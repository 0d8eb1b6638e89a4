"""What a case stands on: simulated providers in a process of their own, and a gateway made anew for each case.

The gateway is the real one over a real HTTP client and real sockets; only its tables and its log are in memory.
"""

import json
import traceback
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from switchboard.accounting.generation import Attempt
from switchboard.catalog.model import Catalog, Endpoint
from switchboard.clock import SystemClock
from switchboard.dispatch import USUAL_LIMITS, Limits
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.keys import KeyStore
from switchboard.storage.usage import generation_of
from switchboard.transport.here import HttpClient
from switchboard.web.chat import ChatApp

from tests.examples import KEY, catalog, endpoint, model, price, provider
from tests.fakes import FakeDatabase, FakeTelemetry, SteadyChance
from tests.processes import running
from tests.wall.canaries import PROVIDER_KEY, Sink, rows
from tests.wall.faults import FAULTS, LISTENERS, Fault

MODEL = "wall/one"
HEALTHY = "wall-healthy"
# A silence is found out in a twentieth of the usual time; nothing else about it is different.
HASTY = Limits(first_content=1.5, between_contents=1.5, in_silence=1.5, slow_tokens_per_second=20_000)
DIALECTS = (
    "openai-chat",
    "openai-responses",
    "anthropic-messages",
    "google-generate",
    "bedrock-converse",
    "bedrock-invoke",
)
BASES = {"google-generate": "v1beta", "bedrock-converse": "", "bedrock-invoke": ""}
AUTH = {"anthropic-messages": "header:x-api-key", "google-generate": "header:x-goog-api-key"}
# The dialect that InvokeModel carries.
INVOKED = {"bedrock-invoke": "anthropic-messages"}
PROTOCOLS = {"bedrock-invoke": "bedrock-converse"}
SMALL, LARGE = 100_000, 200_000


@dataclass(frozen=True, slots=True)
class Offer:
    """One endpoint of a case: in which dialect, and what is wrong with it."""

    dialect: str
    fault: Fault | None = None


class Log(FakeTelemetry):
    """Keeps an unexpected error whole: the wall is there to find them."""

    def failure(self, event: str) -> None:
        self.failures.append(f"{event}: {traceback.format_exc()}")


@dataclass(slots=True)
class Gateway:
    """One, with all that it left behind."""

    app: ChatApp
    database: FakeDatabase
    telemetry: Log

    def attempts(self) -> tuple[Attempt, ...]:
        """Of its one generation, as they are on record."""
        items = self.database.tables.get("UsageTable", {}).values()
        return tuple(attempt for item in items for attempt in generation_of(item).attempts)

    def left_behind(self) -> Iterator[tuple[Sink, str]]:
        """Everything in its tables and its log, as text."""
        log = self.telemetry
        yield Sink.LOG, repr((log.events, log.measured, log.failures, log.spilled))
        yield from rows(self.database.tables)


@dataclass(slots=True)
class Stand:
    """`places` is where else than at the simulator a fault is, by what it plays."""

    simulator: str
    http: HttpClient
    places: Mapping[str, str]

    async def gateway(self, offers: Sequence[Offer]) -> Gateway:
        database, telemetry = FakeDatabase(), Log()
        await KeyStore(database, "KeysTable").add(KEY)
        around = Surroundings(
            settings=Settings(),
            catalog=self._catalog(offers),
            database=database,
            load_provider_key=_secret,
            transport=self.http,
            telemetry=telemetry,
            clock=SystemClock(),
            limits=HASTY if any(offer.fault and offer.fault.is_silent for offer in offers) else USUAL_LIMITS,
            chance=SteadyChance(),
        )
        return Gateway(chat_gateway(around), database, telemetry)

    def _catalog(self, offers: Sequence[Offer]) -> Catalog:
        return catalog(model(*(self._endpoint(place, offer) for place, offer in enumerate(offers)), name=MODEL))

    def _endpoint(self, place: int, offer: Offer) -> Endpoint:
        """The cheapest is planned first."""
        name = offer.fault.provider if offer.fault else HEALTHY
        place_of = self.places.get(offer.fault.plays, self.simulator) if offer.fault else self.simulator
        base = f"{place_of}/{name}/{BASES.get(offer.dialect, 'v1')}".rstrip("/")
        maker = provider(
            f"p{place}",
            protocol=PROTOCOLS.get(offer.dialect, offer.dialect),
            base_url=base,
            auth=AUTH.get(offer.dialect, "bearer"),
        )
        return endpoint(
            f"p{place}",
            model=MODEL,
            provider=maker,
            invoke=INVOKED.get(offer.dialect),
            price=price(input=1 + place, output=1 + place),
            input_modalities=frozenset({"text", "image"}),
            context=SMALL if offer.fault else LARGE,
        )


async def _secret(provider_id: str) -> Secret | None:
    return Secret(f"{PROVIDER_KEY.word}-{provider_id}")


@contextmanager
def standing() -> Iterator[str]:
    """The simulated providers' address, each with its fault for as long as the block lasts."""
    names = ",".join([HEALTHY, *(fault.provider for fault in FAULTS)])
    with running("local.simulator", "--fast", "--providers", names) as simulator:
        for fault in FAULTS:
            if fault.plays in LISTENERS:
                continue
            rule = {"provider": fault.provider, "fault": fault.plays, "after": fault.after}
            body = json.dumps(rule).encode()
            urllib.request.urlopen(f"{simulator}/_faults", body, timeout=10).close()
        yield simulator
