import pytest
from switchboard.parameters import dropped_parameters, unsupported_parameters

from tests.examples import endpoint, request

TOOL = {"type": "function", "function": {"name": "now"}}


def listing(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_what_an_endpoint_does_not_list_it_does_not_support() -> None:
    offer = endpoint(supported_parameters=listing("temperature"))
    assert unsupported_parameters(request(temperature=1, top_k=1, seed=1), offer) == {"top_k", "seed"}


def test_an_endpoint_that_lists_nothing_may_support_anything() -> None:
    assert unsupported_parameters(request(top_k=1), endpoint(supported_parameters=None)) == set()


def test_an_endpoint_that_lists_an_empty_list_supports_nothing() -> None:
    assert unsupported_parameters(request(top_k=1), endpoint(supported_parameters=listing())) == {"top_k"}


def test_a_field_that_is_no_known_parameter_is_never_missing() -> None:
    assert unsupported_parameters(request(safe_prompt=True), endpoint(supported_parameters=listing())) == set()


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_every_endpoint_bounds_its_output(name: str) -> None:
    asked = request(**{name: 1})
    assert unsupported_parameters(asked, endpoint(supported_parameters=listing())) == set()


@pytest.mark.parametrize(("listed", "sent"), [("reasoning", "reasoning_effort"), ("reasoning_effort", "reasoning")])
def test_either_name_of_reasoning_stands_for_both(listed: str, sent: str) -> None:
    value = {"effort": "low"} if sent == "reasoning" else "low"
    offer = endpoint(supported_parameters=listing(listed))
    assert unsupported_parameters(request(**{sent: value}), offer) == set()


def test_tools_that_are_dropped_take_the_choice_among_them_along() -> None:
    offer = endpoint(supported_parameters=listing("tool_choice"))
    dropped = dropped_parameters(request(tools=[TOOL], tool_choice="auto"), offer)
    assert dropped == {"tools", "tool_choice", "parallel_tool_calls"}


def test_what_is_supported_is_not_dropped() -> None:
    offer = endpoint(supported_parameters=listing("tools", "tool_choice"))
    assert dropped_parameters(request(tools=[TOOL], tool_choice="auto"), offer) == set()
