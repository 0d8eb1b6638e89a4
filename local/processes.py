"""The processes beside the gateway: started before it, and gone when it is gone."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

READY = "ready "
STOP_SECONDS = 10.0


class NotReady(RuntimeError):
    """A process ended with `code` before it said that it was ready; what it said instead is on stderr."""

    def __init__(self, module: str, code: int) -> None:
        super().__init__(f"{module} ended with exit code {code} before it was ready")
        self.code = code


@dataclass(frozen=True, slots=True)
class Beside:
    """A process that ends when its stdin does, so that nothing survives a killed parent."""

    process: subprocess.Popen[str]
    url: str

    @classmethod
    def start(cls, module: str, arguments: Sequence[str]) -> "Beside":
        """Returns once the process has printed `ready URL`. Raises NotReady."""
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the gateway, which stops the others in good order
        )
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(READY):
                return cls(process, line.removeprefix(READY).strip())
        raise NotReady(module, process.wait())

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
