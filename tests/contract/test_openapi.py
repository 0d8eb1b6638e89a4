"""Random requests after the API's own document, against the real processes: whatever is sent, nothing breaks.

The same requests every time (a fixed seed), a few for each route; what a random body asks of a model is answered by the
simulated providers. A failed provider is told with 502 or 503, and only that.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.generation import GenerationMode

from tests.contract.conftest import Running

# Any: a JSON document, and schemathesis's operations and cases.

EXAMPLES = 12
SEED = 20261123
FAILED_PROVIDER = {502, 503}
MODEL = "openai/gpt-4.1-mini"


@pytest.fixture(scope="module")
def document(gateway: Running) -> Any:
    return with_known_models(json.loads(gateway.get("/openapi.json")))


def with_known_models(document: Any) -> Any:
    """Random names lead nowhere; so that requests get as far as a provider, half of them name a model there is."""
    for name in ("ChatCompletionRequest", "ResponseRequest", "MessageRequest"):
        document["components"]["schemas"][name]["properties"]["model"] = {"enum": [MODEL, "x"]}
    embeddings = document["components"]["schemas"]["EmbeddingsRequest"]["properties"]
    embeddings["model"] = {"enum": ["openai/text-embedding-3-small", "x"]}
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                known = {"author": "openai", "slug": "gpt-4.1-mini", "model_id": MODEL}.get(parameter["name"])
                if known:
                    parameter["schema"] = {"enum": [known, "x"]}
    return document


def operations(document: Any, mode: GenerationMode) -> Iterator[tuple[str, Any]]:
    config = schemathesis.Config.from_dict({"generation": {"modes": [mode.value]}})
    for found in schemathesis.openapi.from_dict(document, config=config).get_all_operations():
        operation = found.ok()
        yield operation.label, operation.as_strategy(generation_mode=mode)


def send(gateway: Running, case: Any) -> tuple[int, bytes]:
    """Past any client's own ideas of what a request may be."""
    made = case.as_transport_kwargs(base_url=gateway.url)
    request = schemathesis_request(made, gateway.key)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_nothing_that_can_be_sent_breaks_the_gateway(gateway: Running, document: Any, mode: GenerationMode) -> None:
    broken: list[str] = []
    for label, strategy in operations(document, mode):
        print(label)
    assert broken == []
