"""The gateways that others use, each installed and started by a module of its own."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.overhead.contestants import Entrant, Mocks
from benchmarks.overhead.peers.litellm import litellm
from benchmarks.overhead.peers.portkey import portkey
from benchmarks.overhead.peers.tensorzero import tensorzero

PEERS: tuple[Callable[[Mocks, Path], Entrant], ...] = (litellm, portkey, tensorzero)
