"""The plain proxy for machines without nginx: copies bytes both ways, knows no HTTP. `tcp_proxy PORT UPSTREAM`."""

import asyncio
import sys
from typing import cast

import uvloop


class _Side(asyncio.Protocol):
    """One of two connections: what it receives, the other one sends."""

    def __init__(self, upstream_port: int | None) -> None:
        self._upstream_port = upstream_port
        self._pending = b""
        self._transport: asyncio.Transport
        self.other: _Side | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._upstream_port is not None:
            self._connecting = asyncio.create_task(self._connect(self._upstream_port))

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self._pending += data
        else:
            self.other.send(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        if self.other is not None:
            self.other.close()

    def send(self, data: bytes) -> None:
        self._transport.write(data)

    def close(self) -> None:
        self._transport.close()

    async def _connect(self, port: int) -> None:
        _, upstream = await asyncio.get_running_loop().create_connection(lambda: _Side(None), "127.0.0.1", port)
        self.other, upstream.other = upstream, self
        if self._pending:
            upstream.send(self._pending)


async def main(port: int, upstream_port: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Side(upstream_port), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
