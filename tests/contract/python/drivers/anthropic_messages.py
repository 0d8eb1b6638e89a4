"""Anthropic's SDK."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import anthropic
from anthropic import Anthropic

from tests.contract.python.driver import Account, Mistake, Raised
from tests.contract.python.questions import Attachment, Call, Question, Reply

FINISHES: Mapping[str, Any] = {"end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length"}
THINKING_TOKENS = 1024


class AnthropicMessages:
    client = "anthropic-python"
    protocol = "anthropic-messages"
    cannot: Mapping[str, str] = {"several answers": "no such field", "earlier response": "no such field"}
    exceptions: Mapping[Mistake, type[Exception]] = {
        Mistake.BAD_REQUEST: anthropic.BadRequestError,
        Mistake.NO_KEY: anthropic.AuthenticationError,
        Mistake.NO_CREDIT: anthropic.PaymentRequiredError,
        Mistake.NO_MODEL: anthropic.NotFoundError,
        Mistake.TOO_LARGE: anthropic.RequestTooLargeError,
        Mistake.CONTEXT: anthropic.BadRequestError,
        Mistake.RATE_LIMIT: anthropic.RateLimitError,
        Mistake.OVERLOADED: anthropic.OverloadedError,
        Mistake.SERVER: anthropic.InternalServerError,
        Mistake.UPSTREAM_KEY: anthropic.InternalServerError,
        Mistake.BROKEN_STREAM: anthropic.APIStatusError,
    }

    def ask(self, account: Account, model: str, question: Question) -> Reply:
        with _connected(account) as client:
            return _reply(client.messages.create(model=model, **_fields(question)), pieces=0)

    def stream(self, account: Account, model: str, question: Question) -> Reply:
        with _connected(account) as client, client.messages.stream(model=model, **_fields(question)) as events:
            pieces = sum(event.type == "text" for event in events)
            return _reply(events.get_final_message(), pieces)

    def hang_up(self, account: Account, model: str, question: Question) -> str:
        with _connected(account) as client, client.messages.stream(model=model, **_fields(question)) as events:
            next(events.text_stream)
            return generation_of(events.current_message_snapshot.id)

    def raised(self, error: Exception) -> Raised:
        assert isinstance(error, anthropic.APIError)
        told = error.body["error"] if isinstance(error.body, dict) else {}
        return Raised(getattr(error, "status_code", None), error.message, told.get("error_type"))


def generation_of(message_id: str) -> str:
    return message_id.removeprefix("msg_")


@contextmanager
def _connected(account: Account) -> Iterator[Anthropic]:
    with Anthropic(base_url=f"{account.url}/api/anthropic", api_key=account.key, max_retries=0, timeout=30) as client:
        yield client


def _fields(question: Question) -> dict[str, Any]:
    fields: dict[str, Any] = {"messages": _messages(question), "max_tokens": question.max_tokens}
    if question.tools:
        fields["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
            for tool in question.tools
        ]
    if question.schema:
        fields["output_config"] = {"format": {"type": "json_schema", "schema": question.schema}}
    if question.thinks:
        fields["thinking"] = {"type": "enabled", "budget_tokens": THINKING_TOKENS}
    return fields


def _messages(question: Question) -> list[Any]:
    before: list[Any] = []
    parts: list[Any] = []
    if turn := question.after:
        before = [*_messages(turn.question), {"role": "assistant", "content": turn.reply.native}]
        parts = [
            {"type": "tool_result", "tool_use_id": call.id, "content": result}
            for call, result in zip(turn.reply.calls, turn.results, strict=bool(turn.results))
        ]
    if question.text:
        parts += [*map(_part, question.attachments), {"type": "text", "text": question.text}]
    return [*before, {"role": "user", "content": parts}]


def _part(attachment: Attachment) -> dict[str, Any]:
    source = {"type": "base64", "media_type": attachment.media_type, "data": attachment.data}
    if attachment.link:
        source = {"type": "url", "url": attachment.link}
    return {"type": "image" if attachment.is_image else "document", "source": source}


def _reply(message: Any, pieces: int) -> Reply:  # a Message or a parsed one
    usage, thoughts = message.usage, [block for block in message.content if block.type == "thinking"]
    return Reply(
        text="".join(block.text for block in message.content if block.type == "text"),
        finish=FINISHES[message.stop_reason],
        generation=generation_of(message.id),
        prompt_tokens=usage.input_tokens
        + (usage.cache_read_input_tokens or 0)
        + (usage.cache_creation_input_tokens or 0),
        completion_tokens=usage.output_tokens,
        native=message.content,
        calls=tuple(Call(block.id, block.name, block.input) for block in message.content if block.type == "tool_use"),
        reasoning="".join(block.thinking for block in thoughts),
        signatures=tuple(block.signature for block in thoughts if block.signature),
        pieces=pieces,
    )
