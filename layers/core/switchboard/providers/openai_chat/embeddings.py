"""The other route of OpenAI-compatible servers: /embeddings, in the client's own words, and vectors back."""

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Chunk, TextDelta, Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import Json, JsonObject

PATH = "/embeddings"
# A vector is content, though it has no words: the request stays with the endpoint that sent it.
_SAID = TextDelta("")


def embeddings_body(request: ChatRequest, endpoint: Endpoint) -> JsonObject:
    """The client's body with the provider's name for the model, and nothing that is the gateway's own."""
    given = {name: value for name, value in request.native.items() if value is not None}
    return {**{k: v for k, v in given.items() if k not in request.gateway}, "model": endpoint.upstream_id}


def read_embeddings(body: JsonObject) -> Chunk:
    """Raises UpstreamFailure for a list without vectors."""
    rows = body.get("data")
    if not isinstance(rows, list) or not rows or not all(_has_vector(row) for row in rows):
        raise UpstreamFailure(Failure.SERVER, "The reply has no embeddings.", upstream_status=200)
    usage = body.get("usage")
    counted = usage.get("prompt_tokens", usage.get("total_tokens")) if isinstance(usage, dict) else None
    if not isinstance(counted, int):
        return Chunk((_SAID,), body)
    return Chunk((_SAID, Usage(input=counted)), body)


def _has_vector(row: Json) -> bool:
    return isinstance(row, dict) and bool(row.get("embedding"))
