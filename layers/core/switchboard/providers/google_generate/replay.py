"""Which signature goes back with which part of a turn that the model once wrote.

Gemini signs calls and texts, not thoughts, and Gemini 3 refuses a turn whose first call has lost its signature
(https://ai.google.dev/gemini-api/docs/thought-signatures). Clients keep a signature in one of two places: on the
call itself, or in a block of reasoning before it.
"""

from switchboard.catalog.model import Endpoint
from switchboard.chat import Block, ChatRequest, Thinking, ToolCall
from switchboard.json_types import JsonObject
from switchboard.signatures import is_welcome, unmarked

# The value that Google documents for turns that another model wrote or whose signature is lost.
BYPASS = "skip_thought_signature_validator"
PROTOCOL = "google-generate"
ON_CALL = "thought_signature"


def wants_signatures(endpoint: Endpoint) -> bool:
    """True from Gemini 3 on: the models that are told a thinking level."""
    return endpoint.facts.get("reasoning_style") == "level"


class Signatures:
    """Those of one turn, given out to its parts in order."""

    def __init__(self, request: ChatRequest, endpoint: Endpoint, blocks: tuple[Block, ...]) -> None:
        self._provider = endpoint.provider.id
        self._has_calls = any(isinstance(block, ToolCall) for block in blocks)
        self._may_bypass = wants_signatures(endpoint)
        on_calls = {self._own(block) for block in blocks if isinstance(block, ToolCall)}
        # One without a maker's name is Google's own only if it came in Google's own words.
        foreign = None if request.protocol == PROTOCOL else ""
        self._loose = [
            block.signature
            for block in blocks
            if isinstance(block, Thinking)
            and block.signature
            and not block.redacted
            and block.signature not in on_calls
            and is_welcome(block.provider if block.provider is not None else foreign, self._provider)
        ]

    def of_call(self, call: ToolCall) -> JsonObject:
        """Of parallel calls only the first is signed."""
        signature = self._own(call) or (self._loose.pop(0) if self._loose else None)
        if signature is None and self._may_bypass:
            signature = BYPASS
        self._may_bypass = False
        return {"thoughtSignature": signature} if signature else {}

    def of_text(self) -> JsonObject:
        """A turn with calls keeps its signatures for them: there they are required, with a text they are not."""
        if self._has_calls or not self._loose:
            return {}
        return {"thoughtSignature": self._loose.pop(0)}

    def left_over(self) -> list[JsonObject]:
        """A signature without a part of its own: Gemini sends such ones on an empty text, and takes them so."""
        rest, self._loose = self._loose, []
        return [{"thoughtSignature": signature} for signature in rest]

    def _own(self, call: ToolCall) -> str | None:
        given = call.extra.get(ON_CALL)
        if not isinstance(given, str) or not given:
            return None
        signature = unmarked(given)
        return signature.text if is_welcome(signature.provider, self._provider) else None
