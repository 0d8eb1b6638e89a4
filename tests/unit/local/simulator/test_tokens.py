import pytest

from local.simulator.tokens import USUAL_CONTEXT, context_of


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("moonshot-v1-8k", 8192),
        ("gpt-3.5-turbo-16k-0613", 16_384),
        ("gpt-4.1", USUAL_CONTEXT),
        ("model-8kb", USUAL_CONTEXT),
    ],
)
def test_a_models_name_may_say_its_context(model: str, tokens: int) -> None:
    assert context_of(model) == tokens
