"""LiteLLM's proxy as its "Production" page wants it: one worker, production mode, its key checked, no database.

Without a database it counts what a request costs, but keeps no record of it.
"""

import os
from pathlib import Path

from benchmarks.overhead.contestants import PROVIDER_KEY, Contestant, Entrant, Mocks, Program, Serving, started
from benchmarks.overhead.peers.environments import install_python, locked_python, python_environment
from benchmarks.overhead.processes import free_port
from benchmarks.overhead.upstream import MODEL

NAME = "LiteLLM"
LISTENS_SECONDS = 180.0
CONFIGURATION = """\
model_list:
  - model_name: {model}
    litellm_params: {{ model: openai/{model}, api_base: "http://127.0.0.1:{upstream}/v1", api_key: {key} }}
litellm_settings: {{ telemetry: false, set_verbose: false, request_timeout: 600 }}
general_settings: {{ master_key: {key} }}
"""
# Each of these tables would be fetched from the internet at start.
LOCAL = ("MODEL_COST_MAP", "ANTHROPIC_BETA_HEADERS", "AUTOROUTER_PRESETS", "BLOG_POSTS", "POLICY_TEMPLATES")


def entrant(mocked: Mocks, home: Path) -> Entrant:
    return Entrant(
        name=NAME,
        serve=lambda: _serve(mocked, home),
        prepare=lambda: install_python("litellm"),
        version=locked_python("litellm"),
        patience=LISTENS_SECONDS,
    )


def _serve(mocked: Mocks, home: Path) -> Serving:
    contestant, configuration = Contestant(NAME, free_port(), guest=True), home / "litellm.yaml"
    configuration.write_text(CONFIGURATION.format(model=MODEL, upstream=mocked.upstream_port, key=PROVIDER_KEY))
    programs = python_environment("litellm") / "bin"
    command = [
        *(str(programs / "litellm"), "--config", str(configuration), "--num_workers", "1"),
        *("--host", "127.0.0.1", "--port", str(contestant.port)),
    ]
    variables = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(home),
        "LITELLM_MODE": "PRODUCTION",
        "LITELLM_LOG": "ERROR",
        **{f"LITELLM_LOCAL_{table}": "True" for table in LOCAL},
    }
    return started(contestant, Program(command, variables, home / "litellm.log"))
