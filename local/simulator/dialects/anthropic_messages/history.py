"""What Anthropic refuses of a conversation, in its words."""

import re
from collections.abc import Iterator

from local.simulator import thinking
from local.simulator.dialects.anthropic_messages.reading import blocks_of
from local.simulator.dialects.rules import Rule, is_base64
from local.simulator.json_types import JsonObject
from local.simulator.prompt import objects, table
from local.simulator.refusal import Refusal
from local.simulator.reply import Call

MID_SYSTEM_BETA = "mid-conversation-system"
_THOUGHTS = ("thinking", "redacted_thinking")
_KNOWN = ("text", "image", "document", "search_result", "tool_use", "tool_result", *_THOUGHTS)
_SERVERS_OWN = re.compile(r"server_tool_use|mcp_tool_\w+|\w+_tool_result|container_upload|compaction|fallback")
_PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_TOOL_ID = re.compile(r"[a-zA-Z0-9_-]+")
# Models that do not go on with an answer that the caller has begun.
_NO_PREFILL = re.compile(r"opus-4-[6-9]|sonnet-4-[6-9]|(opus|sonnet|haiku)-[5-9]|fable|mythos")


def _no(words: str) -> Refusal:
    return Refusal(400, words)


def _messages(call: Call) -> list[JsonObject]:
    return objects(call.body["messages"])


def _blocks(call: Call) -> Iterator[tuple[str, JsonObject]]:
    """Every block with its place."""
    for at, message in enumerate(_messages(call)):
        for index, block in enumerate(blocks_of(message.get("content"))):
            yield f"messages.{at}.content.{index}", block


def _roles(call: Call) -> Refusal | None:
    may_instruct = MID_SYSTEM_BETA in call.headers.get("anthropic-beta", "")
    for at, message in enumerate(_messages(call)):
        role = message.get("role")
        if role == "system" and not may_instruct:
            return _no(
                'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not '
                '"system" as an input message role.'
            )
        if role not in ("user", "assistant", "system"):
            return _no(f"messages.{at}.role: Input should be 'user' or 'assistant'")
    if _messages(call)[0]["role"] == "assistant":
        return _no('messages: first message must use the "user" role')
    return None


def _emptiness(call: Call) -> Refusal | None:
    messages = _messages(call)
    for at, message in enumerate(messages):
        content, is_last = message.get("content"), at == len(messages) - 1
        if not content and not (is_last and message["role"] == "assistant"):
            return _no(
                f"messages.{at}: all messages must have non-empty content except for the optional final "
                "assistant message"
            )
    for place, block in _blocks(call):
        if block.get("type") == "text" and not block.get("text"):
            return _no(f"{place}.text: text content blocks must be non-empty")
        if block.get("type") == "text" and not str(block["text"]).strip():
            return _no(f"{place}.text: text content blocks must contain non-whitespace text")
    for index, block in enumerate(blocks_of(call.body.get("system"))):
        if not block.get("text"):
            return _no(f"system.{index}: text content blocks must be non-empty")
    return None


