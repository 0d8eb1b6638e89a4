"""Commands with --stack: its tables in the embedded engine, outputs and log from a stand-in for two AWS calls."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from switchboard.accounting.generation import Generation
from switchboard.jobs.probes import Access
from switchboard.secret import Secret
from switchboard.storage.usage import UsageStore
from typer.testing import CliRunner, Result

from benchmarks.budget.engines import make_table
from cli.app import app
from tests.engine import Engine
from tests.fakes import FakeDatabase
from tests.records import answered

pytestmark = pytest.mark.xdist_group("engine")

OUTPUTS = {
    "KeysTableName": "prod-keys",
    "UsageTableName": "prod-usage",
    "UptimeTableName": "prod-uptime",
    "ApiUrl": "http://127.0.0.1:9/api/v1",
}
ROWS = "".join(
    f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>" for key, value in OUTPUTS.items()
)
STACK = (
    '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>'
    "<member><StackName>prod</StackName><StackId>1</StackId><StackStatus>CREATE_COMPLETE</StackStatus>"
    f"<CreationTime>2026-11-23T00:00:00Z</CreationTime><Outputs>{ROWS}</Outputs></member></Stacks>"
    "</DescribeStacksResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeStacksResponse>"
)
SPILLED = replace(answered(time.time() - 60), model="lab/one")


class Aws(BaseHTTPRequestHandler):
    """CloudFormation answers in XML; CloudWatch Logs has two pages, of which one holds what was spilled."""

    asked: list[Any]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if "FilterLogEvents" not in self.headers.get("x-amz-target", ""):
            return self._reply(STACK.encode(), "text/xml")
        question = json.loads(body)
        self.asked.append(question)
        if "nextToken" not in question:
            return self._reply(b'{"events": [], "nextToken": "2"}', "application/x-amz-json-1.1")
        line = UsageStore(FakeDatabase(), "").spill_line(SPILLED)
        events = [{"message": "START RequestId"}, {"message": line}]
        return self._reply(json.dumps({"events": events}).encode(), "application/x-amz-json-1.1")

    def _reply(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests' output is not its place."""


@pytest.fixture
def asked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What the log was asked for."""
    handler = type("Bound", (Aws,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        variables = {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": engine.url,
            "AWS_ENDPOINT_URL_CLOUDFORMATION": address,
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": address,
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        for name in ("SWITCHBOARD_ADMIN_KEY", "SWITCHBOARD_KEY", "SWITCHBOARD_URL"):
            monkeypatch.delenv(name, raising=False)
        yield handler.asked  # type: ignore[attr-defined]  # made just above
        server.shutdown()
        thread.join()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--stack", "prod"])


def told(*words: str) -> Any:  # Any: JSON
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_keys_usage_generations_spilled_records_and_probes_of_a_deployed_stack(
    engine: Engine, asked: list[Any]
) -> None:
    for table in ("prod-keys", "prod-usage", "prod-uptime"):
        make_table(engine.url, table)
    text = run("keys", "create", "--name", "desk", "--limit", "2").stdout.strip()
    assert text.startswith("sk-")
    assert [row["name"] for row in told("keys", "list")] == ["desk"]
    assert told("keys", "limit", "desk", "3")["limit"] == 3
    assert told("keys", "disable", "desk")["disabled"] is True
    assert told("replay-spill") == {"found": 1, "stored": 1, "too_old": 0}
    assert [question["logGroupName"] for question in asked] == ["/aws/lambda/prod-chat"] * 2
    assert told("generation", SPILLED.id)["id"] == SPILLED.id
    assert [row["requests"] for row in told("usage", "--by", "model", "--since", "2d")] == [1]
    unknown: Generation = replace(SPILLED, id=SPILLED.id[:-1] + "1")
    assert run("generation", unknown.id).exit_code == 1
    assert run("keys", "delete", "desk").exit_code == 0
    assert told("probes", "on", "--limit", "0.5") == {"probes": "on", "daily_limit": 0.5}
    kept = boto3.client("ssm").get_parameter(Name="/prod/probes", WithDecryption=True)["Parameter"]["Value"]
    assert Access.of(Secret(kept)).url == OUTPUTS["ApiUrl"]
    (key,) = told("keys", "list")
    assert (key["name"], key["limit"], key["limit_reset"]) == ("switchboard-probes", 0.5, "daily")
    assert told("probes", "off") == {"probes": "off"}
    assert told("keys", "list") == []
