"""Pictures, documents and search results of a Messages request; what each weighs in a prompt."""

from collections.abc import Mapping
from dataclasses import dataclass

from switchboard.accounting.estimate import TOKENS_PER_FILE_BYTE, TOKENS_PER_IMAGE, text_tokens
from switchboard.chat import Block, File, Image, Modality, Text
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject

# What a document that is only referred to may hold: a few pages.
TOKENS_PER_LINKED_FILE = 5000


@dataclass(frozen=True, slots=True)
class Weighed:
    """`tokens` without margin; `modality` if a model must be able to take more than text for it."""

    block: Block
    tokens: float
    modality: Modality | None = None


def read_image(block: JsonObject, where: str, extra: Mapping[str, Json]) -> Weighed:
    """By base64, URL or file id."""
    return Weighed(Image(_address(block, where), None, extra), TOKENS_PER_IMAGE, "image")


def read_document(block: JsonObject, where: str, extra: Mapping[str, Json]) -> Weighed:
    """Text documents are text, so that every model can read them; others are files."""
    source = block.get("source")
    name = block.get("title") if isinstance(block.get("title"), str) else None
    if isinstance(source, dict) and source.get("type") in ("text", "content"):
        text = _headed(_plain(source.get("data") or source.get("content")), name, block.get("context"))
        return Weighed(Text(text, extra), text_tokens(text))
    address = _address(block, where)
    tokens = len(address) * TOKENS_PER_FILE_BYTE if address.startswith("data:") else TOKENS_PER_LINKED_FILE
    return Weighed(File(address, None if name is None else str(name), extra), tokens, "file")


def search_result_text(block: JsonObject) -> str:
    """A search result that the caller found itself, as plain text."""
    return _headed(_plain(block.get("content")), block.get("title"), block.get("source"))


def _address(block: JsonObject, where: str) -> str:
    """A data URL, a URL or a file id."""
    source = block.get("source")
    found = source if isinstance(source, dict) else {}
    match found.get("type"):
        case "base64" if isinstance(found.get("data"), str):
            return f"data:{found.get('media_type') or 'application/octet-stream'};base64,{found['data']}"
        case "url" if isinstance(found.get("url"), str):
            return str(found["url"])
        case "file" if isinstance(found.get("file_id"), str):
            return str(found["file_id"])
    raise InvalidRequest(
        f"`{where}.source` must be of type `base64` (with `media_type` and `data`), `url` or `file`.",
        param=f"{where}.source",
    )


def _plain(content: Json) -> str:
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(text for text in texts if isinstance(text, str))
    return content if isinstance(content, str) else ""


def _headed(text: str, *heads: Json) -> str:
    return "\n".join([*(head for head in heads if isinstance(head, str) and head), text])
