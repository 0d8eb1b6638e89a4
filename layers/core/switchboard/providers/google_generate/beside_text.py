"""What stands beside a text of Gemini's: where it comes from, and how likely its tokens were.

Google counts places in bytes of UTF-8. https://ai.google.dev/api/generate-content#GroundingMetadata
"""

from switchboard.chat import Citation, StreamEvent
from switchboard.json_types import Json, JsonObject
from switchboard.providers.lenient import object_in, objects_in


def citations_of(candidate: JsonObject, text: str, choice: int) -> list[StreamEvent]:
    """Of `text`, all that the candidate has said."""
    grounding, cited = object_in(candidate.get("groundingMetadata")), object_in(candidate.get("citationMetadata"))
    sources = [_source(chunk) for chunk in objects_in(grounding.get("groundingChunks"))]
    supports = objects_in(grounding.get("groundingSupports"))
    placed = [
        _placed(sources[index], object_in(support.get("segment")), text, choice)
        for support in supports
        for index in _places(support.get("groundingChunkIndices"))
        if 0 <= index < len(sources)
    ]
    unplaced = [] if supports else [_placed(source, {}, text, choice) for source in sources]
    listed = cited.get("citationSources") or cited.get("citations")  # the first is AI Studio's, the other Vertex's
    quoted = [_placed(source, source, text, choice) for source in objects_in(listed)]
    return [citation for citation in (*placed, *unplaced, *quoted) if citation.url]


def logprobs_of(candidate: JsonObject) -> tuple[JsonObject, ...]:
    """In the words of Chat Completions."""
    result = object_in(candidate.get("logprobsResult"))
    likely = objects_in(result.get("topCandidates"))
    chosen = objects_in(result.get("chosenCandidates"))
    others = [objects_in(each.get("candidates")) for each in likely] + [[]] * (len(chosen) - len(likely))
    return tuple(
        {**_token(token), "top_logprobs": [_token(other) for other in beside]}
        for token, beside in zip(chosen, others, strict=False)
    )


def _token(given: JsonObject) -> JsonObject:
    token = str(given.get("token") or "")
    return {"token": token, "logprob": given.get("logProbability"), "bytes": list(token.encode())}


def _source(chunk: JsonObject) -> JsonObject:
    """A page of the web, a document, a place on the map."""
    return next((object_in(chunk[kind]) for kind in ("web", "retrievedContext", "maps") if kind in chunk), {})


def _placed(source: JsonObject, segment: JsonObject, text: str, choice: int) -> Citation:
    start, end = segment.get("startIndex"), segment.get("endIndex")
    return Citation(
        str(source.get("uri") or ""),
        str(source.get("title") or ""),
        start=_characters(text, start if isinstance(start, int) else 0) if isinstance(end, int) else None,
        end=_characters(text, end) if isinstance(end, int) else None,
        choice=choice,
    )


def _characters(text: str, place: int) -> int:
    return len(text.encode()[:place].decode(errors="ignore"))


def _places(value: Json) -> list[int]:
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []
