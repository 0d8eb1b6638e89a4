"""The hub's blocks as Anthropic's content parts; what it has no part for is refused, not dropped."""

import base64
import binascii
from collections.abc import Mapping

from switchboard.catalog.model import Provider
from switchboard.chat import Audio, Block, File, Image, Other, Text, Thinking, ToolCall, ToolResult
from switchboard.json_types import Json, JsonObject
from switchboard.providers.anthropic_messages.failures import cannot_say
from switchboard.signatures import is_welcome

CACHE_MARK = "cache_control"
# A provider's quirk: it signs nothing, and wants its reasoning back all the same.
UNSIGNED_THINKING = "unsigned_thinking"
PDF = "application/pdf"
# How pictures begin in base64. Clients name the type wrongly often enough, and Anthropic looks.
_IMAGE_TYPES = (("iVBOR", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp"))
_FORMATS = (None, "anthropic-claude-v1")  # None: whoever handed it back did not say


def part(block: Block) -> JsonObject | None:
    """A text, picture or document; None for text that is blank, which Anthropic refuses."""
    match block:
        case Text(text):
            return _marked({"type": "text", "text": text}, block.extra) if text.strip() else None
        case Image(url):
            return _marked({"type": "image", "source": _image_source(url)}, block.extra)
        case File():
            return _marked(_document(block), block.extra)
        case Audio():
            raise cannot_say("Audio")
        case Other(native):
            raise cannot_say(f"A content part of type `{native.get('type')}`")
        case Thinking() | ToolCall() | ToolResult():
            raise cannot_say("Reasoning or a tool call inside another block")


def thinking_part(block: Thinking, provider: Provider) -> JsonObject | None:
    """None for reasoning without a signature, or with one that `provider` did not make: it would refuse both."""
    if not block.signature:
        return {"type": "thinking", "thinking": block.text} if UNSIGNED_THINKING in provider.quirks else None
    if not is_welcome(block.provider, provider.id) or block.extra.get("format") not in _FORMATS:
        return None
    if block.redacted:
        return {"type": "redacted_thinking", "data": block.signature}
    return {"type": "thinking", "thinking": block.text, "signature": block.signature}


def mark(parts: list[JsonObject], extra: Mapping[str, Json]) -> None:
    """A cache mark on a whole message holds for its last part; thinking cannot carry one."""
    if CACHE_MARK in extra and parts and parts[-1]["type"] not in ("thinking", "redacted_thinking"):
        parts[-1].setdefault(CACHE_MARK, extra[CACHE_MARK])


def _marked(made: JsonObject, extra: Mapping[str, Json]) -> JsonObject:
    if extra.get(CACHE_MARK):
        made[CACHE_MARK] = extra[CACHE_MARK]
    return made


def _image_source(url: str) -> JsonObject:
    media_type, data = _data_url(url)
    if data is None:
        return {"type": "url", "url": url}
    seen = next((known for start, known in _IMAGE_TYPES if data.startswith(start)), None)
    return {"type": "base64", "media_type": seen or media_type.replace("image/jpg", "image/jpeg"), "data": data}


def _document(file: File) -> JsonObject:
    media_type, data = _data_url(file.source)
    if media_type.startswith("image/"):
        return {"type": "image", "source": _image_source(file.source)}
    made: JsonObject = {"type": "document", "source": _document_source(file.source, media_type, data)}
    if file.name:
        made["title"] = file.name
    return made


def _document_source(source: str, media_type: str, data: str | None) -> JsonObject:
    if data is None:
        if source.startswith(("https://", "http://")):
            return {"type": "url", "url": source}
        raise cannot_say("A file by the id of another provider")
    if media_type == PDF or data.startswith("JVBERi"):
        return {"type": "base64", "media_type": PDF, "data": data}
    if media_type.startswith("text/") or media_type in ("application/json", "application/xml"):
        return {"type": "text", "media_type": "text/plain", "data": _decoded(data)}
    raise cannot_say(f"A file of type `{media_type or 'unknown'}`")


def _data_url(url: str) -> tuple[str, str | None]:
    """Media type and base64; no data if it is no data URL."""
    if not url.startswith("data:"):
        return "", None
    head, _, data = url.removeprefix("data:").partition(",")
    return head.partition(";")[0].lower(), data


def _decoded(data: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise cannot_say("A text file that is not UTF-8 in base64") from None
