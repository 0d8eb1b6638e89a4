import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from local import snapshot
from local.aws_services import changes_state

ACCOUNT, REGION = "123456789012", "eu-west-1"
ITEM: dict[str, Any] = {
    "PK": {"S": "a"},
    "SK": {"S": "b"},
    "n": {"N": "1.50"},
    "holds": {"M": {"h1": {"L": [{"N": "1"}, {"NULL": True}]}}},
    "names": {"SS": ["x", "y"]},
    "blob": {"B": "AAEC"},
}


@pytest.fixture
def backend() -> Iterator[Any]:
    dynamodb_backends.reset()
    backend = dynamodb_backends[ACCOUNT][REGION]
    schema = [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}]
    attributes = [{"AttributeName": "PK", "AttributeType": "S"}, {"AttributeName": "SK", "AttributeType": "S"}]
    backend.create_table("Keys", schema=schema, attr=attributes, **_REST)
    yield backend
    dynamodb_backends.reset()


_REST: dict[str, Any] = {
    "throughput": None,
    "global_indexes": [],
    "indexes": [],
    "streams": None,
    "billing_mode": "PAY_PER_REQUEST",
    "sse_specification": None,
    "tags": [],
    "deletion_protection_enabled": False,
    "warm_throughput": None,
}


def items(backend: Any) -> list[Any]:
    return [item.to_json()["Attributes"] for part in backend.tables["Keys"].items.values() for item in part.values()]


def test_tables_come_back_as_they_were(backend: Any) -> None:
    backend.put_item("Keys", ITEM)
    content = snapshot.encode(replace(snapshot.current_state(b""), ssm=b"parameters"))
    dynamodb_backends.reset()
    state = snapshot.decode(content)
    snapshot.adopt_tables(state, time.time())
    assert state.ssm == b"parameters"
    assert items(dynamodb_backends[ACCOUNT][REGION]) == [ITEM]


def test_items_past_their_time_to_live_are_gone_after_a_restart(backend: Any) -> None:
    backend.update_time_to_live("Keys", {"Enabled": True, "AttributeName": "exp"})
    for name, expiry in (("old", "999"), ("new", "1001")):
        backend.put_item("Keys", {"PK": {"S": "a"}, "SK": {"S": name}, "exp": {"N": expiry}})
    backend.put_item("Keys", {"PK": {"S": "a"}, "SK": {"S": "always"}})
    state = snapshot.decode(snapshot.encode(snapshot.current_state(b"")))
    snapshot.adopt_tables(state, now=1000.0)
    assert [item["SK"]["S"] for item in items(dynamodb_backends[ACCOUNT][REGION])] == ["new", "always"]


def test_every_damaged_byte_is_noticed(backend: Any) -> None:
    content = snapshot.encode(snapshot.current_state(b""))
    for position in range(0, len(content), 97):
        damaged = bytearray(content)
        damaged[position] ^= 0x55
        with pytest.raises(snapshot.SnapshotError):
            snapshot.decode(bytes(damaged))
    with pytest.raises(snapshot.SnapshotError):
        snapshot.decode(content[:-1])


def test_the_file_is_the_owners_alone_and_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "engine.pickle"
    path.write_bytes(b"before")
    snapshot.write(path, b"after")
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_only_what_can_change_state_leads_to_a_snapshot() -> None:
    reads = ("GetItem", "Query", "Scan", "BatchGetItem", "DescribeTable", "ListTables", "TransactGetItems")
    writes = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "CreateTable", "ExecuteStatement")
    assert not any(changes_state(f"DynamoDB_20120810.{name}") for name in reads)
    assert all(changes_state(f"DynamoDB_20120810.{name}") for name in writes)
    assert changes_state("AmazonSSM.PutParameter")
    assert not changes_state("AmazonSSM.GetParametersByPath")
    assert not changes_state("SomethingElse.PutThing")
