"""`make run` as a process: figures appear, the state survives, nothing is left behind."""

import json
import os
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.contract.conftest import INTERPRETER, ROOT, Running, start

MODEL = "openai/gpt-4.1"


def ask(running: Running) -> str:
    """One streamed request; returns its generation id."""
    body = json.dumps({"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    headers = {"authorization": f"Bearer {running.key}", "content-type": "application/json"}
    request = urllib.request.Request(f"{running.url}/api/v1/chat/completions", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as reply:
        reply.read()
        return str(reply.headers["x-generation-id"])


def endpoints(running: Running) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(running.get(f"/api/v1/models/{MODEL}/endpoints"))["data"]["endpoints"]
    return rows


def test_uptime_latency_and_throughput_show_soon_after_the_first_requests(gateway: Running) -> None:
    for _ in range(3):
        ask(gateway)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        measured = [row for row in endpoints(gateway) if row["latency_last_30m"] and row["throughput_last_30m"]]
        if measured:
            break
        time.sleep(0.2)
    assert measured[0]["uptime_last_5m"] is not None
    assert measured[0]["latency_last_30m"]["count"] >= 1


def test_whoever_starts_it_twice_is_told_what_to_type(gateway: Running, tmp_path: Path) -> None:
    taken = {"PORT": str(urlsplit(gateway.url).port), "STATE_DIR": str(tmp_path)}
    command = [INTERPRETER, "-m", "local"]
    second = subprocess.run(command, cwd=ROOT, env={**os.environ, **taken}, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr.startswith("make run: cannot listen at 127.0.0.1:")
    assert "PORT=8788 make run" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_the_state_survives_ctrl_c_and_a_restart(tmp_path: Path) -> None:
    first = start(tmp_path)
    generation = ask(first)
    first.get(f"/api/v1/generation?id={generation}", first.key)
    assert first.stop() == 0
    second = start(tmp_path)
    try:
        record = json.loads(second.get(f"/api/v1/generation?id={generation}", second.key))["data"]
        assert record["id"] == generation
    finally:
        assert second.stop() == 0
    for running in (first, second):
        assert running.process.stdout is not None
        running.process.stdout.close()
