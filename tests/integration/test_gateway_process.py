"""What one process of the operating system has learned, another keeps to: they share nothing but the tables."""

import asyncio
import subprocess
import sys
import time
from collections import Counter

import boto3
import orjson
import pytest
from switchboard.storage.keys import KeyStore

from tests.engine import Engine
from tests.examples import KEY
from tests.fakes import FakeClock
from tests.integration.gateway_process import LIMITED, REFUSING, WELL, asked, tables
from tests.processes import ROOT

pytestmark = pytest.mark.xdist_group("engine")

REGION = "eu-west-3"  # of this file alone: each region of the engine has its own tables
# This process's clock is so far ahead: a pause that it notes lasts until the other one has surely started.
AHEAD_SECONDS = 60.0


@pytest.fixture
def url(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    maker = boto3.client("dynamodb", region_name=REGION, endpoint_url=engine.url)
    for name in ("KeysTable", "UsageTable", "UptimeTable"):
        maker.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("PK", "SK")],
            BillingMode="PAY_PER_REQUEST",
        )
    return engine.url


def test_another_process_neither_calls_early_nor_pays_for_an_open_breaker_again(url: str) -> None:
    async def here() -> list[str]:
        database = tables(url, REGION)
        await KeyStore(database, "KeysTable").add(KEY)
        names, _ = await asked(database, FakeClock(time.time() + AHEAD_SECONDS), 4)
        return names

    assert Counter(asyncio.run(here())) == {LIMITED: 1, REFUSING: 3, WELL: 4}
    there = [sys.executable, "-m", "tests.integration.gateway_process", url, REGION]
    said = subprocess.run(there, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout
    assert orjson.loads(said)["asked"] == [WELL], "its first request goes past both"
