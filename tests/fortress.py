"""A whole chat gateway for the security suite: endpoints of every upstream dialect, nothing but fakes behind them."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from switchboard.gateway import Surroundings, chat_gateway
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.keys import KeyStore
from switchboard.web.chat import ChatApp

from tests.examples import BEARER, KEY, catalog, endpoint, model, provider
from tests.fakes import Answered, FakeClock, FakeDatabase, FakeReply, FakeTelemetry, FakeTransport, ask

DIALECTS = ("openai-chat", "openai-responses", "anthropic-messages", "google-generate")
HOSTS = {f"{dialect}.test" for dialect in DIALECTS}
IMAGES = frozenset({"text", "image", "file"})
PATHS = ("/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1beta/models/lab/one:generateContent")


class Deaf(FakeTransport):
    """Writes down whom it was to call, and never gets through."""

    def __init__(self) -> None:
        super().__init__([])

    def open(self, request: Any) -> Any:
        self.script.append(ConnectionError("nobody answers here"))
        return super().open(request)


@dataclass
class Fortress:
    """`send` puts a body to the gateway; what it did then stands in `transport` and `telemetry`."""

    transport: FakeTransport = field(default_factory=Deaf)
    telemetry: FakeTelemetry = field(default_factory=FakeTelemetry)
    database: FakeDatabase = field(default_factory=FakeDatabase)
    app: ChatApp = field(init=False)

    def __post_init__(self) -> None:
        asyncio.run(KeyStore(self.database, Settings().keys_table).add(KEY))
        offers = [
            endpoint(
                dialect,
                provider=provider(dialect, protocol=dialect, base_url=f"https://{dialect}.test/v1"),
                input_modalities=IMAGES,
            )
            for dialect in DIALECTS
        ]

        async def load(_: str) -> Secret:
            return Secret("sk-upstream")

        self.app = chat_gateway(
            Surroundings(
                Settings(),
                catalog(model(*offers, input_modalities=tuple(sorted(IMAGES)))),
                self.database,
                load,
                self.transport,
                self.telemetry,
                FakeClock(),
            )
        )

    def send(self, path: str, body: Any, **headers: str) -> Answered:
        """`body` is bytes, or what JSON is made of."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()  # orjson writes nothing deep
        return asyncio.run(ask(self.app, "POST", path, sent, **{**BEARER, **headers}))

    def hosts(self) -> set[str]:
        return {urlsplit(request.url).netloc for request in self.transport.requests}


def answering(*replies: FakeReply) -> Fortress:
    return Fortress(FakeTransport(list(replies)))


def bodies(text: str, **extra: Any) -> Mapping[str, Any]:
    """A plain body for each of PATHS, with `text` as its prompt and `extra` beside it."""
    hello = {"role": "user", "content": text}
    return dict(
        zip(
            PATHS,
            (
                {"model": "lab/one", "messages": [hello], **extra},
                {"model": "lab/one", "input": text, **extra},
                {"model": "lab/one", "max_tokens": 9, "messages": [hello], **extra},
                {"contents": [{"role": "user", "parts": [{"text": text}]}], **extra},
            ),
            strict=True,
        )
    )
