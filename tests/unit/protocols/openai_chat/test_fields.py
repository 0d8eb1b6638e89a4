from switchboard.parameters import KNOWN_PARAMETERS
from switchboard.protocols.openai_chat.fields import ENVELOPE_FIELDS, FIELD_CHECKS, GATEWAY_FIELDS


def test_a_field_is_for_the_gateway_or_for_the_model() -> None:
    assert not GATEWAY_FIELDS & KNOWN_PARAMETERS
    assert not GATEWAY_FIELDS & ENVELOPE_FIELDS
    assert not ENVELOPE_FIELDS & KNOWN_PARAMETERS


def test_every_check_is_of_a_field_that_something_is_done_with() -> None:
    others = {"metadata", "n", "service_tier"}  # the provider's own affair, but of a type that never varies
    assert FIELD_CHECKS.keys() <= GATEWAY_FIELDS | ENVELOPE_FIELDS | KNOWN_PARAMETERS | others


def test_every_check_says_what_belongs_there() -> None:
    assert all(wanted for _, wanted in FIELD_CHECKS.values())
