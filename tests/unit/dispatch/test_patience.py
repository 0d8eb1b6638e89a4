from typing import Any

import pytest
from switchboard.chat import Chunk, TextDelta
from switchboard.dispatch.patience import Limits, Patience

from tests.examples import request

SILENT_THOUGHT = Chunk((), {"type": "ping"}, is_life=True)
NOTHING = Chunk(())
WORD = Chunk((TextDelta("x"),))


def waits(*chunks: Chunk, **fields: Any) -> float:
    """Seconds from the beginning until patience ends, if these come 25 seconds apart. Any: JSON that tests make up."""
    patience = Patience(request(**({"stream": True} | fields)), Limits(20, 30, 120, 300), 1000.0)
    for place, chunk in enumerate(chunks, 1):
        patience.note([chunk], 1000.0 + 25 * place)
    return patience.until() - 1000.0


def test_without_a_sign_of_life_the_first_content_has_its_time() -> None:
    assert waits() == 20
    assert waits(NOTHING) == 20


def test_each_content_gives_time_for_the_next() -> None:
    assert waits(WORD) == 25 + 30
    assert waits(WORD, WORD) == 50 + 30


def test_who_asked_for_reasoning_waits_longer_for_the_first_content() -> None:
    assert waits(reasoning={"effort": "high"}) == 120
    assert waits(reasoning_effort="none") == 20


def test_a_model_that_shows_that_it_works_is_waited_for() -> None:
    assert waits(SILENT_THOUGHT) == 25 + 30
    assert waits(SILENT_THOUGHT, SILENT_THOUGHT) == 50 + 30
    assert waits(WORD, SILENT_THOUGHT, SILENT_THOUGHT) == 75 + 30


def test_but_not_for_ever() -> None:
    assert waits(*[SILENT_THOUGHT] * 20) == 300
    assert waits(WORD, *[SILENT_THOUGHT] * 20) == 25 + 300


def test_a_slow_caller_is_excused() -> None:
    patience = Patience(request(stream=True), Limits(20, 30), 1000.0)
    patience.note([WORD], 1010.0)
    patience.excuse(100.0)
    assert patience.until() == 1140.0


def test_a_whole_answer_has_the_time_that_a_slow_model_needs() -> None:
    assert waits(stream=False, max_tokens=200) == 20 + 10


@pytest.mark.parametrize(("expected", "seconds"), [(5, 5), (90, 20)])
def test_a_quick_endpoint_is_given_less_and_none_more_than_the_limit(expected: float, seconds: float) -> None:
    assert Limits(first_content=20).within(expected).first_content == seconds
