import asyncio
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from local.demo import BROKEN, OUTAGE, Demo, demonstration, question, simulated_offers
from tests.examples import catalog, endpoint, model, provider

STAND_IN = endpoint(provider=provider("openai", facts={"simulated": True}), model="openai/gpt-4.1")
AGGREGATOR = endpoint(provider=provider("router", facts={"simulated": True}), facts={"aggregator": True})
REAL = endpoint(provider=provider("azure"), model="openai/gpt-4.1")
OFFERS = {"openai/gpt-4.1": ["openai"]}


@dataclass
class Sent:
    """Stands for the HTTP client: remembers what was sent, and says when it was enough."""

    wanted: int = 20
    requests: list[tuple[str, str, Mapping[str, str], object]] = field(default_factory=list)
    broken: bool = False
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # as the client has it
    ) -> tuple[int, Mapping[str, str], bytes]:
        self.requests.append((method, url, headers, json.loads(body)))
        if len(self.requests) == self.wanted:
            self.enough.set()
        if self.broken:
            raise ConnectionError
        return 200, {}, b""


async def begun(sent: Sent) -> list[float]:
    """Runs until enough was sent; how long it would have slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async with demonstration(Demo("http://gateway.test", "http://simulator.test", "sk-sb-x", OFFERS, sent, sleep)):
        await sent.enough.wait()
    return slept


def test_only_simulated_providers_are_asked_and_no_aggregators() -> None:
    offers = simulated_offers(catalog(model(STAND_IN, REAL, AGGREGATOR, name="openai/gpt-4.1")))
    assert offers == OFFERS
    luck = random.Random(1)
    asked = [question(offers, luck)["provider"] for _ in range(20)]
    assert {"only": ["openai"]} in asked
    assert {"only": ["openai"], "order": ["openai"]} in asked


def test_where_nothing_is_simulated_it_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="leave SIMULATE unset"):
        simulated_offers(catalog(model(REAL, name="openai/gpt-4.1")))


def test_requests_come_with_the_key_and_an_outage_begins_and_ends() -> None:
    sent = Sent()
    slept = asyncio.run(begun(sent))
    chats = [headers for _, url, headers, _ in sent.requests if url == "http://gateway.test/api/v1/chat/completions"]
    told = [(method, body) for method, url, _, body in sent.requests if url.startswith("http://simulator.test/_faults")]
    assert chats[0]["authorization"] == "Bearer sk-sb-x"
    assert told[:2] == [("POST", {"provider": BROKEN, "fault": "500"}), ("DELETE", {})]
    assert OUTAGE in slept


def test_a_gateway_that_does_not_answer_ends_nothing() -> None:
    sent = Sent(broken=True)
    asyncio.run(begun(sent))
    assert len(sent.requests) >= sent.wanted
