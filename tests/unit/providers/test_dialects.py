import subprocess
import sys

import pytest
from switchboard.catalog.fields import PROTOCOLS
from switchboard.providers.dialects import UpstreamDialects

from tests.fakes import FakeClock
from tests.house import ROOT

DIALECTS = UpstreamDialects(FakeClock())


@pytest.mark.parametrize("name", list(DIALECTS))
def test_a_dialect_is_found_under_its_own_name_and_made_once(name: str) -> None:
    assert DIALECTS[name].name == name
    assert DIALECTS[name] is DIALECTS[name]


def test_every_protocol_of_the_catalog_is_spoken() -> None:
    assert set(DIALECTS) == {*PROTOCOLS, "bedrock-invoke"}
    assert len(DIALECTS) == len(set(DIALECTS))


def test_no_dialect_is_loaded_before_it_is_needed() -> None:
    check = """
import sys
import switchboard.gateway
from switchboard.clock import SystemClock
from switchboard.providers.dialects import UpstreamDialects

names = ("openai_chat", "openai_responses", "anthropic_messages", "google_generate", "bedrock_converse")
loaded = lambda: [name for name in names if f"switchboard.providers.{name}" in sys.modules]
before = loaded()
UpstreamDialects(SystemClock())["openai-chat"]
print(before, loaded())
"""
    run = [sys.executable, "-c", check]
    found = subprocess.run(run, cwd=ROOT / "layers" / "core", capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[] ['openai_chat']"
