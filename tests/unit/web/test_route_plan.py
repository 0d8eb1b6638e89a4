"""POST /api/v1/route: who would be asked, without asking anybody; and what a reply says of it to those who ask."""

import asyncio
from typing import Any

import orjson
import pytest
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.keys import KeyStore
from switchboard.web.chat import ChatApp

from tests.examples import BEARER, KEY, body, catalog, ended, endpoint, model, price, said, whole
from tests.fakes import (
    Answered,
    FakeClock,
    FakeDatabase,
    FakeReply,
    FakeTelemetry,
    FakeTransport,
    SteadyChance,
    ask,
    streamed,
    whole_reply,
)

# Any: JSON that tests make up and read.
OFFERS = catalog(model(endpoint("dear", price=price(input=9, output=9)), endpoint("cheap")))
PROMPT: dict[str, Any] = {"model": "lab/one", "messages": [{"role": "user", "content": "hello"}]}


def post(path: str, sent: Any, *script: FakeReply, **headers: str) -> tuple[Answered, FakeTransport]:
    database, transport = FakeDatabase(), FakeTransport([*script])

    async def key(_: str) -> Secret | None:
        return Secret("sk-upstream")

    around = Surroundings(
        Settings(), OFFERS, database, key, transport, FakeTelemetry(), FakeClock(), chance=SteadyChance()
    )

    async def run() -> Answered:
        await KeyStore(database, Settings().keys_table).add(KEY)
        return await ask(chat_gateway(around), "POST", path, orjson.dumps(sent), **{**BEARER, **headers})

    return asyncio.run(run()), transport


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/api/v1/route", PROMPT),
        ("/v1/route", {**PROMPT, "stream": True}),
        ("/api/v1/route/chat/completions", PROMPT),
        ("/api/v1/route/responses", {"model": "lab/one", "input": "hello"}),
        ("/v1/route/messages", {**PROMPT, "max_tokens": 5}),
        ("/api/v1/route/models/lab/one:generateContent", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
    ],
)
def test_the_plan_of_any_dialect_s_request_without_a_call(path: str, sent: Any) -> None:
    answered, transport = post(path, sent)
    assert answered.status == 200, answered.body
    assert [one["tag"] for one in answered.json()["data"]["endpoints"]] == ["cheap", "dear"]
    assert transport.requests == []


def test_a_request_that_nobody_can_serve_says_why_as_it_would_when_it_is_made() -> None:
    answered, _ = post("/api/v1/route", {**PROMPT, "provider": {"only": ["nobody"]}})
    assert answered.status == 404
    assert len(answered.json()["error"]["availability"]["endpoints"]) == 2


def test_there_is_nothing_to_get() -> None:
    async def run() -> Answered:
        around = Surroundings(
            Settings(), OFFERS, FakeDatabase(), _nobody, FakeTransport([]), FakeTelemetry(), FakeClock()
        )
        return await ask(chat_gateway(around), "GET", "/api/v1/route", b"", **BEARER)

    answered = asyncio.run(run())
    assert (answered.status, answered.headers["allow"]) == (405, "POST")


async def _nobody(_: str) -> Secret | None:
    return None


@pytest.mark.parametrize("header", [{"x_switchboard_route": "1"}, {"x_openrouter_metadata": "enabled"}])
def test_a_reply_tells_its_route_to_those_who_ask(header: dict[str, str]) -> None:
    down = whole_reply(b"{}", 500)
    answered, _ = post("/api/v1/chat/completions", body(), down, whole_reply(whole()), **header)
    told = answered.json()["openrouter_metadata"]
    assert told == orjson.loads(answered.headers["x-switchboard-route"])
    assert (told["strategy"], told["attempt"], told["attempts"][0]["provider"]) == ("fallback", 2, "cheap")
    assert [one["selected"] for one in told["endpoints"]["available"]] == [False, True]


def test_a_stream_tells_it_at_its_end() -> None:
    reply = streamed(said("Hello"), ended())
    answered, _ = post("/api/v1/chat/completions", body(stream=True), reply, x_switchboard_route="true")
    events = [line[6:] for line in answered.body.splitlines() if line.startswith(b"data: {")]
    assert orjson.loads(events[-1])["openrouter_metadata"]["strategy"] == "direct"


def test_nobody_else_is_told() -> None:
    answered, _ = post("/api/v1/chat/completions", body(), whole_reply(whole()), x_switchboard_route="0")
    assert "openrouter_metadata" not in answered.json()
    assert "x-switchboard-route" not in answered.headers


def test_a_conversation_goes_on_where_its_prompt_is_still_kept() -> None:
    """At list prices the other endpoint would be the cheaper one."""
    rates = {"input": 5.0, "output": 5.0, "cache_read": 0.1}
    offers = catalog(model(endpoint("home", price=price(**rates)), endpoint("other", price=price(input=4, output=4))))
    long = [{"role": "system", "content": "x" * 40_000}, {"role": "user", "content": "hello"}]
    more = [*long, {"role": "assistant", "content": "hi"}, {"role": "user", "content": "more"}]
    at_home = body(messages=long, provider={"only": ["home"]})
    usage = {"prompt_tokens": 10_000, "completion_tokens": 3, "total_tokens": 10_003}
    database, transport = FakeDatabase(), FakeTransport([whole_reply(whole(usage=usage))])

    async def key(_: str) -> Secret | None:
        return Secret("sk-upstream")

    def app() -> ChatApp:
        """Each time another process."""
        telemetry, clock = FakeTelemetry(), FakeClock()
        return chat_gateway(
            Surroundings(Settings(), offers, database, key, transport, telemetry, clock, chance=SteadyChance())
        )

    async def first(path: str, sent: Any) -> Any:
        return (await ask(app(), "POST", path, orjson.dumps(sent), **BEARER)).json()

    async def run() -> list[str]:
        await KeyStore(database, Settings().keys_table).add(KEY)
        before = await first("/api/v1/route", body(messages=more))
        await first("/api/v1/chat/completions", at_home)
        after = await first("/api/v1/route", body(messages=more))
        return [told["data"]["endpoints"][0]["tag"] for told in (before, after)]

    assert asyncio.run(run()) == ["other", "home"]
