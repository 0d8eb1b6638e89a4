"""The same behaviour of three databases: in memory, boto3 against the embedded engine, our signed client against it."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import pytest
from switchboard.breakers import FRESH_SECONDS, Breakers
from switchboard.health.breaker import FIRST_PAUSE, Door, Failed, Signals
from switchboard.health.figures import Rankings
from switchboard.jobs.rankings import Stores, recompute
from switchboard.secret import Secret
from switchboard.storage.activity import ActivityStore
from switchboard.storage.boto import boto_database, boto_service
from switchboard.storage.database import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Condition,
    ConditionFailed,
    Database,
    Exists,
    Item,
    Key,
    Minus,
    Missing,
    Prefix,
    Query,
    StorageError,
    Update,
)
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.jobs import JobStore
from switchboard.storage.keys import ApiKey, KeySecret, KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import DAYS, HOURS, MINUTES, Bucket, RollupStore
from switchboard.storage.secrets import provider_secret
from switchboard.storage.signals import Board, Changed, SignalStore
from switchboard.storage.signed import DYNAMODB, SSM, Aws, SignedService
from switchboard.storage.usage import UsageStore
from switchboard.wire.sigv4 import Credentials

from tests.engine import Engine
from tests.fakes import FakeClock, FakeDatabase
from tests.plain_http import PlainHttp
from tests.records import START, answered

pytestmark = pytest.mark.xdist_group("engine")

REGION = "eu-west-1"  # of this file alone: each region of the engine has its own tables
EVERYTHING: Item = {
    "PK": "p",
    "SK": "s",
    "text": "ü\n",
    "empty": "",
    "int": -(10**30),
    "float": 0.1,
    "yes": True,
    "none": None,
    "bytes": b"\x00\xff",
    "list": [1, "a", [None]],
    "map": {"k": {"deep": [False]}},
}


@pytest.fixture(scope="module")
def url(engine: Engine) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        yield engine.url


@pytest.fixture(scope="module")
def maker_of_tables(url: str) -> Any:  # Any: boto3 makes its clients at run time
    return boto3.client("dynamodb", region_name=REGION, endpoint_url=url)


@pytest.fixture
def table(maker_of_tables: Any) -> str:
    name = f"t-{uuid.uuid4()}"
    keys = [("PK", "HASH"), ("SK", "RANGE")]
    maker_of_tables.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def signed(url: str) -> Aws:
    clock = FakeClock()
    return Aws(PlainHttp(), clock, lambda: Credentials("testing", "testing", "token"), REGION, url)


@pytest.fixture(scope="module")
def databases(url: str) -> dict[str, Database]:
    return {
        "memory": FakeDatabase(),
        "boto": boto_database(region=REGION, endpoint=url),
        "signed": DynamoDatabase(SignedService(signed(url), DYNAMODB, timeout=5.0)),
    }


@pytest.fixture(params=["memory", "boto", "signed"])
def database(request: pytest.FixtureRequest, databases: dict[str, Database]) -> Database:
    return databases[str(request.param)]


run = asyncio.run


KEY = Key("p", "s")


def test_every_kind_of_value_survives(database: Database, table: str) -> None:
    run(database.put(table, EVERYTHING))
    assert run(database.get(table, KEY, consistent=True)) == EVERYTHING
    assert run(database.get(table, Key("p", "other"))) is None


def test_a_put_replaces_the_whole_item(database: Database, table: str) -> None:
    run(database.put(table, EVERYTHING))
    run(database.put(table, {"PK": "p", "SK": "s", "n": 1}))
    assert run(database.get(table, KEY)) == {"PK": "p", "SK": "s", "n": 1}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Exists("n"), True),
        (Exists("x"), False),
        (Missing("x"), True),
        (Missing("n"), False),
        (Compare("n", "=", 5), True),
        (Compare("n", "<>", 5), False),
        (Compare("n", "<", 5), False),
        (Compare("n", "<=", 5.0), True),
        (Compare("n", ">", 4.5), True),
        (Compare("n", ">=", 6), False),
        (Compare("x", "=", 5), False),
        (Compare("name", "<", "b"), True),
        (AllOf((Exists("n"), Compare("name", "=", "a"))), True),
        (AllOf((Exists("n"), Exists("x"))), False),
        (AnyOf((Missing("n"), Compare("n", "<", 9))), True),
        (AnyOf((Missing("n"), AllOf((Exists("n"), Exists("x"))))), False),
    ],
)
def test_a_condition_decides_whether_to_write(
    database: Database, table: str, condition: Condition, holds: bool
) -> None:
    before: Item = {"PK": "p", "SK": "s", "n": 5, "name": "a"}
    after: Item = {"PK": "p", "SK": "s", "n": 6}
    run(database.put(table, before))
    if holds:
        run(database.put(table, after, condition=condition))
        assert run(database.get(table, KEY)) == after
        return
    with pytest.raises(ConditionFailed) as refusal:
        run(database.put(table, after, condition=condition))
    assert refusal.value.item == before
    assert run(database.get(table, KEY)) == before


def test_a_condition_on_nothing(database: Database, table: str) -> None:
    with pytest.raises(ConditionFailed) as refusal:
        run(database.update(table, KEY, Update(set={"n": 1}), condition=Exists("PK")))
    assert refusal.value.item is None
    assert run(database.get(table, KEY)) is None


def test_an_update_sets_adds_subtracts_and_removes(database: Database, table: str) -> None:
    run(database.put(table, {"PK": "p", "SK": "s", "limit": 10, "held": 3, "old": "x"}))
    update = Update(set={"left": Minus("limit", "held"), "name": "n"}, add={"held": -1, "new": 2}, remove=("old",))
    expected: Item = {"PK": "p", "SK": "s", "limit": 10, "held": 2, "left": 7, "name": "n", "new": 2}
    assert run(database.update(table, KEY, update, condition=Compare("held", ">=", 1))) == expected
    assert run(database.get(table, KEY)) == expected


def test_an_update_makes_the_item_it_does_not_find(database: Database, table: str) -> None:
    assert run(database.update(table, KEY, Update(add={"n": 1}))) == {"PK": "p", "SK": "s", "n": 1}


def test_a_delete_obeys_its_condition(database: Database, table: str) -> None:
    run(database.put(table, {"PK": "p", "SK": "s", "o": "me"}))
    with pytest.raises(ConditionFailed):
        run(database.delete(table, KEY, condition=Compare("o", "=", "you")))
    run(database.delete(table, KEY, condition=Compare("o", "=", "me")))
    assert run(database.get(table, KEY)) is None
    run(database.delete(table, KEY))


def test_a_query_returns_a_range_in_either_order(database: Database, table: str) -> None:
    async def scenario() -> None:
        for sort in ("a#2", "a#1", "b#1", "c#1"):
            await database.put(table, {"PK": "p", "SK": sort})
        await database.put(table, {"PK": "q", "SK": "a#1"})
        assert await sorts(Query("p")) == ["a#1", "a#2", "b#1", "c#1"]
        assert await sorts(Query("p", Prefix("a#"))) == ["a#1", "a#2"]
        assert await sorts(Query("p", Between("a#2", "b#1"), forward=False)) == ["b#1", "a#2"]
        assert await sorts(Query("p", forward=False, limit=3, consistent=True)) == ["c#1", "b#1", "a#2"]
        assert await sorts(Query("nothing")) == []

    async def sorts(query: Query) -> list[str]:
        return [str(item["SK"]) for item in await database.query(table, query)]

    run(scenario())


def test_a_query_returns_all_pages(database: Database, table: str) -> None:
    async def scenario() -> None:
        await asyncio.gather(*(database.put(table, big(number)) for number in range(6)))
        assert len(await database.query(table, Query("p"))) == 6
        assert len(await database.query(table, Query("p", limit=5))) == 5

    def big(number: int) -> Item:
        return {"PK": "p", "SK": str(number), "blob": "x" * 300_000}  # a page ends at 1 MB

    run(scenario())


def test_a_batch_returns_what_is_there(database: Database, table: str) -> None:
    async def scenario() -> None:
        await asyncio.gather(*(database.put(table, {"PK": "p", "SK": str(number)}) for number in range(0, 120, 2)))
        keys = [Key("p", str(number)) for number in range(120)]
        found = await database.batch_get(table, [*keys, *keys], consistent=True)
        assert sorted(int(str(item["SK"])) for item in found) == list(range(0, 120, 2))
        assert await database.batch_get(table, []) == []

    run(scenario())


def test_a_batch_is_written_over_what_is_there(database: Database, table: str) -> None:
    async def scenario() -> None:
        await database.put(table, {"PK": "p", "SK": "3", "old": True})
        await database.put_all(table, [{"PK": "p", "SK": str(number)} for number in range(5)])
        assert await database.query(table, Query("p")) == [{"PK": "p", "SK": str(number)} for number in range(5)]

    run(scenario())


def test_of_many_writers_one_wins(database: Database, table: str) -> None:
    async def attempt(number: int) -> bool:
        try:
            await database.put(table, {"PK": "p", "SK": "s", "n": number}, condition=Missing("PK"))
        except ConditionFailed:
            return False
        return True

    async def scenario() -> list[bool]:
        return await asyncio.gather(*(attempt(number) for number in range(16)))

    assert sum(run(scenario())) == 1


def test_additions_at_the_same_time_are_all_counted(database: Database, table: str) -> None:
    async def scenario() -> Item | None:
        await asyncio.gather(*(database.update(table, KEY, Update(add={"n": 1})) for _ in range(40)))
        return await database.get(table, KEY, consistent=True)

    assert run(scenario()) == {"PK": "p", "SK": "s", "n": 40}


def test_keys_are_stored(database: Database, table: str) -> None:
    async def scenario() -> None:
        store = KeyStore(database, table)
        key = ApiKey("hash", "id", "name", "label", "management", created_at=1.5)
        await store.add(key)
        await store.replace(replace(key, disabled=True))
        assert await store.all() == [replace(key, disabled=True)]
        with pytest.raises(ConditionFailed):
            await store.add(key)

    run(scenario())


def test_a_key_is_rotated_and_removed(database: Database, table: str) -> None:
    async def scenario() -> None:
        store = KeyStore(database, table)
        await store.add(ApiKey("first", "rotated", "name", "label", created_at=1.5))
        await store.rotate("first", KeySecret("second", 100.0), "new label", 50.0)
        before, after = await store.find("first"), await store.find("second")
        assert (before.expires_at, before.label) == (100.0, "new label") if before else False
        assert (after.expires_at, after.id) == (None, "rotated") if after else False
        assert after is not None
        await store.remove(after, 60.0)
        assert [await store.find(each) for each in ("first", "second")] == [None, None]
        assert await store.find_by_id("rotated") is None

    run(scenario())


def test_signals_are_written_by_whoever_has_seen_the_last(database: Database, table: str) -> None:
    async def story() -> None:
        store = SignalStore(database, table)
        first = await store.write("lab/one", {"a": Signals(failures=1)}, await store.read("lab/one"), 1.0)
        with pytest.raises(Changed) as changed:
            await store.write("lab/one", {"a": Signals(failures=2)}, Board(), 1.0)
        assert changed.value.board == first == await store.read("lab/one")
        await store.write("lab/one", {"a": Signals(failures=3)}, first, 1.0)
        assert (await store.read("lab/one")).signals == {"a": Signals(failures=3)}

    asyncio.run(story())


def test_a_breaker_that_opens_in_one_process_is_open_in_another_and_one_of_them_tries(
    database: Database, table: str
) -> None:
    async def read(process: Breakers) -> None:
        """However long the engine takes: a request would not wait for it."""
        process.expect("lab/one")
        await process.settled()

    async def story() -> None:
        clock = FakeClock()
        here, there, third = (Breakers(SignalStore(database, table), clock) for _ in range(3))
        await read(third)
        for process in (here, here, there):
            process.note("lab/one", "a", Failed(clock.now(), 0.5))
            await process.settled()
        clock.advance(FRESH_SECONDS + 1)
        await read(third)
        assert third.signals("lab/one", "a").door(clock.now()) is Door.SHUT
        clock.advance(2 * FIRST_PAUSE)
        for process in (here, there, third):
            await read(process)
        trials = await asyncio.gather(*(each.begin_trial("lab/one", "a") for each in (here, there, third)))
        assert trials.count(True) == 1

    asyncio.run(story())


def test_usage_is_found_by_id_and_by_minute(database: Database, table: str) -> None:
    async def scenario() -> None:
        store = UsageStore(database, table)
        generation = answered(START + 10)
        await store.record(generation)
        assert await store.find(generation.id) == generation
        assert await store.of_minute(int(START) // 60) == [generation]

    run(scenario())


def test_the_rankings_job_leaves_the_same_rows_in_every_engine(database: Database, table: str) -> None:
    async def scenario(engine: Database, name: str) -> tuple[list[Bucket], list[Bucket], list[Bucket], Rankings]:
        usage, rollups = UsageStore(engine, name), RollupStore(engine, name)
        stores = Stores(usage, rollups, RankingStore(engine, name), JobStore(engine, name), ActivityStore(engine, name))
        clock = FakeClock(START)
        for seconds in range(0, 240, 20):
            await usage.record(answered(START + seconds, seconds))
        for seconds in (30, 90, 95, 300):
            clock.time = START + seconds
            assert (await recompute(stores, clock)).published
        minutes, hours, days = [
            await rollups.last(level, "endpoint:m@e", 10, clock.now()) for level in (MINUTES, HOURS, DAYS)
        ]
        seen = await stores.activity.read(date(2027, 1, 15), date(2027, 1, 15), "key")
        assert [(row.activity.requests, row.activity.cost) for row in seen] == [(12, 12 * 7)]
        return minutes, hours, days, await stores.rankings.read()

    outcome = run(scenario(database, table))
    assert outcome == run(scenario(FakeDatabase(), table))
    assert [bucket.rollup.requests for bucket in outcome[0] if bucket.rollup] == [3, 3, 3, 3]


@pytest.mark.parametrize("maker", ["boto", "signed"])
def test_a_table_that_is_not_there_is_an_error_of_ours(maker: str, url: str) -> None:
    service = (
        boto_service("dynamodb", region=REGION, endpoint=url)
        if maker == "boto"
        else SignedService(signed(url), DYNAMODB)
    )
    with pytest.raises(StorageError, match="ResourceNotFound") as error:
        run(DynamoDatabase(service).get("no-such-table", KEY))
    assert not error.value.retryable


@pytest.mark.parametrize("maker", ["boto", "signed"])
def test_a_provider_key_comes_decrypted_and_a_missing_one_is_none(maker: str, url: str) -> None:
    stack = f"stack-{maker}"
    ssm = boto3.client("ssm", region_name=REGION, endpoint_url=url)
    ssm.put_parameter(Name=f"/{stack}/providers/acme", Value="sk-1", Type="SecureString")
    service = (
        boto_service("ssm", region=REGION, endpoint=url)
        if maker == "boto"
        else SignedService(signed(url), SSM, timeout=5.0)
    )
    assert run(provider_secret(service, stack, "acme")) == Secret("sk-1")
    assert run(provider_secret(service, stack, "nobody")) is None
