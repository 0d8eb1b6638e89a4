"""What may be passed on of a provider's words about a failure: never the key it was shown, and into records nothing
that it quotes of the prompt.
"""

from collections.abc import Iterator

import orjson

from switchboard.chat import Block, ChatRequest, Text, Thinking, ToolCall, ToolResult
from switchboard.json_types import Json
from switchboard.secret import Secret

NO_KEY = "[key]"
QUOTES_THE_PROMPT = "What the provider said quotes the request, so it is not kept."
# More of a provider's words is not kept.
LONGEST = 1000
# A text of fewer characters says nothing that could not be there by chance.
SHORTEST_QUOTE = 8
# Of a longer text any part is a quotation that is twice as long as this.
WINDOW = 16


def without_key(words: str, secret: Secret | None) -> str:
    return words.replace(secret.reveal(), NO_KEY) if secret and secret.reveal() else words


def fit_for_records(words: str, request: ChatRequest) -> str:
    words = words[:LONGEST]
    return QUOTES_THE_PROMPT if _quotes(words, request) else words


def _quotes(words: str, request: ChatRequest) -> bool:
    plain = words.replace("\\n", "\n").replace('\\"', '"')  # a body may be quoted as it was sent
    spoken = [text for message in request.messages for block in message.blocks for text in _said(block)]
    if any(len(text) >= SHORTEST_QUOTE and text in plain for text in spoken):
        return True
    everything = "\n".join([*spoken, *(text for text in _texts(request.native) if len(text) >= WINDOW)])
    return any(plain[at : at + WINDOW] in everything for at in range(0, len(plain) - WINDOW + 1, WINDOW))


def _said(block: Block) -> Iterator[str]:
    """What callers, models and tools said to each other."""
    match block:
        case Text(text=text) | Thinking(text=text):
            yield text
        case ToolResult(blocks=blocks):
            for inner in blocks:
                yield from _said(inner)
        case ToolCall(arguments=arguments):
            yield from _texts(_read(arguments))


def _read(arguments: str) -> Json:
    """Models write arguments, so they may be no JSON."""
    try:
        read: Json = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return arguments
    return read


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, dict):
        for member in value.values():
            yield from _texts(member)
