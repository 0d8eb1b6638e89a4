"""Limits from the caller's side: a whole gateway over a database in memory and an upstream that plays a script."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.estimate import without_margin
from switchboard.accounting.price import bill
from switchboard.accounting.windows import labels_at
from switchboard.catalog.model import Endpoint, Price, PriceTier
from switchboard.chat import ChatRequest, Usage
from switchboard.errors import BudgetExceeded, LimitReached
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.reservations import Admission, Reservations, Wish
from switchboard.routing.plan import Plan
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.budget import BudgetStore, Spending
from switchboard.storage.budget_items import state_of
from switchboard.storage.keys import KeyStore
from switchboard.web.chat import ChatApp

from tests.examples import KEY, KEY_TEXT, body, catalog, ended, endpoint, model, price, request, said, whole
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
)
from tests.fakes import whole_reply as replied
from tests.ledger import finished
from tests.records import answered

DOLLAR = 10**9
COST = 9 * 2000 + 3 * 8000  # what an answer of examples.USAGE costs: nano-dollars
GOOD = (said("Hello"), said(" there"), ended())
OFFER = endpoint(max_output=1000)


@dataclass(slots=True)
class House:
    """`key` is the one that asks."""

    key: dict[str, Any] = field(default_factory=dict)
    offers: tuple[Endpoint, ...] = (OFFER,)
    clock: FakeClock = field(default_factory=FakeClock)
    database: FakeDatabase = field(default_factory=FakeDatabase)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    transport: FakeTransport = field(default_factory=lambda: FakeTransport([]))
    app: ChatApp = field(init=False)

    def __post_init__(self) -> None:
        asyncio.run(KeyStore(self.database, "KeysTable").add(replace(KEY, **self.key)))
        self.app = chat_gateway(
            Surroundings(
                settings=Settings(),
                catalog=catalog(model(*self.offers)),
                database=self.database,
                load_provider_key=load,
                transport=self.transport,
                telemetry=self.telemetry,
                clock=self.clock,
                chance=SteadyChance(),
            )
        )

    def post(self, *script: FakeReply | BaseException, **fields: Any) -> Answered:
        self.transport.script = [*script]
        sent = orjson.dumps(body(**fields))
        return asyncio.run(ask(self.app, "POST", "/v1/chat/completions", sent, x_api_key=KEY_TEXT))

    def spending(self) -> Spending:
        store = BudgetStore(self.database, "KeysTable")
        return asyncio.run(store.read(replace(KEY, **self.key), self.clock.now()))

    def writes(self) -> int:
        return self.database.calls.get("update", 0)


async def load(_: str) -> Secret | None:
    return Secret("upstream-key")


def test_an_answer_is_charged_what_it_cost() -> None:
    house = House({"limit_nano": DOLLAR, "limit_reset": "daily"})
    assert house.post(replied(whole())).status == 200
    assert house.spending() == Spending(dict.fromkeys(("day", "week", "month", "total"), COST), 0, DOLLAR - COST)


def test_a_stream_is_charged_what_it_cost() -> None:
    house = House({"limit_nano": DOLLAR})
    assert house.post(streamed(*GOOD), stream=True).status == 200
    assert house.spending().spent["total"] == COST


def test_a_key_without_limits_writes_nothing_but_its_records() -> None:
    house = House()
    house.post(replied(whole()))
    assert (house.writes(), house.spending().spent["total"]) == (0, 0)


def test_a_limited_request_writes_once_before_and_once_after() -> None:
    house = House({"limit_nano": DOLLAR})
    house.post(replied(whole()))
    before = house.writes()
    house.transport.on_open = lambda: seen.append(house.writes())
    seen: list[int] = []
    house.post(replied(whole()))
    assert (seen, house.writes()) == ([before + 1], before + 2)


def test_nothing_is_sent_to_a_provider_before_the_hold() -> None:
    house = House({"limit_nano": 1})
    assert house.post(replied(whole())).status == 402
    assert house.transport.requests == []


def test_a_used_up_budget_says_the_limit_what_is_left_and_when_it_resets() -> None:
    house = House({"limit_nano": COST, "limit_reset": "daily"})
    assert house.post(replied(whole())).status == 200
    answer = house.post(replied(whole()))
    error = answer.json()["error"]
    assert (answer.status, error["code"], error["type"]) == (402, "insufficient_quota", "billing_error")
    assert error["metadata"]["limit"] == COST / DOLLAR
    assert error["metadata"]["limit_remaining"] == 0
    assert error["metadata"]["resets_at"] == "2027-01-16T00:00:00Z"
    assert "daily limit is $4.2e-05, and $0 is left" in error["message"]


def test_the_next_window_is_open_again() -> None:
    house = House({"limit_nano": COST, "limit_reset": "daily"})
    house.post(replied(whole()))
    house.clock.advance(86_400)
    assert house.post(replied(whole())).status == 200


def test_the_first_call_of_a_key_is_let_through_when_its_prompt_and_a_token_fit() -> None:
    expected_prompt, token = 9 * 2000, 8000
    house = House({"limit_nano": expected_prompt + token})
    assert house.post(replied(whole())).status == 200
    assert house.transport.sent()["max_completion_tokens"] >= 1


def test_the_output_limit_is_lowered_before_anyone_is_refused() -> None:
    house = House({"limit_nano": 100 * 8000})
    assert house.post(replied(whole()), max_tokens=1000).status == 200
    assert 16 <= house.transport.sent()["max_tokens"] < 100


def test_what_fits_is_sent_as_it_was_asked() -> None:
    house = House({"limit_nano": DOLLAR})
    house.post(replied(whole()))
    assert not {"max_tokens", "max_completion_tokens"} & set(house.transport.sent())


def test_a_provider_that_says_no_maximum_is_given_the_one_that_is_held() -> None:
    house = House({"limit_nano": DOLLAR}, offers=(endpoint(),))
    house.post(replied(whole()))
    assert house.transport.sent()["max_completion_tokens"] == 32_768


def test_nearly_all_of_a_limit_can_be_used() -> None:
    limit = 20 * COST
    house = House({"limit_nano": limit})
    while house.post(replied(whole())).status == 200:
        pass
    assert limit * 0.95 <= house.spending().spent["total"] <= limit


@dataclass(slots=True)
class Till:
    """Admits and settles one request after the other, as the pipeline does it, but without a provider."""

    limit: int
    database: FakeDatabase = field(default_factory=FakeDatabase)
    clock: FakeClock = field(default_factory=FakeClock)
    asked: int = 0
    reservations: Reservations = field(init=False)

    def __post_init__(self) -> None:
        self.reservations = Reservations(BudgetStore(self.database, "KeysTable"), self.clock)

    def admitted(self, asked: ChatRequest, offer: Endpoint) -> Admission | None:
        self.asked += 1
        wish = Wish(f"{self.asked:012d}", asked, Plan((offer,), ()), self.clock.now() + 60)
        try:
            return finished(self.reservations.admit(replace(KEY, limit_nano=self.limit), wish))
        except BudgetExceeded:
            return None

    def settled(self, admission: Admission, used: Usage, cost: int) -> None:
        done = replace(answered(self.clock.now()), usage=used, cost=cost)
        assert finished(self.reservations.settle(admission, done))


@pytest.mark.parametrize("enough_for", [1, 10, 100])
def test_nearly_all_of_a_limit_can_be_used_before_the_first_refusal(enough_for: int) -> None:
    """A typical request: 80 tokens for 300, of a provider that keeps to its limit and could give 32,768."""
    offer, asked = endpoint(max_output=32_768), request(messages=[{"role": "user", "content": "Tell me of it. " * 20}])
    typical = bill(Usage(input=80, output=300), offer.price).total or 0
    till, spent = Till(enough_for * typical), 0
    while admission := till.admitted(asked, offer):
        used = Usage(input=80, output=min(300, admission.output or 300))
        cost = bill(used, offer.price).total or 0
        till.settled(admission, used, cost)
        spent += cost
    assert 0.95 * till.limit <= spent <= till.limit


@given(
    letters=st.integers(0, 20_000),
    rates=st.fixed_dictionaries({unit: st.integers(1, 10**11) for unit in ("input", "output")}),
    threshold=st.integers(0, 5000),
    times=st.integers(1, 3),
    most=st.none() | st.integers(1, 10**6),
    asks=st.none() | st.integers(1, 10**6),
)
def test_a_first_call_is_never_refused_when_its_prompt_and_a_token_fit(
    letters: int, rates: dict[str, int], threshold: int, times: int, most: int | None, asks: int | None
) -> None:
    long = PriceTier(threshold, {unit: rate * times for unit, rate in rates.items()})
    offer = replace(endpoint(max_output=most), price=Price(rates, tiers=(long,)))
    fields = {} if asks is None else {"max_tokens": asks}
    asked = request(messages=[{"role": "user", "content": "x" * letters}], **fields)
    prompt_and_token = bill(Usage(input=without_margin(asked.prompt_tokens), output=1), offer.price).total or 0
    admission = Till(prompt_and_token + 1).admitted(asked, offer)  # and one for what a hold is rounded up by
    assert admission is not None
    assert admission.hold is not None
    assert admission.hold.amount <= prompt_and_token + 1
    assert (admission.output or 0) >= 1


def test_an_endpoint_that_is_too_dear_is_left_out() -> None:
    dear = endpoint("dear", price=price(input=2000, output=8000), max_output=1000)
    house = House({"limit_nano": DOLLAR // 10}, offers=(OFFER, dear))
    answer = house.post(replied(b"", 500), replied(whole()))
    assert (answer.status, house.transport.hosts()) == (502, ["acme"])


def test_a_failed_request_costs_nothing() -> None:
    house = House({"limit_nano": DOLLAR})
    assert house.post(replied(b"", 500)).status == 502
    assert house.spending() == Spending(dict.fromkeys(("day", "week", "month", "total"), 0), 0, DOLLAR)


def test_an_answer_whose_usage_nobody_told_is_charged_by_what_was_said() -> None:
    house = House({"limit_nano": DOLLAR})
    house.post(replied(whole(usage=None)))
    spent = house.spending()
    assert 0 < spent.spent["total"] < COST * 2
    assert spent.held == 0


def test_a_key_with_a_budget_cannot_use_what_has_no_price() -> None:
    house = House({"limit_nano": DOLLAR}, offers=(endpoint(price=price(input=1)),))
    answer = house.post(replied(whole()))
    assert (answer.status, answer.json()["error"]["code"]) == (400, "model_unpriced")
    assert House(offers=(endpoint(price=price(input=1)),)).post(replied(whole())).status == 200


def test_an_unpriced_endpoint_is_no_fallback_of_a_key_with_a_budget() -> None:
    house = House({"limit_nano": DOLLAR}, offers=(OFFER, endpoint("free", price=price(input=1))))
    house.post(replied(b"", 500), replied(whole()))
    assert house.transport.hosts() == ["acme"]


def test_requests_of_a_minute_are_limited_and_the_headers_say_so() -> None:
    house = House({"rpm": 2})
    first = house.post(replied(whole()))
    assert (first.headers["x-ratelimit-limit-requests"], first.headers["x-ratelimit-remaining-requests"]) == ("2", "1")
    house.post(replied(whole()))
    refused = house.post(replied(whole()))
    assert (refused.status, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert (refused.headers["retry-after"], refused.headers["x-ratelimit-reset-requests"]) == ("60", "60s")
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    house.clock.advance(60)
    assert house.post(replied(whole())).status == 200


def test_tokens_of_a_minute_are_limited() -> None:
    house = House({"tpm": 12})
    assert house.post(replied(whole())).status == 200
    refused = house.post(replied(whole()))
    assert (refused.status, refused.headers["x-ratelimit-remaining-tokens"]) == (429, "0")


def test_requests_at_once_are_limited() -> None:
    house = House({"max_parallel": 1})
    house.post(replied(whole()))
    ((key, item),) = [
        (key, item) for key, item in house.database.tables["KeysTable"].items() if key.partition.startswith("K#")
    ]
    house.database.tables["KeysTable"][key] = item | {"hn": 1}
    refused = house.post(replied(whole()))
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")


def test_money_that_others_hold_is_worth_waiting_for() -> None:
    house = House({"limit_nano": 10 * COST})
    house.post(replied(whole()))
    table = house.database.tables["KeysTable"]
    (where,) = [key for key in table if key.partition.startswith("K#")]
    held = state_of(table[where]).remaining()
    table[where] |= {"hh": held, "hn": 1, "h_ffffffffother": held} | {f"r{w}": 0 for w in "dwmt"}
    answer = house.post(replied(whole()))
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    assert "held by requests that are running" in answer.json()["error"]["message"]


def test_a_key_that_was_switched_off_in_the_ledger_is_refused() -> None:
    house = House({"limit_nano": DOLLAR})
    house.post(replied(whole()))
    store = BudgetStore(house.database, "KeysTable")
    asyncio.run(store.follow(replace(KEY, limit_nano=DOLLAR, disabled=True), house.clock.now()))
    assert house.post(replied(whole())).status == 401


def after_failure(key: dict[str, Any]) -> House:
    """A key that was used once, and then the table goes down."""
    house = House(key)
    house.post(replied(whole()))
    house.database.down = True
    return house


def test_without_the_table_a_key_with_a_budget_has_to_wait() -> None:
    answer = after_failure({"limit_nano": DOLLAR}).post(replied(whole()))
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["error"]["code"] == "budget_unavailable"


def test_without_the_table_a_key_without_limits_goes_on() -> None:
    assert after_failure({}).post(replied(whole())).status == 200


def test_without_the_table_requests_of_a_minute_are_counted_here() -> None:
    house = after_failure({"rpm": 2})
    assert [house.post(replied(whole())).status for _ in range(3)] == [200, 200, 429]
    house.clock.advance(60)
    assert house.post(replied(whole())).status == 200


def test_without_the_table_tokens_of_a_minute_are_counted_here() -> None:
    house = after_failure({"tpm": 50})
    assert [house.post(replied(whole()), max_tokens=20).status for _ in range(3)] == [200, 429, 429]
    house.clock.advance(60)
    assert house.post(replied(whole()), max_tokens=20).status == 200


def test_without_the_table_requests_at_once_are_counted_here_until_they_end() -> None:
    till, key = Till(0), replace(KEY, max_parallel=1)
    till.database.down = True
    wish = Wish("1", request(), Plan((OFFER,), ()), till.clock.now() + 60)
    running = finished(till.reservations.admit(key, wish))
    with pytest.raises(LimitReached) as refusal:
        finished(till.reservations.admit(key, wish))
    assert refusal.value.headers["x-ratelimit-remaining-parallel"] == "0"
    till.settled(running, Usage(), 0)
    assert not finished(till.reservations.admit(key, wish)).is_free


def test_places_that_were_counted_here_are_free_again() -> None:
    house = after_failure({"max_parallel": 1})
    assert [house.post(replied(whole())).status for _ in range(3)] == [200, 200, 200]


def test_a_hold_that_cannot_be_settled_stays_and_is_said() -> None:
    house = House({"limit_nano": DOLLAR})
    house.transport.on_open = lambda: setattr(house.database, "down", True)
    assert house.post(replied(whole())).status == 200
    assert "hold_not_settled" in [event for event, _ in house.telemetry.events]
    house.database.down = False
    assert house.spending().held > COST


def test_an_abandoned_hold_is_charged_by_the_next_request_that_settles() -> None:
    house = House({"limit_nano": DOLLAR})
    house.transport.on_open = lambda: setattr(house.database, "down", True)
    house.post(replied(whole()))
    house.database.down, house.transport.on_open = False, lambda: None
    held = house.spending().held
    house.clock.advance(3600)
    house.post(replied(whole()))
    assert (house.spending().held, house.spending().spent["total"]) == (0, held + COST)


def test_the_day_is_that_of_the_clock() -> None:
    assert labels_at(FakeClock().now())["day"] == "2027-01-15"
