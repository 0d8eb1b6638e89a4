"""One connection of HTTP/1.1, one exchange after another (RFC 9112). httptools parses, as in every asyncio web server.

Nothing that arrived is lost: a failure shows only when all pieces before it were handed over. What arrives together is
handed over together, so that a burst of events costs one turn of the loop and not one each.
"""

import asyncio
from typing import cast

import httptools

from switchboard.transport.failures import ConnectionCut, ConnectionFailed

MAX_HEAD_BYTES = 64 * 1024
# A reader who falls behind by so much makes the provider wait, not our memory grow.
MOST_UNREAD_BYTES = 256 * 1024


class Connection(asyncio.Protocol):
    """`headers` have lower-case names, and the last one holds where a name comes twice.

    `was_heard` says that a part of the reply to the last request has arrived.
    """

    def __init__(self) -> None:
        self.is_open = False
        self._transport: asyncio.Transport | None = None
        self._forget()

    def _forget(self) -> None:
        """Ready for the next exchange."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.was_heard = False
        self._parser: httptools.HttpResponseParser | None = None
        self._head_bytes = 0
        self._has_head = False
        self._is_complete = False
        self._keeps_alive = False
        self._pieces: list[bytes] = []
        self._unread = 0
        self._failure: OSError | None = None
        self._waiting: asyncio.Future[None] | None = None

    def send(self, request: bytes) -> None:
        """Begin an exchange: head and body at once."""
        self._forget()
        self._parser = httptools.HttpResponseParser(self)
        cast(asyncio.Transport, self._transport).write(request)

    async def read_head(self) -> None:
        """Until status and headers are there. Raises ConnectionFailed, or TimeoutError after `expire`."""
        while not self._has_head:
            self._raise_failure(ConnectionFailed)
            await self._news()

    async def read_piece(self) -> bytes | None:
        """What has arrived of the body since the last call, None at its end. Raises ConnectionCut."""
        while not self._pieces:
            if self._is_complete:
                return None
            self._raise_failure(ConnectionCut)
            await self._news()
        pieces, self._pieces = self._pieces, []
        if self._unread > MOST_UNREAD_BYTES and self._transport is not None:
            self._transport.resume_reading()
        self._unread = 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    @property
    def is_reusable(self) -> bool:
        """True once the reply is read whole and both sides mean to go on."""
        return self.is_open and self._is_complete and not self._pieces and self._failure is None and self._keeps_alive

    def expire(self) -> None:
        """The time for this exchange is over: whoever waits for it gets TimeoutError."""
        self._fail(TimeoutError("no answer in time"))

    def hang_up(self) -> None:
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    # From here on the event loop speaks (asyncio.Protocol).

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        if self._parser is None or self._is_complete:  # nobody has asked: a server that says good-bye, or nonsense
            self.hang_up()
            return
        self.was_heard = True
        if not self._has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(ConnectionCut(f"the reply is no HTTP: {error}"))
            return
        if not self._has_head and self._head_bytes > MAX_HEAD_BYTES:
            self._fail(ConnectionFailed(f"the headers are longer than {MAX_HEAD_BYTES} bytes"))
        elif self._unread > MOST_UNREAD_BYTES and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if exc is None and self._has_head and self._ends_with_the_connection:
            self._is_complete = True
        if not self._is_complete and self._failure is None:
            self._failure = ConnectionCut(str(exc) if exc else "the connection was closed")
        self._wake()

    # From here on the parser speaks (httptools).

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self._parser.get_status_code() if self._parser else 0
        if self.status < 200:  # 100 Continue, 103 Early Hints: the reply itself is still to come
            self.headers = {}
        else:
            self._has_head = True

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)
        self._unread += len(body)

    def on_message_complete(self) -> None:
        """httptools knows whether the connection stays only now: the next byte begins another message."""
        self._is_complete = self._has_head
        self._keeps_alive = self._parser is not None and self._parser.should_keep_alive()

    @property
    def _ends_with_the_connection(self) -> bool:
        """A body without a length of its own (RFC 9112, section 6.3)."""
        return "content-length" not in self.headers and "transfer-encoding" not in self.headers

    def _raise_failure(self, kind: type[OSError]) -> None:
        if self._failure is not None:
            raise self._failure if isinstance(self._failure, TimeoutError) else kind(str(self._failure))

    def _fail(self, failure: OSError) -> None:
        if self._failure is None:
            self._failure = failure
        self.hang_up()
        self._wake()

    async def _news(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
