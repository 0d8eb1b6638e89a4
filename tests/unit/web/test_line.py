"""Silences here are some milliseconds long, and nothing waits for longer than it takes the awaited thing to happen."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import Message, Scope
from switchboard.pipeline import Client
from switchboard.web.line import COMMENT, Line

SHORT = (0.005, 0.005)
NEVER = (60.0, 60.0)
PATIENCE = 5.0


@dataclass(slots=True)
class Caller:
    """The server's side of ASGI: `sent` is what the caller would get; `hang_up` ends the wait for a disconnect."""

    sent: list[Message] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    hang_up: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False

    async def receive(self) -> Message:
        await self.hang_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.broken:
            raise ConnectionResetError
        async with self.arrived:
            self.sent.append(message)
            self.arrived.notify_all()

    async def until(self, count: int) -> None:
        """Wait until so many messages were sent."""
        async with asyncio.timeout(PATIENCE), self.arrived:
            await self.arrived.wait_for(lambda: len(self.sent) >= count)

    def bodies(self) -> list[bytes]:
        return [message["body"] for message in self.sent if message["type"] == "http.response.body"]

    def line(self, silences: tuple[float, float] = NEVER, **scope: Any) -> Line:
        plain: Scope = {"type": "http", **scope}
        return Line(plain, self.receive, self.send, silences=silences)


def test_a_line_is_what_the_pipeline_writes_to() -> None:
    async def run() -> None:
        client: Client = Caller().line()
        assert not client.started

    asyncio.run(run())


def test_a_reply_has_a_head_pieces_and_an_end() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line()
        await line.start(200, {"content-type": "text/plain", "x-name": "ü"})
        await line.write(b"a")
        await line.end(b"b")
        assert caller.sent == [
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/plain"), (b"x-name", b"\xfc")],
            },
            {"type": "http.response.body", "body": b"a", "more_body": True},
            {"type": "http.response.body", "body": b"b", "more_body": False},
        ]

    asyncio.run(run())


def test_nothing_to_write_is_not_written() -> None:
    async def run() -> None:
        caller = Caller()
        await caller.line().write(b"")
        assert caller.sent == []

    asyncio.run(run())


def test_a_reply_begins_once() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line()
        await line.start(200, {})
        await line.start(500, {})
        assert [message["status"] for message in caller.sent] == [200]

    asyncio.run(run())


def test_a_long_silence_is_filled_and_begins_the_reply_if_need_be() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line(SHORT)
        line.hold_line()
        await caller.until(2)
        assert line.started
        assert caller.sent[0]["status"] == 200
        assert (b"content-type", b"text/event-stream; charset=utf-8") in caller.sent[0]["headers"]
        assert caller.sent[1]["body"] == COMMENT
        line.release()

    asyncio.run(run())


def test_every_further_silence_is_filled_again() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line(SHORT)
        line.hold_line()
        await caller.until(4)
        line.release()
        assert caller.bodies()[:3] == [COMMENT] * 3

    asyncio.run(run())


def test_a_comment_leaves_a_stream_that_began_as_it_is() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line(SHORT)
        line.hold_line()
        await line.start(200, {"x-generation-id": "gen-1"})
        await line.write(b"data: 1\n\n")
        await caller.until(3)
        line.release()
        assert caller.bodies()[:2] == [b"data: 1\n\n", COMMENT]
        assert sum(message["type"] == "http.response.start" for message in caller.sent) == 1

    asyncio.run(run())


def test_who_speaks_in_time_hears_no_comment() -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        caller = Caller()
        line = caller.line((0.1, 0.1))
        line.hold_line()
        begun = loop.time()
        while loop.time() - begun < 0.25:
            await line.write(b"data: 1\n\n")
            await asyncio.sleep(0.01)
        line.release()
        assert COMMENT not in caller.bodies()

    asyncio.run(run())


@pytest.mark.parametrize("how", ["end", "release"])
def test_after_the_end_all_is_silent(how: str) -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line(SHORT)
        line.hold_line()
        if how == "end":
            await line.end(b"bye")
        else:
            line.release()
        before = len(caller.sent)
        await asyncio.sleep(0.02)
        assert len(caller.sent) == before
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_a_line_that_is_not_held_is_never_filled() -> None:
    async def run() -> None:
        caller = Caller()
        await caller.line(SHORT).start(200, {})
        await asyncio.sleep(0.02)
        assert len(caller.sent) == 1

    asyncio.run(run())


async def hung_up_on(caller: Caller, line: Line) -> bool:
    """True if the task that answers is cancelled when its caller hangs up."""

    async def answer() -> None:
        line.hold_line()
        await asyncio.Event().wait()

    task = asyncio.create_task(answer())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.hang_up.set()
    await asyncio.wait({task}, timeout=0.02)
    line.release()
    cancelled = task.cancelled()
    task.cancel()
    await asyncio.wait({task})
    return cancelled


def test_on_a_server_a_hang_up_cancels_the_answer_and_says_why() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line()
        assert await hung_up_on(caller, line)
        assert line.gone

    asyncio.run(run())


def test_on_lambda_a_hang_up_is_not_seen() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line(NEVER, **{"aws.request_id": "r-1"})
        assert not await hung_up_on(caller, line)
        assert not line.gone

    asyncio.run(run())


def test_a_hang_up_after_the_end_cancels_nothing() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line()
        line.hold_line()
        await line.end(b"bye")
        caller.hang_up.set()
        for _ in range(5):
            await asyncio.sleep(0)
        assert not line.gone

    asyncio.run(run())


def test_writing_to_one_who_is_gone_does_nothing() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line()
        line.gone = True
        await line.start(200, {})
        await line.end(b"x")
        assert caller.sent == []

    asyncio.run(run())


def test_a_broken_connection_stops_nothing() -> None:
    async def run() -> None:
        caller = Caller(broken=True)
        line = caller.line()
        await line.start(200, {})
        caller.broken = False
        await line.write(b"x")
        await line.end(b"y")
        assert caller.sent == []

    asyncio.run(run())
