"""How a failure is told to Lambda and to the log: briefly, and never to the client."""

import json
import sys
import time
import traceback
from dataclasses import dataclass

MESSAGE_LIMIT = 240
TYPE_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception in the few printable characters that fit anywhere, a header included."""

    type: str
    message: str

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        return cls(_plain(f"Runtime.{type(error).__name__}", TYPE_LIMIT), _plain(str(error), MESSAGE_LIMIT))

    def body(self) -> bytes:
        """The error document of the Runtime API. No stack: it goes to the log, and headers have little room."""
        return json.dumps({"errorMessage": self.message, "errorType": self.type, "stackTrace": []}).encode()


def log_failure(event: str, error: BaseException, request_id: str = "") -> None:
    """One JSON line with the stack, for CloudWatch Logs; Lambda passes lines of JSON on as they are."""
    failure = Failure.of(error)
    stack = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    line = {
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "level": "ERROR",
        "message": event,
        "requestId": request_id,
        "errorType": failure.type,
        "errorMessage": failure.message,
        "stack": stack,
    }
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()


def _plain(text: str, limit: int) -> str:
    return "".join(char if char.isascii() and char.isprintable() else " " for char in text[:limit])
