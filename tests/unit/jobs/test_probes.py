"""Whom probes are sent to, and what becomes of them: through a whole gateway, and over replies that are made up."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import repeat

import orjson
import pytest
from switchboard.catalog.model import EMBEDDING
from switchboard.health.figures import NO_FIGURES, EndpointFigures, Rankings, Uptime
from switchboard.jobs.probes import FRESH_SECONDS, LEFT_ALONE, MOST_AT_ONCE, MOST_TOKENS, Access, Probed, Prober, due
from switchboard.secret import Secret
from switchboard.storage.database import StorageError
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.usage import UsageStore
from switchboard.web.chat import ChatApp

from tests.examples import KEY, KEY_TEXT, catalog, chunk_native, endpoint, model, sse
from tests.fakes import FakeClock, FakeDatabase, FakeHttp, FakeReply, HttpAnswer, ask, streamed
from tests.outage_world import ILL, WELL, World

BUSY = replace(NO_FIGURES, uptime_30m=Uptime(3, 3), uptime_1d=Uptime(90, 90))
SILENT = replace(NO_FIGURES, uptime_1d=Uptime(90, 90))
ACCESS = Access("https://gateway.test/api/v1", Secret(KEY_TEXT))
HERE, THERE = endpoint("here"), endpoint("there")
OFFERED = catalog(model(HERE, THERE), model(endpoint("here", model="lab/two"), name="lab/two"))


def tags_due(**figures: EndpointFigures) -> list[str]:
    """Of lab/one, whose endpoints are here and there; nobody uses lab/two."""
    known = {f"lab/one@{tag}": one for tag, one in figures.items()}
    return [one.tag for one in due(OFFERED, Rankings(1, known))]


@pytest.mark.parametrize(
    ("here", "there", "found"),
    [
        (BUSY, NO_FIGURES, ["there"]),
        (SILENT, NO_FIGURES, ["here", "there"]),
        (BUSY, replace(NO_FIGURES, probes_30m=Uptime(1, 1)), []),
        (BUSY, replace(NO_FIGURES, probes_30m=Uptime(0, 2)), ["there"]),
        (replace(BUSY, uptime_30m=Uptime(0, 9)), BUSY, ["here"]),
        (NO_FIGURES, NO_FIGURES, []),
    ],
    ids=["nobody asks it", "nobody asks now", "a probe has", "the probe failed", "it fails callers", "unused model"],
)
def test_who_answered_nobody_for_half_an_hour_is_due(
    here: EndpointFigures, there: EndpointFigures, found: list[str]
) -> None:
    assert tags_due(here=here, there=there) == found


def test_who_is_no_longer_offered_or_answers_with_no_text_is_left_alone() -> None:
    gone = catalog(model(HERE, replace(THERE, status="paused")))
    vectors = catalog(model(HERE, THERE, output_modalities=(EMBEDDING,)))
    used = Rankings(1, {"lab/one@here": SILENT})
    assert [one.tag for one in due(gone, used)] == ["here"]
    assert due(vectors, used) == []


ASKED_ONE = {"x-switchboard-attempts": "1"}


def always(status: int = 200, headers: Mapping[str, str] = ASKED_ONE) -> FakeHttp:
    return FakeHttp(repeat((status, headers, b"")))


def prober(http: FakeHttp, clock: FakeClock | None = None) -> Prober:
    return Prober(Switch(ACCESS).load, http, clock or FakeClock(), random.Random(1))


def test_a_probe_is_a_short_stream_from_one_endpoint_alone() -> None:
    http = always()
    assert asyncio.run(prober(http).send(ACCESS, [HERE])) == Probed(1, 1)
    (sent,) = http.asked
    assert (sent.method, sent.url) == ("POST", "https://gateway.test/api/v1/chat/completions")
    assert sent.headers["authorization"] == f"Bearer {KEY_TEXT}"
    asked = orjson.loads(sent.body)
    assert asked["provider"] == {"only": ["here"], "allow_fallbacks": False}
    assert (asked["model"], asked["max_tokens"], asked["stream"]) == ("lab/one", MOST_TOKENS, True)


def test_few_are_sent_at_once_and_everyone_has_a_turn() -> None:
    http, many = always(), [endpoint(f"p{number}") for number in range(3 * MOST_AT_ONCE)]
    sends = prober(http)
    for _ in range(40):
        assert asyncio.run(sends.send(ACCESS, many)).sent == MOST_AT_ONCE
    assert len({sent.body for sent in http.asked}) == len(many)


def test_whom_the_gateway_would_not_ask_is_left_alone_for_an_hour() -> None:
    http, clock = always(503, {}), FakeClock()
    sends = prober(http, clock)
    assert asyncio.run(sends.send(ACCESS, [HERE])) == Probed(sent=1, not_asked=1, refused=503)
    assert asyncio.run(sends.send(ACCESS, [HERE])) == Probed()
    clock.advance(LEFT_ALONE)
    assert asyncio.run(sends.send(ACCESS, [HERE])).sent == 1


@pytest.mark.parametrize(
    "http",
    [
        always(401, {}),
        always(402, {}),
        always(502),
        FakeHttp(repeat(TimeoutError())),
        FakeHttp(repeat(ConnectionRefusedError())),
    ],
    ids=["the key is unknown", "the budget is used up", "it fails", "it hangs", "the gateway is away"],
)
def test_else_the_next_minute_tries_again(http: FakeHttp) -> None:
    sends = prober(http)
    for _ in range(2):
        probed = asyncio.run(sends.send(ACCESS, [HERE]))
        assert (probed.sent, probed.answered) == (1, 0)


@dataclass(slots=True)
class Switch:
    """The parameter that holds the probes' access, or none."""

    access: Access | None = None
    failure: StorageError | None = None
    reads: int = 0

    async def load(self) -> Secret | None:
        self.reads += 1
        if self.failure:
            raise self.failure
        return Secret(self.access.text()) if self.access else None


