"""Data URLs (RFC 2397): a picture or a document inside the request itself."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

PREFIX = "data:"


@dataclass(frozen=True, slots=True)
class DataUrl:
    """`data` is base64, as most dialects want it; `media_type` is in small letters, without parameters."""

    media_type: str
    data: str


def read_data_url(url: str) -> DataUrl | None:
    """None for any other URL, and for one whose content cannot be read."""
    head, comma, content = url.partition(",")
    if head[: len(PREFIX)].lower() != PREFIX or not comma:
        return None
    media_type, *parameters = head[len(PREFIX) :].split(";")
    kind = media_type.strip().lower() or "text/plain"
    if "base64" not in (parameter.strip().lower() for parameter in parameters):
        return DataUrl(kind, base64.b64encode(unquote_to_bytes(content)).decode())
    return DataUrl(kind, content.strip()) if _is_base64(content.strip()) else None


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True
