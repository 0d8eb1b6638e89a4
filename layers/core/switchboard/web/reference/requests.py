"""What may be sent to the inference routes, one schema for each client dialect."""

from switchboard.json_types import JsonObject
from switchboard.protocols.anthropic_messages.fields import FIELD_CHECKS as MESSAGES_CHECKS
from switchboard.protocols.openai_chat.fields import FIELD_CHECKS as CHAT_CHECKS
from switchboard.protocols.openai_embeddings.fields import FIELD_CHECKS as EMBEDDINGS_CHECKS
from switchboard.protocols.openai_responses.fields import FIELD_CHECKS as RESPONSES_CHECKS
from switchboard.web.reference.schemas import checked_fields, either, listed, named, number, table, text, whole

MODEL = text("The model to ask, as `author/slug`.", examples=["openai/gpt-4.1"])
ROUTING = {
    "models": "Models to fall back to, in this order, when `model` cannot answer.",
    "provider": "Which endpoints may serve the request, and in which order: `order`, `only`, `ignore`, `sort`, "
    "`allow_fallbacks`, `require_parameters` (OpenRouter's object).",
    "session_id": "Groups the requests of one conversation.",
    "stream": "Server-sent events instead of one answer.",
    "user": "Who asks, in the caller's own terms; kept with the generation.",
}
SAMPLING = {
    "temperature": "How freely the next word is chosen.",
    "top_p": "Only the likeliest words that together have this probability.",
    "top_k": "Only this many of the likeliest words.",
    "tools": "Functions that the model may call.",
    "tool_choice": "Whether it may, must or must not call one, or which.",
    "stop": "Texts at which the answer ends.",
    "seed": "The same seed asks for the same answer, where the provider can.",
}
CHAT = {
    **ROUTING,
    **SAMPLING,
    "max_completion_tokens": "The most tokens that may be written, reasoning included.",
    "max_tokens": "The older name of `max_completion_tokens`.",
    "n": "How many answers.",
    "logprobs": "Whether to say how likely each token was.",
    "reasoning": "`effort` or `max_tokens`, and `exclude` to leave the reasoning out of the answer.",
    "response_format": "`json_object`, or `json_schema` with a schema.",
    "stream_options": "`include_usage`: one more event at the end, with the usage and its cost.",
    "usage": "`include`: OpenRouter's way to ask for the same.",
    "functions": "The older form of `tools`.",
    "function_call": "The older form of `tool_choice`.",
}
_PART = table({"type": text(examples=["text"]), "text": text()}, required=("type",))
_CONTENT = either(text(), listed(_PART), {"type": "null"})
_CHAT_MESSAGE = table(
    {
        "role": text(enum=["system", "developer", "user", "assistant", "tool", "function"]),
        "content": _CONTENT,
        "tool_calls": listed({"type": "object"}),
        "tool_call_id": text(),
    },
    required=("role",),
)
_BLOCKS = either(text(), listed(_PART), description="A text, or content blocks.")
_MESSAGE = table({"role": text(enum=["user", "assistant", "system"]), "content": _BLOCKS}, required=("role", "content"))
_GOOGLE_CONTENT = table({"role": text(enum=["user", "model"]), "parts": listed(table({"text": text()}))})
_TOKENS = listed(whole(), minItems=1)

REQUESTS: JsonObject = {
    "ChatCompletionRequest": table(
        {
            "model": MODEL,
            "messages": listed(_CHAT_MESSAGE, "The conversation so far.", minItems=1),
            **checked_fields(CHAT_CHECKS, CHAT),
        },
        required=("model", "messages"),
    ),
    "ResponseRequest": table(
        {
            "model": MODEL,
            "input": either(text(), listed({"type": "object"}), description="A text, or the items so far."),
            **checked_fields(
                RESPONSES_CHECKS, {**ROUTING, **SAMPLING, "store": "Nothing is stored: false, or left out."}
            ),
        },
        required=("model", "input"),
    ),
    "MessageRequest": table(
        {
            "model": MODEL,
            "messages": listed(_MESSAGE, "The conversation so far.", minItems=1),
            "system": _BLOCKS,
            **checked_fields(MESSAGES_CHECKS, {**ROUTING, **SAMPLING}),
        },
        required=("model", "messages", "max_tokens"),
    ),
    "CountTokensRequest": table(
        {"model": MODEL, "messages": listed(_MESSAGE, minItems=1), "system": _BLOCKS}, required=("messages",)
    ),
    "EmbeddingsRequest": table(
        {
            "model": text("The model to ask.", examples=["openai/text-embedding-3-small"]),
            "input": either(text(minLength=1), listed(text(), minItems=1), _TOKENS, listed(_TOKENS, minItems=1)),
            **checked_fields(EMBEDDINGS_CHECKS, ROUTING),
            "encoding_format": text("Numbers, or the bytes of 32-bit floats.", enum=["float", "base64"]),
        },
        required=("model", "input"),
    ),
    "GenerateContentRequest": table(
        {
            "contents": listed(_GOOGLE_CONTENT, "The conversation so far.", minItems=1),
            "systemInstruction": _GOOGLE_CONTENT,
            "tools": listed({"type": "object"}),
            "generationConfig": table({"temperature": number(), "maxOutputTokens": whole(), "topP": number()}),
        },
        required=("contents",),
    ),
    "GoogleCountTokensRequest": table(
        {"contents": listed(_GOOGLE_CONTENT), "generateContentRequest": named("GenerateContentRequest")}
    ),
}
