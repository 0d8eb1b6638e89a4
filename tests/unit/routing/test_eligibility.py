from dataclasses import replace
from typing import Any

import pytest
from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.providers.dialects import UpstreamDialects
from switchboard.routing.conditions import Asked
from switchboard.routing.eligibility import rejection, soft_rejections
from switchboard.routing.expected import Size
from switchboard.routing.preferences import preferences

from tests.examples import endpoint, price, provider, request
from tests.fakes import FakeClock

DIALECTS = UpstreamDialects(FakeClock())
TOOL = {"type": "function", "function": {"name": "now"}}
PICTURE = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://p.test/x.png"}}]}


def why(asked: ChatRequest, offer: Endpoint) -> tuple[str, str] | None:
    size = Size.of(asked, 1_800_000_000.0)
    misfit = rejection(Asked(asked, preferences(asked), size), offer, DIALECTS)
    return (misfit.code, misfit.reason) if misfit else None


def prompt(tokens: int, **fields: Any) -> ChatRequest:  # Any: JSON that tests make up
    """A request whose prompt is expected to have so many tokens, before the margin."""
    asked = request(messages=[{"role": "user", "content": "x" * (tokens - 4) * 4}], **fields)
    assert tokens - 1 <= asked.prompt_tokens / 1.15 <= tokens + 1
    return asked


def test_an_endpoint_that_suits_is_not_rejected() -> None:
    assert why(request(), endpoint()) is None


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        ({"only": ["azure"]}, "it is not in `provider.only`"),
        ({"ignore": ["acme"]}, "it is in `provider.ignore`"),
        ({"order": ["azure"], "allow_fallbacks": False}, "it is not in `provider.order`, and fallbacks are off"),
    ],
)
def test_a_provider_that_the_caller_does_not_want(wishes: Any, reason: str) -> None:
    assert why(request(provider=wishes), endpoint("acme/eu")) == ("allowed_providers", reason)


@pytest.mark.parametrize(
    "wishes",
    [
        {"only": ["acme"]},
        {"only": ["acme/eu", "azure"]},
        {"ignore": ["acme/us"]},
        {"order": ["azure"]},
        {"order": ["acme"], "allow_fallbacks": False},
    ],
)
def test_a_provider_that_the_caller_lets_pass(wishes: Any) -> None:
    assert why(request(provider=wishes), endpoint("acme/eu")) is None


def test_what_is_ignored_is_out_even_if_it_is_the_only_one() -> None:
    assert why(request(provider={"only": ["acme"], "ignore": ["acme"]}), endpoint()) is not None


def test_a_prompt_that_may_not_fit() -> None:
    code, reason = why(prompt(1000), endpoint(context=900)) or ("", "")
    assert code == "context_length"
    assert "its context is 900" in reason
    assert why(prompt(1000), endpoint(context=1200)) is None


def test_the_margin_counts_against_the_context() -> None:
    assert why(prompt(1000), endpoint(context=1100)) is not None


def test_a_prompt_that_leaves_no_room_for_the_output() -> None:
    code, reason = why(prompt(1000, max_tokens=500), endpoint(context=1400)) or ("", "")
    assert code == "context_length"
    assert "prompt and output need about" in reason
    assert why(prompt(1000, max_tokens=300), endpoint(context=1400)) is None


def test_more_output_than_it_gives() -> None:
    small, large = endpoint("small", max_output=8192), endpoint("large", max_output=16_384)
    asked = request(max_tokens=9000)
    assert soft(asked, small, large) == [("small", "9000 output tokens were asked for, it gives at most 8192")]
    assert soft(request(max_tokens=8192), small, large) == []


def test_if_nobody_gives_so_much_output_the_limit_is_clamped_instead() -> None:
    assert soft(request(max_tokens=9000), endpoint(max_output=8192)) == []


def test_limits_that_are_not_known_reject_nothing() -> None:
    assert why(prompt(10_000, max_tokens=100_000), endpoint(context=None, max_output=None)) is None


def test_input_that_it_does_not_take() -> None:
    assert why(request(messages=[PICTURE]), endpoint()) == ("modality", "it does not take image as input")
    assert why(request(messages=[PICTURE]), endpoint(input_modalities=frozenset({"text", "image"}))) is None


def test_parameters_that_the_caller_insists_on() -> None:
    offer = endpoint(supported_parameters=frozenset({"seed"}))
    asked = request(seed=1, top_k=1, provider={"require_parameters": True})
    assert why(asked, offer) == ("require_parameters", "it does not support top_k")


def test_parameters_that_the_caller_does_not_insist_on() -> None:
    assert why(request(top_k=1), endpoint(supported_parameters=frozenset())) is None


def test_nobody_insists_on_an_empty_list_of_tools() -> None:
    asked = request(tools=[], provider={"require_parameters": True})
    assert why(asked, endpoint(supported_parameters=frozenset())) is None


