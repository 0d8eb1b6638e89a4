"""Whatever the pages show as Python or for a shell is run as it stands, and answers."""

import contextlib
import io
import json
import os
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from anthropic import Anthropic

from tests.contract.conftest import Running
from tests.contract.samples import AGENTS, agent_texts, in_language

HELLO: Any = [{"role": "user", "content": "Hello!"}]


@pytest.fixture(autouse=True)
def key(gateway: Running) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SWITCHBOARD_API_KEY", gateway.key)
        yield gateway.key


def printed(code: str) -> str:
    """In this process, which has the SDKs loaded already."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "<sample>", "exec"), {"__name__": "__main__"})
    return out.getvalue().strip()


@pytest.mark.parametrize(("language", "most"), [("OpenAI-Python", 4), ("Python", 3), ("Anthropic-Python", 2)], ids=str)
def test_every_python_sample_of_every_page_answers(gateway: Running, language: str, most: int) -> None:
    found = in_language(gateway, language)
    assert len(found) == most
    for place, code in found:
        assert printed(code), place


def test_every_curl_sample_of_every_page_answers(gateway: Running) -> None:
    found = in_language(gateway, "cURL")
    assert len(found) == 4
    for place, code in found:
        run = subprocess.run(["sh", "-c", code], capture_output=True, text=True, check=True)
        assert '"model"' in run.stdout, place
        assert "error" not in run.stdout, place


def exported(code: str, key: str) -> dict[str, str]:
    """What a shell has exported after the set-up, up to the command itself."""
    exports = "\n".join(line for line in code.splitlines() if line.startswith("export "))
    environment = {"PATH": os.environ["PATH"], "SWITCHBOARD_API_KEY": key}
    run = subprocess.run(["sh", "-c", f"{exports}\nenv"], env=environment, capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line)


def test_every_agents_set_up_leads_here(gateway: Running, key: str) -> None:
    """Each set-up's address, key and model, asked in the dialect that the agent speaks."""
    texts = agent_texts(gateway)
    assert tuple(texts) == AGENTS
    claude = exported(texts["Claude Code"], key)
    anthropic = Anthropic(base_url=claude["ANTHROPIC_BASE_URL"], auth_token=claude["ANTHROPIC_AUTH_TOKEN"])
    assert anthropic.messages.create(model=claude["ANTHROPIC_MODEL"], max_tokens=16, messages=HELLO).content
    config = tomllib.loads(texts["Codex"])
    chosen = config["model_providers"][config["model_provider"]]
    codex = openai.OpenAI(base_url=chosen["base_url"], api_key=os.environ[chosen["env_key"]])
    assert codex.responses.create(model=config["model"], input="Hello!", store=False).output_text
    ((_, listed),) = json.loads(texts["opencode"])["provider"].items()
    (model,) = listed["models"]
    assert chat(listed["options"]["baseURL"], key, model)
    aider = exported(texts["aider"], key)
    named = shlex.split(texts["aider"].splitlines()[-1])[-1].removeprefix("openai/")
    assert chat(aider["OPENAI_API_BASE"], aider["OPENAI_API_KEY"], named)


def chat(base_url: str, key: str, model: str) -> str | None:
    client = openai.OpenAI(base_url=base_url, api_key=key)
    return client.chat.completions.create(model=model, messages=HELLO).choices[0].message.content
