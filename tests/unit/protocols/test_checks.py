from typing import Any

import pytest
from switchboard.protocols.checks import (
    is_flag,
    is_list,
    is_number,
    is_object,
    is_positive,
    is_text,
    is_texts,
    is_whole,
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
