"""`make agents`: real coding agents, each with a prompt and tool turns, on a model of each kind of provider."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.agents.agents import AGENTS, Agent, AgentFailed, Gateway, Said
from tests.contract.conftest import start
from tests.node_packages import NoNode, install

MODELS = {
    "openai": "openai/gpt-4.1",
    "anthropic": "anthropic/claude-sonnet-4.6",
    "bedrock": "amazon/nova-pro",
    "google": "google/gemini-2.5-pro",
}
WORDS = ("aubergine", "Zażółć 🍆")
ERROR_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Task:
    """`expects` are the words that prove it done."""

    name: str
    prompt: Callable[[Agent], str]
    expects: tuple[str, ...]


def _two_reads(agent: Agent) -> str:
    return f"{agent.tool_call('cat first.txt')} and {agent.tool_call('cat second.txt')}"


TASKS = (
    Task("prompt", lambda agent: "Say hello.", ("You wrote", "Say hello.")),
    Task("tool turn", lambda agent: agent.tool_call("cat first.txt"), WORDS[:1]),
    Task("two tools at once", _two_reads, WORDS),
)


def main() -> int:
    """Print a line for each run; 1 if any failed."""
    try:
        install(Path(__file__).parent)
    except NoNode as missing:
        print(f"make agents {missing}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="switchboard-agents-") as scratch:
        running = start(Path(scratch) / "state")
        try:
            failures = list(_failures(Gateway(running.url, running.key), Path(scratch)))
        finally:
            running.stop()
    print("\n".join(["", *failures, f"{len(failures)} failed" if failures else "all passed"]))
    return 1 if failures else 0


def _failures(gateway: Gateway, scratch: Path) -> Iterator[str]:
    print(f"{'agent':12} {'provider':10} {'model':30} {'task':18} result")
    for number, (agent, provider, task) in enumerate((a, p, t) for a in AGENTS for p in MODELS for t in TASKS):
        folder = scratch / str(number)
        folder.mkdir()
        for name, word in zip(("first.txt", "second.txt"), WORDS, strict=True):
            (folder / name).write_text(f"The word is {word}.\n")
        wrong = _wrong(agent, task, MODELS[provider], gateway, folder)
        row = f"{agent.name:12} {provider:10} {MODELS[provider]:30} {task.name:18}"
        print(row, "FAILED" if wrong else "ok", flush=True)
        if wrong:
            yield f"{row} {wrong}"


def _wrong(agent: Agent, task: Task, model: str, gateway: Gateway, folder: Path) -> str | None:
    """What is wrong with the agent's answer, None if nothing."""
    try:
        said = agent.ask(task.prompt(agent), model, gateway, folder)
    except AgentFailed as failure:
        return str(failure)[-ERROR_LENGTH:]
    return _lacking(said, task)


def _lacking(said: Said, task: Task) -> str | None:
    missing = [word for word in task.expects if word not in said.text]
    if missing:
        return f"{', '.join(missing)!r} is not in {said.text!r}"
    return None if said.output_tokens > 0 else "no output tokens were counted"


if __name__ == "__main__":
    sys.exit(main())
