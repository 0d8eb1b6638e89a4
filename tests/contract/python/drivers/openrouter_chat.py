"""OpenRouter's own SDK: the strictest reader of chat completions, every field is checked against its schema."""

import json
from collections.abc import Mapping
from typing import Any

from openrouter import OpenRouter, errors

from tests.contract.python.driver import Account, BrokenAnswer, Mistake, Raised
from tests.contract.python.drivers.openai_chat import FINISHES, chat_part, chat_tools, json_schema
from tests.contract.python.questions import Call, Question, Reply

MILLISECONDS = 30_000


class OpenRouterChat:
    client = "openrouter-python"
    protocol = "openai-chat"
    cannot: Mapping[str, str] = {"several answers": "no such field", "earlier response": "no such field"}
    exceptions: Mapping[Mistake, type[Exception]] = {
        Mistake.BAD_REQUEST: errors.BadRequestResponseError,
        Mistake.NO_KEY: errors.UnauthorizedResponseError,
        Mistake.NO_CREDIT: errors.PaymentRequiredResponseError,
        Mistake.NO_MODEL: errors.NotFoundResponseError,
        Mistake.TOO_LARGE: errors.PayloadTooLargeResponseError,
        Mistake.CONTEXT: errors.BadRequestResponseError,
        Mistake.RATE_LIMIT: errors.TooManyRequestsResponseError,
        Mistake.OVERLOADED: errors.ServiceUnavailableResponseError,
        Mistake.SERVER: errors.BadGatewayResponseError,
        Mistake.UPSTREAM_KEY: errors.ServiceUnavailableResponseError,
        Mistake.BROKEN_STREAM: BrokenAnswer,
    }

    def ask(self, account: Account, model: str, question: Question) -> Reply:
        with _connected(account) as client:
            result: Any = client.chat.send(model=model, **_fields(question))
        message = result.choices[0].message
        return _reply(result, message.model_dump(exclude_none=True, by_alias=True), result.choices[0].finish_reason)

    def stream(self, account: Account, model: str, question: Question) -> Reply:
        usage = {"stream_options": {"include_usage": True}}
        with (
            _connected(account) as client,
            client.chat.send(model=model, stream=True, **usage, **_fields(question)) as chunks,
        ):
            seen: list[Any] = list(chunks)
        if seen[-1].error:
            raise BrokenAnswer(seen[-1].error.message)
        message, finish, pieces = _put_together(seen)
        return _reply(seen[-1], message, finish, pieces)

    def hang_up(self, account: Account, model: str, question: Question) -> str:
        with (
            _connected(account) as client,
            client.chat.send(model=model, stream=True, **_fields(question)) as chunks,
        ):
            return str(next(chunk.id for chunk in chunks if chunk.choices[0].delta.content))

    def raised(self, error: Exception) -> Raised:
        assert isinstance(error, errors.OpenRouterError)
        told = json.loads(error.body)["error"]
        return Raised(error.status_code, error.body, told["metadata"]["error_type"])


def _connected(account: Account) -> OpenRouter:
    return OpenRouter(api_key=account.key, server_url=f"{account.url}/api/v1", timeout_ms=MILLISECONDS)


def _fields(question: Question) -> dict[str, Any]:
    fields: dict[str, Any] = {"messages": _messages(question), "max_tokens": question.max_tokens, "retries": None}
    if question.tools:
        fields["tools"] = chat_tools(question.tools)
    if question.schema:
        fields["response_format"] = json_schema(question)
    if question.thinks:
        fields["reasoning"] = {"effort": "low"}
    return fields


def _messages(question: Question) -> list[Any]:
    before: list[Any] = []
    if turn := question.after:
        results = zip(turn.reply.calls, turn.results, strict=bool(turn.results))
        before = [
            *_messages(turn.question),
            turn.reply.native,
            *({"role": "tool", "tool_call_id": call.id, "content": result} for call, result in results),
        ]
    if not question.text:
        return before
    parts = [{"type": "text", "text": question.text}, *map(chat_part, question.attachments)]
    return [*before, {"role": "user", "content": parts if question.attachments else question.text}]


def _put_together(chunks: list[Any]) -> tuple[dict[str, Any], str, int]:
    """The message that the deltas add up to, as a program without a helper puts it together."""
    message: dict[str, Any] = {"role": "assistant"}
    calls: dict[int, dict[str, Any]] = {}
    finish, pieces = "", 0
    for choice in (choice for chunk in chunks for choice in chunk.choices):
        delta = choice.delta.model_dump(exclude_none=True, by_alias=True)
        pieces += bool(delta.get("content"))
        for name in ("content", "reasoning"):
            if delta.get(name):
                message[name] = message.get(name, "") + delta[name]
        if details := delta.get("reasoning_details"):
            _add_details(message.setdefault("reasoning_details", []), details)
        for call in delta.get("tool_calls") or []:
            _add_call(calls, call)
        finish = choice.finish_reason or finish
    if calls:
        message["tool_calls"] = list(calls.values())
    return message, finish, pieces


def _add_details(sum_of: list[Any], details: list[Any]) -> None:
    """OpenRouter's way: what belongs to one block has one index, its text comes in pieces."""
    for detail in details:
        for known in sum_of:
            if known.get("index") == detail.get("index") and known["type"] == detail["type"]:
                text = (known.get("text") or "") + (detail.get("text") or "")
                known.update({**detail, **({"text": text} if text else {})})
                break
        else:
            sum_of.append(dict(detail))


def _add_call(calls: dict[int, dict[str, Any]], piece: dict[str, Any]) -> None:
    known = calls.setdefault(
        int(piece["index"]), {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
    )
    known["id"] = piece.get("id") or known["id"]
    function = piece.get("function", {})
    known["function"]["name"] += function.get("name") or ""
    known["function"]["arguments"] += function.get("arguments") or ""


def _reply(result: Any, message: dict[str, Any], finish: str, pieces: int = 0) -> Reply:  # with usage
    details = message.get("reasoning_details") or []
    calls = message.get("tool_calls") or []
    return Reply(
        text=message.get("content") or "",
        finish=FINISHES[finish],
        generation=result.id,
        prompt_tokens=int(result.usage.prompt_tokens),
        completion_tokens=int(result.usage.completion_tokens),
        native=message,
        calls=tuple(
            Call(call["id"], call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls
        ),
        reasoning=message.get("reasoning") or "",
        signatures=tuple(each["signature"] for each in details if each.get("signature")),
        pieces=pieces,
    )
