"""`make contract-node`: the SDKs for Node against what `make run` starts; more arguments go to `node --test`.

Files among them are run instead of all files.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from tests.contract.conftest import Running, start
from tests.contract.python.upstreams import DIALECTS, UPSTREAMS, Upstream, write_catalog
from tests.node_packages import NoNode, install

SUITE = Path(__file__).parent / "node"


def main(arguments: list[str]) -> int:
    """`node --test`'s exit code; 0 with clear words where there is no Node."""
    try:
        install(SUITE)
    except NoNode as missing:
        print(f"skipped: the contract suite for Node {missing}", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory(prefix="switchboard-contract-") as scratch:
        catalog = Path(scratch) / "catalog.d"
        write_catalog(catalog)
        running = start(Path(scratch) / "state", CATALOG_DIR=str(catalog))
        for upstream in UPSTREAMS:
            _meet(running, upstream)
        upstreams = [_described(upstream) for upstream in UPSTREAMS]
        environment = {
            **os.environ,
            "SWITCHBOARD_URL": running.url,
            "SWITCHBOARD_KEY": running.key,
            "SWITCHBOARD_SIMULATOR": running.simulator,
            "CONTRACT_UPSTREAMS": json.dumps(upstreams),
        }
        # One file after the other: the faults of the simulated providers are everybody's.
        command = ["node", "--test", "--test-concurrency=1", *arguments]
        try:
            return subprocess.run([*command, *_files(arguments)], cwd=SUITE, env=environment, check=False).returncode
        finally:
            running.stop()


def _meet(running: Running, upstream: Upstream) -> None:
    """The simulator can be told to fail as any provider that has been asked once."""
    body = {"model": upstream.model, "messages": [{"role": "user", "content": "Hello."}]}
    headers = {"authorization": f"Bearer {running.key}", "content-type": "application/json"}
    url = f"{running.url}/api/v1/chat/completions"
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers), timeout=30).close()


def _described(upstream: Upstream) -> dict[str, object]:
    """`yes` are the protocols that need no translation there."""
    yes = [protocol for protocol in DIALECTS if upstream.result(protocol) == "yes"]
    return {"dialect": upstream.dialect, "provider": upstream.provider, "model": upstream.model, "yes": yes}


def _files(named: list[str]) -> list[str]:
    """None but those that the arguments name already."""
    if any(argument.endswith(".test.js") for argument in named):
        return []
    return sorted(path.name for path in SUITE.glob("*.test.js"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
