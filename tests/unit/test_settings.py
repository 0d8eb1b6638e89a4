import pytest
from switchboard.settings import AwsEnvironment, LambdaEnvironment, Settings


def test_what_is_not_set_has_a_default() -> None:
    assert Settings.read({}) == Settings()


def test_each_variable_is_a_field_in_capitals() -> None:
    settings = Settings.read({"KEYS_TABLE": "k", "USAGE_SHARDS": "8", "UNRELATED": "x"})
    assert (settings.keys_table, settings.usage_shards) == ("k", 8)


def test_a_number_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="USAGE_SHARDS must be a whole number, not 'many'"):
        Settings.read({"USAGE_SHARDS": "many"})


def test_aws_says_where_we_are() -> None:
    assert AwsEnvironment.read({}) == AwsEnvironment("us-east-1", "", "", None, None)
    here = AwsEnvironment.read({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-central-1"})
    assert here.region == "eu-central-1"


def test_an_empty_token_or_address_is_none() -> None:
    here = AwsEnvironment.read({"AWS_SESSION_TOKEN": "", "AWS_ENDPOINT_URL": ""})
    assert (here.session_token, here.endpoint) == (None, None)


def test_lambda_says_how_many_invocations_come_at_once() -> None:
    assert LambdaEnvironment.read({}).pollers == 1
    there = LambdaEnvironment.read({"AWS_LAMBDA_MAX_CONCURRENCY": "8", "AWS_LAMBDA_RUNTIME_API": "h:1"})
    assert (there.pollers, there.runtime_api, there.snap_start, there.buffered) == (8, "h:1", False, False)
