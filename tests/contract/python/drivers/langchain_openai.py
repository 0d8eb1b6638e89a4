"""LangChain's ChatOpenAI, over either of OpenAI's protocols."""

from collections.abc import Mapping
from typing import Any

import openai
from langchain_core.messages import AIMessageChunk, HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI

from tests.contract.python.driver import BENEATH, Account, Mistake, Raised
from tests.contract.python.drivers.openai_chat import EXCEPTIONS, chat_tools, json_schema, raised
from tests.contract.python.questions import Attachment, Call, Question, Reply

FINISHES: Mapping[str, Any] = {"stop": "stop", "tool_calls": "tool_calls", "length": "length"}
NO_REASONING = "ChatOpenAI drops the reasoning of chat completions"


class LangChainOpenAi:
    client = "langchain-openai"

    def __init__(self, protocol: str) -> None:
        self.protocol = protocol
        # Of a `response.failed` LangChain makes a ValueError.
        failed = {Mistake.BROKEN_STREAM: ValueError} if protocol == "openai-responses" else {}
        self.exceptions: Mapping[Mistake, type[Exception]] = {**EXCEPTIONS, **failed}
        reasoning = {"reasoning": NO_REASONING} if protocol == "openai-chat" else {}
        self.cannot: Mapping[str, str] = {**BENEATH, **reasoning}

    def ask(self, account: Account, model: str, question: Question) -> Reply:
        return _reply(self._model(account, model, question).invoke(_messages(question)), pieces=0)

    def stream(self, account: Account, model: str, question: Question) -> Reply:
        pieces = list(self._model(account, model, question).stream(_messages(question)))
        whole = pieces[0]
        for piece in pieces[1:]:
            whole += piece
        assert isinstance(whole, AIMessageChunk)
        return _reply(whole, sum(bool(piece.text) for piece in pieces))

    def hang_up(self, account: Account, model: str, question: Question) -> str:
        chunks = self._model(account, model, question).stream(_messages(question))
        generation = ""
        for chunk in chunks:
            generation = generation or _generation(chunk)
            if chunk.text:
                break
        chunks.close()
        return generation

    def raised(self, error: Exception) -> Raised:
        assert isinstance(error, openai.APIError)
        return raised(error)

    def _model(self, account: Account, model: str, question: Question) -> Any:  # a bound runnable
        fields: dict[str, Any] = {}
        if question.tools:
            fields["tools"] = chat_tools(question.tools)
        if question.schema:
            fields["response_format"] = json_schema(question)
        if question.thinks:
            fields["reasoning"] = {"effort": "low", "summary": "auto"}
        responses: dict[str, Any] = {"store": False, "include": ["reasoning.encrypted_content"]}
        chat = ChatOpenAI(
            model=model,
            base_url=f"{account.url}/api/v1",
            api_key=account.key,
            max_retries=0,
            timeout=30,
            stream_usage=True,
            include_response_headers=question.schema is None,  # it cannot do both
            use_responses_api=self.protocol == "openai-responses",
            max_tokens=question.max_tokens,
            **(responses if self.protocol == "openai-responses" else {}),
        )
        return chat.bind(**fields)


def _messages(question: Question) -> list[Any]:
    before: list[Any] = []
    if turn := question.after:
        results = zip(turn.reply.calls, turn.results, strict=bool(turn.results))
        before = [
            *_messages(turn.question),
            turn.reply.native,
            *(ToolMessage(content=result, tool_call_id=call.id) for call, result in results),
        ]
    if not question.text:
        return before
    parts = [{"type": "text", "text": question.text}, *map(_part, question.attachments)]
    return [*before, HumanMessage(content=parts if question.attachments else question.text)]


def _part(attachment: Attachment) -> dict[str, Any]:
    kind = "image" if attachment.is_image else "file"
    named = {} if attachment.is_image else {"filename": attachment.name}
    return {"type": kind, "base64": attachment.data, "mime_type": attachment.media_type, **named}


def _generation(message: Any) -> str:  # an AIMessage or its chunk
    return str(message.response_metadata.get("headers", {}).get("x-generation-id", ""))


def _reply(message: Any, pieces: int) -> Reply:  # an AIMessage or its chunks' sum
    thoughts = [block for block in message.content if block["type"] == "reasoning"] if _is_list(message.content) else []
    about = message.response_metadata
    finish = about.get("finish_reason") or ("stop" if about.get("status") == "completed" else "length")
    return Reply(
        text=message.text,
        finish="tool_calls" if message.tool_calls else FINISHES[finish],
        generation=_generation(message),
        prompt_tokens=message.usage_metadata["input_tokens"],
        completion_tokens=message.usage_metadata["output_tokens"],
        native=message,
        calls=tuple(Call(call["id"], call["name"], call["args"]) for call in message.tool_calls),
        reasoning="".join(part["text"] for block in thoughts for part in block.get("summary", [])),
        signatures=tuple(block["encrypted_content"] for block in thoughts if block.get("encrypted_content")),
        pieces=pieces,
    )


def _is_list(content: object) -> bool:
    return isinstance(content, list)
