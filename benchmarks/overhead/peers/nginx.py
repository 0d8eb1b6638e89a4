"""nginx, the plain reverse proxy: what it costs to be in the way and do nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.overhead.contestants import Contestant, Entrant, Mocks, Program, Serving, started, tool, tool_variables
from benchmarks.overhead.processes import free_port

HINT = "nginx is not installed (apt-get install nginx-light): a TCP proxy in Python stands in for it"
CONFIGURATION = """\
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


def entrant(mocked: Mocks, home: Path) -> Entrant:
    """Where it is missing, a proxy that copies bytes."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program:
        return Entrant("nginx", lambda: _nginx(program, mocked, home), version=_version(program))
    print(HINT, file=sys.stderr)
    return Entrant("tcp proxy (no nginx)", lambda: _copier(mocked, home))


def _version(program: str) -> str:
    said = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    return said.strip().rpartition("/")[2]


def _nginx(program: str, mocked: Mocks, home: Path) -> Serving:
    contestant, configuration = Contestant("nginx", free_port()), home / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(home=home, upstream=mocked.upstream_port, port=contestant.port))
    command = [program, "-p", str(home), "-c", str(configuration), "-e", str(home / "error.log")]
    return started(contestant, Program(command, tool_variables(), home / "nginx.log"))


def _copier(mocked: Mocks, home: Path) -> Serving:
    contestant = Contestant("tcp proxy (no nginx)", free_port())
    command = tool("tcp_proxy", str(contestant.port), str(mocked.upstream_port))
    return started(contestant, Program(command, tool_variables(), home / "tcp_proxy.log"))
