"""The two ways to answer an invocation: streamed as the app speaks, or whole at the end for `sam local`."""

import asyncio
import base64
import json
from collections.abc import Iterable
from typing import Protocol

from switchboard.json_types import JsonObject
from switchboard.runtime.api import ERROR_BODY, ERROR_TYPE, Invocation, RuntimeApi
from switchboard.runtime.report import Failure

RawHeaders = Iterable[tuple[bytes, bytes]]

PRELUDE_END = b"\0" * 8
# A streamed response without one body byte leaves the client waiting, so a body that should be empty is a newline:
# https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/issues/95
NOTHING = b"\n"
BODILESS = (204, 304)
# Lambda measures and frames the body itself.
NOT_OURS = (b"content-length", b"transfer-encoding", b"connection")


class Replying(Protocol):
    """What the ASGI side needs; every method may raise ConnectionError when the client's side is gone."""

    async def start(self, status: int, headers: RawHeaders) -> None: ...
    async def write(self, body: bytes) -> None: ...
    async def finish(self) -> None: ...
    async def fail(self, failure: Failure) -> None: ...
    async def settle(self) -> None: ...


class StreamedReply:
    """Prelude, eight NULs, chunks as they come; a failure after that is told in trailers and cuts the body short."""

    def __init__(self, api: RuntimeApi, invocation: Invocation, method: str) -> None:
        self._api = api
        self._invocation = invocation
        self._bodiless = method == "HEAD"
        self._empty = True
        self._writer: asyncio.StreamWriter | None = None

    async def start(self, status: int, headers: RawHeaders) -> None:
        self._bodiless = self._bodiless or status in BODILESS
        self._writer = await self._api.open_response(self._invocation)
        single, cookies = _split(headers)
        prelude: JsonObject = {"statusCode": status, "headers": {**single}}
        if cookies:
            prelude["cookies"] = [*cookies]
        await self._send(json.dumps(prelude).encode() + PRELUDE_END)

    async def write(self, body: bytes) -> None:
        if body and not self._bodiless:
            self._empty = False
            await self._send(body)

    async def finish(self) -> None:
        if self._empty:
            await self._send(NOTHING)
        await self._end()

    async def fail(self, failure: Failure) -> None:
        # Kept below 1 KB by Failure: servers written in Go refuse the whole body when trailers pass about 4 KB.
        text = base64.b64encode(failure.body()).decode()
        await self._end(f"{ERROR_TYPE}: {failure.type}\r\n{ERROR_BODY}: {text}\r\n")

    async def settle(self) -> None:
        await self._api.close_response()

    async def _send(self, chunk: bytes) -> None:
        await self._write(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    async def _end(self, trailers: str = "") -> None:
        await self._write(f"0\r\n{trailers}\r\n".encode())

    async def _write(self, data: bytes) -> None:
        # A closed socket takes writes silently for a while, so ask before each.
        if self._writer is None or self._api.hung_up:
            raise ConnectionResetError("the client's side has hung up")
        self._writer.write(data)
        await self._writer.drain()


class BufferedReply:
    """The classic proxy response, one JSON document when all is said."""

    def __init__(self, api: RuntimeApi, invocation: Invocation) -> None:
        self._api = api
        self._invocation = invocation
        self._answer: JsonObject = {}
        self._body = bytearray()

    async def start(self, status: int, headers: RawHeaders) -> None:
        single, cookies = _split(headers)
        self._answer = {"statusCode": status, "headers": {**single}}
        if cookies:  # one name for REST APIs, one for Function URLs
            self._answer |= {"multiValueHeaders": {"set-cookie": [*cookies]}, "cookies": [*cookies]}

    async def write(self, body: bytes) -> None:
        self._body += body

    async def finish(self) -> None:
        try:
            body, encoded = self._body.decode(), False
        except UnicodeDecodeError:
            body, encoded = base64.b64encode(self._body).decode(), True
        answer = self._answer | {"body": body, "isBase64Encoded": encoded}
        await self._api.respond(self._invocation, json.dumps(answer).encode())

    async def fail(self, failure: Failure) -> None:
        await self._api.report(f"{self._invocation.path}/error", failure, self._invocation.echo)

    async def settle(self) -> None:
        """Nothing is open: `finish` has read Lambda's answer."""


def _split(headers: RawHeaders) -> tuple[dict[str, str], list[str]]:
    """Headers by lower-case name, repeated ones joined as HTTP allows; cookies apart, which it does not."""
    single: dict[str, str] = {}
    cookies: list[str] = []
    for raw_name, raw_value in headers:
        name, value = raw_name.lower().decode("latin-1"), raw_value.decode("latin-1")
        if raw_name.lower() in NOT_OURS:
            continue
        if name == "set-cookie":
            cookies.append(value)
        else:
            single[name] = f"{single[name]}, {value}" if name in single else value
    return single, cookies
