"""Portkey's gateway on Node. It checks no key and keeps no record: each request names the provider in its headers."""

import os
from pathlib import Path

from benchmarks.overhead.contestants import PROVIDER_HEADERS, Contestant, Entrant, Mocks, Program, Serving, started
from benchmarks.overhead.peers.environments import install_node, locked_node
from benchmarks.overhead.processes import free_port

NAME = "Portkey"
PACKAGES = Path(__file__).resolve().parents[1] / "portkey"


def entrant(mocked: Mocks, home: Path) -> Entrant:
    return Entrant(
        name=NAME,
        serve=lambda: _serve(mocked, home),
        prepare=lambda: install_node(PACKAGES),
        version=locked_node(PACKAGES, "@portkey-ai/gateway"),
    )


def _serve(mocked: Mocks, home: Path) -> Serving:
    headers = {
        **PROVIDER_HEADERS,
        "x-portkey-provider": "openai",
        "x-portkey-custom-host": f"http://127.0.0.1:{mocked.upstream_port}/v1",
    }
    contestant = Contestant(NAME, free_port(), headers=headers, guest=True)
    server = PACKAGES / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    command = [
        *("node", "--import", str(PACKAGES / "loopback.mjs"), str(server)),
        *("--headless", f"--port={contestant.port}"),
    ]
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), "NODE_ENV": "production"}
    return started(contestant, Program(command, variables, home / "portkey.log"))
