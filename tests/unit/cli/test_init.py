import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.deploy import Target, target_of
from cli.init import QUESTIONS, SAMCONFIG, samconfig
from cli.outcome import BadUsage

DEFAULTS = {name: question.default for name, question in QUESTIONS.items()}
ANSWERS = {**DEFAULTS, "stack": "llm-prod", "region": "eu-central-1", "profile": "ops", "email": "ops@example.test"}


def written(answers: dict[str, str]) -> dict[str, object]:
    parameters: dict[str, object] = tomllib.loads(samconfig(answers))["default"]["deploy"]["parameters"]
    return parameters


def test_there_are_five_questions() -> None:
    assert len(QUESTIONS) == 5


def test_who_takes_every_default_gets_the_file_that_is_in_the_repository() -> None:
    assert samconfig(DEFAULTS) == SAMCONFIG.read_text(encoding="utf-8")


def test_the_answers_are_what_sam_reads() -> None:
    parameters = written({**ANSWERS, "cost_center": "4711"})
    assert (parameters["stack_name"], parameters["region"], parameters["profile"]) == (
        "llm-prod",
        "eu-central-1",
        "ops",
    )
    assert parameters["parameter_overrides"] == "AlarmEmail=ops@example.test"
    assert parameters["tags"] == "Project=switchboard CostCenter=4711"
    assert parameters["capabilities"] == "CAPABILITY_IAM"


def test_deploy_reads_what_init_wrote(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    file.write_text(samconfig(ANSWERS))
    assert target_of(file) == Target("llm-prod", "eu-central-1", "ops")
    with pytest.raises(BadUsage, match="switchboard init"):
        target_of(tmp_path / "missing.toml")


def test_the_questions_are_asked_and_can_be_answered_by_pressing_return(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    result = CliRunner().invoke(app, ["init", "--file", str(file)], input="llm\n\n\nops@example.test\n\n")
    assert result.exit_code == 0, result.output
    assert file.read_text() == samconfig({**DEFAULTS, "stack": "llm", "email": "ops@example.test"})


def test_who_mistypes_is_asked_again(tmp_path: Path) -> None:
    file = tmp_path / "samconfig.toml"
    result = CliRunner().invoke(app, ["init", "--file", str(file)], input="my stack\nllm\nMars\n\n\n\n\n")
    assert result.exit_code == 0, result.output
    assert "`my stack` is not letters" in result.output
    assert "`Mars` is not a region" in result.output
    assert file.read_text() == samconfig({**DEFAULTS, "stack": "llm"})


@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("--stack", "1st"),
        ("--stack", 'a"b'),
        ("--region", "Frankfurt"),
        ("--email", "nobody"),
        ("--cost-center", "a b"),
    ],
)
def test_an_answer_that_cannot_be_right_changes_nothing(tmp_path: Path, option: str, answer: str) -> None:
    file = tmp_path / "samconfig.toml"
    result = CliRunner().invoke(app, ["init", "--yes", "--file", str(file), option, answer])
    assert result.exit_code == 2
    assert "is not" in result.stderr
    assert not file.exists()
