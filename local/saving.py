"""When the snapshot is written: soon after a change, and at the end.

A forked child writes it from its own frozen copy of memory, so that calls wait for the fork (8 ms at 200 MB) and not
for the pickling (80 ms per thousand items). The engine has one thread, which is what makes forking safe.
"""

import asyncio
import gc
import os
import pickle
import signal
import sys
import time
from pathlib import Path

from local import snapshot

DELAY_SECONDS = 0.5
# A large state is saved less often, so that saving takes at most a fifth of one core.
REST_PER_SECOND_OF_WORK = 4.0
PAUSE_AFTER_FAILURE_SECONDS = 5.0


class Saver:
    """Knows whether anything changed since the last snapshot, and what of SSM has not been read yet."""

    def __init__(self, file: Path, unread_ssm: bytes) -> None:
        self._file = file
        self._unread_ssm = unread_ssm
        self._changes = asyncio.Event()
        self._child_ended = asyncio.Event()
        self._child = 0

    def changed(self) -> None:
        self._changes.set()

    def before_ssm(self) -> None:
        """Hand the restored parameters to moto, the first time that SSM is called."""
        blob, self._unread_ssm = self._unread_ssm, b""
        try:
            snapshot.adopt_ssm(blob)
        except snapshot.SnapshotError as reason:
            snapshot.move_aside(self._file, reason)

    async def run(self) -> None:
        """Save after changes, for ever."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._child_ended.set)
        while True:
            await self._changes.wait()
            await asyncio.sleep(DELAY_SECONDS)
            self._changes.clear()
            started = time.monotonic()
            if not await self._save_in_child():
                self._changes.set()
                await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
            await asyncio.sleep((time.monotonic() - started) * REST_PER_SECOND_OF_WORK)

    def finish(self) -> None:
        """Save what is left to save, in this process."""
        if self._child:  # what it writes is older than what this process is about to write
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        if self._child or self._changes.is_set():
            self._save()

    async def _save_in_child(self) -> bool:
        self._child_ended.clear()
        try:
            self._child = os.fork()
        except OSError:  # no memory or no process left: rather wait than lose
            return self._save()
        if self._child == 0:
            self._be_the_child()
        await self._child_ended.wait()
        _, status = os.waitpid(self._child, 0)  # noqa: ASYNC222 - it has ended
        self._child = 0
        return status == 0

    def _be_the_child(self) -> None:
        # Ctrl-C reaches the whole process group; the child's few milliseconds of work shall be finished.
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        gc.disable()  # a collection would copy every shared page
        code = 1
        try:
            code = 0 if self._save() else 1
        finally:
            os._exit(code)  # never return into the parent's event loop

    def _save(self) -> bool:
        try:
            snapshot.write(self._file, snapshot.encode(snapshot.current_state(self._unread_ssm)))
        except (OSError, TypeError, pickle.PicklingError) as error:
            print(f"engine: cannot write {self._file}: {error}", file=sys.stderr, flush=True)
            return False
        return True
