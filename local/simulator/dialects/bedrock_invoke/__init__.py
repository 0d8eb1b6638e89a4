"""Amazon Bedrock's InvokeModel for Claude: Anthropic's bodies in Bedrock's envelope."""

import base64
from collections.abc import Mapping

from local.simulator.dialects.anthropic_messages.reading import read_prompt
from local.simulator.dialects.anthropic_messages.refusals import refuse
from local.simulator.dialects.anthropic_messages.writing import events, message
from local.simulator.dialects.bedrock_errors import (
    INVALID,
    TROUBLES,
    error_body,
    error_event,
    error_headers,
    has_aws_key,
)
from local.simulator.dialects.bedrock_frames import STREAM_TYPE, event_frame
from local.simulator.json_types import JsonObject
from local.simulator.prompt import Prompt
from local.simulator.refusal import Refusal
from local.simulator.reply import Call, Reply, to_bytes
from local.simulator.script import Send
from local.simulator.tokens import Usage

VERSION = "bedrock-2023-05-31"


class BedrockInvoke:
    name = "bedrock-invoke"
    stream_type = STREAM_TYPE
    malformed = event_frame("chunk", {"bytes": base64.b64encode(b'{"type":"content_block_delta","del').decode()})
    troubles = TROUBLES

    def has_key(self, headers: Mapping[str, str], _query: Mapping[str, str]) -> bool:
        return has_aws_key(headers)

    def refuse(self, call: Call) -> Refusal | None:
        """Model and streaming stand in the path, the version and betas in the body."""
        version = call.body.get("anthropic_version")
        if version != VERSION:
            return Refusal(
                400, "anthropic_version: Field required" if version is None else "Invalid API version", type=INVALID
            )
        for field in ("model", "stream"):
            if field in call.body:
                return Refusal(400, f"{field}: Extra inputs are not permitted", type=INVALID)
        refusal = refuse(_direct(call))
        return refusal and Refusal(refusal.status, refusal.message, type=INVALID)

    def read(self, call: Call) -> Prompt:
        return read_prompt(call)

    def counted(self, tokens: int) -> JsonObject:
        return {"inputTokens": tokens}

    def whole(self, reply: Reply) -> JsonObject:
        return message(reply)

    def stream(self, reply: Reply) -> list[Send]:
        found = events(reply)
        data = [each.data for each in found]
        data[-1] = data[-1] | {"amazon-bedrock-invocationMetrics": _metrics(reply.usage)}
        return [
            Send(_chunk(said), each.tokens, each.content, each.part) for said, each in zip(data, found, strict=True)
        ]

    def error_body(self, refusal: Refusal) -> JsonObject:
        return error_body(refusal)

    def error_headers(self, refusal: Refusal) -> Mapping[str, str]:
        return error_headers(refusal)

    def error_event(self, refusal: Refusal) -> bytes:
        return error_event(refusal)


def _direct(call: Call) -> Call:
    """The same as Anthropic itself would see it."""
    betas = call.body.get("anthropic_beta")
    headers = {"anthropic-version": "2023-06-01"}
    if isinstance(betas, list):
        headers["anthropic-beta"] = ",".join(str(beta) for beta in betas)
    body = {name: value for name, value in call.body.items() if not name.startswith("anthropic_")}
    return Call(call.provider, call.traits, call.model, {**body, "model": call.model}, call.streams, headers)


def _chunk(data: JsonObject) -> bytes:
    return event_frame("chunk", {"bytes": base64.b64encode(to_bytes(data)).decode()})


def _metrics(usage: Usage) -> JsonObject:
    return {
        "inputTokenCount": usage.prompt.fresh,
        "outputTokenCount": usage.completion,
        "invocationLatency": 1,
        "firstByteLatency": 1,
        "cacheReadInputTokenCount": usage.prompt.read,
        "cacheWriteInputTokenCount": usage.prompt.written,
    }
