from typing import Any

import pytest
from switchboard.catalog.model import DataPolicy
from switchboard.errors import NotFound
from switchboard.health.figures import NO_RANKINGS
from switchboard.health.pauses import Pause
from switchboard.web.pages.provider_page import find_provider, provider_page

from tests.examples import catalog, endpoint, model, provider

CATALOG = catalog(model(endpoint("acme"), endpoint("acme/eu"), endpoint("b")))
PAUSED = {endpoint("acme/eu").id: Pause("rate limit", 60)}


def test_every_endpoint_of_the_provider_is_there_and_no_other() -> None:
    shown: Any = provider_page(CATALOG, CATALOG.providers["acme"], NO_RANKINGS, PAUSED)
    assert [row["tag"] for row in shown["endpoints"]] == ["acme", "acme/eu"]
    assert [row["paused"] for row in shown["endpoints"]] == [None, {"reason": "rate limit", "until": 60}]
    assert shown["measured_until"] is None


def test_an_unknown_data_policy_is_null() -> None:
    known = provider(data_policy=DataPolicy(training=False, retention_days=30))
    policies = [provider_page(CATALOG, one, NO_RANKINGS, {})["data_policy"] for one in (provider(), known)]
    assert policies == [
        {"training": None, "retention_days": None, "verified": False},
        {"training": False, "retention_days": 30, "verified": False},
    ]


def test_who_asks_for_an_unknown_provider_is_told_which_there_are() -> None:
    with pytest.raises(NotFound) as missing:
        find_provider(CATALOG, "nobody")
    assert missing.value.metadata["providers"] == ["acme", "b"]
