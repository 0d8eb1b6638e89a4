"""The state directory and its lock: one engine per directory."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

# A killed engine's last snapshot may still be on its way to disk, by a child that holds the lock until it is there.
PATIENCE_SECONDS = 2.0


class InUseError(Exception):
    """Another engine holds the directory."""


class StateDir:
    """Holds the lock while entered; raises InUseError when it is taken for longer than PATIENCE_SECONDS."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    def __enter__(self) -> "StateDir":
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(self.path / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _locked(self._descriptor):
            if time.monotonic() > deadline:
                os.close(self._descriptor)
                raise InUseError(
                    f"another engine is using {self.path.resolve()} (it holds engine.lock); "
                    "stop it, or give this one its own --state-dir"
                )
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
