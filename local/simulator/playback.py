"""Plays a script over HTTP: in time, silent or cut off where the script says so."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.simulator.pace import Tempo
from local.simulator.script import Cut, Pause, Script, Silence
from local.simulator.script import Send as SendStep

_ABORT = "switchboard.abort"
_FLUSH_SECONDS = 0.01  # uvloop writes at the end of an iteration; what was sent shall arrive before the cut


class Abortable:
    """Outermost ASGI layer: lets a response abort its connection, for which ASGI has no word."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn's `send` is a method of the object that holds the transport.
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        scope[_ABORT] = getattr(transport, "abort", None)
        await self._app(scope, receive, send)


def play(script: Script, tempo: Tempo, scope: Scope, media_type: str, headers: Mapping[str, str]) -> StreamingResponse:
    """The response that plays a script; it ends early when the client goes."""
    steps = _steps(script, tempo, abort_of(scope))
    return StreamingResponse(steps, headers={**headers, "content-type": media_type})


def abort_of(scope: Scope) -> Callable[[], None]:
    """What ends the request's connection without a word."""
    abort: Callable[[], None] = scope[_ABORT]
    return abort


async def _steps(script: Script, tempo: Tempo, abort: Callable[[], None]) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    due = loop.time() + tempo.first_token
    for step in script:
        match step:
            case SendStep():
                due += step.tokens * tempo.per_token
                await asyncio.sleep(max(due - loop.time(), 0.0))
                if step.data:
                    yield step.data
            case Pause():
                due = max(due, loop.time()) + step.seconds
                await asyncio.sleep(step.seconds)
            case Cut():
                await asyncio.sleep(_FLUSH_SECONDS)
                abort()
                await until_the_client_goes()
            case Silence():
                while step.noise:
                    yield step.noise
                    await asyncio.sleep(step.seconds)
                await until_the_client_goes()


async def until_the_client_goes() -> None:
    """Wait to be cancelled, as StreamingResponse does when the client hangs up."""
    await asyncio.Event().wait()
