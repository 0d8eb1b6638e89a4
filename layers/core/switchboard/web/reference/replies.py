"""What the API answers: inference replies, catalog objects and errors, one schema each."""

from switchboard.json_types import JsonObject
from switchboard.web.reference.schemas import either, flag, listed, named, number, table, text, whole

_OBJECT: JsonObject = {"type": "object"}
_NULL: JsonObject = {"type": "null"}
_COST = either(number(), _NULL, description="USD: the whole bill, nothing is to be added; null if no price is known.")
_PRICING = table(
    {"prompt": either(text(), _NULL), "completion": either(text(), _NULL)},
    description="USD for one token, as decimal strings; `overrides` above a prompt size.",
)

REPLIES: JsonObject = {
    "Usage": table(
        {
            "prompt_tokens": whole(),
            "completion_tokens": whole(),
            "total_tokens": whole(),
            "cost": _COST,
            "prompt_tokens_details": _OBJECT,
            "completion_tokens_details": _OBJECT,
            "cost_details": _OBJECT,
        },
        required=("prompt_tokens", "total_tokens", "cost"),
    ),
    "ChatCompletion": table(
        {
            "id": text("The generation's id: GET /generation?id= tells what it cost."),
            "object": text(),
            "created": whole("Unix seconds."),
            "model": text("The model that answered."),
            "provider": text("Who served it."),
            "choices": listed(table({"index": whole(), "message": _OBJECT, "finish_reason": either(text(), _NULL)})),
            "usage": named("Usage"),
        },
        required=("id", "object", "created", "model", "choices", "usage"),
    ),
    "Response": table(
        {
            "id": text(),
            "object": text(),
            "status": text(),
            "model": text(),
            "output": listed(_OBJECT),
            "usage": _OBJECT,
        },
        required=("id", "object", "status", "model", "output"),
    ),
    "Message": table(
        {
            "id": text(),
            "type": text(),
            "role": text(),
            "model": text(),
            "content": listed(_OBJECT),
            "stop_reason": either(text(), _NULL),
            "usage": _OBJECT,
        },
        required=("id", "type", "role", "model", "content", "usage"),
    ),
    "Route": table(
        {
            "data": table(
                {
                    "endpoints": listed(_OBJECT, "In the order of trying: index (USD), estimate, door."),
                    "rejected": listed(_OBJECT, "Each with a code for programs and a reason for people."),
                },
                required=("endpoints", "rejected"),
            )
        },
        required=("data",),
        description="Who would be asked, without asking anybody. Bodies of the other routes: POST /route/messages, ...",
    ),
    "TokenCount": table({"input_tokens": whole("An estimate.")}, required=("input_tokens",)),
    "Embeddings": table(
        {
            "object": text(),
            "model": text(),
            "data": listed(table({"index": whole(), "embedding": either(listed(number()), text())})),
            "usage": named("Usage"),
        },
        required=("object", "model", "data", "usage"),
    ),
    "GenerateContentResponse": table(
        {"candidates": listed(_OBJECT), "usageMetadata": _OBJECT, "modelVersion": text(), "responseId": text()}
    ),
    "GoogleTokenCount": table({"totalTokens": whole("An estimate.")}, required=("totalTokens",)),
    "Model": table(
        {
            "id": text(examples=["openai/gpt-4.1"]),
            "name": text(),
            "display_name": text(),
            "description": text(),
            "created": whole("Unix seconds."),
            "created_at": text(format="date-time"),
            "context_length": either(whole(), _NULL),
            "architecture": _OBJECT,
            "pricing": _PRICING,
            "supported_parameters": listed(text()),
            "providers": listed(text()),
        },
        required=("id", "name", "created", "pricing"),
    ),
    "ModelList": table(
        {
            "object": text(),
            "data": listed(named("Model")),
            "first_id": either(text(), _NULL),
            "last_id": either(text(), _NULL),
            "has_more": flag(),
            "total_count": whole(),
        },
        required=("object", "data", "has_more"),
    ),
    "GoogleModelList": table({"models": listed(_OBJECT), "nextPageToken": text()}, required=("models",)),
    "Data": table({"data": either(_OBJECT, listed(_OBJECT))}, required=("data",)),
    "Error": table(
        {
            "error": table(
                {
                    "message": text("What went wrong, and what to do about it."),
                    "type": text(),
                    "code": either(text(), whole(), _NULL),
                    "param": either(text(), _NULL, description="The field at fault."),
                    "metadata": _OBJECT,
                    "availability": table({}, description="Why no endpoint could serve the request."),
                },
                required=("message",),
            )
        },
        required=("error",),
        description="In the caller's dialect; this is OpenAI's. Anthropic's has `type: error` beside it, Google's a "
        "`status` inside.",
    ),
}
