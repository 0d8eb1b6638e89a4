"""Child processes on a core of their own, and what the kernel says they have used."""

import os
import resource
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

STOP_SECONDS = 5.0
CORES = tuple(sorted(os.sched_getaffinity(0)))
# With one core everything shares it, and the ratios are all that is left to look at.
TOOLS_CORE, GATEWAY_CORE = CORES[0], CORES[-1]


class Child(AbstractContextManager["Child"]):
    """Ended, by its own id, when the block is left."""

    def __init__(
        self, command: Sequence[str], core: int, *, variables: Mapping[str, str], log: IO[bytes] | None = None
    ) -> None:
        """`log` takes its output; without one it is read by `line`."""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=log or subprocess.PIPE,
            stderr=log,
            env=variables,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # noqa: PLW1509  # there are none
        )
        self.pid = self._process.pid
        self._name = " ".join(command)

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._name} ended with {self._process.wait()}")
        return line.decode().strip()

    def tell(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def cpu_ms(pid: int) -> float:
    """CPU time of a whole process, its dead threads included, to the nanosecond (clock_getcpuclockid(3))."""
    return time.clock_gettime((~pid << 3) | 2) * 1000


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident and proportional set size."""
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return _mb(rows["Rss"]), _mb(rows["Pss"])


def peak_mb(pid: int) -> float:
    """The most that was resident since `forget_peak`."""
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    return _mb(next(row for row in rows if row.startswith("VmHWM")).partition(":")[2])


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _mb(row: str) -> float:
    return int(row.split(maxsplit=1)[0]) / 1024


def allow_open_files(count: int) -> None:
    """For this process and those that it starts from now on, as far as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count if most == resource.RLIM_INFINITY else min(count, most), most))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def wait_for_port(port: int, child: Child, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and child.runs:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.002)
    raise RuntimeError(f"nothing listens on port {port}")
