"""What a request says, read out of its messages."""

from collections.abc import Iterator
from dataclasses import dataclass

from local.simulator.json_types import Json, JsonObject
from local.simulator.wishes import own_words


@dataclass(frozen=True, slots=True)
class Prompt:
    """The parts of a conversation that an answer depends on."""

    last_role: str
    last_user_text: str
    tool_results: tuple[str, ...]  # those after the last assistant message
    data_images: int
    linked_images: int

    @property
    def images(self) -> int:
        return self.data_images + self.linked_images


def read_prompt(messages: list[Json]) -> Prompt:
    """Read valid messages (see `refusals`)."""
    turns = [message for message in messages if isinstance(message, dict)]
    urls = [url for message in turns for url in _image_urls(message)]
    data_images = sum(url.startswith("data:") for url in urls)
    users = [text_of(message) for message in turns if message["role"] == "user"]
    return Prompt(
        last_role=str(turns[-1]["role"]),
        last_user_text=own_words(users[-1]) if users else "",
        tool_results=tuple(_tool_results(turns)),
        data_images=data_images,
        linked_images=len(urls) - data_images,
    )


def text_of(message: JsonObject) -> str:
    """A message's text, its parts joined."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return " ".join(str(part["text"]) for part in _parts(message) if "text" in part)


def count_images(message: JsonObject) -> int:
    return sum(1 for _ in _image_urls(message))


def _tool_results(turns: list[JsonObject]) -> list[str]:
    results: list[str] = []
    for turn in reversed(turns):
        if turn["role"] != "tool":
            break
        results.insert(0, text_of(turn))
    return results


def _image_urls(message: JsonObject) -> Iterator[str]:
    for part in _parts(message):
        image = part.get("image_url")
        if part.get("type") == "image_url":
            yield str(image.get("url", "")) if isinstance(image, dict) else str(image)


def _parts(message: JsonObject) -> Iterator[JsonObject]:
    content = message.get("content")
    if isinstance(content, list):
        yield from (part for part in content if isinstance(part, dict))
