"""Random requests after the API's own document, against the real processes: whatever is sent, nothing breaks.

The same requests every time (a fixed seed), a few for each route; what a random body asks of a model is answered by the
simulated providers. A failed provider is told with 502 or 503, and only that.
"""

import contextlib
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

EXAMPLES = 8
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


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: str(mode.value))
def test_nothing_that_can_be_sent_breaks_the_gateway(gateway: Running, document: Any, mode: GenerationMode) -> None:
    sent: dict[str, set[int]] = {}
    broken: list[str] = []
    with requests.Session() as session:
        for found in schemathesis.openapi.from_dict(document).get_all_operations():
            for case in requests_of(found.ok(), mode):
                headers = {"authorization": f"Bearer {gateway.key}"}
                reply = case.call(base_url=gateway.url, headers=headers, session=session)
                sent.setdefault(case.operation.label, set()).add(reply.status_code)
                if reply.status_code >= 500 and reply.status_code not in FAILED_PROVIDER:
                    broken.append(f"{case.operation.label}: {reply.status_code} to {case.as_curl_command()}")
    assert broken == []
    statuses = set().union(*sent.values())
    if mode is GenerationMode.POSITIVE:
        assert len(sent) == sum(len(path) for path in document["paths"].values())
        assert 200 in sent["POST /api/v1/chat/completions"], "no request got as far as a provider"
    else:
        assert statuses >= {400, 404}, statuses
