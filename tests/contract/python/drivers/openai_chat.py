"""OpenAI's SDK, chat completions."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import openai
from openai import OpenAI

from tests.contract.python.driver import Account, Mistake, Raised
from tests.contract.python.questions import Attachment, Call, Question, Reply, Tool

FINISHES: Mapping[str, Any] = {"stop": "stop", "tool_calls": "tool_calls", "length": "length"}
EXCEPTIONS: Mapping[Mistake, type[Exception]] = {
    Mistake.BAD_REQUEST: openai.BadRequestError,
    Mistake.NO_KEY: openai.AuthenticationError,
    Mistake.NO_CREDIT: openai.APIStatusError,
    Mistake.NO_MODEL: openai.NotFoundError,
    Mistake.TOO_LARGE: openai.APIStatusError,
    Mistake.CONTEXT: openai.BadRequestError,
    Mistake.RATE_LIMIT: openai.RateLimitError,
    Mistake.OVERLOADED: openai.InternalServerError,
    Mistake.SERVER: openai.InternalServerError,
    Mistake.UPSTREAM_KEY: openai.InternalServerError,
    Mistake.BROKEN_STREAM: openai.APIError,
}


class OpenAiChat:
    client = "openai-python"
    protocol = "openai-chat"
    cannot: Mapping[str, str] = {"earlier response": "a matter of the Responses API"}
    exceptions = EXCEPTIONS

    def ask(self, account: Account, model: str, question: Question) -> Reply:
        with connected(account) as client:
            return _reply(client.chat.completions.create(model=model, **_fields(question)), pieces=0)

    def stream(self, account: Account, model: str, question: Question) -> Reply:
        fields = {**_fields(question), "stream_options": {"include_usage": True}}
        with connected(account) as client, client.chat.completions.stream(model=model, **fields) as events:
            pieces = sum(event.type == "content.delta" for event in events)
            return _reply(events.get_final_completion(), pieces)

    def hang_up(self, account: Account, model: str, question: Question) -> str:
        with (
            connected(account) as client,
            client.chat.completions.create(model=model, stream=True, **_fields(question)) as chunks,
        ):
            return str(next(chunk.id for chunk in chunks if chunk.choices[0].delta.content))

    def raised(self, error: Exception) -> Raised:
        return raised(error)


@contextmanager
def connected(account: Account) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{account.url}/api/v1", api_key=account.key, max_retries=0, timeout=30) as client:
        yield client


def raised(error: Exception) -> Raised:
    assert isinstance(error, openai.APIError)
    return Raised(getattr(error, "status_code", None), f"{error.code} {error.message}", error.code)


def chat_part(attachment: Attachment) -> dict[str, Any]:
    if attachment.is_image:
        return {"type": "image_url", "image_url": {"url": attachment.url}}
    return {"type": "file", "file": {"filename": attachment.name, "file_data": attachment.url}}


def chat_tools(tools: Sequence[Tool]) -> list[Any]:
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": tool.parameters},
        }
        for tool in tools
    ]


def json_schema(question: Question) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "city", "schema": question.schema, "strict": True}}


def _fields(question: Question) -> dict[str, Any]:
    fields: dict[str, Any] = {"messages": _messages(question), "max_completion_tokens": question.max_tokens}
    if question.tools:
        fields["tools"] = chat_tools(question.tools)
    if question.schema:
        fields["response_format"] = json_schema(question)
    if question.thinks:
        fields["reasoning_effort"] = "low"
    if question.answers > 1:
        fields["n"] = question.answers
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


def _reply(completion: Any, pieces: int) -> Reply:  # a ChatCompletion or a parsed one
    choice = completion.choices[0]
    message = choice.message
    details = getattr(message, "reasoning_details", None) or []
    return Reply(
        text=message.content or "",
        finish=FINISHES[choice.finish_reason],
        generation=completion.id,
        prompt_tokens=completion.usage.prompt_tokens,
        completion_tokens=completion.usage.completion_tokens,
        native=message,
        calls=tuple(
            Call(call.id, call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []
        ),
        reasoning=getattr(message, "reasoning", None) or "",
        signatures=tuple(each["signature"] for each in details if each.get("signature")),
        pieces=pieces,
        answers=len(completion.choices),
    )
