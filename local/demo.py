"""`make demo`: requests that come by themselves, and a provider that fails for a while, so that the pages are alive.

Only simulated providers are asked: a demonstration must not cost anybody money.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from switchboard.catalog.model import Catalog, Endpoint
from switchboard.json_types import JsonObject
from switchboard.wire.http import HttpPort

# What is asked for, and how often of a hundred times.
MIX = {
    "openai/gpt-4.1": 40,
    "anthropic/claude-sonnet-4.6": 20,
    "openai/gpt-4.1-mini": 15,
    "google/gemini-2.5-flash": 15,
    "meta/llama-3.3-70b-instruct": 10,
}
PROMPTS = ("What is a switchboard?", "Write a limerick about uptime.", "Why is the sky blue, in one sentence?")
REQUESTS_PER_SECOND = 2.0
# Callers who want the provider that fails to be tried first: without them, routing turns away before a breaker shuts.
FAITHFUL = 0.4
LONGEST_ANSWER = 80
# Of the provider that most of the requests go to: seconds from the start, seconds that it lasts, and its period.
BROKEN = "openai"
FIRST_OUTAGE, OUTAGE, PERIOD = 15.0, 25.0, 600.0
ANSWER_SECONDS = 60.0

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Demo:
    """Where requests go and with which key, where the simulator is told to fail, and who may be asked."""

    gateway_url: str
    simulator_url: str
    key: str
    offers: Mapping[str, Sequence[str]]
    http: HttpPort
    sleep: Sleep = asyncio.sleep

    async def keep_asking(self, luck: random.Random) -> None:
        """Until cancelled. What becomes of a request is left to the pages to tell."""
        async with asyncio.TaskGroup() as running:
            while True:
                await self.sleep(luck.expovariate(REQUESTS_PER_SECOND))
                running.create_task(self._ask(question(self.offers, luck)))

    async def keep_breaking(self) -> None:
        """Until cancelled: the first outage comes soon, so that whoever looks after a minute sees it."""
        await self.sleep(FIRST_OUTAGE)
        while True:
            await self._tell("POST", {"provider": BROKEN, "fault": "500"})
            await self.sleep(OUTAGE)
            await self._tell("DELETE", {})
            await self.sleep(PERIOD - OUTAGE)

    async def _ask(self, body: JsonObject) -> None:
        headers = {"authorization": f"Bearer {self.key}", "x-title": "make demo"}
        await self._send("POST", f"{self.gateway_url}/api/v1/chat/completions", headers, body)

    async def _tell(self, method: str, rule: JsonObject) -> None:
        await self._send(method, f"{self.simulator_url}/_faults?provider={BROKEN}", {}, rule)

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: JsonObject) -> None:
        told = {**headers, "content-type": "application/json"}
        with contextlib.suppress(OSError):  # not ready yet, or about to stop
            await self.http.request(method, url, told, json.dumps(body).encode(), ANSWER_SECONDS)


def simulated_offers(catalog: Catalog) -> dict[str, list[str]]:
    """The models of the mix, each with its simulated providers but for aggregators, so that the one which fails is
    among few. Raises ValueError if there are none.
    """
    offers = {
        name: list(dict.fromkeys(one.provider.id for one in catalog.models[name].endpoints if _may_be_asked(one)))
        for name in MIX
        if name in catalog.models
    }
    found = {name: providers for name, providers in offers.items() if providers}
    if not found:
        raise ValueError("a demonstration asks only simulated providers, and there are none: leave SIMULATE unset")
    return found


def question(offers: Mapping[str, Sequence[str]], luck: random.Random) -> JsonObject:
    name = luck.choices(list(offers), [MIX[one] for one in offers])[0]
    chosen: JsonObject = {"only": list(offers[name])}
    if BROKEN in offers[name] and luck.random() < FAITHFUL:
        chosen["order"] = [BROKEN]
    return {
        "model": name,
        "stream": True,
        "max_tokens": luck.randint(20, LONGEST_ANSWER),
        "provider": chosen,
        "messages": [{"role": "user", "content": luck.choice(PROMPTS)}],
    }


@contextlib.asynccontextmanager
async def demonstration(demo: Demo) -> AsyncIterator[None]:
    """Runs while the block lasts."""
    tasks = [asyncio.create_task(demo.keep_asking(random.Random(0))), asyncio.create_task(demo.keep_breaking())]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _may_be_asked(endpoint: Endpoint) -> bool:
    return endpoint.provider.facts.get("simulated") is True and endpoint.facts.get("aggregator") is not True
