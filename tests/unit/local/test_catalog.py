"""Who is simulated, where, and in which dialect."""

import pytest
from switchboard.catalog.model import Catalog

from local.catalog import SIMULATED_DIALECTS, needs_stand_in, simulated
from local.simulator.dialects import DIALECTS
from tests.examples import catalog, endpoint, model, provider

SIMULATOR = "http://127.0.0.1:9000"


def offered(**changes: object) -> Catalog:
    return catalog(model(endpoint("acme", provider=provider("acme", key_env="ACME_KEY", **changes))))


def test_the_catalog_and_the_simulator_agree_on_the_dialects() -> None:
    assert set(SIMULATED_DIALECTS) == {dialect.name for dialect in DIALECTS}


@pytest.mark.parametrize(
    ("protocol", "address", "stand_in"),
    [
        ("openai-chat", "https://api.acme.test/v1", "/acme/v1"),
        ("openai-chat", "https://api.acme.test", "/acme"),
        ("google-generate", "https://generativelanguage.acme.test/v1beta", "/acme/v1beta"),
        (
            "google-generate",
            "https://{location}-aiplatform.acme.test/v1/projects/{project}/locations/{location}/publishers/google",
            "/acme/v1/projects/project/locations/location/publishers/google",
        ),
        ("bedrock-converse", "https://bedrock-runtime.{region}.acme.test", "/acme"),
    ],
)
def test_a_stand_in_speaks_the_dialect_of_whom_it_stands_in_for(protocol: str, address: str, stand_in: str) -> None:
    real = offered(protocol=protocol, base_url=address, auth="aws-sigv4")
    found = simulated(real, {}, SIMULATOR).providers["acme"]
    assert (found.protocol, found.base_url) == (protocol, SIMULATOR + stand_in)
    assert found.auth == "none"
    assert found.facts["simulated"] is True


def test_a_dialect_that_nobody_simulates_is_stood_in_for_by_a_chat_server() -> None:
    found = simulated(offered(protocol="telepathy"), {}, SIMULATOR).providers["acme"]
    assert found.protocol == "openai-chat"


def test_whoever_has_a_key_or_is_on_this_machine_is_left_alone() -> None:
    assert needs_stand_in(provider("acme", key_env="ACME_KEY"), {})
    assert not needs_stand_in(provider("acme", key_env="ACME_KEY"), {"ACME_KEY": "k"})
    assert not needs_stand_in(provider("acme", key_env=None), {})
    assert not needs_stand_in(provider("acme", key_env="ACME_KEY", base_url="http://127.0.0.1:1/v1"), {})
