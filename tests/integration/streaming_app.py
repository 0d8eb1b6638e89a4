"""A tiny ASGI app that streams five chunks, 50 ms apart; the query says what goes wrong."""

import asyncio
import os
from pathlib import Path
from typing import Any

CHUNKS = 5
GAP_SECONDS = 0.05
GONE_FILE = Path(os.environ.get("GONE_FILE", "gone"))


async def app(scope: Any, receive: Any, send: Any) -> None:  # Any: plain ASGI, without any library
    query = scope["query_string"].decode()
    if query == "fail=before":
        raise RuntimeError("before the first byte")
    headers = [(b"content-type", b"text/event-stream"), (b"x-request-id", scope["aws.request_id"].encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    try:
        for number in range(CHUNKS * 20 if query == "long" else CHUNKS):
            await send({"type": "http.response.body", "body": b"data: %d\n\n" % number, "more_body": True})
            if query == "fail=midway" and number == 2:
                raise RuntimeError("after the third chunk")
            await asyncio.sleep(GAP_SECONDS)
        await send({"type": "http.response.body"})
    except OSError:
        await receive()
        message = await receive()
        GONE_FILE.write_text(message["type"])  # noqa: ASYNC240  # nothing else runs in this process
