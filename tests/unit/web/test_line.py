import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import Message, Scope
from switchboard.pipeline import Client
from switchboard.web.line import SILENCES, Line
from switchboard.wire.sse import EVENT_STREAM

from tests.fakes import TurnedLoop

COMMENT = b": working\n\n"


@dataclass(slots=True)
class Caller:
    """The server's side of ASGI: `sent` is what the caller would get; `hang_up` ends the wait for a disconnect."""

    sent: list[Message] = field(default_factory=list)
    hang_up: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False

    async def receive(self) -> Message:
        await self.hang_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.broken:
            raise ConnectionResetError
        self.sent.append(message)

    def bodies(self) -> list[bytes]:
        return [message["body"] for message in self.sent if message["type"] == "http.response.body"]

    def line(self, silences: tuple[float, float] = SILENCES, **scope: Any) -> Line:
        plain: Scope = {"type": "http", **scope}
        return Line(plain, self.receive, self.send, silences=silences)


def test_a_line_is_what_the_pipeline_writes_to() -> None:
    async def run() -> None:
        client: Client = Caller().line()
        assert not client.started

    asyncio.run(run())


def test_nothing_is_sent_behind_the_end() -> None:
    """Settling may fail when the process stops: a second end would be against the protocol."""

    async def run() -> None:
        caller = Caller()
        line = caller.line()
        await line.start(200, {})
        await line.end(b"a")
        await line.start(500, {})
        await line.write(b"b")
        await line.end(b"c")
        assert caller.bodies() == [b"a"]

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


async def silence(seconds: float) -> None:
    """So much time passes, in no time."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, TurnedLoop)
    loop.advance(seconds)
    for _ in range(5):
        await asyncio.sleep(0)


def turned(story: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        runner.run(story)


def test_a_long_silence_is_filled_and_begins_the_reply_if_need_be() -> None:
    async def story() -> None:
        caller = Caller()
        line = caller.line()
        line.hold_line(COMMENT, EVENT_STREAM)
        await silence(9.9)
        assert not line.started
        await silence(0.2)
        assert line.started
        assert caller.sent[0]["status"] == 200
        assert (b"content-type", b"text/event-stream; charset=utf-8") in caller.sent[0]["headers"]
        assert caller.bodies() == [COMMENT]
        line.release()

    turned(story())


def test_every_further_silence_is_filled_again_after_a_while() -> None:
    async def story() -> None:
        caller = Caller()
        line = caller.line()
        line.hold_line(COMMENT, EVENT_STREAM)
        await silence(10.1)
        await silence(14.8)
        assert caller.bodies() == [COMMENT]
        await silence(0.2)
        await silence(15.1)
        assert caller.bodies() == [COMMENT] * 3
        line.release()

    turned(story())


def test_a_comment_leaves_a_stream_that_began_as_it_is() -> None:
    async def story() -> None:
        caller = Caller()
        line = caller.line()
        line.hold_line(COMMENT, EVENT_STREAM)
        await line.start(200, {"x-generation-id": "gen-1"})
        await line.write(b"data: 1\n\n")
        await silence(10.1)
        assert caller.bodies() == [b"data: 1\n\n", COMMENT]
        assert sum(message["type"] == "http.response.start" for message in caller.sent) == 1
        line.release()

    turned(story())


def test_who_speaks_in_time_hears_no_comment() -> None:
    async def story() -> None:
        caller = Caller()
        line = caller.line()
        line.hold_line(COMMENT, EVENT_STREAM)
        for _ in range(5):
            await silence(9)
            await line.write(b"data: 1\n\n")
        assert COMMENT not in caller.bodies()
        await silence(10.1)
        assert caller.bodies()[-1] == COMMENT
        line.release()

    turned(story())


@pytest.mark.parametrize("how", ["end", "release"])
def test_after_the_end_all_is_silent(how: str) -> None:
    async def story() -> None:
        caller = Caller()
        line = caller.line()
        line.hold_line(COMMENT, EVENT_STREAM)
        if how == "end":
            await line.end(b"bye")
        else:
            line.release()
        before = len(caller.sent)
        await silence(100)
        assert len(caller.sent) == before
        assert len(asyncio.all_tasks()) == 1

    turned(story())


def test_a_line_that_is_not_held_is_never_filled() -> None:
    async def story() -> None:
        caller = Caller()
        await caller.line().start(200, {})
        await silence(100)
        assert len(caller.sent) == 1

    turned(story())


def test_other_silences_can_be_asked_for() -> None:
    async def story() -> None:
        caller = Caller()
        line = caller.line(silences=(1, 2))
        line.hold_line(COMMENT, EVENT_STREAM)
        await silence(1.1)
        await silence(2.1)
        assert caller.bodies() == [COMMENT] * 2
        line.release()

    turned(story())


async def hung_up_on(caller: Caller, line: Line) -> bool:
    """True if the task that answers is cancelled when its caller hangs up."""

    async def answer() -> None:
        line.hold_line(COMMENT, EVENT_STREAM)
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
        line = caller.line(SILENCES, **{"aws.request_id": "r-1"})
        assert not await hung_up_on(caller, line)
        assert not line.gone

    asyncio.run(run())


def test_a_hang_up_after_the_end_cancels_nothing() -> None:
    async def run() -> None:
        caller = Caller()
        line = caller.line()
        line.hold_line(COMMENT, EVENT_STREAM)
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
