import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.estimate import text_tokens, with_margin, without_margin


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0.0),
        ("four", 1.0),
        ("x" * 400, 100.0),
        ("漢字", 2.0),
        ("한국어", 3.0),
        ("👋", 1.0),
        ("abcd漢", 2.0),
        ("é", 0.625),
    ],
)
def test_golden(text: str, tokens: float) -> None:
    assert text_tokens(text) == tokens


@given(st.text())
def test_a_text_has_between_a_quarter_of_a_token_and_a_token_for_each_character(text: str) -> None:
    assert len(text) / 4 <= text_tokens(text) <= len(text)


@given(st.text(), st.text())
def test_a_longer_text_never_has_fewer_tokens(text: str, more: str) -> None:
    assert text_tokens(text) <= text_tokens(text + more)


def test_half_a_surrogate_pair_breaks_nothing() -> None:
    assert text_tokens("\ud83d") == 1.0


@given(st.floats(0, 10**7))
def test_the_estimate_leans_high(tokens: float) -> None:
    assert with_margin(tokens) > tokens


@given(st.floats(0, 10**7))
def test_the_expectation_is_got_back_from_the_estimate(tokens: float) -> None:
    assert tokens - 1 <= without_margin(with_margin(tokens)) <= tokens + 1
