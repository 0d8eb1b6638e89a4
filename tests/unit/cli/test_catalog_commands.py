import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.catalog import exported
from cli.outcome import BadUsage
from tests.examples import catalog, endpoint, model

ACME = """
[provider]
id = "acme"
name = "Acme"
protocol = "openai-chat"
base_url = "https://llm.acme.test/v1"

[[endpoints]]
model = "acme/one"
upstream_id = "one"
price = { input = "0.20", output = "0.40" }
"""
ABLE = model(endpoint(supported_parameters=frozenset({"tools"})))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.toml").write_text(ACME, encoding="utf-8")
    return tmp_path


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["catalog", *words])


def test_files_that_are_right_are_counted(folder: Path) -> None:
    result = run("validate", "--dir", str(folder))
    assert (result.exit_code, "endpoints: all is well" in result.stdout) == (0, True)


def test_a_mistake_is_named_with_file_and_field(folder: Path) -> None:
    (folder / "acme.toml").write_text(ACME.replace("0.20", "cheap"), encoding="utf-8")
    result = run("validate", "--dir", str(folder))
    assert result.exit_code == 1
    assert "acme.toml" in result.stderr
    assert "price" in result.stderr


def test_the_operators_changes_are_told_in_json(folder: Path) -> None:
    (row,) = json.loads(run("diff", "--dir", str(folder), "--json").stdout)
    assert (row["kind"], row["provider"], row["upstream_id"]) == ("new", "acme", "one")


def test_copies_of_a_source_are_compared_without_a_network(folder: Path) -> None:
    (folder / "models.dev.json").write_text(
        json.dumps({"acme": {"models": {"one": {"cost": {"input": 0.3, "output": 0.4}}, "two": {}}}}), encoding="utf-8"
    )
    told = json.loads(run("sync", "--from", str(folder), "--dir", str(folder), "--json").stdout)
    assert [(row["kind"], row["field"], row["ours"], row["theirs"]) for row in told] == [
        ("changed", "input", "0.2", "0.3")
    ]
    assert "1 changed, 0 gone, 1 new" in run("sync", "--from", str(folder), "--dir", str(folder)).stdout


def test_a_source_that_there_is_not_is_wrong_usage(tmp_path: Path) -> None:
    result = run("sync", "--from", str(tmp_path / "nowhere"))
    assert (result.exit_code, "--from takes" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("agent", "words"),
    [("codex", "[model_providers"), ("claude-code", "ANTHROPIC"), ("opencode", '"lab/one"'), ("aider", '"openai/lab')],
)
def test_each_agents_set_up_can_be_written(agent: str, words: str) -> None:
    assert words in exported(catalog(ABLE), agent, None, "https://gateway.test")


@pytest.mark.parametrize(("agent", "name"), [("emacs", None), ("codex", "lab/none")])
def test_an_agent_or_model_that_there_is_not_is_named(agent: str, name: str | None) -> None:
    with pytest.raises(BadUsage, match=name or agent):
        exported(catalog(ABLE), agent, name, "")