def _ending(call: Call) -> Refusal | None:
    last = _messages(call)[-1]
    if last["role"] != "assistant":
        return None
    if _NO_PREFILL.search(call.model) or table(call.body.get("thinking")).get("type") in ("enabled", "adaptive"):
        return _no(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    blocks = blocks_of(last.get("content"))
    text = str(blocks[-1].get("text", "")) if blocks else ""
    return (
        _no("messages: final assistant content cannot end with trailing whitespace") if text != text.rstrip() else None
    )


def _kinds(call: Call) -> Refusal | None:
    for place, block in _blocks(call):
        kind = str(block.get("type"))
        if kind not in _KNOWN and not _SERVERS_OWN.fullmatch(kind):
            known = ", ".join(f"'{name}'" for name in _KNOWN)
            return _no(
                f"{place}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {known}"
            )
        if kind == "tool_use" and not isinstance(block.get("input"), dict):
            return _no(f"{place}.tool_use.input: Input should be a valid dictionary")
        if kind == "tool_use" and not _TOOL_ID.fullmatch(str(block.get("id", ""))):
            return _no(f"{place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
    return None


def _media(call: Call) -> Refusal | None:
    for place, block in _blocks(call):
        shown = [block, *objects(block.get("content"))]
        for each in shown:
            if each.get("type") in ("image", "document"):
                refusal = _source(f"{place}.{each['type']}.source", str(each["type"]), table(each.get("source")))
                if refusal is not None:
                    return refusal
    return None


def _source(place: str, kind: str, source: JsonObject) -> Refusal | None:
    match source.get("type"):
        case "base64":
            media = source.get("media_type")
            known = _PICTURES if kind == "image" else ("application/pdf",)
            if media not in known:
                return _no(f"{place}.base64.media_type: Input should be {' or '.join(map(repr, known))}")
            return None if is_base64(source.get("data")) else _no(f"{place}.base64: invalid base64 data")
        case "url":
            is_safe = str(source.get("url")).startswith("https://")
            return None if is_safe else _no("Only HTTPS URLs are supported.")
        case "text" | "content" | "file":
            return None
    return _no(f"{place}: Input tag '{source.get('type')}' found using 'type' does not match any of the expected tags")


def _merged(call: Call) -> list[tuple[str, list[JsonObject]]]:
    """Turns as Anthropic sees them: neighbours of one role are one."""
    turns: list[tuple[str, list[JsonObject]]] = []
    for message in _messages(call):
        role, blocks = str(message["role"]), blocks_of(message.get("content"))
        if role == "system":
            continue
        if turns and turns[-1][0] == role:
            turns[-1][1].extend(blocks)
        else:
            turns.append((role, list(blocks)))
    return turns


def _results(call: Call) -> Refusal | None:
    """The results of all calls of a turn come at the head of the next."""
    open_calls: list[str] = []
    for at, (role, blocks) in enumerate(_merged(call)):
        if role == "assistant":
            open_calls = [str(block["id"]) for block in blocks if block.get("type") == "tool_use"]
            continue
        given = [str(block.get("tool_use_id")) for block in blocks if block.get("type") == "tool_result"]
        at_head = [block.get("type") == "tool_result" for block in blocks[: len(given)]]
        for identifier in given:
            if identifier not in open_calls:
                return _no(
                    f"messages.{at}.content.0: unexpected `tool_use_id` found in `tool_result` blocks: "
                    f"{identifier}. Each `tool_result` block must have a corresponding `tool_use` block in the "
                    "previous message."
                )
        if set(open_calls) - set(given) or not all(at_head):
            return _unanswered(at - 1, open_calls)
        open_calls = []
    return None


def _unanswered(at: int, calls: list[str]) -> Refusal:
    return _no(
        f"messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: "
        f"{', '.join(calls)}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
        "message."
    )


def _signatures(call: Call) -> Refusal | None:
    for place, block in _blocks(call):
        kind = block.get("type")
        if kind not in _THOUGHTS:
            continue
        name = "signature" if kind == "thinking" else "data"
        seal = block.get(name)
        if not isinstance(seal, str) or not seal:
            return _no(f"{place}.{kind}.{name}: Field required")
        if not thinking.is_made_by(call.provider, seal):
            return _no(f"{place}: Invalid `{name}` in `{kind}` block")
        if kind == "thinking" and not thinking.fits(seal, str(block.get("thinking", ""))):
            return _no(
                f"{place}: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be "
                "modified. These blocks must remain as they were in the original response."
            )
    return None


def _thread(call: Call) -> Refusal | None:
    """Whoever thinks must find the thoughts behind the calls that are being answered."""
    turns = _merged(call)
    if table(call.body.get("thinking")).get("type") != "enabled" or len(turns) < 2:
        return None
    (_, before), (_, last) = turns[-2:]
    kind = before[0].get("type") if before else None
    if kind in _THOUGHTS or not any(block.get("type") == "tool_result" for block in last):
        return None
    return _no(
        f"messages.{len(turns) - 2}.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
        f"`{kind}`. When `thinking` is enabled, a final `assistant` message must start with a thinking block."
    )


HISTORY: tuple[Rule, ...] = (
    _roles,
    _emptiness,
    _kinds,
    _media,
    _results,
    _signatures,
    _thread,
    _ending,
)
