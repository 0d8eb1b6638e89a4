"""Calls to the simulated providers and their replies, without a server between: for the tests of its dialects."""

import random
from collections.abc import Mapping
from typing import Any

from local.simulator.answer import Answer, compose
from local.simulator.dialects.interface import Dialect
from local.simulator.json_types import JsonObject
from local.simulator.pace import load_providers
from local.simulator.refusal import Refusal
from local.simulator.reply import Call, Reply
from local.simulator.script import Script, Send
from local.simulator.tokens import PromptTokens, Usage

PROVIDERS = load_providers()


def call_of(
    body: JsonObject, *, provider: str = "openai", streams: bool = False, headers: Mapping[str, str] | None = None
) -> Call:
    model = str(body.get("model") or "m")
    return Call(provider, PROVIDERS.find(provider), model, body, streams, headers or {})


def answered(dialect: Dialect, call: Call) -> Answer:
    """What the simulated model says."""
    return compose(call.provider, dialect.read(call), random.Random(1))


def replied(dialect: Dialect, call: Call, *answers: Answer, tokens: PromptTokens | None = None) -> Reply:
    """The reply to a call; the answers are made for it if none are given."""
    said = answers or (answered(dialect, call),)
    completion = sum(answer.completion_tokens for answer in said)
    usage = Usage(tokens or PromptTokens(10), completion, sum(answer.reasoning_tokens for answer in said))
    return Reply("0" * 28, 1, said, usage, call, dialect.read(call))


def refused(dialect: Dialect, call: Call) -> Refusal:
    refusal = dialect.refuse(call)
    assert refusal is not None, "it was accepted"
    return refusal


def sent(script: Script) -> bytes:
    return b"".join(step.data for step in script if isinstance(step, Send))


def whole(dialect: Dialect, call: Call, *answers: Answer, tokens: PromptTokens | None = None) -> Any:
    """The JSON of a reply that is not streamed: any shape, for the test to look into."""
    return dialect.whole(replied(dialect, call, *answers, tokens=tokens))
