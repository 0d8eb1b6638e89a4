"""Runs in TensorZero's environment: starts its gateway, prints `ready PORT`, ends with stdin. `CONFIGURATION LOG`."""

import os
import sys
from urllib.parse import urlsplit

said = os.fdopen(os.dup(sys.stdout.fileno()), "w")
os.dup2(os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stdout.fileno())

from tensorzero import (  # type: ignore[import-not-found]  # noqa: E402  # it logs to the stdout of the moment
    _start_http_gateway,
)

gateway = _start_http_gateway(
    config_file=sys.argv[1], clickhouse_url=None, postgres_url=None, valkey_url=None, async_setup=False
)
print("ready", urlsplit(gateway.base_url).port, file=said, flush=True)
sys.stdin.read()
