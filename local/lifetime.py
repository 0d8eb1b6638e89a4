"""How a local process starts and ends: one ready line, and no orphan when its parent dies.

A parent that wants the guard gives a pipe as stdin and keeps the other end; the kernel closes it however the parent
dies. A terminal or /dev/null as stdin is not a parent, so those are not watched.
"""

import asyncio
import os
import signal
import stat
from collections.abc import Callable

STDIN = 0


def announce(port: int) -> None:
    """Print the one line a parent waits for."""
    print(f"ready http://127.0.0.1:{port}", flush=True)


def stop_when_told(stop: Callable[[], None]) -> None:
    """Call `stop` on SIGTERM, SIGINT or the end of stdin; needs a running loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if _is_a_parent(STDIN):
        loop.add_reader(STDIN, _read_to_the_end, loop, stop)


def _is_a_parent(descriptor: int) -> bool:
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # closed by whoever started us
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _read_to_the_end(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    if os.read(STDIN, 65536):
        return
    loop.remove_reader(STDIN)
    stop()
