"""Who may do what: each function's grants are written down here a second time, and must agree."""

import json
import re

import pytest

from tests.infrastructure.stack import TEMPLATE, Tree, as_list, deployed, grants, statements


@pytest.fixture(scope="module")
def stack() -> Tree:
    return deployed()


def test_no_statement_allows_all_actions(stack: Tree) -> None:
    for role, statement in statements(stack):
        for action in as_list(statement["Action"]):
            assert action != "*", role
            assert not action.endswith(":*"), role


def test_a_statement_on_every_resource_explains_itself(stack: Tree) -> None:
    for role, statement in statements(stack):
        if "*" in as_list(statement["Resource"]):
            assert statement.get("Sid", "").startswith("Explained"), role


def test_every_statement_says_what_it_is_for() -> None:
    text = TEMPLATE.read_text()
    for sid in re.findall(r"Sid: (\w+)", text):
        assert re.search(rf"# [^\n]+\.\n +- \{{?Sid: {sid}\b", text), sid


def arn(table: str) -> str:
    return f'{{"Fn::GetAtt":["{table}","Arn"]}}'


def dynamodb(table: str, *actions: str) -> set[tuple[str, str]]:
    return {(f"dynamodb:{action}", arn(table)) for action in actions}


GRANTS = {
    "ChatFunctionRole": dynamodb("KeysTable", "GetItem", "PutItem", "UpdateItem")
    | dynamodb("UptimeTable", "GetItem")
    | dynamodb("UsageTable", "BatchWriteItem", "PutItem"),
    "CatalogFunctionRole": dynamodb("UsageTable", "BatchGetItem")
    | dynamodb("UptimeTable", "GetItem", "Query")
    | dynamodb("KeysTable", "GetItem"),
    "KeysFunctionRole": dynamodb("KeysTable", "BatchGetItem", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")
    | dynamodb("UptimeTable", "Query"),
    "RankingsFunctionRole": dynamodb("UsageTable", "Query")
    | dynamodb("KeysTable", "Query", "UpdateItem")
    | dynamodb("UptimeTable", "GetItem", "PutItem", "UpdateItem", "Query"),
}


@pytest.mark.parametrize("role", GRANTS)
def test_a_function_may_touch_the_tables_only_as_it_must(stack: Tree, role: str) -> None:
    assert {grant for grant in grants(stack, role) if grant[0].startswith("dynamodb:")} == GRANTS[role]


def test_only_chat_reads_provider_keys_and_only_rankings_that_of_the_probes_both_of_this_stack(stack: Tree) -> None:
    below = {"ChatFunctionRole": "providers/*", "RankingsFunctionRole": "probes"}
    place = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${AWS::StackName}/"
    for role in GRANTS:
        allowed = {(what, json.loads(on)["Fn::Sub"]) for what, on in grants(stack, role) if what.startswith("ssm:")}
        assert allowed == ({("ssm:GetParameter", place + below[role])} if role in below else set())


def test_beyond_that_chat_calls_bedrock_and_rankings_report_their_failures(stack: Tree) -> None:
    known = ("dynamodb", "ssm")
    beyond = {role: {what for what, _ in grants(stack, role) if what.partition(":")[0] not in known} for role in GRANTS}
    assert beyond == {
        "ChatFunctionRole": {"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"},
        "CatalogFunctionRole": set(),
        "KeysFunctionRole": set(),
        "RankingsFunctionRole": {"sqs:SendMessage"},
    }
