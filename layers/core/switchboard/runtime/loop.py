"""One invocation after another: event in, app run, answer or failure out. Nothing an event holds can stop the loop."""

import asyncio
import json
import os
from contextlib import closing
from dataclasses import dataclass

from switchboard.clock import Clock
from switchboard.runtime.api import Invocation, RuntimeApi
from switchboard.runtime.asgi import App, ClientGone, Exchange
from switchboard.runtime.event import MalformedEvent, Request, read_event
from switchboard.runtime.reply import BufferedReply, Replying, StreamedReply
from switchboard.runtime.report import Failure, log_failure

# Lambda kills the process at the deadline without a word to the client: shortly before, we break the stream ourselves.
RESERVE_SECONDS = 0.5
# What a cancelled app gets of that for putting its things away.
FAREWELL_SECONDS = 0.2


class OutOfTime(Exception):
    """The app still ran when the invocation's time was over."""


class NoAnswer(Exception):
    """The app returned before its answer was complete."""


@dataclass(frozen=True, slots=True)
class Worker:
    """What every poller shares."""

    app: App
    clock: Clock
    buffered: bool

    def reply(self, api: RuntimeApi, invocation: Invocation, method: str) -> Replying:
        return BufferedReply(api, invocation) if self.buffered else StreamedReply(api, invocation, method)


async def take_invocations(worker: Worker, api: RuntimeApi) -> None:
    """Ends only by raising, when the Runtime API is gone; Lambda then starts a new process."""
    with closing(api):
        while True:
            invocation = await api.next()
            os.environ["_X_AMZN_TRACE_ID"] = invocation.trace_id  # where AWS's own libraries look for it
            try:
                await answer(worker, api, invocation)
            except ConnectionError as lost:  # of this answer; a Runtime API that is gone shows in the next poll
                log_failure("answer_not_delivered", lost, invocation.request_id)
                api.close()


async def answer(worker: Worker, api: RuntimeApi, invocation: Invocation) -> None:
    try:
        request = read_event(invocation)
    except MalformedEvent as malformed:
        log_failure("malformed_event", malformed, invocation.request_id)
        await refuse(worker.reply(api, invocation, "POST"), str(malformed))
        return
    reply = worker.reply(api, invocation, request.scope["method"])
    exchange = Exchange(reply, request.body)
    error = await run(worker, request, exchange, invocation) or NoAnswer(
        "the app returned without an end to its answer"
    )
    exchange.close()
    if exchange.gone:
        api.close()
    elif exchange.finished:
        await reply.settle()
    elif exchange.started:
        await reply.fail(Failure.of(error))
        await reply.settle()
    else:
        await api.report(f"{invocation.path}/error", Failure.of(error), invocation.echo)


async def refuse(reply: Replying, reason: str) -> None:
    """In the shape of OpenAI's errors, as every other refusal of the gateway."""
    error = {"message": f"Not a request: {reason}.", "type": "invalid_request_error", "param": None}
    await reply.start(400, [(b"content-type", b"application/json")])
    await reply.write(json.dumps({"error": {**error, "code": "malformed_event"}}).encode())
    await reply.finish()
    await reply.settle()


async def run(worker: Worker, request: Request, exchange: Exchange, invocation: Invocation) -> BaseException | None:
    """Run the app to its end or to the end of its time; what it raised is logged and returned."""
    error: BaseException | None
    task = asyncio.ensure_future(worker.app(request.scope, exchange.receive, exchange.send))
    await asyncio.wait({task}, timeout=_seconds_left(worker.clock, invocation))
    if task.done():
        error = asyncio.CancelledError("the app cancelled itself") if task.cancelled() else task.exception()
    else:
        error = OutOfTime("the app was stopped just before the invocation's deadline")
        task.cancel()
        await asyncio.wait({task}, timeout=FAREWELL_SECONDS)
    if error is not None and not isinstance(error, ClientGone):
        log_failure("app_failed", error, invocation.request_id)
    return error


def _seconds_left(clock: Clock, invocation: Invocation) -> float | None:
    if not invocation.deadline_ms:
        return None
    return max(0.0, invocation.deadline_ms / 1000 - RESERVE_SECONDS - clock.now())
