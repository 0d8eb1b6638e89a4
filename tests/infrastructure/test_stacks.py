"""The nested stacks: alarms, dashboard and what stands in front of the API."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from switchboard.telemetry import DIMENSION, NAMESPACE, UNITS

from local.template import read_template
from tests.infrastructure.stack import Tree, deployed, source
from tests.infrastructure.tools import ROOT

STACKS = sorted((ROOT / "stacks").glob("*.yaml"))
# Of the metrics that AWS publishes itself, those that are asked for, with the dimension that each is found by.
OF_AWS = {
    "AWS/ApiGateway": ({"Count", "4XXError", "5XXError"}, {"ApiName", "Stage"}),
    "AWS/Lambda": ({"Invocations", "Errors", "Throttles", "ConcurrentExecutions"}, {"FunctionName"}),
    "AWS/SQS": ({"ApproximateNumberOfMessagesVisible"}, {"QueueName"}),
    "AWS/DynamoDB": ({"ConsumedWriteCapacityUnits"}, {"TableName"}),
}
ALARMS = {
    *("ServerErrorsAlarm", "FailedGenerationsAlarm", "FirstTokenAlarm", "ChatErrorsAlarm", "ThrottlesAlarm"),
    *("KeysNearLimitAlarm", "KeysAtLimitAlarm", "UnpricedGenerationsAlarm", "HoldsSweptAlarm", "SpilledRecordsAlarm"),
    *("RankingErrorsAlarm", "RankingsStaleAlarm", "DeadLetterAlarm", "RefusedProviderKeysAlarm"),
}


def stack_file(name: str) -> Tree:
    return dict(read_template(ROOT / "stacks" / f"{name}.yaml"))


def alarms() -> dict[str, Tree]:
    resources = stack_file("alarms")["Resources"]
    return {name: item["Properties"] for name, item in resources.items() if item["Type"] == "AWS::CloudWatch::Alarm"}


def check_is_published(namespace: str, name: str, dimensions: set[str]) -> None:
    if namespace == NAMESPACE:
        assert name in UNITS
        assert dimensions == {DIMENSION}
    else:
        names, found_by = OF_AWS[namespace]
        assert name in names
        assert dimensions == found_by


def test_the_alarms_are_those_that_someone_acts_on() -> None:
    assert alarms().keys() == ALARMS


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_watches_what_is_really_published(name: str) -> None:
    alarm = alarms()[name]
    check_is_published(alarm["Namespace"], alarm["MetricName"], {each["Name"] for each in alarm["Dimensions"]})


def test_every_metric_that_costs_money_or_trust_is_watched() -> None:
    watched = {alarm["MetricName"] for alarm in alarms().values()}
    assert watched >= UNITS.keys() - {"Generations"}  # what the others are compared with


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_tells_somebody_and_says_what_to_do(name: str) -> None:
    alarm = alarms()[name]
    assert alarm["AlarmActions"] == [{"Ref": "Topic"}]
    assert len(alarm["AlarmDescription"]) > 40
    assert alarm["TreatMissingData"] == ("breaching" if name == "RankingsStaleAlarm" else "notBreaching")


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_an_alarm_fires_within_two_periods(name: str) -> None:
    assert alarms()[name]["EvaluationPeriods"] <= 2


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_a_command_that_an_alarm_names_exists(name: str) -> None:
    commands = re.findall(r"`switchboard ([a-z-]+)", alarms()[name]["AlarmDescription"])
    registered = (ROOT / "cli" / "app.py").read_text(encoding="utf-8")
    assert [command for command in commands if f'"{command}"' not in registered] == []


def test_the_dashboard_shows_what_is_really_published() -> None:
    body = stack_file("dashboard")["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    shown = [metric for widget in json.loads(body)["widgets"] for metric in widget["properties"]["metrics"]]
    assert len(shown) > 10
    for metric in shown:
        words: list[Any] = [part for part in metric if isinstance(part, str)]
        check_is_published(words[0], words[1], set(words[2::2]))


def test_the_firewall_never_looks_at_a_prompt() -> None:
    """Rule groups that read bodies take half of all prompts about code for attacks."""
    rules = stack_file("edge")["Resources"]["Firewall"]["Properties"]["Rules"]
    managed = [rule["Statement"].get("ManagedRuleGroupStatement", {}).get("Name") for rule in rules]
    assert managed == [None, "AWSManagedRulesAmazonIpReputationList"]
    assert all("FieldToMatch" not in json.dumps(rule) for rule in rules)


def test_its_own_name_is_regional_because_an_edge_cuts_silent_streams() -> None:
    domain = stack_file("edge")["Resources"]["Domain"]["Properties"]
    assert domain["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert domain["SecurityPolicy"] == "TLS_1_2"


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.stem)
def test_a_nested_stack_is_asked_for_and_given_what_it_needs(path: Path) -> None:
    nested = [item for item in source()["Resources"].values() if item["Type"] == "AWS::CloudFormation::Stack"]
    (asked,) = [item for item in nested if item["Properties"]["TemplateURL"] == f"stacks/{path.name}"]
    assert asked["Condition"] in source()["Conditions"]
    parameters = read_template(path)["Parameters"]
    given = asked["Properties"]["Parameters"].keys()
    assert given <= parameters.keys()
    assert {name for name, parameter in parameters.items() if "Default" not in parameter} <= given


def test_nothing_optional_is_there_unless_it_is_asked_for() -> None:
    nested = {name for name, item in deployed().items() if item["Type"] == "AWS::CloudFormation::Stack"}
    assert nested == {"Alarms", "DashboardStack", "Edge"}
    defaults = {name: parameter["Default"] for name, parameter in source()["Parameters"].items()}
    off = {name: defaults[name] for name in ("AlarmEmail", "Dashboard", "DomainName", "UseWaf", "UseFunctionUrl")}
    assert off == {
        "AlarmEmail": "",
        "Dashboard": "false",
        "DomainName": "",
        "UseWaf": "false",
        "UseFunctionUrl": "false",
    }
