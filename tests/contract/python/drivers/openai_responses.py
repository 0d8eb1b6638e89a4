"""OpenAI's SDK, the Responses API without state: the whole conversation goes with every request."""

import json
from collections.abc import Mapping
from typing import Any

from tests.contract.python.driver import Account, Mistake, Raised
from tests.contract.python.drivers.openai_chat import EXCEPTIONS, connected, raised
from tests.contract.python.questions import Attachment, Call, Finish, Question, Reply


class OpenAiResponses:
    client = "openai-python"
    protocol = "openai-responses"
    cannot: Mapping[str, str] = {"several answers": "no such field"}
    # `response.failed` is an event like any other to the SDK: its helper misses the completed response at the end.
    exceptions: Mapping[Mistake, type[Exception]] = {**EXCEPTIONS, Mistake.BROKEN_STREAM: RuntimeError}

    def ask(self, account: Account, model: str, question: Question) -> Reply:
        with connected(account) as client:
            return _reply(client.responses.create(model=model, **_fields(question)), pieces=0)

    def stream(self, account: Account, model: str, question: Question) -> Reply:
        with connected(account) as client, client.responses.stream(model=model, **_fields(question)) as events:
            pieces = sum(event.type == "response.output_text.delta" for event in events)
            return _reply(events.get_final_response(), pieces)

    def hang_up(self, account: Account, model: str, question: Question) -> str:
        fields = _fields(question)
        with (
            connected(account) as client,
            client.responses.create(model=model, stream=True, **fields) as events,
        ):
            first = next(events)
            next(event for event in events if event.type == "response.output_text.delta")
            return generation_of(first.response.id)

    def raised(self, error: Exception) -> Raised:
        return raised(error)


def generation_of(response_id: str) -> str:
    return "gen-" + response_id.removeprefix("resp_").upper()


def _fields(question: Question) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "input": _input(question),
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "max_output_tokens": question.max_tokens,
    }
    if question.tools:
        fields["tools"] = [
            {"type": "function", "name": tool.name, "description": tool.description, "parameters": tool.parameters}
            for tool in question.tools
        ]
    if question.schema:
        fields["text"] = {"format": {"type": "json_schema", "name": "city", "schema": question.schema, "strict": True}}
    if question.continues:
        fields["previous_response_id"] = question.continues
    if question.thinks:
        fields["reasoning"] = {"effort": "low", "summary": "auto"}
    return fields


def _input(question: Question) -> list[Any]:
    before: list[Any] = []
    if turn := question.after:
        results = zip(turn.reply.calls, turn.results, strict=bool(turn.results))
        before = [
            *_input(turn.question),
            *turn.reply.native,
            *({"type": "function_call_output", "call_id": call.id, "output": result} for call, result in results),
        ]
    if not question.text:
        return before
    parts = [{"type": "input_text", "text": question.text}, *map(_part, question.attachments)]
    return [*before, {"role": "user", "content": parts if question.attachments else question.text}]


def _part(attachment: Attachment) -> dict[str, Any]:
    if attachment.is_image:
        return {"type": "input_image", "image_url": attachment.url, "detail": "auto"}
    return {"type": "input_file", "filename": attachment.name, "file_data": attachment.url}


def _reply(response: Any, pieces: int) -> Reply:  # a Response or a parsed one
    calls = [item for item in response.output if item.type == "function_call"]
    thoughts = [item for item in response.output if item.type == "reasoning"]
    finish: Finish = "tool_calls" if calls else "stop" if response.status == "completed" else "length"
    return Reply(
        text=response.output_text,
        finish=finish,
        generation=generation_of(response.id),
        prompt_tokens=response.usage.input_tokens,
        completion_tokens=response.usage.output_tokens,
        native=response.output,
        calls=tuple(Call(call.call_id, call.name, json.loads(call.arguments)) for call in calls),
        reasoning="".join(part.text for item in thoughts for part in item.summary),
        signatures=tuple(item.encrypted_content for item in thoughts if item.encrypted_content),
        pieces=pieces,
    )
