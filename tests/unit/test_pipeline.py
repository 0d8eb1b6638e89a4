"""The whole line over a database in memory and an upstream that plays a script."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from switchboard.accounting.generation import Generation
from switchboard.auth import Authenticator
from switchboard.breakers import Breakers
from switchboard.catalog.model import Catalog, PriceWindow
from switchboard.clock import Clock, SystemClock
from switchboard.dispatch import Limits, Upstreams
from switchboard.homes import Homes
from switchboard.json_types import JsonObject
from switchboard.pipeline import Call, Pipeline
from switchboard.protocols.interface import Arrival
from switchboard.protocols.openai_chat import OpenAiChat
from switchboard.provider_keys import ProviderKeys
from switchboard.providers.openai_chat import OpenAiChatUpstream
from switchboard.rankings_cache import RankingsCache
from switchboard.reservations import Reservations
from switchboard.secret import Secret
from switchboard.stops import Stops
from switchboard.storage.budget import BudgetStore
from switchboard.storage.database import Item, Key
from switchboard.storage.homes import HomeStore
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.signals import SignalStore
from switchboard.storage.stops import StopMarks
from switchboard.storage.usage import UsageStore, generation_of, read_spill
from switchboard.transport.failures import ConnectionCut
from switchboard.wire.sse import SseDecoder

from tests.examples import BEARER, KEY, body, catalog, ended, endpoint, model, price, provider, said, whole
from tests.fakes import (
    FakeClient,
    FakeClock,
    FakeDatabase,
    FakeReply,
    FakeTelemetry,
    FakeTransport,
    SteadyChance,
    streamed,
    whole_reply,
)

GOOD = (said("Hello"), said(" there"), ended())
OFFERS = (endpoint("acme", price=price(input=1, output=1)), endpoint("backup", price=price(input=5, output=5)))
SECRETS = {"acme": Secret("sk-acme"), "backup": Secret("sk-backup")}


@dataclass(slots=True)
class House:
    """A gateway with everything around it."""

    client: FakeClient = field(default_factory=FakeClient)
    database: FakeDatabase = field(default_factory=FakeDatabase)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    clock: Clock = field(default_factory=FakeClock)
    limits: Limits = Limits(5, 5)  # noqa: RUF009  # frozen
    offered: Catalog = field(default_factory=lambda: catalog(model(*OFFERS, aliases=("one",))))
    transport: FakeTransport = field(default_factory=lambda: FakeTransport([]))
    shared_stops: Stops | None = None

    async def answer(self, headers: dict[str, str], data: bytes) -> None:
        await KeyStore(self.database, "KeysTable").add(KEY)
        keys = ProviderKeys(self._secret, self.clock)
        breakers = Breakers(SignalStore(self.database, "KeysTable"), self.clock)
        pipeline = Pipeline(
            catalog=self.offered,
            authenticator=Authenticator(KeyStore(self.database, "KeysTable"), self.clock),
            rankings=RankingsCache(RankingStore(self.database, "UptimeTable"), self.clock),
            providers=keys,
            reservations=Reservations(BudgetStore(self.database, "KeysTable"), self.clock, pause_seconds=0),
            breakers=breakers,
            upstreams=Upstreams(
                {"openai-chat": OpenAiChatUpstream(self.clock)},
                keys.credentials_of,
                self.transport,
                breakers,
                self.limits,
            ),
            usage=UsageStore(self.database, "UsageTable"),
            stops=self.stops(),
            telemetry=self.telemetry,
            clock=self.clock,
            chance=SteadyChance(),
            homes=Homes(HomeStore(self.database, "KeysTable"), self.clock),
        )
        now = self.clock.monotonic()
        await pipeline.answer(Call(OpenAiChat(), Arrival(data, headers=headers), now, now + 60), self.client)

    def stops(self) -> Stops:
        return self.shared_stops or Stops(StopMarks(self.database, "KeysTable"), self.clock)

    async def _secret(self, provider_id: str) -> Secret | None:
        return SECRETS.get(provider_id)

    def records(self) -> list[Generation]:
        return [generation_of(item) for item in self.database.tables.get("UsageTable", {}).values()]

    def events(self) -> list[Any]:
        """What the client was streamed, up to [DONE]."""
        decoder = SseDecoder()
        events = decoder.feed(self.client.body) + decoder.close()
        return [orjson.loads(event.data) for event in events if event.data != b"[DONE]"]

    def json(self) -> Any:
        return orjson.loads(self.client.body)


def asked(*script: Any, house: House | None = None, headers: dict[str, str] | None = None, **fields: Any) -> House:
    """One request, answered."""
    house = house or House()
    house.transport.script = [*script]
    asyncio.run(house.answer(BEARER if headers is None else headers, orjson.dumps(body(**fields))))
    return house


def test_a_stream_is_answered_as_openai_would() -> None:
    house = asked(streamed(*GOOD), stream=True)
    chunks = [ChatCompletionChunk.model_validate_json(orjson.dumps(event), strict=True) for event in house.events()]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hello there"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert house.client.body.endswith(b"data: [DONE]\n\n")
    assert house.client.ended


def test_a_stream_begins_when_the_provider_does() -> None:
    house = asked(streamed(*GOOD), stream=True)
    first, second, *_ = house.client.written
    assert (b"Hello" in first, b"there" in second) == (True, True)
    assert house.client.status == 200
    assert house.client.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "content-length" not in house.client.headers


def test_only_a_stream_has_its_line_held() -> None:
    assert asked(streamed(*GOOD), stream=True).client.held
    assert not asked(whole_reply(whole())).client.held


def test_a_whole_answer_is_answered_as_openai_would() -> None:
    house = asked(whole_reply(whole("Hello there")))
    answer = ChatCompletion.model_validate_json(house.client.body, strict=True)
    assert answer.choices[0].message.content == "Hello there"
    assert house.client.headers["content-type"] == "application/json"
    assert house.client.headers["content-length"] == str(len(house.client.body))


@pytest.mark.parametrize("stream", [True, False])
def test_every_answer_says_who_gave_it_and_what_it_took(stream: bool) -> None:
    good = streamed(*GOOD) if stream else whole_reply(whole())
    headers = asked(whole_reply(b"", 500), good, stream=stream).client.headers
    assert headers["x-switchboard-provider"] == "backup"
    assert headers["x-switchboard-attempts"] == "2"
    assert headers["x-generation-id"].startswith("gen-")
    assert float(headers["x-switchboard-overhead-ms"]) == 0
    assert headers["cache-control"] == "no-cache"


def test_the_id_in_the_header_is_that_of_the_answer_and_of_the_record() -> None:
    house = asked(streamed(*GOOD), stream=True)
    (record,) = house.records()
    assert {event["id"] for event in house.events()} == {record.id} == {house.client.headers["x-generation-id"]}


def test_each_provider_is_shown_its_own_key() -> None:
    house = asked(whole_reply(b"", 500), whole_reply(whole()))
    shown = [request.headers["authorization"] for request in house.transport.requests]
    assert shown == ["Bearer sk-acme", "Bearer sk-backup"]


def test_a_complete_answer_is_on_record() -> None:
    (record,) = asked(streamed(*GOOD), stream=True, model="one", user="u-1").records()
    assert (record.model, record.model_asked, record.endpoint) == ("lab/one", "one", "lab/one@acme")
    assert (record.key_id, record.user, record.finish_reason, record.cost) == ("key-1", "u-1", "stop", 12_000)
    assert [attempt.outcome for attempt in record.attempts] == ["ok"]


@pytest.mark.parametrize("stream", [True, False])
def test_the_record_is_written_after_the_last_byte(stream: bool) -> None:
    seen: list[int] = []
    house = House()
    house.client.before_end = lambda: seen.append(len(house.records()))
    asked(streamed(*GOOD) if stream else whole_reply(whole()), house=house, stream=stream)
    assert seen == [0]
    assert len(house.records()) == 1


def test_the_log_has_one_line_for_each_answer() -> None:
    telemetry = asked(streamed(*GOOD), stream=True).telemetry
    assert [event for event, _ in telemetry.events] == ["generation"]
    assert "hello" not in repr(telemetry.events)


def test_usage_is_shown_to_those_who_ask() -> None:
    *_, last = asked(streamed(*GOOD), stream=True, stream_options={"include_usage": True}).events()
    assert (last["choices"], last["usage"]["total_tokens"], last["usage"]["cost"]) == ([], 12, 0.000012)


def test_a_failure_before_the_first_content_is_not_seen() -> None:
    house = asked(streamed(ConnectionCut("reset")), streamed(*GOOD), stream=True)
    assert house.client.body.endswith(b"data: [DONE]\n\n")
    assert [attempt.outcome for attempt in house.records()[0].attempts] == ["server", "ok"]


@pytest.mark.parametrize("stream", [True, False])
def test_if_all_fail_the_caller_gets_an_error_with_its_status(stream: bool) -> None:
    house = asked(whole_reply(b"", 429, retry_after="9"), whole_reply(b"", 429, retry_after="5"), stream=stream)
    assert (house.client.status, house.client.headers["retry-after"]) == (429, "5")
    assert house.client.headers["content-type"] == "application/json"
    error = house.json()["error"]
    assert (error["code"], len(error["metadata"]["previous_errors"])) == ("rate_limit_exceeded", 2)
    assert house.json()["generation_id"] == house.client.headers["x-generation-id"]
    assert house.client.headers["x-switchboard-attempts"] == "2"


def test_if_all_fail_it_is_on_record_and_free() -> None:
    (record,) = asked(whole_reply(b"", 429), whole_reply(b"", 500), stream=True).records()
    assert [attempt.outcome for attempt in record.attempts] == ["rate_limit", "server"]
    assert (record.error, record.finish_reason, record.cost, record.endpoint) == (
        "provider_unavailable",
        "error",
        0,
        None,
    )


def test_a_stream_that_breaks_off_says_so_in_its_own_protocol() -> None:
    house = asked(streamed(said("Hello"), ConnectionCut("reset")), stream=True)
    *_, last = house.events()
    assert house.client.status == 200
    assert last["choices"][0]["finish_reason"] == "error"
    assert "The connection failed" in last["error"]["message"]
    assert b"[DONE]" not in house.client.body


def test_a_stream_that_breaks_off_is_billed_for_what_was_said() -> None:
    (record,) = asked(streamed(said("x" * 400), ConnectionCut("reset")), stream=True).records()
    assert [attempt.outcome for attempt in record.attempts] == ["cut"]
    assert (record.usage.output, record.estimated, record.error) == (100, True, "provider_error")
    assert record.cost
    assert record.finish_reason == "error"


class Unsaid(FakeClient):
    """One to whom a keep-alive was sent before anything else."""

    def hold_line(self, keep_alive: bytes, content_type: str) -> None:
        super().hold_line(keep_alive, content_type)
        self.started = True


def test_an_error_after_keep_alives_comes_inside_the_stream() -> None:
    house = asked(whole_reply(b"", 500), whole_reply(b"", 500), house=House(Unsaid()), stream=True)
    (last,) = house.events()
    assert last["error"]["code"] == "provider_unavailable"
    assert last["choices"][0]["finish_reason"] == "error"
    assert b"[DONE]" not in house.client.body


def test_an_answer_after_keep_alives_is_a_stream_like_any_other() -> None:
    house = asked(streamed(*GOOD), house=House(Unsaid()), stream=True)
    assert house.client.body.endswith(b"data: [DONE]\n\n")


def test_a_record_that_cannot_be_stored_is_spilled_into_the_log() -> None:
    @dataclass(slots=True)
    class Overloaded(FakeDatabase):
        async def put(self, table: str, item: Any, *, condition: Any = None) -> None:
            self.down = table == "UsageTable"
            await FakeDatabase.put(self, table, item, condition=condition)

    house = asked(streamed(*GOOD), house=House(database=Overloaded()), stream=True)
    (line,) = house.telemetry.spilled
    spilled = read_spill(line)
    assert spilled is not None
    assert (spilled.id, spilled.cost) == (house.client.headers["x-generation-id"], 12_000)
    assert [event for event, _ in house.telemetry.events] == ["usage_record_spilled", "generation"]
    assert house.client.body.endswith(b"data: [DONE]\n\n")


def test_a_caller_who_hangs_up_in_the_middle_is_billed_for_what_was_said() -> None:
    never = asyncio.Event()
    house = asked(streamed(said("x" * 400), never), house=House(FakeClient(hangs_up_at=1)), stream=True)
    (record,) = house.records()
    assert (record.cancelled, record.usage.output, record.estimated) == (True, 100, True)
    assert [attempt.outcome for attempt in record.attempts] == ["cancelled"]
    assert house.transport.open_replies == 0


def test_a_caller_who_hangs_up_before_anything_was_said_pays_nothing() -> None:
    house = House()
    house.transport.on_open = house.client.hang_up
    asked(asyncio.Event(), house=house, stream=True)
    (record,) = house.records()
    assert (record.cancelled, record.cost, record.endpoint) == (True, 0, None)
    assert [attempt.outcome for attempt in record.attempts] == ["cancelled"]


def test_a_process_that_is_stopped_is_no_hang_up() -> None:
    house = House()
    house.transport.script = [asyncio.Event()]

    async def run() -> None:
        task = asyncio.create_task(house.answer(BEARER, orjson.dumps(body(stream=True))))
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        await task

    asyncio.run(run())
    assert (house.client.status, house.json()["error"]["code"]) == (503, "gateway_stopping")
    (record,) = house.records()
    assert (record.cancelled, record.cost, record.error) == (True, 0, "gateway_stopping")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [({}, 401, "invalid_api_key"), ({"authorization": "Bearer sk-sb-nobody"}, 401, "invalid_api_key")],
)
def test_without_a_key_nothing_is_asked_of_anybody(headers: dict[str, str], status: int, code: str) -> None:
    house = asked(headers=headers)
    assert (house.client.status, house.json()["error"]["code"]) == (status, code)
    assert house.transport.requests == []
    assert house.records() == []
    assert "x-generation-id" not in house.client.headers


def test_a_key_that_cannot_be_checked_is_an_outage() -> None:
    @dataclass(slots=True)
    class Unreadable(FakeDatabase):
        async def get(self, table: str, key: Any, *, consistent: bool = False) -> Any:
            self.down = True
            return await FakeDatabase.get(self, table, key, consistent=consistent)

    house = asked(house=House(database=Unreadable()))
    assert (house.client.status, house.json()["error"]["code"]) == (503, "key_store_unavailable")
    assert house.client.headers["retry-after"] == "5"


def test_a_table_of_rankings_out_of_reach_stops_nothing() -> None:
    @dataclass(slots=True)
    class NoRankings(FakeDatabase):
        async def get(self, table: str, key: Any, *, consistent: bool = False) -> Any:
            self.fail_next = 1 if table == "UptimeTable" else 0
            return await FakeDatabase.get(self, table, key, consistent=consistent)

    assert asked(whole_reply(whole()), house=House(database=NoRankings())).client.status == 200


@pytest.mark.parametrize(
    ("fields", "status", "code", "param"),
    [
        ({"messages": []}, 400, "invalid_request", "messages"),
        ({"model": "no/such"}, 404, "model_not_found", "model"),
        ({"provider": {"only": ["nobody"]}}, 404, "no_endpoints", None),
        ({"provider": {"sort": "beauty"}}, 400, "invalid_request", "provider.sort"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_request_that_cannot_be_served_is_refused(
    stream: bool, fields: Any, status: int, code: str, param: str | None
) -> None:
    house = asked(stream=stream, **fields)
    error = house.json()["error"]
    assert (house.client.status, error["code"], error["param"]) == (status, code, param)
    assert house.records() == []


def test_when_nothing_fits_every_endpoint_says_why() -> None:
    availability = asked(provider={"only": ["nobody"]}).json()["error"]["availability"]
    assert [each["endpoint"] for each in availability["endpoints"]] == ["lab/one@acme", "lab/one@backup"]


def test_a_provider_without_a_key_is_passed_over() -> None:
    offers = (endpoint("keyless", price=price(input=0, output=0)), *OFFERS)
    house = asked(whole_reply(whole()), house=House(offered=catalog(model(*offers))))
    assert house.transport.hosts() == ["acme"]


def test_a_simulated_provider_is_marked() -> None:
    simulated = replace(OFFERS[0], provider=provider("acme", facts={"simulated": True}))
    house = asked(whole_reply(whole()), house=House(offered=catalog(model(simulated))))
    assert house.client.headers["x-switchboard-simulated"] == "true"


def test_a_silent_provider_costs_the_caller_no_more_than_its_clock() -> None:
    house = House(clock=SystemClock(), limits=Limits(0.2, 0.2))
    asked(FakeReply((asyncio.Event(),)), streamed(*GOOD), house=house, stream=True)
    assert [attempt.outcome for attempt in house.records()[0].attempts] == ["timeout", "ok"]
    assert float(house.client.headers["x-switchboard-overhead-ms"]) < 150


def test_a_request_that_the_provider_calls_wrong_is_not_retried_by_sdks() -> None:
    house = asked(whole_reply(b'{"error": {"message": "bad schema"}}', 400))
    assert (house.client.status, house.client.headers["x-should-retry"]) == (400, "false")
    assert house.transport.hosts() == ["acme"]


class Leaving(FakeClient):
    """Hangs up at one write; on Lambda nobody notices."""

    noticed = False

    async def write(self, data: bytes) -> None:
        if self.noticed:
            await FakeClient.write(self, data)
        else:
            self.written.append(data)


PIECES = 12
TOTAL: JsonObject = {"prompt_tokens": 90, "completion_tokens": 60, "total_tokens": 150}


def drained(house: House, hangs_up_at: int, noticed: bool) -> list[Generation]:
    leaving = Leaving(hangs_up_at=hangs_up_at)
    leaving.noticed = noticed
    house.client = leaving
    return asked(streamed(*[said("word ")] * PIECES, ended(TOTAL)), house=house, stream=True).records()


@given(st.integers(1, PIECES))
def test_on_lambda_an_abort_is_drained_to_the_providers_own_count(hangs_up_at: int) -> None:
    """L5: whatever the client has read, the record holds the provider's total."""
    (record,) = drained(House(), hangs_up_at, noticed=False)
    assert (record.usage.input, record.usage.output, record.estimated) == (90, 60, False)


