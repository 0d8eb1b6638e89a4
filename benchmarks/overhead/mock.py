"""The process beside the gateway: provider and AWS. `mock COST PACE` prints `ready PORT PORT`, ends when stdin does."""

import asyncio
import sys
from collections.abc import Callable

import uvloop

from benchmarks.overhead.aws import Aws
from benchmarks.overhead.upstream import Upstream
from benchmarks.overhead.wire import Message, Server


async def main(cost: int, pace: float) -> None:
    loop = asyncio.get_running_loop()
    ports = [await _serve(answer) for answer in (Upstream(loop, pace).answer, Aws(cost).answer)]
    print("ready", *ports, flush=True)
    over = asyncio.Event()
    loop.add_reader(sys.stdin, over.set)  # nothing is ever written to it: readable means closed
    await over.wait()


async def _serve(answer: Callable[[Message, asyncio.Transport], None]) -> int:
    server = await asyncio.get_running_loop().create_server(lambda: Server(answer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert isinstance(port, int)
    return port


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2])))
