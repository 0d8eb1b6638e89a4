"""The HTTP port of storage/signed.py over asyncio streams: one connection a call, enough for tests."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit


class PlainHttp:
    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # as the port has it
    ) -> tuple[int, Mapping[str, str], bytes]:
        async with asyncio.timeout(timeout):
            return await self._exchange(method, url, headers, body)

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            fields = {**headers, "Host": address.netloc, "Content-Length": str(len(body)), "Connection": "close"}
            lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            writer.write(f"{method} {address.path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
            head, _, content = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
            await writer.wait_closed()
        if not head:
            raise ConnectionError("no reply")
        first, *rest = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in rest)
        return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}, content
