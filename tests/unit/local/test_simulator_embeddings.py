import base64
import math
import struct
from typing import Any

import pytest

from local.simulator.embeddings import embed

SMALL = "text-embedding-3-small"


def vectors(**body: Any) -> Any:  # Any: JSON
    answer: Any = embed({"model": SMALL, **body})
    return [row["embedding"] for row in answer["data"]]


def test_the_same_input_has_the_same_unit_vector() -> None:
    (one,), (again,), (other,) = vectors(input="a"), vectors(input=["a"]), vectors(input="b")
    assert one == again != other
    assert len(one) == 1536
    assert math.hypot(*one) == pytest.approx(1)


def test_tokens_are_one_input_and_lists_of_them_are_many() -> None:
    assert (len(vectors(input=[1, 2, 3])), len(vectors(input=[[1, 2], [3]]))) == (1, 2)


def test_a_vector_may_be_shorter_and_in_base64() -> None:
    ((floats,), (packed,)) = (
        vectors(input="a", dimensions=3),
        vectors(input="a", dimensions=3, encoding_format="base64"),
    )
    assert list(struct.unpack("<3f", base64.b64decode(packed))) == pytest.approx(floats)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "input"),
        ({"input": ""}, "input"),
        ({"input": "a", "dimensions": 4096}, "dimensions"),
        ({"input": "a", "provider": {}}, "Unrecognized request argument supplied: provider"),
    ],
)
def test_what_openai_refuses_is_refused(body: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        embed({"model": SMALL, **body})