@given(st.integers(1, PIECES))
def test_a_provider_that_bills_all_of_it_anyway_is_read_to_the_end(hangs_up_at: int) -> None:
    bills_all = replace(OFFERS[0], provider=provider("acme", facts={"billed_after_cancel": True}))
    house = House(offered=catalog(model(bills_all)))
    (record,) = drained(house, hangs_up_at, noticed=True)
    assert (record.cancelled, record.usage.output, record.estimated) == (True, 60, False)
    assert [attempt.outcome for attempt in record.attempts] == ["ok"]


@given(st.integers(1, PIECES))
def test_an_abort_at_any_piece_leaves_one_record_that_says_it_is_an_estimate(hangs_up_at: int) -> None:
    house = House()
    (record,) = drained(house, hangs_up_at, noticed=True)
    assert (record.cancelled, record.estimated) == (True, True)
    assert record.cost
    assert house.transport.open_replies == 0


def stopped(house: House, *script: Any, **fields: Any) -> Generation:
    """One request, stopped by its owner while it waits for its provider."""

    async def run() -> None:
        house.transport.script = [*script]
        stops = house.stops()
        house.shared_stops = stops
        task = asyncio.create_task(house.answer(BEARER, orjson.dumps(body(**fields))))
        for _ in range(50):
            await asyncio.sleep(0)
        ((key_id, generation_id),) = stops.running()
        assert await stops.stop(key_id, generation_id)
        await task

    asyncio.run(run())
    (record,) = house.records()
    return record