def test_that_probes_are_switched_on_or_off_is_noticed_within_five_minutes() -> None:
    switch, http, clock, database = Switch(), always(), FakeClock(), FakeDatabase()
    rankings = RankingStore(database, "UptimeTable")
    asyncio.run(rankings.publish(Rankings(1, {"lab/one@here": SILENT})))
    sends = Prober(switch.load, http, clock, random.Random(1))

    def run() -> int:
        return asyncio.run(sends.run(OFFERED, rankings)).sent

    assert [run(), run()] == [0, 0]
    assert switch.reads == 1
    switch.access = ACCESS
    clock.advance(FRESH_SECONDS + 1)
    assert run() == 2
    switch.access = None
    clock.advance(FRESH_SECONDS + 1)
    assert run() == 0


def test_what_hinders_probes_is_reported_and_raises_nothing() -> None:
    rankings = RankingStore(FakeDatabase(), "UptimeTable")
    sends = Prober(Switch(failure=StorageError("SSM is away")).load, always(), FakeClock(), random.Random(1))
    assert asyncio.run(sends.run(OFFERED, rankings)) == Probed(problem="SSM is away")


def test_the_access_is_read_as_it_was_written() -> None:
    assert Access.of(Secret(ACCESS.text() + "\n")) == ACCESS
    for text in ("", "sk-alone", "https://gateway.test/api/v1", "ftp://gateway.test sk-1"):
        with pytest.raises(StorageError, match="switchboard probes on"):
            Access.of(Secret(text))


@dataclass(slots=True)
class Through:
    """An HTTP client that reaches a gateway without a network."""

    gateway: ChatApp

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # as the port has it
    ) -> HttpAnswer:
        named = {name.replace("-", "_"): value for name, value in headers.items()}
        answer = await ask(self.gateway, method, url.removeprefix("https://gateway.test"), body, **named)
        return answer.status, answer.headers, answer.body


def probed(first: FakeReply, times: int) -> tuple[list[bool], str]:
    """The first endpoint does so while it is probed so often, and is well when a caller asks: what the records are
    marked with, and who served him."""
    world = World()

    async def story() -> None:
        await KeyStore(world.database, "KeysTable").add(KEY)
        gateway = world.process()
        sends = Prober(Switch(ACCESS).load, Through(gateway), world.clock, random.Random(1))
        offer = world.offered.models["lab/one"].endpoints[0]
        world.town.doing["first"] = first
        for _ in range(times):
            await sends.send(ACCESS, [offer])
        world.town.doing["first"] = WELL
        assert (await world.ask(gateway)).status == 200

    asyncio.run(story())
    records = asyncio.run(UsageStore(world.database, "UsageTable").of_minute(int(world.clock.now()) // 60))
    return sorted(record.is_probe for record in records), world.town.asked[-1]


def test_a_probe_s_record_says_that_it_is_one_and_a_caller_s_does_not() -> None:
    marks, served = probed(streamed(sse(chunk_native({"content": "Ready"}), chunk_native({}, "stop"))), 3)
    assert marks == [False, True, True, True]
    assert served == "first", "an endpoint that answers probes stays as it was"


def test_after_three_probes_that_failed_no_caller_is_sent_there() -> None:
    marks, served = probed(ILL, 3)
    assert marks == [False, True, True, True]
    assert served == "second"
