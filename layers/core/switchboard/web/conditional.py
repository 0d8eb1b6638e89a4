"""Public answers have a tag, and whoever shows it again is told that nothing has changed: 304 instead of the body."""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Conditional:
    """For GET answers with 200 that anybody may keep; those that have a tag of their own are left alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        known = {one.strip().removeprefix("W/") for one in Headers(scope=scope).get("if-none-match", "").split(",")}
        await self._app(scope, receive, _Tagging(send, known))


class _Tagging:
    """Holds back a head that may get a tag until the body is there; every public answer is in one piece or a few."""

    def __init__(self, send: Send, known: set[str]) -> None:
        self._send = send
        self._known = known
        self._head: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _may_be_tagged(message):
            self._head = message
        elif self._head is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._head)

    async def _finish(self, head: Message) -> None:
        tag = f'"{hashlib.sha256(self._body).hexdigest()[:32]}"'
        headers = MutableHeaders(raw=list(head["headers"]))
        headers["etag"] = tag
        if tag in self._known:
            del headers["content-length"]
            await self._send({**head, "status": 304, "headers": headers.raw})
            await self._send({"type": "http.response.body", "body": b""})
        else:
            await self._send({**head, "headers": headers.raw})
            await self._send({"type": "http.response.body", "body": self._body})


def _may_be_tagged(head: Message) -> bool:
    headers = Headers(raw=head["headers"])
    return head["status"] == 200 and headers.get("cache-control", "").startswith("public") and "etag" not in headers
