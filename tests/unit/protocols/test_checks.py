from typing import Any

import pytest
from switchboard.errors import InvalidRequest
from switchboard.protocols.checks import (
    DEEPEST,
    is_flag,
    is_list,
    is_number,
    is_object,
    is_positive,
    is_text,
    is_texts,
    is_whole,
    json_object,
)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_object, [{}, {"a": 1}], [[], "x", None]),
        (is_list, [[], [1]], [{}, "x", None]),
        (is_text, ["", "x"], [1, None, ["x"]]),
        (is_texts, [[], ["x"]], ["x", [1], None]),
        (is_flag, [True, False], [0, 1, "true", None]),
        (is_number, [0, -1.5], [True, "1", None]),
        (is_whole, [0, -1], [True, 1.0, "1"]),
        (is_positive, [1, 7], [0, -1, True, 1.0]),
    ],
)
def test_a_value_is_what_its_name_says_and_true_is_no_number(check: Any, good: list[Any], bad: list[Any]) -> None:
    assert all(check(value) for value in good)
    assert not any(check(value) for value in bad)


@pytest.mark.parametrize(("opening", "innermost", "closing"), [(b"[", b"", b"]"), (b'{"a":', b"1", b"}")])
def test_a_body_may_be_so_deep_and_no_deeper(opening: bytes, innermost: bytes, closing: bytes) -> None:
    def body(depth: int) -> bytes:
        """`depth` levels, that of the body itself among them."""
        return b'{"x":' + opening * (depth - 1) + innermost + closing * (depth - 1) + b"}"

    assert json_object(body(DEEPEST), "all").keys() == {"x"}
    with pytest.raises(InvalidRequest, match="deep"):
        json_object(body(DEEPEST + 1), "all")


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert json_object(b'{"x":[' + b",".join([b"{}"] * 1000) + b"]}", "all")
