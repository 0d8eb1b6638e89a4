import pytest
from switchboard.catalog.compile import compile_directories
from switchboard.catalog.load import load_catalog
from typer.testing import CliRunner

from cli.app import app
from cli.outcome import BadUsage
from cli.providers import LARGEST_SECRET, checked, path_of, table_of
from local.catalog import SHIPPED

PROVIDERS = load_catalog(compile_directories(SHIPPED)).providers


def test_each_provider_says_whether_it_has_its_key() -> None:
    rows = {row["provider"]: row["key"] for row in table_of(PROVIDERS, {"openai"})}
    assert rows.keys() == PROVIDERS.keys()
    assert (rows["openai"], rows["anthropic"]) == ("stored", "missing")
    assert rows["amazon-bedrock"].startswith("not needed")


def test_a_key_is_kept_without_the_newline_that_echo_adds() -> None:
    assert checked("sk-123\n") == "sk-123"


@pytest.mark.parametrize("text", ['{"type": "service_account"}', '["sk-1", "sk-2"]'])
def test_json_is_a_key_though_there_are_spaces_in_it(text: str) -> None:
    assert checked(text) == text


@pytest.mark.parametrize(
    "text", ["", "\n", "x" * (LARGEST_SECRET + 1), "sk-1 sk-2", "OPENAI_API_KEY=\nsk-1", "export A=b"]
)
def test_what_can_be_no_key_is_not_stored(text: str) -> None:
    with pytest.raises(BadUsage):
        checked(text)


def test_a_stacks_keys_lie_below_its_name() -> None:
    assert path_of("prod", "openai") == "/prod/providers/openai"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["openai"], "OPENAI_API_KEY="),
        (["opnai", "--stack", "prod"], "has no provider `opnai`"),
    ],
)
def test_a_slip_is_answered_with_what_to_type(words: list[str], hint: str) -> None:
    result = CliRunner().invoke(app, ["providers", "set", *words], input="sk-never-shown")
    assert result.exit_code == 2
    assert hint in result.stderr
    assert "sk-never-shown" not in result.output
