"""The app's side of one exchange: ASGI's receive and send over a reply. Knows no HTTP and no Lambda."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from switchboard.runtime.reply import Replying

Message: TypeAlias = MutableMapping[str, Any]  # Any: ASGI leaves the values of a message open
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class ClientGone(OSError):
    """The answer cannot be delivered; an OSError because ASGI says so."""


class Exchange:
    """One request and its answer, in the order that ASGI prescribes."""

    def __init__(self, reply: Replying, body: bytes) -> None:
        self._reply = reply
        self._body: bytes | None = body
        self._over = asyncio.Event()
        self.started = False
        self.finished = False  # for the client; the app may go on working
        self.gone = False  # the client's side hung up

    def close(self) -> None:
        """Take nothing more from the app, however long it goes on."""
        self._over.set()

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self._over.is_set():
            raise ClientGone("the answer is over")
        try:
            await self._pass_on(message)
        except ConnectionError as error:
            self.gone = True
            self._over.set()
            raise ClientGone(str(error)) from error

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            await self._reply.start(message["status"], message.get("headers", ()))
        elif message["type"] == "http.response.body":
            await self._reply.write(message.get("body", b""))
            if not message.get("more_body", False):
                await self._reply.finish()
                self.finished = True
                self._over.set()
        else:
            raise ValueError(f"an HTTP app cannot send {message['type']!r}")
