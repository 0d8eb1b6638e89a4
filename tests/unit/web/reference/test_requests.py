from typing import Any

import pytest
from jsonschema import Draft202012Validator
from switchboard.protocols.openai_chat.fields import FIELD_CHECKS
from switchboard.web.reference.replies import REPLIES
from switchboard.web.reference.requests import REQUESTS

from tests import examples

HELLO = [{"role": "user", "content": "hello"}]
TEXT: Any = {"parts": [{"text": "hello"}]}


def faults(name: str, body: Any) -> list[str]:
    schema: Any = {**REQUESTS[name], "components": {"schemas": {**REQUESTS, **REPLIES}}}  # type: ignore[dict-item]
    return [error.message for error in Draft202012Validator(schema).iter_errors(body)]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("ChatCompletionRequest", examples.body(stream=True, stop=["x"], temperature=None, own_field=1)),
        ("ResponseRequest", {"model": "lab/one", "input": "hello", "store": False}),
        ("MessageRequest", {"model": "lab/one", "messages": HELLO, "max_tokens": 5}),
        ("CountTokensRequest", {"messages": HELLO}),
        ("EmbeddingsRequest", {"model": "lab/vectors", "input": [[1, 2], [3]]}),
        ("GenerateContentRequest", {"contents": [TEXT]}),
        ("GoogleCountTokensRequest", {"generateContentRequest": {"contents": [TEXT]}}),
    ],
)
def test_a_usual_request_is_what_its_schema_says(name: str, body: Any) -> None:
    assert faults(name, body) == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("ChatCompletionRequest", {"model": "lab/one"}),
        ("ChatCompletionRequest", examples.body(stream="yes")),
        ("MessageRequest", {"model": "lab/one", "messages": HELLO}),
        ("EmbeddingsRequest", {"model": "lab/vectors", "input": ""}),
        ("GenerateContentRequest", {}),
    ],
)
def test_a_wrong_one_is_not(name: str, body: Any) -> None:
    assert faults(name, body) != []


def test_all_that_the_parser_checks_is_described() -> None:
    schema: Any = REQUESTS["ChatCompletionRequest"]
    assert FIELD_CHECKS.keys() <= schema["properties"].keys()
