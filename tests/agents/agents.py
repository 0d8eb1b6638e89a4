"""How each coding agent is set up and started, and how its printed JSON is read; docs/coding-agents.md says why."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

PACKAGES = Path(__file__).parent / "node_modules"
LONGEST_SECONDS = 120.0


class AgentFailed(Exception):
    """The agent ended without an answer; the words are its own."""


@dataclass(frozen=True, slots=True)
class Gateway:
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Said:
    """The agent's last words, and the tokens that it believes the model wrote."""

    text: str
    output_tokens: int


class Agent(Protocol):
    name: str

    def ask(self, prompt: str, model: str, gateway: Gateway, folder: Path) -> Said:
        """Work on a prompt in a folder of its own. Raises AgentFailed."""

    def tool_call(self, command: str) -> str:
        """The words that make the simulated model run a shell command with this agent's own tool."""


class ClaudeCode:
    name = "Claude Code"

    def ask(self, prompt: str, model: str, gateway: Gateway, folder: Path) -> Said:
        program = PACKAGES / "@anthropic-ai" / "claude-code" / "cli-wrapper.cjs"
        arguments = ("-p", prompt, "--output-format", "json", "--dangerously-skip-permissions")
        variables = {
            "ANTHROPIC_BASE_URL": gateway.url,
            "ANTHROPIC_AUTH_TOKEN": gateway.key,
            "ANTHROPIC_MODEL": model,
            "ANTHROPIC_DEFAULT_HAIKU_MODEL": model,
            "CLAUDE_CODE_MAX_OUTPUT_TOKENS": "8192",  # it asks for 32,000 otherwise, more than Nova can write
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "IS_SANDBOX": "1",  # permissions cannot be skipped as root otherwise
        }
        printed = _run(["node", str(program), *arguments], variables, folder)
        answer: Any = json.loads(printed)
        if answer["is_error"]:
            raise AgentFailed(str(answer["result"]))
        return Said(str(answer["result"]), int(answer["usage"]["output_tokens"]))

    def tool_call(self, command: str) -> str:
        return f"call Bash with {json.dumps({'command': command, 'description': 'Run a command'})}"


CODEX_CONFIG = """\
model_provider = "switchboard"
web_search = "disabled"
check_for_update_on_startup = false

[model_providers.switchboard]
name = "Switchboard"
base_url = "{url}/v1"
env_key = "SWITCHBOARD_KEY"
wire_api = "responses"

[analytics]
enabled = false
"""


class Codex:
    name = "Codex"

    def ask(self, prompt: str, model: str, gateway: Gateway, folder: Path) -> Said:
        home = folder / ".codex"
        home.mkdir(exist_ok=True)
        (home / "config.toml").write_text(CODEX_CONFIG.format(url=gateway.url))
        arguments = ("--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--json", "-m", model)
        variables = {"CODEX_HOME": str(home), "SWITCHBOARD_KEY": gateway.key}
        printed = _run([str(PACKAGES / ".bin" / "codex"), "exec", *arguments, prompt], variables, folder)
        events: list[Any] = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        spoken = [e["item"]["text"] for e in events if e.get("item", {}).get("type") == "agent_message"]
        ends = [event for event in events if event["type"] == "turn.completed"]
        if not (spoken and ends):
            raise AgentFailed(printed)
        return Said(str(spoken[-1]), int(ends[-1]["usage"]["output_tokens"]))

    def tool_call(self, command: str) -> str:
        return f"call exec_command with {json.dumps({'cmd': command})}"


AGENTS: tuple[Agent, ...] = (ClaudeCode(), Codex())


def _run(command: list[str], variables: dict[str, str], folder: Path) -> str:
    """What it printed, with nothing of this user's environment but the PATH. Raises AgentFailed."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise AgentFailed(f"no answer within {LONGEST_SECONDS:.0f} s") from late
    if done.returncode:
        raise AgentFailed(f"exit code {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout
