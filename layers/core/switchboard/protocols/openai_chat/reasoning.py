"""Reasoning on an OpenAI chat message, as OpenRouter (`reasoning`, `reasoning_details`) and DeepSeek spell it.

`reasoning_details` are the ones that can be handed back: they carry the signatures.
"""

from collections.abc import Mapping
from dataclasses import replace

from switchboard.chat import NOTHING, Thinking, ThinkingDelta
from switchboard.json_types import Json, JsonObject
from switchboard.signatures import marked, unmarked

REASONING_FIELDS = frozenset({"reasoning", "reasoning_content", "reasoning_details"})
# Whose reasoning it is: OpenRouter's word for an upstream's dialect.
_FORMATS: Mapping[str, str] = {
    "anthropic-messages": "anthropic-claude-v1",
    "bedrock-converse": "anthropic-claude-v1",
    "google-generate": "google-gemini-v1",
    "openai-responses": "openai-responses-v1",
}


def format_of(dialect: str) -> str:
    return _FORMATS.get(dialect, "unknown")


def detail(thought: ThinkingDelta, provider: str, dialect: str, index: int, *, continues: bool = False) -> JsonObject:
    """An entry of `reasoning_details`, whole or a piece of one: pieces of one `index` belong together.

    The seal on words that earlier pieces had says that it `continues` them: some clients keep the last piece alone
    (openai-node's stream helper does), and a seal without its words is refused by who made it.
    """
    common: JsonObject = {"format": format_of(dialect), "index": index}
    if thought.redacted is not None:
        return {"type": "reasoning.encrypted", "data": marked(thought.redacted, provider), **common}
    shown: JsonObject = {"type": "reasoning.text", **common}
    if thought.text:
        shown["text"] = thought.text
    if thought.signature:
        shown["signature"] = marked(thought.signature, provider)
        shown.update({"continues": True} if continues and not thought.text else {})
    return shown


def read_reasoning(message: JsonObject) -> tuple[Thinking, ...]:
    """What an assistant message thought. Details that a client has collected piece by piece are put together."""
    details = message.get("reasoning_details")
    entries = [entry for entry in details if isinstance(entry, dict)] if isinstance(details, list) else []
    thoughts: list[Thinking] = []
    last: Json = None
    for entry in entries:
        thought = _thought(entry)
        if thought is None:
            continue
        joined = _joined(thoughts[-1], thought) if thoughts and entry.get("index") == last else None
        if joined:
            thoughts[-1] = joined
        elif entry.get("continues") is not True or thought.text:  # else its words are lost, and its seal worth nothing
            thoughts.append(thought)
        last = entry.get("index")
    if thoughts:
        return tuple(thoughts)
    plain = message.get("reasoning_content") or message.get("reasoning")
    return (Thinking(plain),) if isinstance(plain, str) and plain else ()


def _thought(entry: JsonObject) -> Thinking | None:
    told = entry.get("format")
    extra: Mapping[str, Json] = {"format": told} if isinstance(told, str) else NOTHING
    match entry.get("type"):
        case "reasoning.encrypted" if isinstance(entry.get("data"), str):
            sealed = unmarked(str(entry["data"]))
            return Thinking("", sealed.text, sealed.provider, True, extra)
        case "reasoning.text" | "reasoning.summary":
            text = str(entry.get("text") or entry.get("summary") or "")
            given = entry.get("signature")
            signature = unmarked(given) if isinstance(given, str) and given else None
            if not text and not signature:
                return None
            return Thinking(
                text, signature.text if signature else None, signature.provider if signature else None, extra=extra
            )
    return None


def _joined(before: Thinking, thought: Thinking) -> Thinking | None:
    """None if they are two: the first is sealed already."""
    if before.redacted or thought.redacted or before.signature:
        return None
    text = before.text + thought.text
    return replace(before, text=text, signature=thought.signature, provider=thought.provider)
