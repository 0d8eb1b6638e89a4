"""`make engines`: the ledger with 8, 64, 256 workers and on a random walk, on the embedded engine and on dynalite."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median

import boto3
from switchboard.clock import SystemClock
from switchboard.storage.database import Database
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.transport.here import http_client
from switchboard.wire.sigv4 import Credentials

from benchmarks.budget.life import KEYS, USAGE
from benchmarks.budget.processes import dynalite, embedded
from benchmarks.budget.scenario import Outcome, Scenario
from benchmarks.budget.walk import walked

WORKERS = (8, 64, 256)
REGION = "us-east-1"
PATIENCE_SECONDS = 60.0  # of a busy machine; DynamoDB has half a second


def make_table(url: str, name: str) -> None:
    keys = [("PK", "HASH"), ("SK", "RANGE")]
    client = boto3.client(
        "dynamodb", region_name=REGION, endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test"
    )
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    client.close()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    http = http_client()
    aws = Aws(http, SystemClock(), lambda: Credentials("test", "test", None), REGION, url)
    try:
        yield DynamoDatabase(SignedService(aws, DYNAMODB, timeout=PATIENCE_SECONDS))
    finally:
        await http.close()


async def play(url: str, workers: int, rounds: int = 0) -> Outcome:
    """One run on a table of its own; 0 rounds are as many as suit the workers."""
    table = f"Ledger{workers}"
    make_table(url, table)
    async with opened(url) as database:
        return await Scenario(database, table, workers, rounds=rounds).run()


async def walk(url: str) -> tuple[int, list[str]]:
    for table in (KEYS, USAGE):
        make_table(url, table)
    async with opened(url) as database:
        return await walked(database)


@contextmanager
def engines() -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        state = stack.enter_context(tempfile.TemporaryDirectory())
        yield {"embedded": stack.enter_context(embedded(Path(state))), "dynalite": stack.enter_context(dynalite())}


def line(engine: str, outcome: Outcome) -> str:
    p50 = median(outcome.reserves) * 1000 if outcome.reserves else 0.0
    counts = (outcome.granted, outcome.refused, outcome.died, outcome.unclear, outcome.settled)
    cells = "".join(f"{count:>9}" for count in counts)
    verdict = "; ".join(outcome.faults) or "conserved, overspend 0, settled once"
    return f"{engine:<10}{outcome.workers:>8}{cells}{p50:>12.1f}{outcome.seconds:>8.1f}  {verdict}"


def main() -> int:
    head = "".join(f"{name:>9}" for name in ("granted", "refused", "died", "lost", "settled"))
    print(f"{'engine':<10}{'workers':>8}{head}{'reserve ms':>12}{'s':>8}  verdict")
    broken = False
    with engines() as urls:
        for engine, url in urls.items():
            for workers in WORKERS:
                outcome = asyncio.run(play(url, workers))
                print(line(engine, outcome), flush=True)
                broken = broken or bool(outcome.faults)
            steps, faults = asyncio.run(walk(url))
            verdict = "; ".join(faults) or "conserved, overspend 0, one record for each request"
            print(f"{engine:<10}a random life of {steps} steps: {verdict}", flush=True)
            broken = broken or bool(faults)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
