"""What stands beside a text of another dialect, in Chat Completions' words: its sources, its tokens' likelihoods."""

from collections.abc import Iterable
from typing import cast

from switchboard.chat import Citation, StreamEvent, TextDelta
from switchboard.json_types import Json, JsonObject


def annotation(cited: Citation) -> JsonObject:
    """`content` is OpenRouter's; where nobody knows the place OpenAI's readers want a number all the same."""
    told: JsonObject = {
        "url": cited.url,
        "title": cited.title,
        "start_index": cited.start or 0,
        "end_index": cited.end or 0,
    }
    return {"type": "url_citation", "url_citation": told | ({"content": cited.quote} if cited.quote else {})}


def annotations(events: Iterable[StreamEvent]) -> JsonObject:
    """Empty where nothing is cited."""
    found: list[Json] = [annotation(event) for event in events if isinstance(event, Citation)]
    return {"annotations": found} if found else {}


def logprobs(events: Iterable[StreamEvent]) -> JsonObject | None:
    """None where nobody asked for them, or nobody knows."""
    spoken = [event for event in events if isinstance(event, TextDelta) and event.logprobs]
    if not spoken:
        return None
    content = [token for event in spoken if not event.is_refusal for token in event.logprobs]
    refusal = [token for event in spoken if event.is_refusal for token in event.logprobs]
    return {"content": cast("list[Json]", content) or None, "refusal": cast("list[Json]", refusal) or None}
