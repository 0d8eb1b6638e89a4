"""`sam deploy` into an emulated account: every resource of every stack is made, with everything optional switched on.

The emulator knows no association of a firewall with a stage, so UseWaf stays off here; cfn-lint reads those resources.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.template import read_template
from tests.infrastructure.stack import deployed
from tests.infrastructure.tools import ROOT, build, run, sam

STACK = "switchboard"
OPTIONS = {
    "Architecture": "x86_64",
    "AlarmEmail": "ops@example.test",
    "Dashboard": "true",
    "DomainName": "llm.example.test",
    "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/x",
    "UseFunctionUrl": "true",
    "ReserveConcurrency": "true",
}
ACCESS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@dataclass(frozen=True)
class Deployed:
    account: str

    def client(self, service: str) -> Any:  # Any: boto3 makes its clients' methods as it goes
        return boto3.client(
            service,
            endpoint_url=self.account,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def stacks(self) -> dict[str, str]:
        """Status by name."""
        return {
            one["StackName"]: one["StackStatus"] for one in self.client("cloudformation").describe_stacks()["Stacks"]
        }

    def resources(self, stack: str) -> list[dict[str, Any]]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
        return [each for page in pages for each in page["StackResourceSummaries"]]


@pytest.fixture(scope="module")
def there(account: str, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    config = tmp_path_factory.mktemp("config") / "empty.toml"
    config.write_text("version = 0.1\n")
    overrides = [f"{name}={value}" for name, value in OPTIONS.items()]
    command = [sam(), "deploy", "--config-file", str(config), "--template-file", str(built / "template.yaml")]
    command += ["--stack-name", STACK, "--resolve-s3", "--region", "us-east-1", "--no-confirm-changeset"]
    command += ["--no-progressbar", "--capabilities", "CAPABILITY_IAM", "--parameter-overrides", *overrides]
    run(command, {**ACCESS, "AWS_ENDPOINT_URL": account})
    return Deployed(account)


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_two_builds_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    assert digests(build(tmp_path, OPTIONS["Architecture"])) == digests(built)


def test_every_stack_is_complete(there: Deployed) -> None:
    ours = {name: status for name, status in there.stacks().items() if name.startswith(STACK)}
    assert set(ours.values()) == {"CREATE_COMPLETE"}
    nested = {name.split("-")[1] for name in ours if "-" in name}
    assert nested == {"Alarms", "DashboardStack", "Edge"}


def test_every_resource_of_the_template_is_there(there: Deployed) -> None:
    made = {each["LogicalResourceId"]: each["ResourceStatus"] for each in there.resources(STACK)}
    assert set(made.values()) == {"CREATE_COMPLETE"}
    # SAM's own names of layers, versions and deployments end in a hash of what is in them.
    hashed = ("AWS::Lambda::LayerVersion", "AWS::Lambda::Version", "AWS::ApiGateway::Deployment")
    plain = {name for name, item in deployed().items() if item["Type"] not in hashed}
    assert plain <= made.keys()


def test_every_alarm_is_there_and_tells_the_topic(there: Deployed) -> None:
    resources = read_template(ROOT / "stacks" / "alarms.yaml")["Resources"]
    written = [name for name, item in resources.items() if item["Type"] == "AWS::CloudWatch::Alarm"]
    alarms = there.client("cloudwatch").describe_alarms()["MetricAlarms"]
    # CloudFormation puts the stack's name before a resource's, and a word of its own behind.
    assert sorted(alarm["AlarmName"].split("-")[-2] for alarm in alarms) == sorted(written)
    assert all(alarm["AlarmActions"] for alarm in alarms)


def test_the_dashboard_can_be_read(there: Deployed) -> None:
    watch = there.client("cloudwatch")
    (listed,) = watch.list_dashboards()["DashboardEntries"]
    assert "${" not in json.dumps(
        json.loads(watch.get_dashboard(DashboardName=listed["DashboardName"])["DashboardBody"])
    )
