"""End an answer that goes on beyond what is held for it, because its provider does not keep to the output limit."""

from collections.abc import Sequence

from switchboard.chat import Chunk, Finish
from switchboard.dispatch import Tally
from switchboard.json_types import Json, JsonObject

# What was said is counted by characters here: an answer that keeps to its limit must not be cut for a rough count.
TOLERANCE = 1.25
FEW_TOKENS = 16
_NATIVE = {"anthropic-messages": "max_tokens", "google-generate": "MAX_TOKENS", "bedrock-converse": "max_tokens"}


class Cutoff:
    """`output` is how many tokens are held for, None without a budget; `dialect` is the upstream's."""

    def __init__(self, output: int | None, dialect: str) -> None:
        self._most = None if output is None else output * TOLERANCE + FEW_TOKENS
        self._output = output
        self._dialect = dialect
        self._open_block: Json = None
        self._response: JsonObject = {}

    def reached(self, chunks: Sequence[Chunk], tally: Tally) -> bool:
        """True once more was said than is held for; a provider that counts along is taken at its word."""
        if self._most is None or self._output is None:
            return False
        for chunk in chunks:
            self._note(chunk.native)
        counted = tally.usage.completion_tokens if tally.usage else 0
        return tally.finish is None and (tally.said > self._most or counted > self._output)

    def ending(self) -> list[Chunk]:
        """What a provider says that has reached its limit, in events and in its own words."""
        finish = Finish("length", _NATIVE.get(self._dialect, "length"))
        match self._dialect:
            case "anthropic-messages":
                stop: JsonObject = {"type": "content_block_stop", "index": self._open_block}
                delta: JsonObject = {"stop_reason": "max_tokens", "stop_sequence": None}
                closed = [] if self._open_block is None else [Chunk((), stop)]
                return [*closed, Chunk((finish,), {"type": "message_delta", "delta": delta, "usage": {}})]
            case "openai-responses":
                details: JsonObject = {"reason": "max_output_tokens"}
                response = {**self._response, "status": "incomplete", "incomplete_details": details}
                return [Chunk((finish,), {"type": "response.incomplete", "response": response})]
            case "google-generate":
                content: JsonObject = {"role": "model", "parts": []}
                candidate: JsonObject = {"index": 0, "content": content, "finishReason": finish.native}
                return [Chunk((finish,), {"candidates": [candidate]})]
        choice: JsonObject = {"index": 0, "delta": {}, "finish_reason": "length"}
        return [Chunk((finish,), {"choices": [choice]})]

    def _note(self, native: JsonObject) -> None:
        """What an ending has to close, or to repeat."""
        response = native.get("response")
        if isinstance(response, dict):
            self._response = response
        if native.get("type") == "content_block_start":
            self._open_block = native.get("index")
        elif native.get("type") == "content_block_stop":
            self._open_block = None
