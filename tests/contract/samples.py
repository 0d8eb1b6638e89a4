"""The code that the pages show, as a reader copies it: every sample of every page, each once."""

import json
from collections.abc import Iterator
from typing import Any

from tests.contract.conftest import Running

# One model of each kind: their samples differ from those of all others in the name alone (tests/unit/web/pages).
MODELS = ("openai/gpt-4.1", "openai/text-embedding-3-small")
AGENTS = ("Claude Code", "Codex", "opencode", "aider")


def samples(running: Running) -> Iterator[tuple[str, str, str]]:
    """Where it stands, in which language, and the code."""
    for model in MODELS:
        page = json.loads(running.get(f"/models/{model}.json"))
        yield from ((model, one["language"], one["code"]) for one in page["samples"])
    docs = json.loads(running.get("/docs.json"))
    for part in ("quickstart", "streaming"):
        yield from ((f"docs, {part}", one["language"], one["code"]) for one in docs[part])


def agent_texts(running: Running) -> dict[str, str]:
    docs: Any = json.loads(running.get("/docs.json"))
    return {one["agent"]: one["code"] for one in docs["agents"]}


def in_language(running: Running, *languages: str) -> list[tuple[str, str]]:
    return [(place, code) for place, language, code in samples(running) if language in languages]
