"""A stack's tables without its gateway: administration by AWS credentials, and spilled records put back."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from switchboard.settings import Settings

from cli.tables import Replayed, TableGateway, Tables, replay
from tests.fakes import FakeDatabase
from tests.records import START, answered

SETTINGS = Settings()


def test_keys_are_administered_without_a_key() -> None:
    gateway = TableGateway(Tables(FakeDatabase(), SETTINGS), "stack switchboard")
    made = gateway.call("POST", "/keys", {"name": "laptop", "is_management_key": True}).json()
    listed = gateway.call("GET", "/keys?include_disabled=true&offset=0").json()["data"]
    assert [row["hash"] for row in listed] == [made["data"]["hash"]]
    assert made["key"].startswith("sk-sb-")


def test_spilled_records_are_put_back_once_however_often() -> None:
    tables = Tables(FakeDatabase(), SETTINGS)
    records = [answered(START + second, second) for second in (0, 30, 90)]
    old = replace(answered(START, 9), finished=START - 90 * 86_400)
    lines = ["not JSON", '{"kind": "other"}', *(tables.usage.spill_line(one) for one in (*records, records[0], old))]
    for _ in range(2):
        assert asyncio.run(replay(tables, lines, START + 100)) == Replayed(found=4, stored=3, too_old=1)
        assert asyncio.run(tables.usage.find(records[1].id)) == records[1]
        day = datetime.fromtimestamp(START, UTC).date()
        rows = asyncio.run(tables.activity.read(day, day))
        assert [(row.activity.requests, row.activity.cost) for row in rows] == [(3, 21)]
