"""Words that stand in one place of a request each, and must not turn up anywhere that they do not belong.

`luggage` puts them into a body of each protocol: beside what the caller asks they change nothing of the answer.
"""

import base64
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

from tests.examples import KEY_TEXT

# Any: JSON of four protocols.


class Sink(Enum):
    """Where a word may come to rest, or come out."""

    LOG = "the log"
    TABLES = "a table"
    KEPT_ANSWER = "an answer that is kept for its Idempotency-Key"
    ERROR = "an error"
    REPLY = "a reply"


@dataclass(frozen=True, slots=True)
class Canary:
    """`at_home` is where it may be."""

    name: str
    word: str
    at_home: tuple[Sink, ...] = ()

    @property
    def shapes(self) -> frozenset[str]:
        """As it is, in hexadecimal, and in base64 wherever it begins in what was encoded."""
        raw = self.word.encode()
        encoded = {_core(base64.b64encode(b"\0" * shift + raw).decode(), shift) for shift in range(3)}
        return frozenset({self.word, raw.hex(), *encoded})


def _core(encoded: str, shift: int) -> str:
    """Without the letters at both ends that neighbours have a part in."""
    return encoded.rstrip("=")[(0, 2, 3)[shift] : -1]


# An answer may quote these to whoever sent them: a model says what it likes, and an object of the Responses API
# repeats instructions, tools and user.
QUOTED = (Sink.REPLY, Sink.KEPT_ANSWER)
PROMPT = Canary("the prompt", "canary-of-a-prompt", QUOTED)
PROVIDER_KEY = Canary("a provider's key", "canary-of-a-provider-key")
CALLER_KEY = Canary("the caller's key", KEY_TEXT)
SYSTEM = Canary("the system prompt", "canary-of-a-system-prompt", QUOTED)
HISTORY = Canary("an earlier answer", "canary-of-an-earlier-answer")
ARGUMENTS = Canary("a tool's arguments", "canary-of-tool-arguments")
RESULT = Canary("a tool's result", "canary-of-a-tool-result")
DESCRIPTION = Canary("a tool's description", "canary-of-a-tool-description", QUOTED)
IMAGE = Canary("an image's bytes", "canary-of-image-bytes")
COOKIE = Canary("a cookie", "canary-of-a-cookie")
HEADER = Canary("a header that nobody asked for", "canary-of-a-header")
IDEMPOTENCY_KEY = Canary("an Idempotency-Key", "canary-of-an-idempotency-key")
# Kept with the usage record too, so that a bill can be split up.
USER = Canary("the user's id", "canary-of-a-user", (*QUOTED, Sink.TABLES))
CANARIES = (
    *(PROMPT, PROVIDER_KEY, CALLER_KEY, SYSTEM, HISTORY, ARGUMENTS, RESULT, DESCRIPTION, IMAGE, COOKIE, HEADER),
    *(IDEMPOTENCY_KEY, USER),
)

TOOL = "ledger_lookup"
CALL_ID = "call_000000000000000000000000"
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + IMAGE.word.encode()).decode()
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "authorization": f"Bearer {CALLER_KEY.word}",
        "cookie": f"session={COOKIE.word}",
        "x-forwarded-user": HEADER.word,
        "idempotency-key": IDEMPOTENCY_KEY.word,
    }
)
UNKEPT = MappingProxyType({name: value for name, value in HEADERS.items() if name != "idempotency-key"})
_SCHEMA = {"type": "object", "properties": {"row": {"type": "string"}}}
_ROW = {"row": ARGUMENTS.word}


def leaks(sink: Sink, text: str) -> Iterator[str]:
    """A sentence for each word that has no business there."""
    for canary in CANARIES:
        if sink not in canary.at_home and any(shape in text for shape in canary.shapes):
            yield f"{canary.name} leaked into {sink.value}"


