from typing import Any

import orjson
import pytest
from switchboard.errors import InvalidRequest
from switchboard.protocols.openai_embeddings.parse import MOST_INPUTS, parse


def parsed(**fields: Any) -> Any:
    return parse(orjson.dumps({"model": "lab/vectors", "input": "four words of text", **fields}))


@pytest.mark.parametrize("given", ["text", ["one", "two"], [1, 2, 3], [[1, 2], [3]], ["text", [1]]])
def test_every_form_of_input_counts_its_tokens(given: Any) -> None:
    request = parsed(input=given)
    assert request.prompt_tokens > 0
    assert (request.messages, request.stream) == ((), False)


@pytest.mark.parametrize("given", [None, "", [], [""], [[]], [1, "a"], [[1, "a"]], {"text": "a"}, [None], 7])
def test_an_input_that_is_none_is_refused(given: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"`input"):
        parsed(input=given)


def test_too_many_inputs_are_refused() -> None:
    with pytest.raises(InvalidRequest, match=f"at most {MOST_INPUTS} may be sent"):
        parsed(input=["a"] * (MOST_INPUTS + 1))


@pytest.mark.parametrize("wrong", [{"dimensions": 0}, {"encoding_format": "hex"}, {"user": 1}, {"provider": "openai"}])
def test_a_wrong_field_is_named(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(InvalidRequest) as caught:
        parsed(**wrong)
    assert caught.value.param == name


def test_a_model_must_be_named() -> None:
    with pytest.raises(InvalidRequest, match="`model`"):
        parsed(model=None)


def test_what_is_the_gateways_is_kept_apart() -> None:
    request = parsed(dimensions=3, provider={"only": ["acme"]}, user="u")
    assert request.parameters == {"dimensions": 3}
    assert request.gateway == {"provider": {"only": ["acme"]}}
