"""Answers of a provider that speaks Anthropic's dialect itself: passed on with everything that is in them.

Set here are only the id, the model, what it cost, and our mark on the signatures.
"""

from collections.abc import Sequence
from typing import cast

import orjson

from switchboard.accounting.price import Bill
from switchboard.chat import Chunk, Served
from switchboard.errors import SwitchboardError
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.anthropic_messages.errors import error_event
from switchboard.protocols.anthropic_messages.render import message_id
from switchboard.protocols.anthropic_messages.stream import encoded
from switchboard.protocols.anthropic_messages.usage import opening_usage, usage_object
from switchboard.signatures import marked

_SEALED = {"thinking": "signature", "redacted_thinking": "data"}


def pass_on_reply(served: Served, chunk: Chunk, bill: Bill) -> bytes:
    native = chunk.native
    content = cast("list[JsonObject]", native.get("content") or [])
    return orjson.dumps(
        {
            **native,
            "id": message_id(served),
            "model": served.model,
            "content": [_marked_block(block, served.provider_id) for block in content],
            "usage": usage_object(bill, _object(native.get("usage"))),
        }
    )


class PassedOnStream:
    def __init__(self, served: Served) -> None:
        self._served = served
        self._started = False
        self._signed: set[Json] = set()  # blocks whose signature has begun: only its head gets the mark
        self._usage: JsonObject = {}
        self._ending: JsonObject = {"type": "message_delta", "delta": {"stop_reason": None, "stop_sequence": None}}

    def render(self, chunks: Sequence[Chunk]) -> bytes:
        return b"".join([encoded(piece) for chunk in chunks if (piece := self._piece(chunk.native))])

    def finish(self, bill: Bill) -> bytes:
        """The provider's own ending, with the exact counts: they are known now, whenever it told them."""
        ending = {**self._ending, "usage": usage_object(bill, self._usage)}
        return encoded(ending) + encoded({"type": "message_stop"})

    def fail(self, error: SwitchboardError, bill: Bill) -> bytes:
        return encoded(error_event(error, self._served.generation_id, bill))

    def _piece(self, native: JsonObject) -> JsonObject | None:
        match native.get("type"):
            case "message_start":
                return self._opening(native)
            case "content_block_start":
                return {**native, "content_block": self._started_block(native)}
            case "content_block_delta":
                return self._delta(native)
            case "message_delta":
                self._usage.update({k: v for k, v in _object(native.get("usage")).items() if v is not None})
                self._ending = {**self._ending, **native, "delta": {**_object(self._ending["delta"]), **_ended(native)}}
                return None
            case "message_stop" | None:
                return None
        return native

    def _opening(self, native: JsonObject) -> JsonObject | None:
        """Once only, and never with a prompt of 0 tokens: some servers count late."""
        if self._started:
            return None
        self._started = True
        message = _object(native.get("message"))
        usage = _object(message.get("usage"))
        self._usage.update({name: value for name, value in usage.items() if value is not None})
        if not any(
            usage.get(name) for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        ):
            usage = {**opening_usage(self._served.prompt_tokens), **{k: v for k, v in usage.items() if v}}
        identity: JsonObject = {"id": message_id(self._served), "model": self._served.model, "usage": usage}
        return {**native, "message": {**message, **identity}}

    def _started_block(self, native: JsonObject) -> JsonObject:
        block = _object(native.get("content_block"))
        marked_block = _marked_block(block, self._served.provider_id)
        if marked_block is not block:
            self._signed.add(native.get("index"))
        return marked_block

    def _delta(self, native: JsonObject) -> JsonObject:
        delta, index = _object(native.get("delta")), native.get("index")
        if delta.get("type") != "signature_delta" or index in self._signed or not delta.get("signature"):
            return native
        self._signed.add(index)
        return {**native, "delta": {**delta, "signature": marked(str(delta["signature"]), self._served.provider_id)}}


def _marked_block(block: JsonObject, provider: str) -> JsonObject:
    """The same block if it has no signature."""
    name = _SEALED.get(str(block.get("type")))
    if name is None or not block.get(name):
        return block
    return {**block, name: marked(str(block[name]), provider)}


def _ended(native: JsonObject) -> JsonObject:
    return {name: value for name, value in _object(native.get("delta")).items() if value is not None}


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}
