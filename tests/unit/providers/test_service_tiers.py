import pytest
from switchboard.json_types import Json
from switchboard.providers.service_tiers import unusual_tier


@pytest.mark.parametrize("name", [None, "", "auto", "default", "standard", "on_demand", 3, {"type": "flex"}])
def test_the_usual_tier_has_no_name(name: Json) -> None:
    assert unusual_tier(name) is None


@pytest.mark.parametrize("name", ["priority", "flex", "batch", "fast", "reserved"])
def test_any_other_goes_by_the_providers_word(name: str) -> None:
    assert unusual_tier(name) == name
