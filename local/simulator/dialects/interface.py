"""What every dialect offers: reading a request, refusing it, and writing the answer or the error. No I/O."""

from collections.abc import Mapping
from typing import Protocol

from local.simulator.json_types import JsonObject
from local.simulator.prompt import Prompt
from local.simulator.refusal import Refusal
from local.simulator.reply import Call, Reply
from local.simulator.script import Send
from local.simulator.trouble import Trouble


class Dialect(Protocol):
    """`malformed` is an event of a stream that cannot be read, `troubles` are the provider's words for each trouble."""

    name: str
    stream_type: str
    malformed: bytes
    troubles: Mapping[Trouble, Refusal]

    def has_key(self, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        """True if a key is shown in the way that this dialect's providers look for it."""

    def refuse(self, call: Call) -> Refusal | None:
        """The first thing wrong with a request, None if it is fine."""

    def read(self, call: Call) -> Prompt:
        """What a valid request asks."""

    def counted(self, tokens: int) -> JsonObject:
        """The reply to who only asks how long a prompt is."""

    def whole(self, reply: Reply) -> JsonObject: ...

    def stream(self, reply: Reply) -> list[Send]: ...

    def error_body(self, refusal: Refusal) -> JsonObject: ...

    def error_headers(self, refusal: Refusal) -> Mapping[str, str]: ...

    def error_event(self, refusal: Refusal) -> bytes:
        """The same error in the middle of a stream."""
