"""The simulated providers as a process: `python -m local.simulator --port 0`.

Prints `ready http://127.0.0.1:PORT`; ends on SIGTERM, SIGINT or the end of stdin.
"""

import argparse
import asyncio
import contextlib
import importlib.util
import socket
from collections.abc import Iterator

import uvicorn

from local import lifetime
from local.simulator.app import create_app

KEEP_ALIVE_SECONDS = 75


class Server(uvicorn.Server):
    """uvicorn, ended by `lifetime` instead of its own signal handlers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        lifetime.stop_when_told(self.stop)
        await super().startup(sockets)
        lifetime.announce(self.servers[0].sockets[0].getsockname()[1])

    def stop(self) -> None:
        self.should_exit = True
        self.force_exit = True


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m local.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--providers", default="", help="comma-separated ids known beside those of profiles.toml")
    parser.add_argument("--seed", type=int, default=0, help="of every pace and text")
    parser.add_argument("--fast", action="store_true", help="no pauses")
    options = parser.parse_args()
    names = [name for name in options.providers.split(",") if name]
    config = uvicorn.Config(
        create_app(providers=names, seed=options.seed, fast=options.fast),
        port=options.port,
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="critical",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,  # longer than a client's pool keeps an idle connection
        timeout_graceful_shutdown=0,
    )
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(Server(config).serve())


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    if importlib.util.find_spec("uvloop") is None:
        return None
    import uvloop  # noqa: PLC0415 - absent on Windows

    return uvloop.Loop


if __name__ == "__main__":
    main()
