"""Probes: a few tokens asked of endpoints that answered nobody for half an hour, so that it is known how they are
before somebody needs them.

A probe is an ordinary request to the gateway, with a key of its own: the key's budget bounds what probing costs, its
records count every token, and breakers hear of it as of any other. It is marked, and what it met is counted apart from
what callers met.
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson

from switchboard.accounting.generation import PROBE_HEADER
from switchboard.catalog.model import Catalog, Endpoint
from switchboard.clock import Clock
from switchboard.health.figures import NO_FIGURES, Rankings
from switchboard.json_types import JsonObject
from switchboard.secret import Secret
from switchboard.storage.database import StorageError
from switchboard.storage.rankings import RankingStore
from switchboard.wire.http import HttpPort

MOST_AT_ONCE = 10
SECONDS = 20.0
# Fewer are refused where OpenAI's Responses are spoken.
MOST_TOKENS = 16
# How long an endpoint is left alone that the gateway would not ask: for want of the provider's key, say.
LEFT_ALONE = 3600.0
# What the gateway says to the key whichever endpoint is meant: unknown, used up, too fast.
OF_THE_KEY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.TOO_MANY_REQUESTS)
ATTEMPTS = "x-switchboard-attempts"
# How long it is believed that there is a key, or none.
FRESH_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Access:
    """The gateway up to /api/v1, and the key that pays."""

    url: str
    key: Secret

    @classmethod
    def of(cls, secret: Secret) -> "Access":
        """From the URL, a space, and the key, as `switchboard probes on` stores them. Raises StorageError."""
        url, _, key = secret.reveal().strip().partition(" ")
        if not url.startswith(("https://", "http://")) or not key:
            raise StorageError("the parameter of the probes is no URL and key. Try: switchboard probes on --stack ...")
        return cls(url.rstrip("/"), Secret(key))

    def text(self) -> str:
        """What `of` reads."""
        return f"{self.url} {self.key.reveal()}"


@dataclass(frozen=True, slots=True)
class Probed:
    """How many probes were sent, how many of them answered, and how many the gateway passed on to nobody; `refused` is
    the status of one of those, `problem` why none could be sent.
    """

    sent: int = 0
    answered: int = 0
    not_asked: int = 0
    refused: int | None = None
    problem: str | None = None


def due(catalog: Catalog, rankings: Rankings) -> list[Endpoint]:
    """Those that answer with text, whose model was used in the last day, and that have answered neither a caller nor a
    probe for half an hour: one that fails is due again at once, so that a probe and not a caller finds it healed.
    """
    used = {endpoint.partition("@")[0] for endpoint, one in rankings.endpoints.items() if one.uptime_1d.counted}
    return [endpoint for name in sorted(used & catalog.models.keys()) for endpoint in _silent(catalog, rankings, name)]


def _silent(catalog: Catalog, rankings: Rankings, name: str) -> Iterable[Endpoint]:
    model = catalog.models[name]
    if "text" not in model.output_modalities:
        return
    for endpoint in model.endpoints:
        figures = rankings.endpoints.get(endpoint.id, NO_FIGURES)
        if endpoint.status == "active" and not figures.uptime_30m.successes and not figures.probes_30m.successes:
            yield endpoint


@dataclass(slots=True)
class Prober:
    """One per process: it remembers whom the gateway would not ask. `load` reads what Access is made of, None where no
    probes are wanted.
    """

    load: Callable[[], Awaitable[Secret | None]]
    http: HttpPort
    clock: Clock
    chance: random.Random
    _access: Access | None = None
    _read_at: float = -math.inf
    _alone_until: dict[str, float] = field(default_factory=dict)

    async def run(self, catalog: Catalog, rankings: RankingStore) -> Probed:
        """What is due by the rankings that are published. What hinders a probe hinders nothing else: it is reported."""
        try:
            access = await self._fresh_access()
            return await self.send(access, due(catalog, await rankings.read())) if access else Probed()
        except StorageError as failure:
            return Probed(problem=failure.message)

    async def _fresh_access(self) -> Access | None:
        now = self.clock.monotonic()
        if now - self._read_at > FRESH_SECONDS:
            secret = await self.load()
            self._access, self._read_at = Access.of(secret) if secret else None, now
        return self._access

    async def send(self, access: Access, endpoints: Sequence[Endpoint]) -> Probed:
        """At most MOST_AT_ONCE of them, by chance, so that everyone's turn comes. Takes as long as the slowest."""
        now = self.clock.now()
        wanted = [one for one in endpoints if self._alone_until.get(one.id, 0.0) <= now]
        chosen = self.chance.sample(wanted, min(MOST_AT_ONCE, len(wanted)))
        replies = await asyncio.gather(*(self._ask(access, endpoint) for endpoint in chosen))
        for endpoint, reply in zip(chosen, replies, strict=True):
            if reply.is_refusal and reply.status not in OF_THE_KEY:
                self._alone_until[endpoint.id] = now + LEFT_ALONE
        refusals = [reply.status for reply in replies if reply.is_refusal]
        answered = sum(reply.status == HTTPStatus.OK for reply in replies)
        return Probed(len(chosen), answered, len(refusals), refusals[0] if refusals else None)

    async def _ask(self, access: Access, endpoint: Endpoint) -> "_Reply":
        headers = {
            "authorization": f"Bearer {access.key.reveal()}",
            "content-type": "application/json",
            PROBE_HEADER: "1",
            "x-title": "Switchboard's probes",
        }
        body = orjson.dumps(request_of(endpoint))
        try:
            status, told, _ = await self.http.request(
                "POST", f"{access.url}/chat/completions", headers, body, timeout=SECONDS
            )
        except OSError:  # it took too long, or the gateway itself is away
            return _Reply()
        return _Reply(status, int(told.get(ATTEMPTS, "0")))


@dataclass(frozen=True, slots=True)
class _Reply:
    """`status` is 0 where none came in time."""

    status: int = 0
    attempts: int = 0

    @property
    def is_refusal(self) -> bool:
        """True if the gateway asked no provider."""
        return self.status > 0 and not self.attempts


def request_of(endpoint: Endpoint) -> JsonObject:
    """As short as a question can be, to this endpoint and no other; streamed, so that the first token is timed."""
    return {
        "model": endpoint.model,
        "messages": [{"role": "user", "content": "Answer with one word: ready?"}],
        "max_tokens": MOST_TOKENS,
        "stream": True,
        "provider": {"only": [endpoint.tag], "allow_fallbacks": False},
    }
