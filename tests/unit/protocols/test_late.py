"""Every client protocol is found by its name, and only then loaded."""

import subprocess
import sys

import pytest
from switchboard.protocols.late import _HOMES, ANTHROPIC, CHAT, GOOGLE, client_protocol, token_counter

from tests.house import LIBRARY


@pytest.mark.parametrize("name", _HOMES)
def test_a_protocol_goes_by_the_name_that_leads_to_it(name: str) -> None:
    assert name.startswith(client_protocol(name).name)
    assert client_protocol(name) is client_protocol(name)


@pytest.mark.parametrize("name", [ANTHROPIC, GOOGLE])
def test_two_dialects_count_tokens(name: str) -> None:
    assert callable(token_counter(name))


def test_whoever_speaks_chat_loads_nothing_of_the_other_dialects() -> None:
    check = (
        "import sys; from switchboard.web.routes import inference_at; inference_at('/v1/chat/completions');"
        "print(sorted(name for name in sys.modules if name.startswith('switchboard.protocols.')))"
    )
    run = [sys.executable, "-c", check]
    found = subprocess.run(run, cwd=LIBRARY.parent, capture_output=True, text=True, check=True).stdout
    for name in ("anthropic_messages", "google_generate", "openai_responses", "openai_embeddings"):
        assert name not in found
    assert client_protocol(CHAT).name == CHAT
