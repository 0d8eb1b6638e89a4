import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.signatures import is_welcome, marked, unmarked

PROVIDERS = st.text(st.sampled_from("abcxyz-019"), min_size=1)


@given(st.text(), PROVIDERS)
def test_a_signature_comes_back_as_it_was_with_its_maker(signature: str, provider: str) -> None:
    assert unmarked(marked(signature, provider)) == (provider, signature)


@pytest.mark.parametrize("given_back", ["", "EqQBCgIYAhIM", "sb1", "sb1:acme"])
def test_what_carries_no_mark_has_no_known_maker(given_back: str) -> None:
    assert unmarked(given_back) == (None, given_back)


def test_a_signature_is_welcome_at_its_maker_and_where_nobody_knows() -> None:
    assert is_welcome("acme", "acme")
    assert is_welcome(None, "acme")
    assert not is_welcome("acme", "azure")
