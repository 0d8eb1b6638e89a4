"""What some providers do differently from others of their dialect: none of it reaches a client."""

import json

import pytest

from tests.contract.python.driver import Account, Driver, Mistake
from tests.contract.python.drivers.anthropic_messages import AnthropicMessages
from tests.contract.python.drivers.google_generate import GoogleGenerate
from tests.contract.python.drivers.openai_chat import OpenAiChat
from tests.contract.python.drivers.openai_responses import OpenAiResponses
from tests.contract.python.questions import WEATHER, Question, Turn
from tests.contract.python.upstreams import OLDER_MODEL, UPSTREAMS, odd_model

# One for each client protocol: what other libraries build upon these is tested elsewhere.
SDKS: tuple[Driver, ...] = (OpenAiChat(), OpenAiResponses(), AnthropicMessages(), GoogleGenerate())
AT_EACH = pytest.mark.parametrize("sdk", SDKS, ids=[sdk.protocol for sdk in SDKS])
# Their providers know no schema: it is asked for by a tool.
WITHOUT_SCHEMAS = (odd_model("deepseek"), OLDER_MODEL)


@AT_EACH
@pytest.mark.parametrize("model", WITHOUT_SCHEMAS)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_a_shape_is_kept_to_where_a_provider_knows_no_schema(
    account: Account, sdk: Driver, model: str, streamed: bool
) -> None:
    asked = Question("A city.", schema=WEATHER.parameters)
    reply = (sdk.stream if streamed else sdk.ask)(account, model, asked)
    assert set(json.loads(reply.text)) == {"city", "days"}
    assert (reply.finish, reply.calls) == ("stop", ())


@AT_EACH
@pytest.mark.parametrize("model", WITHOUT_SCHEMAS)
def test_a_shape_and_thoughts_together_are_refused_there(account: Account, sdk: Driver, model: str) -> None:
    asked = Question("A city.", schema=WEATHER.parameters, thinks=True, max_tokens=4000)
    with pytest.raises(sdk.exceptions[Mistake.NO_MODEL]) as caught:
        sdk.ask(account, model, asked)
    assert "cannot think and keep to a schema" in sdk.raised(caught.value).text


@AT_EACH
def test_ids_of_tool_calls_are_those_that_mistral_wants(account: Account, sdk: Driver) -> None:
    asked = Question("Use get_weather for Paris.", tools=(WEATHER,))
    called = sdk.ask(account, odd_model("mistral"), asked)
    again = Question("", tools=(WEATHER,), after=Turn(asked, called, ("Sunny.",)))
    assert "Sunny." in sdk.ask(account, odd_model("mistral"), again).text


@AT_EACH
def test_what_azures_filter_says_first_is_not_shown(account: Account, sdk: Driver) -> None:
    assert "Say hello." in sdk.stream(account, odd_model("azure"), Question("Say hello.")).text


def test_reasoning_is_counted_in_the_completion_wherever_a_provider_counts_it(account: Account) -> None:
    asked = Question("A city.", schema=WEATHER.parameters, thinks=True)  # everybody gives the same answer to it
    beside, inside = (OpenAiChat().ask(account, name, asked) for name in (odd_model("xai"), UPSTREAMS[0].model))
    assert beside.completion_tokens == inside.completion_tokens
