"""AwsAccount against moto: that each question is put to AWS in AWS's own words."""

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from cli.account import AwsAccount, first_of
from cli.outcome import Refused


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsAccount]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield AwsAccount()


def test_who_and_where_one_is(account: AwsAccount) -> None:
    who = account.identity()
    assert (who.account, account.region) == ("123456789012", "eu-central-1")
    assert abs(who.clock - datetime.now(UTC).timestamp()) < 60


def test_a_provider_s_key_is_kept_encrypted_and_listed_by_its_name_alone(account: AwsAccount) -> None:
    assert account.keep_secret("/prod/providers/openai", "sk-1") == 1
    assert account.keep_secret("/prod/providers/openai", "sk-2") == 2
    assert account.secret_names("/prod/providers/") == {"openai"}
    kept = boto3.client("ssm").get_parameter(Name="/prod/providers/openai", WithDecryption=True)["Parameter"]
    assert (kept["Type"], kept["Value"]) == ("SecureString", "sk-2")
    account.forget_secret("/prod/providers/openai")
    assert account.secret_names("/prod/providers/") == set()


def test_a_no_of_aws_is_a_refusal_in_its_own_words(account: AwsAccount) -> None:
    with pytest.raises(Refused, match="ParameterNotFound"):
        account.forget_secret("/prod/providers/openai")
    with pytest.raises(Refused, match="log group"):
        list(account.log_lines("/aws/lambda/none", 0, ""))


def test_a_log_is_read_from_the_moment_that_is_asked_for(account: AwsAccount) -> None:
    logs, now = boto3.client("logs"), int(datetime.now(UTC).timestamp() * 1000)
    logs.create_log_group(logGroupName="/group")
    logs.create_log_stream(logGroupName="/group", logStreamName="s")
    events = [{"timestamp": now - age, "message": f"{age}"} for age in (3000, 2000, 1000)]
    logs.put_log_events(logGroupName="/group", logStreamName="s", logEvents=events)
    assert [line.text for line in account.log_lines("/group", now - 2000, "")] == ["2000", "1000"]


def test_only_alarms_that_ring_are_named(account: AwsAccount) -> None:
    watch = boto3.client("cloudwatch")
    for name in ("prod-Alarms-a", "prod-Alarms-b", "other"):
        watch.put_metric_alarm(
            AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, MetricName="m",
            Namespace="n", Period=60, Statistic="Sum", Threshold=1,
        )  # fmt: skip
    for name in ("prod-Alarms-b", "other"):
        watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    assert account.alarms("prod-Alarms") == ["prod-Alarms-b"]


def test_a_long_list_is_cut_and_says_so() -> None:
    assert first_of(list("abc"), 2) == "a, b and 1 more"
    assert first_of(list("ab"), 2) == "a, b"
