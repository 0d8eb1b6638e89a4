"""What template.yaml promises, asked of the CloudFormation that SAM makes of it."""

import dataclasses
import json
import re
import tomllib

import pytest
from switchboard.settings import Settings

from tests.infrastructure.stack import (
    TEMPLATE,
    Tree,
    deployed,
    of_type,
    routes,
    source,
    target,
)
from tests.infrastructure.tools import ROOT

# Whose POST (and DELETE, of a running generation) is the chat function's, and whose other methods are the catalog's.
BASES = ("/api/v1", "/v1", "/api/anthropic/v1", "/v1beta", "/api/v1beta", "/api/vertex-ai")
CHAT_ROUTES = {f"POST {base}/{{proxy+}}" for base in BASES} | {f"DELETE {base}/{{proxy+}}" for base in BASES[:2]}
KEY_ROUTES = {
    f"ANY {base}{route}"
    for base in ("/api/v1", "/v1")
    for route in ("/keys", "/keys/{proxy+}", "/key", "/credits", "/activity")
}
CATALOG_ROUTES = {"ANY /", "ANY /{proxy+}"} | {f"ANY {base}/{{proxy+}}" for base in BASES}
# Settings that nobody needs to change per stack: their defaults serve AWS as well.
NOT_IN_TEMPLATE = {"usage_shards", "usage_days"}
# What a function has beyond the settings; POWERTOOLS_* belong to that library.
FOR_THE_RUNTIME = {"AWS_LAMBDA_EXEC_WRAPPER", "ASGI_APP"}
FUNCTIONS = ("ChatFunction", "CatalogFunction", "KeysFunction", "RankingsFunction")
TABLES = ("KeysTable", "UsageTable", "UptimeTable")
PROTECTED = {"Fn::If": ["Protected", True, False]}


@pytest.fixture(scope="module")
def stack() -> Tree:
    return deployed()


def test_the_template_stays_readable() -> None:
    assert len(TEMPLATE.read_text().splitlines()) <= 380


def test_its_parts_come_in_the_agreed_order() -> None:
    banners = re.findall(r"^ *# -{40,} ([\w ]+)$", TEMPLATE.read_text(), re.MULTILINE)
    assert banners == [
        *("Parameters", "Globals", "data", "layers", "api", "functions", "schedule", "around it", "Outputs"),
    ]


def test_every_parameter_is_described_and_limited() -> None:
    for name, parameter in source()["Parameters"].items():
        assert {"Description", "Default"} <= parameter.keys(), name
        if "AllowedPattern" in parameter:
            assert re.search(parameter["AllowedPattern"], str(parameter["Default"])), name
        else:
            assert parameter["Default"] in parameter["AllowedValues"], name
    assert len(source()["Parameters"]) <= 15


def test_the_console_asks_for_each_parameter_once_in_a_group() -> None:
    groups = source()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(source()["Parameters"])
    assert all(group["Label"]["default"] for group in groups)


def test_the_application_repository_is_told_what_this_is() -> None:
    about = source()["Metadata"]["AWS::ServerlessRepo::Application"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (about["Name"], about["SemanticVersion"]) == (project["name"], project["version"])
    assert about["SpdxLicenseId"] == project["license"]
    assert (ROOT / about["LicenseUrl"]).is_file()
    assert (ROOT / about["ReadmeUrl"]).is_file()
    assert len(about["Description"]) <= 256
    assert len(about["Labels"]) <= 10


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("AlarmEmail", "ops@example.test", "nobody"),
        ("DomainName", "llm.example.test", "https://llm.example.test"),
        ("CertificateArn", "arn:aws:acm:eu-west-1:123456789012:certificate/x", "x"),
        ("HostedZoneId", "Z0123ABC", "/hostedzone/Z0123ABC"),
    ],
)
def test_a_wrong_answer_is_refused_before_anything_is_deployed(name: str, good: str, bad: str) -> None:
    pattern = source()["Parameters"][name]["AllowedPattern"]
    assert re.search(pattern, good)
    assert not re.search(pattern, bad)


# ---- routes


def test_exactly_the_chat_routes_stream(stack: Tree) -> None:
    streaming = {path for path, route in routes(stack).items() if route.get("responseTransferMode") == "STREAM"}
    assert streaming == CHAT_ROUTES


@pytest.mark.parametrize("path", sorted(CHAT_ROUTES))
def test_a_streaming_route_has_the_streaming_address_and_fifteen_minutes(stack: Tree, path: str) -> None:
    route = routes(stack)[path]
    assert "2021-11-15/functions/${ChatFunctionAliaslive}/response-streaming-invocations" in target(route)
    assert route["timeoutInMillis"] == 900_000


def test_a_buffered_route_has_the_buffered_address(stack: Tree) -> None:
    for path in routes(stack).keys() - CHAT_ROUTES:
        assert "2015-03-31/functions/" in target(routes(stack)[path]), path


