"""The HTTP request for a provider that speaks Anthropic's Messages."""

from typing import cast

import orjson

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import JsonObject
from switchboard.providers.anthropic_messages.from_hub import hub_body
from switchboard.providers.anthropic_messages.native import native_body
from switchboard.providers.authorization import authorization
from switchboard.secret import Secret
from switchboard.wire.http import HttpRequest

PROTOCOL = "anthropic-messages"
PATH = "/messages"
VERSION = "2023-06-01"


def build(request: ChatRequest, endpoint: Endpoint, secret: Secret | None) -> HttpRequest:
    provider = endpoint.provider
    betas = sent_betas(request, endpoint)
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream" if request.stream else "application/json",
        "anthropic-version": str(request.gateway.get("anthropic_version") or VERSION),
        **({"anthropic-beta": ",".join(betas)} if betas else {}),
        **provider.headers,
        **authorization(provider, secret),
    }
    return HttpRequest("POST", provider.base_url + PATH, headers, orjson.dumps(message_body(request, endpoint, betas)))


def message_body(request: ChatRequest, endpoint: Endpoint, betas: list[str]) -> JsonObject:
    """Raises UpstreamFailure (bad_request) for what this dialect cannot say."""
    return native_body(request, endpoint, betas) if request.protocol == PROTOCOL else hub_body(request, endpoint)


def sent_betas(request: ChatRequest, endpoint: Endpoint) -> list[str]:
    """The client's, and those that the catalog says are always needed; only known ones where it lists what is known.

    Third parties answer 400 to a beta that they have not heard of: `betas = []` among their facts sends none.
    """
    asked = cast("list[str]", request.gateway.get("anthropic_betas") or [])
    always = endpoint.facts.get("always_betas") or []
    known = endpoint.facts.get("betas", endpoint.provider.facts.get("betas"))
    wanted = dict.fromkeys([*asked, *(str(beta) for beta in cast("list[str]", always))])
    return [
        beta for beta in wanted if not isinstance(known, list) or beta in known or beta in cast("list[str]", always)
    ]
