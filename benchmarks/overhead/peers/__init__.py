"""The gateways that others use, each installed and started by a module of its own."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.overhead.contestants import Entrant, Mocks
from benchmarks.overhead.peers import litellm, portkey, tensorzero

PEERS: tuple[Callable[[Mocks, Path], Entrant], ...] = (litellm.entrant, portkey.entrant, tensorzero.entrant)
