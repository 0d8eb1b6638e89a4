"""Answers of an upstream that speaks this dialect: passed on as they are, but for the id, model, usage and seals."""

from typing import cast

from switchboard.accounting.price import Bill
from switchboard.chat import Served
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_list, is_object
from switchboard.protocols.openai_responses.response import response_id
from switchboard.protocols.openai_responses.sealed import seal
from switchboard.protocols.openai_responses.usage import usage_object

ENDS = frozenset({"response.completed", "response.incomplete"})
_SEALED = "encrypted_content"
_WITH_LOGPROBS = frozenset({"response.output_text.delta", "response.output_text.done"})


def edited_event(native: JsonObject, served: Served, bill: Bill | None = None) -> JsonObject:
    """Its number is the stream's to set; `bill` goes with the last event."""
    event = dict(native)
    response = event.get("response")
    if is_object(response):
        event["response"] = edited_response(response, served, bill)
    if is_object(event.get("item")):
        event["item"] = edited_item(event["item"], served)
    if event.get("type") in _WITH_LOGPROBS:
        event.setdefault("logprobs", [])
    return event


def edited_response(native: JsonObject, served: Served, bill: Bill | None = None) -> JsonObject:
    response = {**native, "id": response_id(served), "model": served.model, "previous_response_id": None}
    if is_list(native.get("output")):
        response["output"] = [edited_item(item, served) for item in cast("list[Json]", native["output"])]
    if bill is not None:
        response["usage"] = usage_object(bill, native.get("usage"))
    return response


def edited_item(item: Json, served: Served) -> Json:
    """Ids of items stay: what is sealed is only good with the id that it was given."""
    if not is_object(item) or not isinstance(item.get(_SEALED), str):
        return item
    return {**item, _SEALED: seal(str(item[_SEALED]), served.provider_id)}