def test_a_stream_that_is_stopped_says_so_and_is_billed_for_what_was_said() -> None:
    house = House()
    record = stopped(house, streamed(said("x" * 400), asyncio.Event()), stream=True)
    last = house.events()[-1]
    assert (last["error"]["code"], last["choices"][0]["finish_reason"]) == ("generation_stopped", "error")
    assert b"[DONE]" not in house.client.body
    assert (record.error, record.cancelled, record.usage.output, record.estimated) == (
        "generation_stopped",
        True,
        100,
        True,
    )
    assert [attempt.outcome for attempt in record.attempts] == ["cancelled"]
    assert house.transport.open_replies == 0


def test_a_stream_that_is_stopped_before_anything_was_said_costs_nothing() -> None:
    house = House()
    record = stopped(house, asyncio.Event(), stream=True)
    assert (house.client.status, house.json()["error"]["code"]) == (499, "generation_stopped")
    assert (record.cost, record.cancelled) == (0, True)


def test_a_whole_answer_that_is_stopped_is_billed_its_prompt() -> None:
    house = House()
    record = stopped(house, FakeReply((asyncio.Event(),), headers={"content-type": "application/json"}))
    assert (house.client.status, house.json()["error"]["code"]) == (499, "generation_stopped")
    assert (record.cancelled, record.estimated, record.endpoint) == (True, True, "lab/one@acme")
    assert record.cost


