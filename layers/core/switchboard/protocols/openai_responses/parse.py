"""A Responses request, from bytes to the hub; every refusal names the field and says what belongs there."""

from collections.abc import Mapping
from typing import cast

import orjson

from switchboard.accounting.estimate import text_tokens, with_margin
from switchboard.chat import ChatRequest
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object, json_object
from switchboard.protocols.openai_chat.fields import GATEWAY_FIELDS
from switchboard.protocols.openai_responses.fields import SAME_IN_THE_HUB, check_fields
from switchboard.protocols.openai_responses.items import ItemReader, instructions
from switchboard.protocols.openai_responses.stateless import refuse_state
from switchboard.protocols.openai_responses.tools import text_parameters, tool_parameters

PROTOCOL = "openai-responses"
# A wish for a summary alone (Codex always has it) asks for no more reasoning than the model does by itself.
_ASKS_FOR_REASONING = ("effort", "enabled", "max_tokens")
_UNTRANSLATABLE = ("max_tool_calls", "metadata", "truncation")
_LOGPROBS = "message.output_text.logprobs"


def parse(body: bytes) -> ChatRequest:
    """Raises InvalidRequest for anything that no provider could answer."""
    return parse_body(json_object(body, "`model` and `input`"))


def parse_body(native: JsonObject) -> ChatRequest:
    """The same for a body that is parsed already: of either route, for whichever renderer answers it."""
    given = {name: value for name, value in native.items() if value is not None}
    check_fields(given)
    refuse_state(given)
    reader = ItemReader()
    messages = reader.messages(given.get("input"))
    tokens = reader.tokens
    if given.get("instructions"):
        messages = (instructions(str(given["instructions"])), *messages)
        tokens += text_tokens(str(given["instructions"]))
    if given.get("tools"):
        tokens += text_tokens(orjson.dumps(given["tools"]).decode())
    return ChatRequest(
        protocol=PROTOCOL,
        model=_model(given),
        messages=messages,
        parameters=_parameters(given),
        gateway={k: v for k, v in given.items() if k in GATEWAY_FIELDS},
        native=native,
        stream=given.get("stream") is True,
        include_usage=_asks(given, "stream_options", "include_usage") or _asks(given, "usage", "include"),
        max_output=cast("int | None", given.get("max_output_tokens")),
        modalities=reader.modalities,
        prompt_tokens=with_margin(tokens),
    )


def _parameters(given: Mapping[str, Json]) -> JsonObject:
    """Under the hub's names, and what has none there under its own: so it is named where it gets lost."""
    parameters: JsonObject = {name: value for name, value in given.items() if name in SAME_IN_THE_HUB}
    parameters |= tool_parameters(given) | text_parameters(given.get("text"))
    reasoning = given.get("reasoning")
    if is_object(reasoning) and any(reasoning.get(name) is not None for name in _ASKS_FOR_REASONING):
        parameters["reasoning"] = {name: value for name, value in reasoning.items() if value is not None}
    if "max_output_tokens" in given:
        parameters["max_completion_tokens"] = given["max_output_tokens"]
    included = given.get("include")
    if is_list(included) and _LOGPROBS in included:
        parameters["logprobs"] = True
        parameters |= {"top_logprobs": given["top_logprobs"]} if "top_logprobs" in given else {}
    parameters |= {name: given[name] for name in _UNTRANSLATABLE if given.get(name) not in (None, "disabled", {})}
    if "tools" not in parameters:
        parameters.pop("parallel_tool_calls", None)
    return parameters


def _model(given: Mapping[str, Json]) -> str:
    fallbacks = cast("list[str]", given.get("models", []))
    model = given.get("model", fallbacks[0] if fallbacks else None)
    if not isinstance(model, str) or not model:
        raise InvalidRequest("`model` must name a model, for example `openai/gpt-4.1`.", param="model")
    return model


def _asks(given: Mapping[str, Json], name: str, flag: str) -> bool:
    options = given.get(name)
    return is_object(options) and options.get(flag) is True
