"""Plain values that many tests start from: a provider, its endpoints, a request. Each takes what a test changes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from switchboard.catalog.model import Catalog, Endpoint, Model, Price, Provider
from switchboard.chat import ChatRequest, Chunk, Finish, FinishReason, Served, StreamEvent
from switchboard.errors import Failure, UpstreamFailure
from switchboard.fitting import fitted
from switchboard.json_types import JsonObject
from switchboard.protocols.openai_chat.parse import parse
from switchboard.providers.interface import UpstreamDialect
from switchboard.secret import Secret
from switchboard.storage.keys import ApiKey, hash_key, mask_key
from switchboard.wire.http import HttpRequest

# Any: a JSON body, and what is read out of one, is whatever a test says it is.

HELLO: JsonObject = {"role": "user", "content": "hello"}
KEY_TEXT = "sk-sb-abcdefghijklmnopqrstuvwxyz"
KEY = ApiKey(hash_key(KEY_TEXT), "key-1", "laptop", mask_key(KEY_TEXT), "inference", created_at=1_800_000_000.0)
BEARER = {"authorization": f"Bearer {KEY_TEXT}"}
USD_PER_MILLION = 10**9  # one US dollar for a million tokens, in the catalog's unit: nano-dollars for a million


def provider(name: str = "acme", **changes: Any) -> Provider:
    plain = Provider(name, name.title(), "openai-chat", f"https://{name}.test/v1")
    return replace(plain, **changes)


def price(**usd_per_million: float) -> Price:
    """By default 2 and 8 US dollars for a million tokens in and out."""
    rates = usd_per_million or {"input": 2, "output": 8}
    return Price({unit: int(usd * USD_PER_MILLION) for unit, usd in rates.items()})


def endpoint(name: str = "acme", *, model: str = "lab/one", quirks: tuple[str, ...] = (), **changes: Any) -> Endpoint:
    """`name` is the tag: a provider's id, or `provider/variant`."""
    maker = provider(name.partition("/")[0], quirks=frozenset(quirks))
    return replace(Endpoint(f"{model}@{name}", name, model, maker, "upstream-one", price()), **changes)


def model(*endpoints: Endpoint, name: str = "lab/one", **changes: Any) -> Model:
    return replace(Model(name, name, name.partition("/")[0], endpoints=endpoints), **changes)


def dispatched(dialect: UpstreamDialect, asked: ChatRequest, to: Endpoint, secret: Secret | None = None) -> HttpRequest:
    """What a provider is sent after routing and dispatch have had their say. Raises UpstreamFailure for a misfit."""
    misfit = dialect.misfit(asked, to)
    if misfit:
        raise UpstreamFailure(Failure.BAD_REQUEST, misfit)
    return dialect.build(fitted(asked, to, dialect.words).request, to, secret)


def catalog(*models: Model) -> Catalog:
    offers = [offer for each in models for offer in each.endpoints]
    return Catalog(
        {each.id: each for each in models},
        {offer.provider.id: offer.provider for offer in offers},
        {alias: each.id for each in models for alias in each.aliases},
    )


def body(**fields: Any) -> JsonObject:
    """A chat completion request."""
    return {"model": "lab/one", "messages": [HELLO], **fields}


def request(**fields: Any) -> ChatRequest:
    """The same, as the hub has it."""
    return parse(orjson.dumps(body(**fields)))


def served() -> Served:
    return Served("gen-1", 1_800_000_000, "lab/one", "acme", "Acme", "openai-chat")


def chunk_native(delta: Mapping[str, Any], finish_reason: str | None = None, **fields: Any) -> JsonObject:
    """A `chat.completion.chunk` the way an upstream sends it."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish_reason}
    return {"id": "up-1", "object": "chat.completion.chunk", "created": 1, "model": "up", "choices": [choice], **fields}


def chunk(*events: StreamEvent, native: JsonObject) -> Chunk:
    return Chunk(events, native)


def finished(reason: FinishReason = "stop", native: str = "stop", choice: int = 0) -> Finish:
    return Finish(reason, native, choice)


def sse(*natives: JsonObject, done: bool = True) -> bytes:
    """Upstream bytes: these objects as events, and [DONE]."""
    events = b"".join(b"data: %b\n\n" % orjson.dumps(native) for native in natives)
    return events + (b"data: [DONE]\n\n" if done else b"")


USAGE: JsonObject = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}


def said(text: str) -> bytes:
    return sse(chunk_native({"content": text}), done=False)


def ended(usage: JsonObject | None = None, reason: str = "stop") -> bytes:
    """The closing events of an answer, with the usage chunk."""
    last: JsonObject = {"id": "up-1", "object": "chat.completion.chunk", "choices": [], "usage": usage or USAGE}
    return sse(chunk_native({}, reason), last)


def whole(text: str = "Hello there", **fields: Any) -> bytes:
    """An upstream's answer that is not streamed."""
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    reply = {"id": "up-1", "object": "chat.completion", "created": 1, "model": "up", "choices": choices, "usage": USAGE}
    return orjson.dumps(reply | fields)
