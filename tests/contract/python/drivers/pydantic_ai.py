"""pydantic-ai's models, asked directly: one neutral conversation, five models that each speak a protocol."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from anthropic import AsyncAnthropic
from google.genai.types import HttpRetryOptions
from openai import AsyncOpenAI
from pydantic_ai import direct, exceptions, messages
from pydantic_ai.models import ModelRequestParameters, OutputObjectDefinition, ToolDefinition
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.models.openrouter import OpenRouterModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openrouter import OpenRouterProvider

from tests.contract.python.driver import BENEATH, Account, Mistake, Raised
from tests.contract.python.drivers.anthropic_messages import generation_of as generation_of_message
from tests.contract.python.drivers.openai_responses import generation_of as generation_of_response
from tests.contract.python.questions import Attachment, Call, Question, Reply

FINISHES: Mapping[str, Any] = {"stop": "stop", "tool_call": "tool_calls", "length": "length"}
# What pydantic-ai would know by the names of these models, if it had heard of them.
PROFILE: Any = {"supports_thinking": True, "supports_json_schema_output": True}
OPENAI_PROFILE: Any = {
    **PROFILE,
    "openai_supports_reasoning": True,
    "openai_supports_encrypted_reasoning_content": True,
}
SEALED = "reasoning at openai-responses"
NO_DETAILS = "OpenAI seals its thoughts, and OpenAIChatModel reads no `reasoning_details`"
Connected = Callable[[Account, str], AbstractAsyncContextManager[Any]]


class PydanticAi:
    exceptions: Mapping[Mistake, type[Exception]] = {
        Mistake.BAD_REQUEST: exceptions.ModelRequestRejectedError,
        Mistake.NO_KEY: exceptions.ModelAuthenticationError,
        Mistake.NO_CREDIT: exceptions.ModelQuotaExceededError,
        Mistake.NO_MODEL: exceptions.ModelNotFoundError,
        Mistake.TOO_LARGE: exceptions.ModelHTTPError,
        Mistake.CONTEXT: exceptions.ModelContextWindowExceededError,
        Mistake.RATE_LIMIT: exceptions.ModelRateLimitError,
        Mistake.OVERLOADED: exceptions.ModelUnavailableError,
        Mistake.SERVER: exceptions.ModelAPIError,
        Mistake.UPSTREAM_KEY: exceptions.ModelAPIError,
        Mistake.BROKEN_STREAM: exceptions.ModelAPIError,
    }

    def __init__(self, name: str, protocol: str, connected: Connected) -> None:
        self.client = f"pydantic-ai {name}"
        self.protocol = protocol
        self.cannot: Mapping[str, str] = {**BENEATH, **({SEALED: NO_DETAILS} if connected is openai_chat else {})}
        self._connected = connected

    def ask(self, account: Account, model: str, question: Question) -> Reply:
        async def asked() -> messages.ModelResponse:
            async with self._connected(account, model) as connected:
                return await direct.model_request(connected, _messages(question), **_fields(question))

        return _reply(asyncio.run(asked()), pieces=0)

    def stream(self, account: Account, model: str, question: Question) -> Reply:
        async def streamed() -> Reply:
            async with (
                self._connected(account, model) as connected,
                direct.model_request_stream(connected, _messages(question), **_fields(question)) as events,
            ):
                pieces = [_is_text(event) async for event in events]
                return _reply(events.get(), sum(pieces))

        return asyncio.run(streamed())

    def hang_up(self, account: Account, model: str, question: Question) -> str:
        async def left() -> str:
            async with (
                self._connected(account, model) as connected,
                direct.model_request_stream(connected, _messages(question), **_fields(question)) as events,
            ):
                async for event in events:
                    if _is_text(event):
                        break
                return _generation(events.get().provider_response_id or "")

        return asyncio.run(left())

    def raised(self, error: Exception) -> Raised:
        assert isinstance(error, exceptions.ModelAPIError)
        return Raised(getattr(error, "status_code", None), str(error))


@asynccontextmanager
async def _openai(account: Account) -> AsyncIterator[AsyncOpenAI]:
    url = f"{account.url}/api/v1"
    async with AsyncOpenAI(base_url=url, api_key=account.key, max_retries=0, timeout=30) as client:
        yield client


@asynccontextmanager
async def openai_chat(account: Account, model: str) -> AsyncIterator[OpenAIChatModel]:
    async with _openai(account) as client:
        yield OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client), profile=OPENAI_PROFILE)


@asynccontextmanager
async def openai_responses(account: Account, model: str) -> AsyncIterator[OpenAIResponsesModel]:
    async with _openai(account) as client:
        yield OpenAIResponsesModel(model, provider=OpenAIProvider(openai_client=client), profile=OPENAI_PROFILE)


@asynccontextmanager
async def openrouter(account: Account, model: str) -> AsyncIterator[OpenRouterModel]:
    async with _openai(account) as client:
        yield OpenRouterModel(model, provider=OpenRouterProvider(openai_client=client), profile=PROFILE)


@asynccontextmanager
async def anthropic(account: Account, model: str) -> AsyncIterator[AnthropicModel]:
    url = f"{account.url}/api/anthropic"
    async with AsyncAnthropic(base_url=url, api_key=account.key, max_retries=0, timeout=30) as client:
        yield AnthropicModel(model, provider=AnthropicProvider(anthropic_client=client), profile=PROFILE)


@asynccontextmanager
async def google(account: Account, model: str) -> AsyncIterator[GoogleModel]:
    once = HttpRetryOptions(attempts=1)
    provider = GoogleProvider(api_key=account.key, base_url=account.url, retry_options=once)
    async with GoogleModel(model, provider=provider, profile=PROFILE) as connected:
        yield connected


def _fields(question: Question) -> dict[str, Any]:
    settings: dict[str, Any] = {"max_tokens": question.max_tokens}
    if question.thinks:
        settings["thinking"] = "low"
    tools = [
        ToolDefinition(name=tool.name, description=tool.description, parameters_json_schema=tool.parameters)
        for tool in question.tools
    ]
    parameters = ModelRequestParameters(function_tools=tools)
    if question.schema:
        wanted = OutputObjectDefinition(json_schema=question.schema, name="city", strict=True)
        parameters = ModelRequestParameters(function_tools=tools, output_mode="native", output_object=wanted)
    return {"model_settings": settings, "model_request_parameters": parameters}


def _messages(question: Question) -> list[Any]:
    before: list[Any] = []
    parts: list[Any] = []
    if turn := question.after:
        before = [*_messages(turn.question), turn.reply.native]
        parts = [
            messages.ToolReturnPart(tool_name=call.name, content=result, tool_call_id=call.id)
            for call, result in zip(turn.reply.calls, turn.results, strict=bool(turn.results))
        ]
    if question.text:
        content = [question.text, *map(_part, question.attachments)] if question.attachments else question.text
        parts.append(messages.UserPromptPart(content))
    return [*before, messages.ModelRequest(parts)]


def _part(attachment: Attachment) -> messages.BinaryContent:
    return messages.BinaryContent(base64.b64decode(attachment.data), media_type=attachment.media_type)


def _is_text(event: object) -> bool:
    match event:
        case messages.PartStartEvent(part=messages.TextPart(content=text)):
            return bool(text)
        case messages.PartDeltaEvent(delta=messages.TextPartDelta(content_delta=text)):
            return bool(text)
        case _:
            return False


def _generation(identifier: str) -> str:
    return generation_of_response(identifier) if identifier.startswith("resp_") else generation_of_message(identifier)


def _reply(response: Any, pieces: int) -> Reply:  # messages.ModelResponse
    calls = [part for part in response.parts if part.part_kind == "tool-call"]
    thoughts = [part for part in response.parts if part.part_kind == "thinking"]
    return Reply(
        text="".join(part.content for part in response.parts if part.part_kind == "text"),
        finish="tool_calls" if calls else FINISHES[response.finish_reason],
        generation=_generation(response.provider_response_id),
        prompt_tokens=response.usage.input_tokens,
        completion_tokens=response.usage.output_tokens,
        native=response,
        calls=tuple(Call(call.tool_call_id, call.tool_name, call.args_as_dict()) for call in calls),
        reasoning="".join(part.content for part in thoughts),
        signatures=tuple(part.signature for part in thoughts if part.signature),
        pieces=pieces,
    )
