"""What ZenMux's fields come to in OpenRouter's words."""

from typing import Any

import pytest
from switchboard.errors import InvalidRequest
from switchboard.json_types import JsonObject
from switchboard.routing.zenmux import rewritten

# Any: JSON that tests make up.


@pytest.mark.parametrize(
    ("routing", "expected"),
    [
        ({"type": "order", "providers": ["a", "b"]}, {"order": ["a", "b"], "only": ["a", "b"]}),
        ({"type": "priority", "providers": ["anthropic/anthropic_endpoint"]}, {"only": ["anthropic"]}),
        ({"type": "priority", "providers": ["google-vertex/eu"]}, {"only": ["google-vertex/eu"]}),
        ({"type": "priority", "primary_factor": "latency"}, {"sort": "latency"}),
        ({"type": "priority", "primary_factor": "cost"}, {"sort": "price"}),
        ({"type": "priority", "primary_factor": "speed"}, {"sort": "throughput"}),
        ({"type": "priority", "primary_factor": "quality", "providers": ["a"]}, {"only": ["a"], "sort": "exacto"}),
        ({"type": "priority"}, {}),
        ({"type": "round_robin", "providers": ["a", "b"]}, {"only": ["a", "b"]}),
        ({"type": "least_latency"}, {"sort": "latency"}),
        ({}, {}),
    ],
)  # fmt: skip
def test_each_way_of_routing_has_its_counterpart(routing: JsonObject, expected: JsonObject) -> None:
    assert rewritten({"routing": routing, "zdr": True}) == ({"zdr": True, **expected}, None)


@pytest.mark.parametrize(
    ("fallback", "model", "allowed"),
    [
        ("lab/two", "lab/two", None),
        ("true", None, True),
        (True, None, True),
        ("false", None, False),
        (False, None, False),
    ],
)
def test_a_fallback_is_a_model_or_a_switch(fallback: Any, model: str | None, allowed: bool | None) -> None:
    wishes, found = rewritten({"fallback": fallback})
    assert found == model
    assert wishes.get("allow_fallbacks") is allowed


@pytest.mark.parametrize(
    ("provider", "field"),
    [
        ({"routing": "order"}, "provider.routing"),
        ({"routing": {"kind": "order"}}, "provider.routing.kind"),
        ({"routing": {"type": "random"}}, "provider.routing.type"),
        ({"routing": {"type": "priority", "primary_factor": "beauty"}}, "provider.routing.primary_factor"),
        ({"routing": {"type": "order"}}, "provider.routing.providers"),
        ({"routing": {"type": "order", "providers": "a"}}, "provider.routing.providers"),
        ({"fallback": "azure"}, "provider.fallback"),
        ({"fallback": ["lab/two"]}, "provider.fallback"),
        ({"sort": "price", "routing": {"type": "least_latency"}}, "provider.sort"),
        ({"allow_fallbacks": True, "fallback": "false"}, "provider.allow_fallbacks"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_name(provider: JsonObject, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        rewritten(provider)
    assert caught.value.param == field
