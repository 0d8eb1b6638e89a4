"""Google's SDK."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from google import genai
from google.genai import errors, types

from tests.contract.python.driver import Account, Mistake, Raised
from tests.contract.python.questions import Attachment, Call, Question, Reply

MILLISECONDS = 30_000
THINKING_TOKENS = 1024


class GoogleGenerate:
    client = "google-genai"
    protocol = "google-generate"
    cannot: Mapping[str, str] = {"earlier response": "no such field"}
    exceptions: Mapping[Mistake, type[Exception]] = {
        Mistake.BAD_REQUEST: errors.ClientError,
        Mistake.NO_KEY: errors.ClientError,
        Mistake.NO_CREDIT: errors.ClientError,
        Mistake.NO_MODEL: errors.ClientError,
        Mistake.TOO_LARGE: errors.ClientError,
        Mistake.CONTEXT: errors.ClientError,
        Mistake.RATE_LIMIT: errors.ClientError,
        Mistake.OVERLOADED: errors.ServerError,
        Mistake.SERVER: errors.ServerError,
        Mistake.UPSTREAM_KEY: errors.ServerError,
        Mistake.BROKEN_STREAM: errors.APIError,
    }

    def ask(self, account: Account, model: str, question: Question) -> Reply:
        with _connected(account) as client:
            answer = client.models.generate_content(model=model, contents=_contents(question), config=_config(question))
            return _reply([answer])

    def stream(self, account: Account, model: str, question: Question) -> Reply:
        with _connected(account) as client:
            return _reply(list(_streamed(client, model, question)))

    def hang_up(self, account: Account, model: str, question: Question) -> str:
        with _connected(account) as client:
            chunks = _streamed(client, model, question)
            first = next(chunk for chunk in chunks if chunk.text)
            chunks.close()
            return str(first.response_id)

    def raised(self, error: Exception) -> Raised:
        assert isinstance(error, errors.APIError)
        reasons = [detail.get("reason") for detail in error.details.get("error", {}).get("details", [])]
        return Raised(error.code, f"{error.status} {error.message}", str(reasons[0]).lower() if reasons else None)


@contextmanager
def _connected(account: Account) -> Iterator[Any]:
    options = types.HttpOptions(
        base_url=account.url, timeout=MILLISECONDS, retry_options=types.HttpRetryOptions(attempts=1)
    )
    client = genai.Client(api_key=account.key, vertexai=False, http_options=options)
    try:
        yield client
    finally:
        client.close()


def _streamed(client: Any, model: str, question: Question) -> Any:  # a generator of responses
    return client.models.generate_content_stream(model=model, contents=_contents(question), config=_config(question))


def _config(question: Question) -> Any:  # GenerateContentConfig
    config = types.GenerateContentConfig(max_output_tokens=question.max_tokens)
    config.automatic_function_calling = types.AutomaticFunctionCallingConfig(disable=True)
    if question.tools:
        config.tools = [
            types.Tool(
                function_declarations=[
                    types.FunctionDeclaration(
                        name=tool.name, description=tool.description, parameters_json_schema=tool.parameters
                    )
                    for tool in question.tools
                ]
            )
        ]
    if question.schema:
        config.response_mime_type = "application/json"
        config.response_json_schema = question.schema
    if question.answers > 1:
        config.candidate_count = question.answers
    if question.thinks:
        config.thinking_config = types.ThinkingConfig(thinking_budget=THINKING_TOKENS, include_thoughts=True)
    return config


def _contents(question: Question) -> list[Any]:
    before: list[Any] = []
    parts: list[Any] = []
    if turn := question.after:
        before = [*_contents(turn.question), turn.reply.native]
        for call, result in zip(turn.reply.calls, turn.results, strict=bool(turn.results)):
            answer = types.FunctionResponse(id=call.id or None, name=call.name, response={"result": result})
            parts.append(types.Part(function_response=answer))
    if question.text:
        parts += [*map(_part, question.attachments), types.Part(text=question.text)]
    return [*before, types.Content(role="user", parts=parts)]


def _part(attachment: Attachment) -> Any:  # types.Part
    if attachment.link:
        return types.Part.from_uri(file_uri=attachment.link, mime_type=attachment.media_type)
    return types.Part.from_bytes(data=base64.b64decode(attachment.data), mime_type=attachment.media_type)


def _reply(answers: list[Any]) -> Reply:
    parts = [part for answer in answers for part in _parts_of(answer)]
    texts = [part.text for part in parts if part.text and not part.thought]
    calls = [part.function_call for part in parts if part.function_call]
    reason = next(answer.candidates[0].finish_reason for answer in reversed(answers) if answer.candidates)
    usage = answers[-1].usage_metadata
    return Reply(
        text="".join(texts),
        finish="length" if reason == "MAX_TOKENS" else "tool_calls" if calls else "stop",
        generation=str(answers[-1].response_id),
        prompt_tokens=usage.prompt_token_count,
        completion_tokens=usage.candidates_token_count + (usage.thoughts_token_count or 0),
        native=types.Content(role="model", parts=parts),
        calls=tuple(Call(call.id or "", call.name, call.args) for call in calls),
        reasoning="".join(part.text for part in parts if part.text and part.thought),
        signatures=tuple(part.thought_signature.decode() for part in parts if part.thought_signature),
        pieces=len(texts) if len(answers) > 1 else 0,
        answers=len(answers[-1].candidates or []),
    )


def _parts_of(answer: Any) -> list[Any]:  # GenerateContentResponse
    content = answer.candidates[0].content if answer.candidates else None
    return list(content.parts or []) if content else []
