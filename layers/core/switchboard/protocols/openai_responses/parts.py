"""The parts of a message's or a tool result's content, read into the hub's blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from switchboard.accounting.estimate import TOKENS_PER_FILE_BYTE, TOKENS_PER_IMAGE, text_tokens
from switchboard.chat import NOTHING, Audio, Block, File, Image, Modality, Other, Text
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object

# Marks that other dialects understand; everything else that rides on a part means something to this dialect alone.
_MARKS = ("cache_control",)
_FILE_SOURCES = ("file_data", "file_url", "file_id")


@dataclass(slots=True)
class PartReader:
    """Adds up tokens and modalities on the way. Raises InvalidRequest, naming the part and its field."""

    tokens: float = 0.0
    modalities: set[Modality] = field(default_factory=lambda: {"text"})

    def content(self, content: Json, where: str) -> tuple[Block, ...]:
        if isinstance(content, str):
            self.tokens += text_tokens(content)
            return (Text(content),) if content else ()
        if is_list(content):
            return tuple(self._part(part, f"{where}[{index}]") for index, part in enumerate(content))
        raise InvalidRequest(f"`{where}` must be a string or a list of parts.", param=where)

    def _part(self, part: Json, where: str) -> Block:
        if not is_object(part) or not isinstance(part.get("type"), str):
            raise InvalidRequest(f"`{where}` must be an object with a `type`.", param=where)
        match part["type"]:
            case "input_text" | "output_text" | "text" | "refusal":
                return self._text(part, where)
            case "input_image":
                return self._image(part, where)
            case "input_file":
                return self._file(part, where)
            case "input_audio":
                return self._audio(part, where)
        self.tokens += text_tokens(orjson.dumps(part).decode())
        return Other(part)

    def _text(self, part: JsonObject, where: str) -> Text:
        place = "refusal" if part["type"] == "refusal" else "text"
        text = part.get(place)
        if not isinstance(text, str):
            raise InvalidRequest(f"`{where}.{place}` must be a string.", param=f"{where}.{place}")
        self.tokens += text_tokens(text)
        return Text(text, _marks(part))

    def _image(self, part: JsonObject, where: str) -> Block:
        url = part.get("image_url")
        if url is None and isinstance(part.get("file_id"), str):
            self.modalities.add("image")
            return Other(part)  # a file stored at one provider
        if not isinstance(url, str) or not url:
            hint = " It is a string here, not an object." if is_object(url) else ""
            raise InvalidRequest(f"`{where}.image_url` must be a URL or a data URL.{hint}", param=f"{where}.image_url")
        self.modalities.add("image")
        self.tokens += TOKENS_PER_IMAGE
        detail = part.get("detail")
        return Image(url, detail if isinstance(detail, str) else None, _marks(part))

    def _file(self, part: JsonObject, where: str) -> File:
        source = next((part[name] for name in _FILE_SOURCES if isinstance(part.get(name), str)), None)
        if not isinstance(source, str):
            raise InvalidRequest(f"`{where}` needs `file_data`, `file_url` or `file_id`.", param=where)
        self.modalities.add("file")
        self.tokens += len(source) * TOKENS_PER_FILE_BYTE
        name = part.get("filename")
        return File(source, name if isinstance(name, str) else None, _marks(part))

    def _audio(self, part: JsonObject, where: str) -> Audio:
        audio = part.get("input_audio")
        if not is_object(audio) or not isinstance(audio.get("data"), str):
            raise InvalidRequest(f"`{where}.input_audio.data` must be base64.", param=f"{where}.input_audio.data")
        self.modalities.add("audio")
        data = str(audio["data"])
        self.tokens += len(data) * TOKENS_PER_FILE_BYTE
        return Audio(data, str(audio.get("format") or "wav"), _marks(part))


def _marks(part: JsonObject) -> Mapping[str, Json]:
    return {name: part[name] for name in _MARKS if part.get(name) is not None} or NOTHING