def test_a_process_that_is_stopped_records_what_was_said_first() -> None:
    house = House()
    house.transport.script = [streamed(said("x" * 400), asyncio.Event())]

    async def run() -> None:
        task = asyncio.create_task(house.answer(BEARER, orjson.dumps(body(stream=True))))
        for _ in range(50):
            await asyncio.sleep(0)
        task.cancel()
        await task

    asyncio.run(run())
    (record,) = house.records()
    assert (record.cancelled, record.usage.output) == (True, 100)
    assert b'"gateway_stopping"' in house.client.body, "the stream does not look as if it had come to its end"


def test_a_fault_of_ours_after_the_first_word_is_still_on_record() -> None:
    class Bursting(FakeClient):
        async def write(self, data: bytes) -> None:
            raise ZeroDivisionError

    house = House(Bursting())
    with pytest.raises(ZeroDivisionError):
        asked(streamed(*GOOD), house=house, stream=True)
    assert len(house.records()) == 1


def test_an_hour_with_its_own_price_is_billed_by_when_the_request_began() -> None:
    clock = FakeClock()
    window = PriceWindow(int(clock.now()) % 86_400, int(clock.now()) % 86_400 + 1, {"output": 100 * 10**9})
    peak = replace(OFFERS[0], price=replace(OFFERS[0].price, windows=(window,)))
    house = House(clock=clock, offered=catalog(model(peak)))
    house.transport.on_open = lambda: clock.advance(30)
    (record,) = asked(whole_reply(whole()), house=house).records()
    assert record.cost == 9 * 1000 + 3 * 100_000


