from base64 import b64encode, urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.signatures import Signature, is_welcome, marked, marked_in_base64, unmarked

providers = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)


@given(st.text(), providers)
def test_comes_back_as_it_was_with_its_maker(signature: str, provider: str) -> None:
    try:
        signature.encode()
    except UnicodeEncodeError:
        return
    assert unmarked(marked(signature, provider)) == Signature(provider, signature)
    assert unmarked(marked_in_base64(signature, provider)) == Signature(provider, signature)


@given(st.from_regex(r"[A-Za-z0-9+/]{4,40}={0,2}", fullmatch=True), providers)
def test_survives_an_sdk_that_decodes_it_and_encodes_it_its_own_way(signature: str, provider: str) -> None:
    plain = b64encode(urlsafe_b64decode(marked_in_base64(signature, provider))).decode()
    for given_back in (plain, plain.rstrip("="), plain.replace("+", "-").replace("/", "_")):
        assert unmarked(given_back) == Signature(provider, signature)


@pytest.mark.parametrize("foreign", ["", "EqQB", "c2IxOg==", "c2IxOmFjbWU=", "c2IxO", "sb1:", "sb1:x", "c2IxO\u00fc"])
def test_what_is_not_ours_stays_as_it_is(foreign: str) -> None:
    assert unmarked(foreign) == Signature(None, foreign)


def test_is_welcome_at_its_maker_only() -> None:
    assert is_welcome("google", "google")
    assert is_welcome(None, "google")
    assert not is_welcome("google-vertex", "google")
