"""What stands beside a text in Chat Completions: where it comes from, and how likely its tokens were.

https://platform.openai.com/docs/api-reference/chat/object
"""

from switchboard.chat import Citation, StreamEvent
from switchboard.json_types import Json, JsonObject
from switchboard.providers.lenient import object_in, objects_in


def citations_of(said: JsonObject, choice: int) -> list[StreamEvent]:
    """The annotations of a message, or of a delta of one."""
    return [
        Citation(
            str(cited.get("url") or ""),
            str(cited.get("title") or ""),
            str(cited.get("content") or ""),  # OpenRouter's: what the source says
            _place(cited.get("start_index")),
            _place(cited.get("end_index")),
            choice,
        )
        for annotation in objects_in(said.get("annotations"))
        if (cited := object_in(annotation.get("url_citation")))
    ]


def sources_of(native: JsonObject, choice: int) -> list[StreamEvent]:
    """Perplexity's: a list beside the choices, repeated in every chunk. https://docs.perplexity.ai/api-reference"""
    results = objects_in(native.get("search_results"))
    found = {str(each["url"]): str(each.get("title") or "") for each in results if each.get("url")}
    listed = native.get("citations")
    urls = [url for url in listed if isinstance(url, str)] if isinstance(listed, list) else list(found)
    return [Citation(url, found.get(url, ""), choice=choice) for url in urls]


def logprobs_of(choice: JsonObject, name: str) -> tuple[JsonObject, ...]:
    """Of its `content` or its `refusal`."""
    return tuple(objects_in(object_in(choice.get("logprobs")).get(name)))


def _place(value: Json) -> int | None:
    return value if isinstance(value, int) else None
