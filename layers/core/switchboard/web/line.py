"""The caller's end of the line, over ASGI: one reply, kept alive through silences, and a hang-up noticed."""

import asyncio
from collections.abc import Coroutine, Mapping

from starlette.types import Message, Receive, Scope, Send

# Seconds of silence before the first comment, and before each other. openai-go before 3.43 takes a comment for the end:
# none before the silence is a long one.
SILENCES = (10.0, 15.0)


class Line:
    """Implements pipeline.Client.

    On Lambda a hang-up is not shown to the function: it drains the provider's answer and accounts for it exactly.
    On a server, `hold_line` cancels the task that answers, and `gone` tells it why.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, silences: tuple[float, float] = SILENCES) -> None:
        self.started = False
        self.gone = False
        self._keeps_going = False
        self._on_lambda = "aws.request_id" in scope
        self._first_silence, self._next_silences = silences
        self._receive = receive
        self._send = send
        self._broken = False
        self._ended = False
        self._keep_alive = b""
        self._content_type = ""
        self._last_write = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        """Does nothing if a keep-alive has begun the reply already."""
        if self.started:
            return
        self.started = True
        encoded = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
        await self._pass_on({"type": "http.response.start", "status": status, "headers": encoded})

    async def write(self, data: bytes) -> None:
        if data and not self._ended:
            self._last_write = asyncio.get_running_loop().time()
            await self._pass_on({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes) -> None:
        """Once: what fails behind the end (settling, while the process stops) has nobody to be told to."""
        if self._ended:
            return
        self._ended = True
        self.release()
        await self._pass_on({"type": "http.response.body", "body": data, "more_body": False})

    def keep_going(self) -> None:
        self._keeps_going = True

    def hold_line(self, keep_alive: bytes, content_type: str) -> None:
        self._keep_alive = keep_alive
        self._content_type = content_type
        loop = asyncio.get_running_loop()
        self._last_write = loop.time()
        self._timer = loop.call_later(self._first_silence, self._speak_up, self._first_silence)
        task = asyncio.current_task()
        if not self._on_lambda and task is not None:
            self._begin(self._watch(task))

    def release(self) -> None:
        """Stop filling silences and watching."""
        if self._timer:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()

    def _speak_up(self, silence: float) -> None:
        """Runs when the silence may have lasted long enough; a write since then only puts it off."""
        loop = asyncio.get_running_loop()
        due = self._last_write + silence
        if loop.time() < due:
            self._timer = loop.call_at(due, self._speak_up, silence)
            return
        self._begin(self._comment())
        self._timer = loop.call_later(self._next_silences, self._speak_up, self._next_silences)

    async def _comment(self) -> None:
        await self.start(200, {"content-type": self._content_type, "cache-control": "no-cache"})
        await self.write(self._keep_alive)

    async def _watch(self, answering: asyncio.Task[None]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            continue
        if not self._ended:
            self.gone = True
            if not self._keeps_going:
                answering.cancel()

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, message: Message) -> None:
        if self._broken or self.gone:
            return
        try:
            await self._send(message)
        except OSError:  # the reply cannot reach anybody any more; the answer is still finished and accounted for
            self._broken = True
