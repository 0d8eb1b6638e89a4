import json
import shlex
import tomllib
from dataclasses import replace
from typing import Any

import pytest
from switchboard.web.pages.agents import agent_setups, aider, aider_metadata, claude_code, codex, favourite, opencode

from tests.examples import catalog, endpoint, model

ADDRESS = "https://gateway.test/prod"
ABLE = model(endpoint(supported_parameters=frozenset({"tools"})), context=200_000, max_output=8192)
HOSTILE = "lab/$(rm -rf x)'\"\n[a]"


def exported(shell: str) -> dict[str, str]:
    words = [shlex.split(line) for line in shell.splitlines() if line.startswith("export ")]
    return dict(word[1].split("=", 1) for word in words)


def test_only_a_model_that_calls_tools_is_named() -> None:
    known = catalog(model(endpoint("b", model="lab/two"), name="lab/two"), ABLE)
    assert favourite(known) == ABLE
    assert [one.agent for one in agent_setups(known, ADDRESS)] == ["Claude Code", "Codex", "opencode", "aider"]
    assert agent_setups(catalog(model(endpoint())), ADDRESS) == []


def test_claude_code_adds_the_version_to_the_address_itself() -> None:
    found = exported(claude_code("lab/one", ADDRESS))
    assert (found["ANTHROPIC_BASE_URL"], found["ANTHROPIC_MODEL"]) == (ADDRESS, "lab/one")
    assert found["ANTHROPIC_AUTH_TOKEN"] == "$SWITCHBOARD_API_KEY"


def test_codex_reads_toml() -> None:
    told = tomllib.loads(codex("lab/one", ADDRESS))
    assert told["model_providers"][told["model_provider"]]["base_url"] == ADDRESS + "/v1"
    assert (told["model"], told["model_providers"]["switchboard"]["wire_api"]) == ("lab/one", "responses")


def test_opencode_reads_json_and_a_models_limits_where_they_are_known() -> None:
    told: Any = json.loads(opencode([ABLE, replace(ABLE, id="lab/three", context=None)], ADDRESS))
    models = told["provider"]["switchboard"]["models"]
    assert models["lab/one"]["limit"] == {"context": 200_000, "output": 8192}
    assert "limit" not in models["lab/three"]


def test_aider_names_the_protocol_before_the_model() -> None:
    assert "aider --model openai/lab/one" in aider("lab/one", ADDRESS)
    told: Any = json.loads(aider_metadata([ABLE]))["openai/lab/one"]
    assert (told["max_input_tokens"], told["input_cost_per_token"], told["output_cost_per_token"]) == (
        200_000,
        0.000002,
        0.000008,
    )


@pytest.mark.parametrize("write", [claude_code, aider])
def test_a_hostile_name_stays_one_word_of_the_shell(write: Any) -> None:
    lexed = shlex.split(write(HOSTILE, ADDRESS))
    assert any(word.endswith(HOSTILE) for word in lexed)


def test_a_hostile_name_stays_inside_its_string_of_toml() -> None:
    assert tomllib.loads(codex(HOSTILE, ADDRESS))["model"] == HOSTILE
