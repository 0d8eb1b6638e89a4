"""Pictures, documents, sound and films as Bedrock's blocks: their bytes in base64, or an address in S3."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from switchboard.chat import Audio, Block, File, Image, Other
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import JsonObject
from switchboard.wire.data_url import DataUrl, read_data_url

S3 = "s3://"
_IMAGES: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
}
_DOCUMENTS: Mapping[str, str] = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_FILMS: Mapping[str, str] = {
    "video/x-matroska": "mkv",
    "video/quicktime": "mov",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/x-flv": "flv",
    "video/mpeg": "mpeg",
    "video/x-ms-wmv": "wmv",
    "video/3gpp": "three_gp",
}
_SOUNDS = frozenset({"mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga"})
_LONGEST_NAME = 200


@dataclass(slots=True)
class Media:
    """`names` are those of the documents so far: no two in a conversation may be the same."""

    names: set[str] = field(default_factory=set)

    def block(self, media: Image | Audio | File) -> JsonObject:
        """Raises UpstreamFailure for a format that Bedrock does not take, and for what it would have to fetch."""
        match media:
            case Image(url):
                return self._image(url)
            case Audio(data, format=kind) if kind in _SOUNDS or kind == "pcm":
                return {"audio": {"format": kind, "source": {"bytes": data}}}
            case File(source, name):
                return self._file(source, name)
        raise _refused(f"sound as {media.format}" if isinstance(media, Audio) else "it")

    def written(self, block: Block) -> JsonObject | None:
        """The same for any block: None for words and calls, which are no media."""
        match block:
            case Image() | Audio() | File():
                return self.block(block)
            case Other(native):
                raise _refused(f"a content part of type `{native.get('type')}`")
        return None

    def _image(self, url: str) -> JsonObject:
        if url.startswith(S3):
            return {"image": {"format": _ending(url, _IMAGES.values(), "jpeg"), "source": _in_s3(url)}}
        inside = _inside(url, "a picture")
        if inside.media_type not in _IMAGES:
            raise _refused(f"a picture as {inside.media_type}")
        return {"image": {"format": _IMAGES[inside.media_type], "source": {"bytes": inside.data}}}

    def _file(self, source: str, name: str | None) -> JsonObject:
        if source.startswith(S3):
            kind = _ending(name or source, _DOCUMENTS.values(), "pdf")
            return {"document": {"format": kind, "name": self._name(name), "source": _in_s3(source)}}
        inside = _inside(source, "a file")
        if inside.media_type in _IMAGES:
            return self._image(source)
        if inside.media_type in _FILMS:
            return {"video": {"format": _FILMS[inside.media_type], "source": {"bytes": inside.data}}}
        kind = _DOCUMENTS.get(inside.media_type) or _ending(name or "", _DOCUMENTS.values(), "")
        if not kind:
            raise _refused(f"a file as {inside.media_type}")
        return {"document": {"format": kind, "name": self._name(name), "source": {"bytes": inside.data}}}

    def _name(self, given: str | None) -> str:
        """Letters, digits, single spaces, hyphens and brackets are all that Bedrock allows in one."""
        stem = (given or "").rpartition(".")[0] or given or "document"
        safe = re.sub(r"\s+", " ", re.sub(r"[^A-Za-z0-9\s\-()\[\]]", "-", stem)).strip()[: _LONGEST_NAME - 8]
        name, number = safe or "document", 1
        while name in self.names:
            number += 1
            name = f"{safe or 'document'} ({number})"
        self.names.add(name)
        return name


def _inside(source: str, what: str) -> DataUrl:
    inside = read_data_url(source)
    if inside is None:
        words = f"Amazon Bedrock takes {what} inside the request only: send it as a data URL."
        raise UpstreamFailure(Failure.BAD_REQUEST, words)
    return inside


def _in_s3(address: str) -> JsonObject:
    return {"s3Location": {"uri": address}}


def _ending(name: str, known: Collection[str], usual: str) -> str:
    ending = name.rpartition(".")[2].lower()
    ending = "jpeg" if ending == "jpg" else ending
    return ending if ending in known else usual


def _refused(what: str) -> UpstreamFailure:
    return UpstreamFailure(Failure.BAD_REQUEST, f"Amazon Bedrock does not take {what}.")
