"""What stands beside a text of another dialect, in Google's words: its sources, its tokens' likelihoods.

Google counts places in bytes of UTF-8. https://ai.google.dev/api/generate-content#GroundingMetadata
"""

from collections.abc import Sequence

from switchboard.chat import Citation, TextDelta
from switchboard.json_types import Json, JsonObject


def grounding(cited: Sequence[Citation], text: str) -> JsonObject:
    """`text` is all that the candidate has said. Empty where nothing is cited."""
    if not cited:
        return {}
    chunks: list[Json] = [{"web": {"uri": each.url, "title": each.title}} for each in cited]
    supports: list[Json] = [
        {"segment": _segment(text, each.start or 0, each.end), "groundingChunkIndices": [place]}
        for place, each in enumerate(cited)
        if each.end is not None
    ]
    return {"groundingMetadata": {"groundingChunks": chunks, "groundingSupports": supports}}


def logprobs_result(spoken: Sequence[TextDelta]) -> JsonObject:
    """Empty where nobody asked for them, or nobody knows."""
    tokens = [token for said in spoken for token in said.logprobs]
    if not tokens:
        return {}
    likely: list[Json] = [{"candidates": _tokens(token.get("top_logprobs"))} for token in tokens]
    return {"logprobsResult": {"chosenCandidates": _tokens([*tokens]), "topCandidates": likely}}


def _tokens(given: Json) -> list[Json]:
    listed = given if isinstance(given, list) else []
    return [
        {"token": each.get("token"), "logProbability": each.get("logprob")} for each in listed if isinstance(each, dict)
    ]


def _segment(text: str, start: int, end: int | None) -> JsonObject:
    said = text[start:end]
    begins = len(text[:start].encode())
    return {"startIndex": begins, "endIndex": begins + len(said.encode()), "text": said}
