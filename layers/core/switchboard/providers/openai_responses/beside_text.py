"""What stands beside a text in Responses: where it comes from, and how likely its tokens were.

https://platform.openai.com/docs/api-reference/responses/object
"""

from switchboard.chat import Citation, StreamEvent
from switchboard.json_types import Json, JsonObject
from switchboard.providers.lenient import objects_in


def citation_of(annotation: Json) -> list[StreamEvent]:
    """Nothing for a file of OpenAI's own, which means nothing to anybody else."""
    if not isinstance(annotation, dict) or annotation.get("type") != "url_citation":
        return []
    start, end = annotation.get("start_index"), annotation.get("end_index")
    return [
        Citation(
            str(annotation.get("url") or ""),
            str(annotation.get("title") or ""),
            start=start if isinstance(start, int) else None,
            end=end if isinstance(end, int) else None,
        )
    ]


def citations_of(part: JsonObject) -> list[StreamEvent]:
    return [citation for annotation in objects_in(part.get("annotations")) for citation in citation_of(annotation)]


def logprobs_of(said: JsonObject) -> tuple[JsonObject, ...]:
    """In the fields of Chat Completions, which has `bytes` in all of them."""
    return tuple(
        {
            "bytes": None,
            **token,
            "top_logprobs": [{"bytes": None, **other} for other in objects_in(token.get("top_logprobs"))],
        }
        for token in objects_in(said.get("logprobs"))
    )
