"""Does what Lambda does on a cold start, in one process: import the chat function, answer one request.

Prints CPU milliseconds since the process began (before the import, after it, after the answer) and how many modules
were loaded. `cold.py REQUEST_FILE`.
"""

import time

started = time.process_time()

import importlib  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "functions" / "chat"))

from switchboard.garbage import loading  # noqa: E402

with loading():
    app = importlib.import_module("app").app

imported = time.process_time()

import asyncio  # noqa: E402


def main() -> None:
    head, _, body = Path(sys.argv[1]).read_bytes().partition(b"\r\n\r\n")
    request, *lines = head.split(b"\r\n")
    method, path, _ = request.decode().split(" ")
    headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
    }
    answer: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answer.append(message)

    asyncio.run(app(scope, receive, send))
    answered = time.process_time()
    assert answer[0]["status"] == 200, answer
    print(*(f"{seconds * 1000:.3f}" for seconds in (started, imported, answered)), len(sys.modules))


if __name__ == "__main__":
    main()
