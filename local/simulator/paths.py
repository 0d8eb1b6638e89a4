"""Which path leads to which dialect, and what of the call it says: the model, and whether the answer is streamed."""

from collections.abc import Callable
from dataclasses import dataclass

from local.simulator.dialects import (
    ANTHROPIC_MESSAGES,
    BEDROCK_CONVERSE,
    BEDROCK_INVOKE,
    GOOGLE_GENERATE,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
)
from local.simulator.dialects.interface import Dialect
from local.simulator.json_types import JsonObject

# (what the path calls, the body) -> model, streams
Target = Callable[[str, JsonObject], tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Path:
    """`counts`: only the prompt's tokens are wanted."""

    route: str
    dialect: Dialect
    target: Target
    counts: bool = False


def _in_body(_target: str, body: JsonObject) -> tuple[str, bool]:
    return str(body.get("model") or ""), body.get("stream") is True


def _whole(target: str, _body: JsonObject) -> tuple[str, bool]:
    return target, False


def _streamed(target: str, _body: JsonObject) -> tuple[str, bool]:
    return target, True


PATHS: tuple[Path, ...] = (
    Path("/chat/completions", OPENAI_CHAT, _in_body),
    Path("/responses", OPENAI_RESPONSES, _in_body),
    Path("/responses/input_tokens", OPENAI_RESPONSES, _in_body, counts=True),
    Path("/messages", ANTHROPIC_MESSAGES, _in_body),
    Path("/messages/count_tokens", ANTHROPIC_MESSAGES, _in_body, counts=True),
    Path("/models/{target:path}:generateContent", GOOGLE_GENERATE, _whole),
    Path("/models/{target:path}:streamGenerateContent", GOOGLE_GENERATE, _streamed),
    Path("/models/{target:path}:countTokens", GOOGLE_GENERATE, _whole, counts=True),
    Path("/model/{target:path}/converse", BEDROCK_CONVERSE, _whole),
    Path("/model/{target:path}/converse-stream", BEDROCK_CONVERSE, _streamed),
    Path("/model/{target:path}/invoke", BEDROCK_INVOKE, _whole),
    Path("/model/{target:path}/invoke-with-response-stream", BEDROCK_INVOKE, _streamed),
)
