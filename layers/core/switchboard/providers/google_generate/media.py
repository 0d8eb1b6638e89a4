"""Pictures, sound and documents as parts: inside the request as base64, or by address."""

import mimetypes
from urllib.parse import urlsplit

from switchboard.chat import Audio, Block, File, Image, Other
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import JsonObject
from switchboard.wire.data_url import read_data_url

ADDRESSES = ("https://", "http://", "gs://")
_AUDIO_TYPES = {"mp3": "audio/mp3", "m4a": "audio/mp4", "pcm16": "audio/pcm"}


def media_part(block: Image | Audio | File) -> JsonObject:
    """Raises UpstreamFailure for what Gemini has no way to reach: another provider's file id."""
    match block:
        case Image(url):
            return _by_source(url, "image/jpeg", "picture")
        case Audio(data, format=kind):
            return {"inlineData": {"mimeType": _AUDIO_TYPES.get(kind, f"audio/{kind}"), "data": data}}
        case File(source):
            return _by_source(source, "application/pdf", "file")


def written(block: Block) -> JsonObject | None:
    """The part for a block that is not words or calls. Raises UpstreamFailure."""
    match block:
        case Image() | Audio() | File():
            return media_part(block)
        case Other(native):
            words = f"A content part of type `{native.get('type')}` cannot be sent to Google."
            raise UpstreamFailure(Failure.BAD_REQUEST, words)
    return None


def _by_source(source: str, usual_type: str, what: str) -> JsonObject:
    inside = read_data_url(source)
    if inside:
        return {"inlineData": {"mimeType": inside.media_type, "data": inside.data}}
    if source.startswith(ADDRESSES):
        guessed = mimetypes.guess_type(urlsplit(source).path)[0]
        return {"fileData": {"mimeType": guessed or usual_type, "fileUri": source}}
    raise UpstreamFailure(
        Failure.BAD_REQUEST, f"Google can only take a {what} as a data URL or by address, not by another provider's id."
    )
