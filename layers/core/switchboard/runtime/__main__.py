"""The process door: import the app, go through SnapStart if it is on, then take invocations until Lambda stops us."""

import asyncio
import importlib
import io
import sys
from contextlib import closing
from typing import cast

from switchboard.clock import SystemClock
from switchboard.garbage import loading
from switchboard.runtime.api import RuntimeApi
from switchboard.runtime.asgi import App
from switchboard.runtime.loop import Worker, take_invocations
from switchboard.runtime.report import Failure, log_failure
from switchboard.runtime.snapshot import pass_through_snapshot
from switchboard.settings import LambdaEnvironment


def main(target: str) -> None:
    """`target` is `module:attribute`. Returns only by raising, when Lambda's side is gone."""
    for stream in (sys.stdout, sys.stderr):
        # Into Lambda's pipe Python writes in blocks; what waits in one when the process is frozen comes late or never.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)
    environment = LambdaEnvironment.read()
    asyncio.run(serve(target, environment))


async def serve(target: str, environment: LambdaEnvironment) -> None:
    # The app is imported with the event loop running, so that it may create what belongs to a loop.
    with closing(RuntimeApi(environment.runtime_api)) as api:
        app = await load(target, api)
        if environment.snap_start:
            await pass_through_snapshot(api)
    worker = Worker(app, SystemClock(), environment.buffered)
    # Lambda Managed Instances give one environment several invocations at once: as many pollers, one event loop.
    pollers = [RuntimeApi(environment.runtime_api) for _ in range(environment.pollers)]
    await asyncio.gather(*(take_invocations(worker, poller) for poller in pollers))


async def load(target: str, api: RuntimeApi) -> App:
    """The app; whatever keeps it from being imported is told to Lambda first, which shows it in the function's log."""
    module, _, attribute = target.partition(":")
    try:
        with loading():
            return cast(App, getattr(importlib.import_module(module), attribute or "app"))
    except BaseException as error:  # SystemExit included: a start that ends early has failed
        log_failure("init_failed", error)
        await api.report("/init/error", Failure.of(error))
        raise


if __name__ == "__main__":
    main(sys.argv[1])
