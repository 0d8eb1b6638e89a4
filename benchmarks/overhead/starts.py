"""Cold starts: what it costs until the first answer is complete, as a server and as the function alone."""

import os
import socket
import subprocess
import sys
import time

from benchmarks.overhead.contestants import ROOT, Contestant, Entrant
from benchmarks.overhead.figures import Figures
from benchmarks.overhead.load import Job
from benchmarks.overhead.ours import Switchboard
from benchmarks.overhead.processes import GATEWAY_CORE, cpu_ms, wait_for_port
from benchmarks.overhead.wire import AnswerReader

ANSWER_SECONDS = 60.0
PRINT_CPU = "import time; print(time.process_time() * 1000)"


def server_start(entrant: Entrant) -> Figures:
    """From fork to the first complete answer: wall time, and the CPU time of the process by then."""
    began = time.perf_counter()
    with entrant.serve() as (contestant, child):
        wait_for_port(contestant.port, child, entrant.patience)
        ask_once(contestant)
        wall = (time.perf_counter() - began) * 1000
        return {"server_start_ms": wall, "server_start_cpu_ms": cpu_ms(child.pid)}


def function_start(switchboard: Switchboard, contestant: Contestant) -> Figures:
    """The function without a server, CPU over that of an interpreter which does nothing."""
    request = switchboard.home / "request"
    request.write_bytes(first_request(contestant))
    bare = float(_run(switchboard, "-c", PRINT_CPU))
    _, imported, answered, _ = _run(
        switchboard, str(ROOT / "benchmarks" / "overhead" / "cold.py"), str(request)
    ).split()
    return {
        "bare_python_cpu_ms": bare,
        "import_cpu_ms": float(imported) - bare,
        "function_start_cpu_ms": float(answered) - bare,
    }


def _run(switchboard: Switchboard, *arguments: str) -> str:
    """The last line that the program prints: the function's log comes before it."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=switchboard.variables(),
        preexec_fn=lambda: os.sched_setaffinity(0, {GATEWAY_CORE}),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.splitlines()[-1]


def ask_once(contestant: Contestant) -> None:
    """Raises RuntimeError if that is not answered with 200."""
    reader, complete = AnswerReader(), False
    with socket.create_connection(("127.0.0.1", contestant.port), timeout=ANSWER_SECONDS) as line:
        line.sendall(first_request(contestant))
        while not complete:
            data = line.recv(65536)
            if not data:
                raise RuntimeError("the connection was closed before the first answer")
            _, complete = reader.feed(data)
    if not reader.ok:
        raise RuntimeError(f"the first answer was {reader.head[:60]!r}")


def first_request(contestant: Contestant) -> bytes:
    """The bytes of a request that it can answer."""
    job = Job(contestant.port, contestant.path, contestant.model, 1, 0.0, headers=dict(contestant.headers))
    return job.request()
