"""The embedded AWS engine as a process: atomic, durable, and gone when its parent is."""

import http.client
import json
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from local.tables import create_tables
from tests.engine import Engine
from tests.processes import ROOT, end, launch, running, wait_until

pytestmark = pytest.mark.xdist_group("engine")

TEMPLATE = """
Resources:
  KeysTable:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "${AWS::StackName}-keys"
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: PK, KeyType: HASH}, {AttributeName: SK, KeyType: RANGE}]
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}, {AttributeName: SK, AttributeType: S}]
      TimeToLiveSpecification: {AttributeName: exp, Enabled: true}
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  Other:
    Type: AWS::Logs::LogGroup
    Properties: {LogGroupName: !Ref KeysTable}
"""
REGION = "eu-north-1"  # of this file alone: each region of the engine has its own tables
KEY = {"PK": {"S": "K#1"}, "SK": {"S": "STATE"}}


class Caller:
    """One keep-alive connection that speaks the DynamoDB protocol, lighter than boto3."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __call__(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        scope = f"Credential=test/20260101/{REGION}/dynamodb/aws4_request"
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        }
        self._connection.request("POST", "/", json.dumps(body), headers)
        reply = self._connection.getresponse()
        return reply.status, json.loads(reply.read())


def client(url: str, service: str = "dynamodb") -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.yaml"
    path.write_text(TEMPLATE)
    return path


@pytest.fixture(scope="module")
def tables(engine: Engine, template: Path) -> str:
    """The engine's address, with the template's tables in it."""
    with_tables(engine.url, template)
    return engine.url


def with_tables(url: str, template: Path) -> None:
    dynamodb = client(url)
    create_tables(dynamodb, template)
    dynamodb.close()


def put(url: str, remaining: int) -> None:
    with Caller(url) as call:
        assert call("PutItem", {"TableName": "KeysTable", "Item": {**KEY, "rem": {"N": str(remaining)}}})[0] == 200


def remaining(url: str) -> str:
    with Caller(url) as call:
        _, reply = call("GetItem", {"TableName": "KeysTable", "Key": KEY})
    return str(reply["Item"]["rem"]["N"])


def test_64_threads_never_spend_more_than_the_limit(tables: str) -> None:
    put(tables, 100)
    spend = {
        "TableName": "KeysTable",
        "Key": KEY,
        "UpdateExpression": "SET rem = rem - :e",
        "ConditionExpression": "rem >= :e",
        "ExpressionAttributeValues": {":e": {"N": "1"}},
    }

    def ten_tries(_: int) -> list[int]:
        with Caller(tables) as call:
            return [call("UpdateItem", spend)[0] for _ in range(10)]

    with ThreadPoolExecutor(64) as pool:
        statuses = [status for tries in pool.map(ten_tries, range(64)) for status in tries]
    assert (statuses.count(200), statuses.count(400)) == (100, 540)
    assert remaining(tables) == "0"


def test_boto3_creates_the_templates_tables_once_with_their_time_to_live(tables: str, template: Path) -> None:
    dynamodb = client(tables)
    assert create_tables(dynamodb, template) == []
    described = dynamodb.describe_time_to_live(TableName="KeysTable")["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "exp"}
    assert dynamodb.list_tables()["TableNames"] == ["KeysTable"]
    dynamodb.close()


def test_what_was_written_survives_a_stop_and_a_kill(tmp_path: Path, template: Path) -> None:
    process, url = launch("local.engine", "--state-dir", str(tmp_path))
    with_tables(url, template)
    parameters = client(url, "ssm")
    parameters.put_parameter(Name="/stack/providers/openai", Value="secret", Type="SecureString")
    parameters.close()
    process.send_signal(signal.SIGTERM)
    assert (end(process), process.returncode) == ("", 0)
    assert stat.S_IMODE((tmp_path / "engine.pickle").stat().st_mode) == 0o600
    # The run between touches no parameter: what it has not read it must hand on. A change is saved while it runs.
    saved = (tmp_path / "engine.pickle").stat().st_mtime_ns
    process, url = launch("local.engine", "--state-dir", str(tmp_path))
    put(url, 7)
    wait_until(lambda: (tmp_path / "engine.pickle").stat().st_mtime_ns != saved)
    process.kill()
    end(process)
    with running("local.engine", "--state-dir", str(tmp_path)) as url:
        assert remaining(url) == "7"
        parameters = client(url, "ssm")
        found = parameters.get_parameter(Name="/stack/providers/openai", WithDecryption=True)["Parameter"]
        assert (found["Value"], found["Type"]) == ("secret", "SecureString")
        parameters.close()


def test_a_read_writes_no_snapshot_and_ctrl_c_ends_it_without_a_word(tmp_path: Path) -> None:
    process, url = launch("local.engine", "--state-dir", str(tmp_path))
    with Caller(url) as call:
        assert call("ListTables", {}) == (200, {"TableNames": []})
    process.send_signal(signal.SIGINT)
    assert (end(process), process.returncode) == ("", 0)
    assert not (tmp_path / "engine.pickle").exists()


def test_an_unusable_snapshot_is_moved_aside_and_the_end_of_stdin_ends_it(tmp_path: Path) -> None:
    content = b"not a snapshot"
    (tmp_path / "engine.pickle").write_bytes(content)
    process, url = launch("local.engine", "--state-dir", str(tmp_path))
    with Caller(url) as call:
        assert call("ListTables", {}) == (200, {"TableNames": []})
    errors = end(process)
    assert process.returncode == 0
    assert "starting empty" in errors
    assert "Traceback" not in errors
    assert [path.read_bytes() for path in tmp_path.glob("engine.pickle.broken-*")] == [content]


def test_a_second_engine_on_the_same_state_is_refused(engine: Engine) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "local.engine", "--state-dir", str(engine.state)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert second.returncode == 2
    assert "another engine is using" in second.stderr
    assert "Traceback" not in second.stderr


def test_other_services_take_motos_own_road(engine: Engine) -> None:
    tokens = client(engine.url, "sts")
    assert tokens.get_caller_identity()["Account"] == "123456789012"
    tokens.close()


def test_an_unknown_operation_is_an_error_and_not_the_end(engine: Engine) -> None:
    with Caller(engine.url) as call:
        assert call("Nonsense", {})[0] == 500
        assert call("ListTables", {})[0] == 200