def rows(tables: Mapping[str, Mapping[Any, Mapping[str, Any]]]) -> Iterator[tuple[Sink, str]]:
    """All that lies in the tables, unpacked; an item's largest bytes are an answer that is kept."""
    for name, items in tables.items():
        for key, item in items.items():
            for field, value in item.items():
                if isinstance(value, bytes):
                    yield Sink.KEPT_ANSWER, _unpacked(value)
                else:
                    yield Sink.TABLES, repr((name, key, field, value))


def _unpacked(data: bytes) -> str:
    try:
        return zlib.decompress(data).decode(errors="replace")
    except zlib.error:
        return data.decode(errors="replace")


def laden(protocol: str, body: dict[str, Any], text: str) -> dict[str, Any]:
    """A request that says `text` at last, after a conversation with a tool and beside a picture."""
    return {**body, **_LUGGAGE[protocol](text)}


def _chat(text: str) -> dict[str, Any]:
    call = {"name": TOOL, "arguments": f'{{"row": "{ARGUMENTS.word}"}}'}
    return {
        "messages": [
            {"role": "system", "content": SYSTEM.word},
            {"role": "user", "content": "Good morning."},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": CALL_ID, "type": "function", "function": call}],
            },
            {"role": "tool", "tool_call_id": CALL_ID, "content": RESULT.word},
            {"role": "assistant", "content": HISTORY.word},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": text},
                    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PICTURE}"}},
                ],
            },
        ],
        "tools": [
            {
                "type": "function",
                "function": {"name": TOOL, "description": DESCRIPTION.word, "parameters": _SCHEMA},
            }
        ],
        "user": USER.word,
    }


def _responses(text: str) -> dict[str, Any]:
    return {
        "instructions": SYSTEM.word,
        "input": [
            {"role": "user", "content": "Good morning."},
            {
                "type": "function_call",
                "call_id": CALL_ID,
                "name": TOOL,
                "arguments": f'{{"row": "{ARGUMENTS.word}"}}',
            },
            {"type": "function_call_output", "call_id": CALL_ID, "output": RESULT.word},
            {"role": "assistant", "content": HISTORY.word},
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": text},
                    {"type": "input_image", "image_url": f"data:image/png;base64,{PICTURE}"},
                ],
            },
        ],
        "tools": [{"type": "function", "name": TOOL, "description": DESCRIPTION.word, "parameters": _SCHEMA}],
        "user": USER.word,
    }


def _messages(text: str) -> dict[str, Any]:
    picture = {"type": "base64", "media_type": "image/png", "data": PICTURE}
    return {
        "system": SYSTEM.word,
        "messages": [
            {"role": "user", "content": "Good morning."},
            {"role": "assistant", "content": [{"type": "tool_use", "id": CALL_ID, "name": TOOL, "input": _ROW}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": CALL_ID, "content": RESULT.word}]},
            {"role": "assistant", "content": HISTORY.word},
            {"role": "user", "content": [{"type": "text", "text": text}, {"type": "image", "source": picture}]},
        ],
        "tools": [{"name": TOOL, "description": DESCRIPTION.word, "input_schema": _SCHEMA}],
        "metadata": {"user_id": USER.word},
    }


def _google(text: str) -> dict[str, Any]:
    picture = {"inlineData": {"mimeType": "image/png", "data": PICTURE}}
    return {
        "systemInstruction": {"parts": [{"text": SYSTEM.word}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Good morning."}]},
            {"role": "model", "parts": [{"functionCall": {"name": TOOL, "args": _ROW}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": TOOL, "response": {"told": RESULT.word}}}]},
            {"role": "model", "parts": [{"text": HISTORY.word}]},
            {"role": "user", "parts": [{"text": text}, picture]},
        ],
        "tools": [{"functionDeclarations": [{"name": TOOL, "description": DESCRIPTION.word, "parameters": _SCHEMA}]}],
    }


_LUGGAGE = {
    "openai-chat": _chat,
    "openai-responses": _responses,
    "anthropic-messages": _messages,
    "google-generate": _google,
}
