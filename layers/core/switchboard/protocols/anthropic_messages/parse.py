"""A Messages request, from bytes to the hub.

Permissive: fields, blocks and betas that are new pass. Every refusal names the field and says what belongs there.
"""

from collections.abc import Mapping
from typing import cast

import orjson

from switchboard.accounting.estimate import text_tokens, with_margin
from switchboard.chat import ChatRequest
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.anthropic_messages.fields import FIELD_CHECKS, GATEWAY_FIELDS
from switchboard.protocols.anthropic_messages.parameters import hub_parameters
from switchboard.protocols.anthropic_messages.reader import Reader
from switchboard.protocols.checks import json_object

PROTOCOL = "anthropic-messages"
BETA_HEADERS = ("anthropic-beta", "x-anthropic-beta")


def parse(body: bytes, headers: Mapping[str, str] | None = None) -> ChatRequest:
    """Raises InvalidRequest for anything that no provider could answer."""
    native = json_object(body, "`model` and `messages`")
    given = {name: value for name, value in native.items() if value is not None}
    _check_fields(given)
    gateway = {**{k: v for k, v in given.items() if k in GATEWAY_FIELDS}, **_from_headers(headers or {})}
    if "fallbacks" in given:
        gateway["models"] = [entry["model"] for entry in cast("list[JsonObject]", given["fallbacks"])]
    reader = Reader()
    system = reader.system(given.get("system"))
    messages = tuple(reader.message(index, message) for index, message in enumerate(_messages(given)))
    if given.get("tools"):
        reader.tokens += text_tokens(orjson.dumps(given["tools"]).decode())
    return ChatRequest(
        protocol=PROTOCOL,
        model=_model(given, gateway),
        messages=system + messages,
        parameters=hub_parameters(given),
        gateway=gateway,
        native=native,
        stream=given.get("stream") is True,
        include_usage=True,
        max_output=cast("int | None", given.get("max_tokens")),
        modalities=frozenset(reader.modalities),
        prompt_tokens=with_margin(reader.tokens),
    )


def _check_fields(given: Mapping[str, Json]) -> None:
    for name, value in given.items():
        check = FIELD_CHECKS.get(name)
        if check and not check[0](value):
            raise InvalidRequest(f"`{name}` must be {check[1]}.", param=name)
    if "fallbacks" in given and "models" in given:
        raise InvalidRequest("`fallbacks` and `models` mean the same: send one of them.", param="fallbacks")


def _from_headers(headers: Mapping[str, str]) -> dict[str, Json]:
    """Betas in the client's order, and the version of the dialect, for the provider to see."""
    said = ",".join(headers[name] for name in BETA_HEADERS if name in headers)
    betas: list[Json] = [beta.strip() for beta in said.split(",") if beta.strip()]
    found: dict[str, Json] = {"anthropic_betas": betas} if betas else {}
    if headers.get("anthropic-version"):
        found["anthropic_version"] = headers["anthropic-version"]
    return found


def _model(given: Mapping[str, Json], gateway: Mapping[str, Json]) -> str:
    fallbacks = cast("list[str]", gateway.get("models") or [None])
    model = given.get("model", fallbacks[0])
    if not isinstance(model, str) or not model:
        raise InvalidRequest(
            "`model` must name a model, for example `anthropic/claude-sonnet-4.5`.",
            param="model",
        )
    return model


def _messages(given: Mapping[str, Json]) -> list[Json]:
    messages = given.get("messages")
    if not isinstance(messages, list) or not messages:
        raise InvalidRequest("`messages` must be a list with at least one message.", param="messages")
    return messages
