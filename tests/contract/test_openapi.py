"""Random requests after the API's own document, against the real processes: whatever is sent, nothing breaks.

The same requests every time (a fixed seed), a few for each route; what a random body asks of a model is answered by the
simulated providers. A failed provider is told with 502 or 503, and only that.
"""

import contextlib
import copy
import json
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from tests.contract.conftest import Running

# Any: a JSON document, and schemathesis's operations and cases.

EXAMPLES = 6
SEED = 20261123
FAILED_PROVIDER = {502, 503}
MODEL = "openai/gpt-4.1-mini"
_HELLO: Any = [[{"role": "user", "content": "hello"}]]
_CONTENTS: Any = [[{"role": "user", "parts": [{"text": "hello"}]}]]
# What the fields of a request must be for a provider to see it.
ANSWERABLE: dict[str, dict[str, Any]] = {
    "ChatCompletionRequest": {"model": [MODEL], "messages": _HELLO},
    "ResponseRequest": {"model": [MODEL], "input": ["hello"]},
    "MessageRequest": {"model": [MODEL], "messages": _HELLO, "max_tokens": [1, 1000]},
    "CountTokensRequest": {"model": [MODEL], "messages": _HELLO},
    "EmbeddingsRequest": {"model": ["openai/text-embedding-3-small"], "input": ["hello", [[1, 2]]]},
    "GenerateContentRequest": {"contents": _CONTENTS},
    "GoogleCountTokensRequest": {"contents": _CONTENTS},
}


@pytest.fixture(scope="module")
def document(gateway: Running) -> Any:
    return with_known_names(json.loads(gateway.get("/openapi.json")))


def with_known_names(document: Any) -> Any:
    """Half of the random names become one that is known: the others lead nowhere."""
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                known = {"author": "openai", "slug": "gpt-4.1-mini", "model_id": MODEL}.get(parameter["name"])
                if known:
                    parameter["schema"] = {"enum": [known, "x"]}
    return document


def answerable(document: Any) -> Any:
    """The inference routes alone, with requests that get as far as a provider."""
    schemas = document["components"]["schemas"]
    for name, fixed in ANSWERABLE.items():
        schema = schemas[name]
        properties = {
            field: schema["properties"][field] for field in ("stream", "user") if field in schema["properties"]
        }
        schemas[name] = {
            **schema,
            "properties": {**properties, **{field: {"enum": values} for field, values in fixed.items()}},
            "required": list(fixed),
            "additionalProperties": False,
        }
    paths = {path: {"post": told["post"]} for path, told in document["paths"].items() if "post" in told}
    return {**document, "paths": {path: told for path, told in paths.items() if _asks_a_model(told["post"])}}


def _asks_a_model(operation: Any) -> bool:
    asked = operation["requestBody"]["content"]["application/json"]["schema"].get("$ref", "")
    return asked.rpartition("/")[2] in ANSWERABLE


def requests_of(operation: Any, mode: GenerationMode) -> list[Any]:
    """The same ones every time; none where nothing could be wrong, because nothing is asked for."""
    made: list[Any] = []

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        made.append(case)

    with contextlib.suppress(Unsatisfiable):
        collect()
    return made


def sent(gateway: Running, document: Any, mode: GenerationMode) -> dict[str, set[int]]:
    """Every route's statuses. Fails for a request that broke something."""
    statuses: dict[str, set[int]] = {}
    broken: list[str] = []
    with requests.Session() as session:
        loaded: Any = schemathesis.openapi.from_dict(document)
        for found in loaded.get_all_operations():
            for case in requests_of(found.ok(), mode):
                headers = {"authorization": f"Bearer {gateway.key}"}
                reply = case.call(base_url=gateway.url, headers=headers, session=session)
                statuses.setdefault(case.operation.label, set()).add(reply.status_code)
                if reply.status_code >= 500 and reply.status_code not in FAILED_PROVIDER:
                    broken.append(f"{reply.status_code} to {case.as_curl_command()}")
    assert broken == []
    return statuses


def test_what_fits_the_document_breaks_nothing(gateway: Running, document: Any) -> None:
    statuses = sent(gateway, document, GenerationMode.POSITIVE)
    assert len(statuses) == sum(len(path) for path in document["paths"].values())


def test_what_does_not_fit_it_breaks_nothing(gateway: Running, document: Any) -> None:
    statuses = sent(gateway, document, GenerationMode.NEGATIVE)
    assert {400} <= statuses["POST /api/v1/chat/completions"] <= {400, 401, 404}


def test_what_can_be_answered_is(gateway: Running, document: Any) -> None:
    statuses = sent(gateway, answerable(copy.deepcopy(document)), GenerationMode.POSITIVE)
    assert len(statuses) >= len(ANSWERABLE)
    assert [label for label, seen in statuses.items() if 200 not in seen] == []
