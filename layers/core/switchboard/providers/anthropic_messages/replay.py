"""What a client of Anthropic's dialect hands back from earlier turns, made fit for one provider.

Messages that need no edit are passed on as they are, the same objects: what a provider has signed must not change.
"""

from collections.abc import Collection
from typing import cast

from switchboard.catalog.model import Provider
from switchboard.json_types import Json, JsonObject
from switchboard.providers.anthropic_messages.content import UNSIGNED_THINKING
from switchboard.providers.anthropic_messages.conversation import PLACEHOLDER
from switchboard.providers.anthropic_messages.tool_ids import safe_id
from switchboard.signatures import is_welcome, unmarked

# With it the role `system` may stand between user and assistant.
MID_SYSTEM_BETA = "mid-conversation-system"


def replayed(messages: list[JsonObject], provider: Provider, betas: Collection[str]) -> list[JsonObject]:
    """The same list if nothing had to be done."""
    edited = [_edited(message, provider) for message in messages]
    if not any(beta.startswith(MID_SYSTEM_BETA) for beta in betas):
        edited = _without_system(edited)
    unchanged = len(edited) == len(messages) and all(new is old for new, old in zip(edited, messages, strict=True))
    return messages if unchanged else edited


def _edited(message: JsonObject, provider: Provider) -> JsonObject:
    content = message.get("content")
    if not isinstance(content, list):
        return message
    parts = [_part(part, provider) if isinstance(part, dict) else part for part in content]
    if all(new is old for new, old in zip(parts, content, strict=True)):
        return message
    kept: list[Json] = [part for part in parts if part is not None]
    return {**message, "content": kept or [dict(PLACEHOLDER)]}


def _part(part: JsonObject, provider: Provider) -> JsonObject | None:
    match part.get("type"):
        case "text" if part.get("citations"):
            return _cited(part)
        case "thinking":
            return _signed(part, "signature", provider)
        case "redacted_thinking":
            return _signed(part, "data", provider)
        case "tool_use":
            return _renamed(part, "id")
        case "tool_result":
            return _renamed(part, "tool_use_id")
    return part


def _signed(part: JsonObject, name: str, provider: Provider) -> JsonObject | None:
    """None for thinking that is not signed (another dialect's, shown to the client) or signed by somebody else."""
    given = part.get(name)
    if not isinstance(given, str) or not given:
        return part if UNSIGNED_THINKING in provider.quirks else None
    signature = unmarked(given)
    if not is_welcome(signature.provider, provider.id):
        return None
    return part if signature.text == given else {**part, name: signature.text}


def _cited(part: JsonObject) -> JsonObject:
    """Without those that a gateway wrote for another provider: Anthropic has not sealed them and refuses them."""
    given = cast("list[Json]", part["citations"])
    kept = [each for each in given if not (isinstance(each, dict) and each.get("encrypted_index") == "")]
    if len(kept) == len(given):
        return part
    return {**{k: v for k, v in part.items() if k != "citations"}, **({"citations": kept} if kept else {})}


def _renamed(part: JsonObject, name: str) -> JsonObject:
    """Ids of other dialects' calls may have letters in them that Anthropic refuses."""
    given = str(part.get(name) or "")
    return part if safe_id(given) == given else {**part, name: safe_id(given)}


def _without_system(messages: list[JsonObject]) -> list[JsonObject]:
    """System messages between others become part of the user's turn."""
    if not any(message.get("role") in ("system", "developer") for message in messages):
        return messages
    made: list[JsonObject] = []
    for message in messages:
        told = _as_user(message) if message.get("role") in ("system", "developer") else message
        if made and told["role"] == "user" and made[-1]["role"] == "user":
            made[-1] = {**told, "content": _results_first(_parts(made[-1]) + _parts(told))}
        else:
            made.append(told)
    return made


def _as_user(message: JsonObject) -> JsonObject:
    parts: list[Json] = []
    for part in _parts(message):
        text = part.get("text") if isinstance(part, dict) else None
        if isinstance(part, dict) and isinstance(text, str):
            parts.append({**part, "text": f"<system>\n{text}\n</system>"})
    return {"role": "user", "content": parts or [dict(PLACEHOLDER)]}


def _parts(message: JsonObject) -> list[Json]:
    content = message.get("content")
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(cast("list[Json]", content or []))


def _results_first(parts: list[Json]) -> list[Json]:
    """A stable sort: everything else keeps its order."""
    return sorted(parts, key=lambda part: not (isinstance(part, dict) and part.get("type") == "tool_result"))
