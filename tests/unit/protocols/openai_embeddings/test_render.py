from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import CreateEmbeddingResponse
from switchboard.accounting.price import Bill
from switchboard.chat import Chunk, Usage
from switchboard.protocols.openai_embeddings.parse import parse
from switchboard.protocols.openai_embeddings.render import render_reply

from tests.examples import served

BILL = Bill(Usage(input=5), 1_000_000, 0)


def rendered(*vectors: Any, encoding: str | None = None) -> Any:  # Any: JSON
    request = parse(orjson.dumps({"model": "lab/vectors", "input": "a", "encoding_format": encoding}))
    rows: Any = [{"object": "embedding", "embedding": vector} for vector in vectors]
    return orjson.loads(render_reply(replace(served(), request=request), Chunk((), {"data": rows}), BILL))


def test_openais_reader_takes_it_and_the_cost_is_told() -> None:
    answer = rendered([0.5, -1.0], [0.25])
    read = CreateEmbeddingResponse.model_validate(answer, strict=True)
    assert [(row.index, row.embedding) for row in read.data] == [(0, [0.5, -1.0]), (1, [0.25])]
    assert (read.usage.prompt_tokens, read.usage.total_tokens, answer["usage"]["cost"]) == (5, 5, 0.001)
    assert "completion_tokens" not in answer["usage"]


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_a_vector_comes_in_the_encoding_asked_for_whichever_the_provider_sent(vector: list[float]) -> None:
    (packed,) = rendered(vector, encoding="base64")["data"]
    assert isinstance(packed["embedding"], str)
    assert rendered(packed["embedding"], encoding="base64")["data"][0]["embedding"] == packed["embedding"]
    assert rendered(packed["embedding"], encoding="float")["data"][0]["embedding"] == pytest.approx(vector)
