from switchboard.providers.authorization import authorization
from switchboard.secret import Secret

from tests.examples import provider


def test_a_key_is_shown_as_a_bearer_token() -> None:
    assert authorization(provider(), Secret("sk-1")) == {"authorization": "Bearer sk-1"}


def test_a_key_is_shown_in_the_header_that_the_provider_names() -> None:
    assert authorization(provider(auth="header:api-key"), Secret("sk-1")) == {"api-key": "sk-1"}


def test_a_provider_that_wants_no_key_is_shown_none() -> None:
    assert authorization(provider(auth="none"), Secret("sk-1")) == {}


def test_without_a_key_nothing_is_shown() -> None:
    assert authorization(provider(), None) == {}
