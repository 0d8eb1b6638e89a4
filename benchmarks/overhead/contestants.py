"""What is compared: the provider itself, a plain reverse proxy before it, and Switchboard before it."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from switchboard.clock import SystemClock
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.keys import ApiKey, KeyStore, hash_key, mask_key
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.transport.here import http_client
from switchboard.wire.sigv4 import Credentials

from benchmarks.overhead.aws import PROVIDER
from benchmarks.overhead.processes import GATEWAY_CORE, TOOLS_CORE, Child, free_port, wait_for_port
from benchmarks.overhead.upstream import MODEL, USAGE

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-sb-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
INPUT_NANO, OUTPUT_NANO = 2_000, 8_000  # a token; as USD for a million below
COST = USAGE["prompt_tokens"] * INPUT_NANO + USAGE["completion_tokens"] * OUTPUT_NANO
INSTALL_NGINX = "apt-get install nginx-light"
PROXY_HEADERS = {"authorization": "Bearer sk-bench"}

NGINX = """\
daemon off; master_process off; worker_processes 1; pid {home}/nginx.pid; error_log {home}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_max_body_size 32m; client_body_buffer_size 1m; keepalive_requests 1000000000; tcp_nodelay on;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
  upstream provider {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
                  proxy_buffering off; }}
  }}
}}
"""
CATALOG = """\
[provider]
id = "{provider}"
name = "Bench"
protocol = "openai-chat"
base_url = "http://127.0.0.1:{port}/v1"
key_env = "BENCH_API_KEY"

[[endpoints]]
model = "{provider}/{model}"
upstream_id = "{model}"
context = 1000000
max_output = 8192
price = {{ input = "2", output = "8" }}
"""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`pid` is None for the provider itself, whose CPU is of no interest."""

    name: str
    port: int
    path: str
    model: str
    headers: dict[str, str]
    pid: int | None = None
    metered: bool = False


@dataclass(frozen=True, slots=True)
class Mocks:
    upstream_port: int
    aws_port: int


@contextmanager
def mocks() -> Iterator[Mocks]:
    with Child(tool("mock", str(COST)), TOOLS_CORE, variables=tool_variables()) as child:
        _, upstream_port, aws_port = child.line().split()
        mocked = Mocks(int(upstream_port), int(aws_port))
        asyncio.run(_add_key(mocked))
        yield mocked


def direct(mocked: Mocks) -> Contestant:
    return Contestant("direct", mocked.upstream_port, "/v1/chat/completions", MODEL, PROXY_HEADERS)


@contextmanager
def plain_proxy(mocked: Mocks, home: Path) -> Iterator[Contestant]:
    """nginx; where it is missing, a proxy that copies bytes."""
    port, nginx = free_port(), shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if nginx:
        configuration = home / "nginx.conf"
        configuration.write_text(NGINX.format(home=home, upstream=mocked.upstream_port, port=port))
        name, command = "nginx", [nginx, "-p", str(home), "-c", str(configuration), "-e", str(home / "error.log")]
    else:
        print(f"nginx is not installed ({INSTALL_NGINX}): a TCP proxy in Python stands in for it", file=sys.stderr)
        name, command = "tcp proxy (no nginx)", tool("tcp_proxy", str(port), str(mocked.upstream_port))
    with (home / "proxy.log").open("wb") as log, Child(command, GATEWAY_CORE, variables=tool_variables(), log=log) as c:
        wait_for_port(port, c)
        yield Contestant(name, port, "/v1/chat/completions", MODEL, PROXY_HEADERS, c.pid)


@dataclass(frozen=True, slots=True)
class Switchboard:
    """How the chat function is started in server mode: the app of functions/chat as it is, under uvicorn and uvloop."""

    home: Path
    mocked: Mocks

    def variables(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{self.home / 'catalog' / 'python'}:{ROOT}",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.mocked.aws_port}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        }

    def build_catalog(self) -> None:
        """The shipped catalog with the simulated provider over it, as `sam build` would."""
        operator = self.home / "catalog.d"
        operator.mkdir()
        text = CATALOG.format(provider=PROVIDER, model=MODEL, port=self.mocked.upstream_port)
        (operator / "bench.toml").write_text(text)
        build = [sys.executable, str(ROOT / "layers" / "catalog" / "build.py"), str(self.home / "catalog")]
        subprocess.run([*build, "--operator", str(operator)], check=True, stdout=subprocess.DEVNULL, timeout=60)

    @contextmanager
    def serve(self) -> Iterator[tuple[Contestant, Child]]:
        """Started, not necessarily ready."""
        port = free_port()
        command = [
            *(sys.executable, "-m", "uvicorn", "app:app", "--app-dir", str(ROOT / "functions" / "chat")),
            *("--host", "127.0.0.1", "--port", str(port), "--loop", "uvloop", "--lifespan", "off"),
            *("--log-level", "warning", "--no-access-log"),
        ]
        with (
            (self.home / "switchboard.log").open("ab") as log,
            Child(command, GATEWAY_CORE, variables=self.variables(), log=log) as child,
        ):
            headers = {"authorization": f"Bearer {KEY}"}
            path, model = "/api/v1/chat/completions", f"{PROVIDER}/{MODEL}"
            yield Contestant("switchboard", port, path, model, headers, child.pid, metered=True), child


def tool(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"benchmarks.overhead.{module}", *arguments]


def tool_variables() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{ROOT}"}


async def _add_key(mocked: Mocks) -> None:
    http = http_client()
    endpoint = f"http://127.0.0.1:{mocked.aws_port}"
    aws = Aws(http, SystemClock(), lambda: Credentials("AKIDEXAMPLE", "secret"), "us-east-1", endpoint)
    store = KeyStore(DynamoDatabase(SignedService(aws, DYNAMODB)), "KeysTable")
    await store.add(ApiKey(hash_key(KEY), "01JBENCHKEY0000000000000000", "bench", mask_key(KEY)))
    await http.close()