TOOLED = endpoint("tooled", supported_parameters=frozenset({"tools"}))
FORMATTED = endpoint("formatted", supported_parameters=frozenset({"response_format"}))
BOTH = endpoint("both", supported_parameters=frozenset({"tools", "response_format"}))
PLAIN = endpoint("plain", supported_parameters=frozenset())


def soft(asked: ChatRequest, *offers: Endpoint) -> list[tuple[str, str]]:
    return [(misfit.endpoint.tag, misfit.reason) for misfit in soft_rejections(asked, list(offers), DIALECTS)]


def test_tools_go_to_those_that_support_them() -> None:
    assert soft(request(tools=[TOOL]), TOOLED, PLAIN) == [("plain", "it does not support tools")]


def test_if_nobody_supports_them_the_request_runs_without() -> None:
    assert soft(request(tools=[TOOL]), FORMATTED, PLAIN) == []


def test_a_cheaper_tier_goes_to_those_that_offer_it_and_to_anybody_if_nobody_does() -> None:
    flex = endpoint("flex", price=replace(price(), service_tiers={"flex": {"input": 1}}))
    asked = request(service_tier="flex")
    assert soft(asked, flex, PLAIN) == [("plain", "it has no service tier `flex`")]
    assert soft(asked, FORMATTED, PLAIN) == []


def test_each_soft_parameter_counts_among_those_that_are_left() -> None:
    asked = request(tools=[TOOL], response_format={"type": "json_object"})
    assert {tag for tag, _ in soft(asked, TOOLED, FORMATTED, BOTH, PLAIN)} == {"tooled", "formatted", "plain"}
    assert soft(asked, TOOLED, FORMATTED) == [("formatted", "it does not support tools")]


def test_other_parameters_never_decide() -> None:
    assert soft(request(top_k=1), TOOLED, endpoint("k", supported_parameters=frozenset({"top_k"}))) == []


def test_an_endpoint_is_rejected_once() -> None:
    asked = request(tools=[TOOL], response_format={"type": "json_object"})
    tags = [tag for tag, _ in soft(asked, BOTH, PLAIN)]
    assert tags == ["plain"]


def speaking(protocol: str, **changes: Any) -> Endpoint:
    every = frozenset({"text", "image", "audio", "file"})
    return endpoint("x", provider=provider("x", protocol=protocol), input_modalities=every, **changes)


def part(kind: str, **fields: Any) -> list[Any]:
    return [{"role": "user", "content": [{"type": kind, **fields}]}]


LINKED = part("image_url", image_url={"url": "https://p.test/x.png"})
SOUND = part("input_audio", input_audio={"data": "AAAA", "format": "wav"})
LINKED_FILE = part("file", file={"file_data": "https://p.test/x.pdf", "filename": "x.pdf"})


@pytest.mark.parametrize(
    ("protocol", "fields", "reason"),
    [
        ("anthropic-messages", {"n": 2}, "it gives one answer to a request, `n` asks for more"),
        ("openai-responses", {"n": 2}, "it gives one answer to a request, `n` asks for more"),
        ("bedrock-converse", {"messages": LINKED}, "takes a picture inside the request only"),
        ("anthropic-messages", {"messages": SOUND}, "Audio cannot be sent"),
        ("openai-chat", {"messages": LINKED_FILE}, "it takes files inside the request only"),
        ("bedrock-converse", {"messages": part("future", x=1)}, "a content part of type `future`"),
        ("google-generate", {"tools": [{"type": "web_search"}]}, "it cannot run a tool of type `web_search`"),
    ],
)
def test_what_a_dialect_cannot_carry_is_refused_before_anything_is_sent(
    protocol: str, fields: Any, reason: str
) -> None:
    code, words = why(request(**fields), speaking(protocol)) or ("", "")
    assert code == "dialect"
    assert reason in words


def test_an_answer_in_sound_needs_an_endpoint_that_gives_it() -> None:
    asked = request(modalities=["text", "audio"])
    assert why(asked, endpoint()) == ("modality", "it does not give audio as output")
    speaks = frozenset({"text", "audio"})
    assert why(asked, endpoint(output_modalities=speaks)) is None
    assert why(asked, speaking("google-generate", output_modalities=speaks)) is not None


def test_who_insists_on_a_parameter_goes_to_no_dialect_without_a_word_for_it() -> None:
    wishes = {"require_parameters": True}
    assert why(request(logprobs=True), speaking("anthropic-messages")) is None
    assert why(request(logprobs=True, provider=wishes), speaking("anthropic-messages")) == (
        "require_parameters",
        "it does not support logprobs",
    )


def test_json_counts_as_supported_where_a_tool_can_bring_it() -> None:
    tooled = frozenset({"tools"})
    asked = request(response_format={"type": "json_object"}, provider={"require_parameters": True})
    assert why(asked, speaking("anthropic-messages", supported_parameters=tooled)) is None
    assert why(asked, speaking("openai-chat", supported_parameters=tooled)) is not None