def test_what_an_attempt_said_is_in_the_table_when_the_request_is_over() -> None:
    house = asked(ConnectionCut("reset"), streamed(*GOOD), stream=True)
    (item,) = [item for key, item in house.database.tables["KeysTable"].items() if key.partition == "B#lab/one"]
    assert '"lab/one@acme":[1,' in str(item["s"])


def test_what_an_attempt_said_is_lost_without_harm_when_the_table_is() -> None:
    house = House()
    house.client.before_end = lambda: setattr(house.database, "down", True)
    asked(whole_reply(b"{}", 500), whole_reply(whole("Hello")), house=house)
    assert house.json()["choices"][0]["message"]["content"] == "Hello"


class MeetingDatabase(FakeDatabase):
    """Answers nobody before all of `together` are asked for at once."""

    together: frozenset[str] = frozenset()

    def __init__(self, *together: str) -> None:
        super().__init__()
        self.together = frozenset(together)
        self.waiting: set[str] = set()
        self.met = asyncio.Event()

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None:
        self.waiting |= {name for name in self.together if key.partition.startswith(name)}
        if self.waiting == self.together:
            self.met.set()
        async with asyncio.timeout(5):
            await self.met.wait()
        return await super().get(table, key, consistent=consistent)


def test_key_rankings_and_breakers_are_read_in_one_round() -> None:
    house = asked(whole_reply(whole("Hello")), house=House(database=MeetingDatabase("H#", "RANK", "B#")))
    assert house.json()["choices"][0]["message"]["content"] == "Hello"


def test_a_key_that_a_provider_refuses_is_told_to_the_operator() -> None:
    house = asked(whole_reply(b"{}", 401), whole_reply(whole("Hello")))
    told = [fields for event, fields in house.telemetry.events if event == "provider_key_refused"]
    assert told == [{"provider": "acme", "credential": None, "status": 401}]
    assert [measures.get("RefusedProviderKeys") for measures in house.telemetry.measured] == [1]
