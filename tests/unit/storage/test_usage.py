import asyncio
from dataclasses import replace

import orjson
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.generation import Generation
from switchboard.chat import BUCKETS
from switchboard.storage.usage import SERVICE_TIER, USAGE_NAMES, UsageStore, ended_in, read_spill

from tests.fakes import FakeDatabase
from tests.records import generations, ulid_at

START = 1_800_000_000.0
GENERATION = Generation(
    id="gen-" + ulid_at(START, "0" * 16),
    key_id="key",
    created=START,
    finished=START + 1,
    model="a/b",
    model_asked="a/b",
    protocol="openai-chat",
    streamed=True,
    attempts=(),
)


@given(generations())
def test_a_record_is_found_by_its_id_alone(generation: Generation) -> None:
    store = UsageStore(FakeDatabase(), "UsageTable")
    asyncio.run(store.record(generation))
    assert asyncio.run(store.find(generation.id)) == generation


@given(st.lists(generations(), max_size=8, unique_by=lambda generation: generation.id))
def test_a_minute_holds_what_ended_in_it(records: list[Generation]) -> None:
    store = UsageStore(FakeDatabase(), "UsageTable", shards=3)
    for record in records:
        asyncio.run(store.record(record))
    for minute in range(int(START) // 60, int(START) // 60 + 5):
        expected = sorted((r for r in records if ended_in(r) == minute), key=lambda r: r.id)
        assert asyncio.run(store.of_minute(minute)) == expected


@given(generations())
def test_a_spilled_record_can_be_read_back(generation: Generation) -> None:
    line = UsageStore(FakeDatabase(), "UsageTable").spill_line(generation)
    assert "\n" not in line
    assert orjson.loads(line)["kind"] == "usage_spill"
    assert read_spill(line) == generation


def test_other_log_lines_are_no_spill() -> None:
    assert [read_spill(line) for line in ("", "plain", "[1]", '{"kind":"other"}')] == [None] * 4


def test_one_batch_of_reads_finds_a_record_even_at_the_longest_duration() -> None:
    database = FakeDatabase()
    store = UsageStore(database, "UsageTable")
    late = replace(GENERATION, finished=START + 900)
    asyncio.run(store.record(late))
    assert asyncio.run(store.find(late.id)) == late
    assert database.calls == {"put": 1, "batch_get": 1}


def test_a_clock_that_went_back_does_not_hide_a_record() -> None:
    store = UsageStore(FakeDatabase(), "UsageTable")
    backwards = replace(GENERATION, finished=START - 120)
    asyncio.run(store.record(backwards))
    assert asyncio.run(store.find(backwards.id)) == backwards


@given(st.lists(st.integers(1, 1024), min_size=2, max_size=4))
def test_a_record_is_found_however_many_shards_there_are_by_then(settings: list[int]) -> None:
    database = FakeDatabase()
    stores = [UsageStore(database, "UsageTable", shards=shards) for shards in settings]
    records = [replace(GENERATION, id=store.new_id(START)) for store in stores]
    for store, record in zip(stores, records, strict=True):
        asyncio.run(store.record(record))
    for store in stores:
        assert [asyncio.run(store.find(record.id)) for record in records] == records


def test_what_is_no_generation_id_is_not_looked_up() -> None:
    database = FakeDatabase()
    assert asyncio.run(UsageStore(database, "UsageTable").find("chatcmpl-1")) is None
    assert database.calls == {}


def test_an_item_says_nothing_that_is_not_so_and_expires() -> None:
    item = UsageStore(FakeDatabase(), "UsageTable", days=30).to_item(GENERATION)
    assert set(item) == {"PK", "SK", "exp", "k", "t0", "t1", "m", "p", "st"}
    assert item["PK"] == "T#202701150800#00"
    assert item["exp"] == int(START) + 1 + 30 * 86_400


def test_every_bucket_of_usage_has_a_name() -> None:
    assert tuple(USAGE_NAMES) == BUCKETS
    assert len({*USAGE_NAMES.values()} - {SERVICE_TIER}) == len(USAGE_NAMES)