def test_keys_are_managed_by_their_function_and_all_else_is_the_catalogs(stack: Tree) -> None:
    for path in routes(stack).keys() - CHAT_ROUTES:
        owner = "KeysFunction" if path in KEY_ROUTES else "CatalogFunction"
        assert f"${{{owner}." in target(routes(stack)[path]), path
    assert routes(stack).keys() == CHAT_ROUTES | KEY_ROUTES | CATALOG_ROUTES


def test_the_api_is_regional_because_an_edge_cuts_silent_streams(stack: Tree) -> None:
    (api,) = of_type(stack, "AWS::ApiGateway::RestApi").values()
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert stack["GatewayApi"]["DependsOn"] == "ApiAccount"


def test_there_is_one_stage_with_logs_and_a_throttle(stack: Tree) -> None:
    ((_, stage),) = of_type(stack, "AWS::ApiGateway::Stage").items()
    assert stage["StageName"] == "prod"
    assert stage["TracingEnabled"] is True
    assert "$context.integrationLatency" in json.loads(stage["AccessLogSetting"]["Format"])["integrationLatency"]
    (settings,) = stage["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert settings["ThrottlingBurstLimit"] > 0


@pytest.mark.parametrize("kind", ["DEFAULT_4XX", "DEFAULT_5XX", "REQUEST_TOO_LARGE", "THROTTLED"])
def test_api_gateways_own_errors_have_openais_shape_and_pages_may_read_them(stack: Tree, kind: str) -> None:
    responses = stack["GatewayApi"]["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
    text = responses[kind]["responseTemplates"]["application/json"]
    body = json.loads(text.replace("$context.error.messageString", '"words"'))
    assert body.keys() == {"error"}
    assert body["error"].keys() == {"message", "type", "param", "code"}
    headers = responses[kind]["responseParameters"]
    assert headers == {"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"}


# ---- functions


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_runs_on_the_chosen_processor_with_all_layers_and_traces(stack: Tree, name: str) -> None:
    function = stack[name]["Properties"]
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == [{"Ref": "Architecture"}]
    assert function["TracingConfig"] == {"Mode": "Active"}
    layers = [layer["Ref"] for layer in function["Layers"]]
    assert [re.sub("[0-9a-f]{10}$", "", layer) for layer in layers] == [
        "DependenciesLayer",
        "CoreLayer",
        "CatalogLayer",
    ]
    assert all(layer in stack for layer in layers)
    assert function["Timeout"] <= 900


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_writes_json_to_a_log_group_that_forgets(stack: Tree, name: str) -> None:
    logging = stack[name]["Properties"]["LoggingConfig"]
    assert (logging["LogFormat"], logging["ApplicationLogLevel"]) == ("JSON", {"Ref": "LogLevel"})
    group = stack[logging["LogGroup"]["Ref"]]
    assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_every_function_is_tested_here(stack: Tree) -> None:
    assert of_type(stack, "AWS::Lambda::Function").keys() == set(FUNCTIONS)
    assert of_type(stack, "AWS::DynamoDB::Table").keys() == set(TABLES)


def test_every_log_group_states_its_retention_and_its_end(stack: Tree) -> None:
    groups = of_type(stack, "AWS::Logs::LogGroup")
    assert len(groups) == len(FUNCTIONS) + 1
    for name, group in groups.items():
        assert "RetentionInDays" in group, name
        assert stack[name]["DeletionPolicy"] == "Delete", name
        assert "${AWS::StackName}" in group["LogGroupName"]["Fn::Sub"], name


def test_the_template_sets_what_the_settings_read_and_nothing_else(stack: Tree) -> None:
    settings = {field.name.upper() for field in dataclasses.fields(Settings) if field.name not in NOT_IN_TEMPLATE}
    assert {field.name for field in dataclasses.fields(Settings)} >= NOT_IN_TEMPLATE
    for name in FUNCTIONS:
        variables = set(stack[name]["Properties"]["Environment"]["Variables"])
        own = {variable for variable in variables if not variable.startswith("POWERTOOLS_")}
        assert own - FOR_THE_RUNTIME == settings, name


def test_only_chat_replaces_the_runtimes_loop(stack: Tree) -> None:
    for name in FUNCTIONS:
        variables = stack[name]["Properties"]["Environment"]["Variables"]
        assert FOR_THE_RUNTIME & variables.keys() == (FOR_THE_RUNTIME if name == "ChatFunction" else set())
    chat = stack["ChatFunction"]["Properties"]
    assert chat["Environment"]["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"] == "/opt/switchboard-stream"
    assert (chat["Timeout"], chat["MemorySize"], chat["Handler"]) == (900, {"Ref": "ChatMemory"}, "buffered.handler")


def test_a_change_in_any_layer_publishes_a_new_version_of_chat() -> None:
    """SAM's own hash leaves layers out: without the description the alias would keep serving the old library."""
    before, after = deployed("old"), deployed("new")
    (old,) = of_type(before, "AWS::Lambda::Version").values()
    (new,) = of_type(after, "AWS::Lambda::Version").values()
    assert old != new
    for layer in ("CoreLayer", "DependenciesLayer", "CatalogLayer"):
        assert layer in json.dumps(new["Description"])


def test_the_function_url_exists_only_on_demand_and_streams(stack: Tree) -> None:
    ((_, url),) = of_type(stack, "AWS::Lambda::Url").items()
    assert (url["InvokeMode"], url["AuthType"], url["Qualifier"]) == ("RESPONSE_STREAM", "NONE", "live")
    for name in ("ChatUrl", "ChatUrlPermission", "ChatUrlInvokePermission"):
        assert stack[name]["Condition"] == "FunctionUrlOn"


# ---- data, schedule


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_paid_by_use_encrypted_and_forgets(stack: Tree, name: str) -> None:
    table = stack[name]["Properties"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"] == [
        {"AttributeName": "PK", "KeyType": "HASH"},
        {"AttributeName": "SK", "KeyType": "RANGE"},
    ]
    assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "exp", "Enabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    precious = name == "KeysTable"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": precious}
    assert table.get("DeletionProtectionEnabled", False) == (PROTECTED if precious else False)


def test_keys_survive_the_stack(stack: Tree) -> None:
    assert source()["Parameters"]["DeletionProtection"]["Default"] == "true"
    assert (stack["KeysTable"]["DeletionPolicy"], stack["KeysTable"]["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_rankings_run_every_minute_and_a_missed_run_is_not_made_up_for(stack: Tree) -> None:
    ((_, schedule),) = of_type(stack, "AWS::Scheduler::Schedule").items()
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60}
    assert schedule["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["RankingsDeadLetters", "Arn"]}}
    assert "Name" not in schedule  # a fixed name would clash with a second stack's
    ((_, invoke),) = of_type(stack, "AWS::Lambda::EventInvokeConfig").items()
    assert (invoke["MaximumRetryAttempts"], invoke["MaximumEventAgeInSeconds"]) == (0, 60)
    assert "RankingsDeadLetters" in json.dumps(invoke["DestinationConfig"]["OnFailure"])


def test_no_two_runs_of_the_rankings_overlap(stack: Tree) -> None:
    rankings = stack["RankingsFunction"]["Properties"]
    assert rankings["Timeout"] < 60
    assert rankings["ReservedConcurrentExecutions"]["Fn::If"][:2] == ["ConcurrencyReserved", 1]
    assert source()["Parameters"]["ReserveConcurrency"]["Default"] == "false"


def test_dead_letters_are_encrypted(stack: Tree) -> None:
    assert stack["RankingsDeadLetters"]["Properties"]["SqsManagedSseEnabled"] is True


def test_visitors_and_administrators_cannot_crowd_out_chat(stack: Tree) -> None:
    reserved = {name: stack[name]["Properties"].get("ReservedConcurrentExecutions") for name in FUNCTIONS}
    assert reserved.pop("ChatFunction") is None  # it has all that the others do not keep
    kept = [reserve["Fn::If"] for reserve in reserved.values()]
    assert {switch for switch, *_ in kept} == {"ConcurrencyReserved"}
    assert sum(executions for _, executions, _ in kept) <= 200


# ---- layers and configuration


@pytest.mark.parametrize("name", ["DependenciesLayer", "CoreLayer", "CatalogLayer"])
def test_a_layer_is_built_by_its_makefile_in_the_repositorys_root(name: str) -> None:
    layer = source()["Resources"][name]
    assert layer["Properties"]["RetentionPolicy"] == "Delete"
    assert layer["Properties"]["CompatibleArchitectures"] == [{"Ref": "Architecture"}]
    metadata = layer["Metadata"]
    assert (metadata["BuildMethod"], metadata["WorkingDirectory"]) == ("makefile", ".")
    context = metadata["ContextPath"]
    folders = [context] if isinstance(context, str) else expand(context["Fn::Sub"])
    for folder in folders:
        assert f"build-{name}:" in (ROOT / folder / "Makefile").read_text()


def expand(path: str) -> list[str]:
    return [path.replace("${Architecture}", name) for name in source()["Parameters"]["Architecture"]["AllowedValues"]]


def test_the_outputs_are_those_that_people_and_scripts_read() -> None:
    outputs = source()["Outputs"]
    assert outputs["ApiUrl"]["Value"]["Fn::Sub"].endswith("/prod/api/v1")
    names = {"PagesUrl", "KeysTableName", "UsageTableName", "UptimeTableName"}
    assert outputs.keys() >= names | {"RankingsFunctionName", "ChatFunctionName", "ProviderKeyPath"}


def test_sam_build_and_sam_deploy_need_no_flags() -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())["default"]
    deploy = config["deploy"]["parameters"]
    assert (deploy["stack_name"], deploy["resolve_s3"], deploy["confirm_changeset"]) == ("switchboard", True, False)
    assert "CAPABILITY_IAM" in deploy["capabilities"]
    assert "Project=switchboard" in deploy["tags"]  # a stack's tags are its resources' tags, for the bill
    assert config["build"]["parameters"]["parallel"] is True
    assert "cached" not in config["build"]["parameters"]  # sam's cache does not see requirements/ and catalog.d/
    assert config["validate"]["parameters"]["lint"] is True
