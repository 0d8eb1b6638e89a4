"""Every feature, through every client, at every upstream dialect: what went in comes out, or is refused by name."""

import json

import pytest

from tests.contract.python.conftest import Cell
from tests.contract.python.questions import (
    PAPER,
    PIXEL,
    POPULATION,
    UNICODE,
    WEATHER,
    Question,
    Reply,
    Turn,
)

STREAMED = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


def answer(cell: Cell, question: Question, *, streamed: bool) -> Reply:
    ask = cell.client.stream if streamed else cell.client.ask
    return ask(cell.account, cell.upstream.model, question)


def named(feature: str, *, streamed: bool) -> str:
    return f"{feature}, streamed" if streamed else feature


def test_plain(cell: Cell) -> None:
    reply = answer(cell, Question("Say hello."), streamed=False)
    assert reply.text
    assert reply.finish == "stop"
    assert not reply.calls
    cell.verdict("plain")


def test_stream(cell: Cell) -> None:
    reply = answer(cell, Question("Say hello."), streamed=True)
    assert reply.pieces > 1
    assert "Say hello." in reply.text
    assert reply.finish == "stop"
    cell.verdict("stream")


def test_a_short_limit_ends_the_answer(cell: Cell) -> None:
    reply = answer(cell, Question("Tell me 300 words.", max_tokens=16), streamed=False)
    assert reply.finish == "length"
    cell.verdict("cut at the limit")


@STREAMED
def test_tools(cell: Cell, streamed: bool) -> None:
    reply = answer(cell, Question("Use get_weather for Paris.", tools=(WEATHER,)), streamed=streamed)
    assert [call.name for call in reply.calls] == ["get_weather"]
    assert set(reply.calls[0].arguments) == {"city", "days"}
    assert reply.finish == "tool_calls"
    cell.verdict(named("tools", streamed=streamed))


@STREAMED
def test_parallel_tools(cell: Cell, streamed: bool) -> None:
    asked = Question("Use get_weather and get_population for Paris.", tools=(WEATHER, POPULATION))
    reply = answer(cell, asked, streamed=streamed)
    assert [call.name for call in reply.calls] == ["get_weather", "get_population"]
    ids = [call.id for call in reply.calls if call.id]  # Google's models give none: order and name tell calls apart
    assert len(set(ids)) == len(ids)
    assert [set(call.arguments) for call in reply.calls] == [{"city", "days"}, {"city"}]
    cell.verdict(named("parallel tools", streamed=streamed))


def test_tool_results(cell: Cell) -> None:
    tools = (WEATHER, POPULATION)
    asked = Question("Use get_weather and get_population for Paris.", tools=tools)
    called = answer(cell, asked, streamed=False)
    turn = Turn(asked, called, ("Sunny, 24 degrees.", "2 million people."))
    reply = answer(cell, Question("", tools=tools, after=turn), streamed=False)
    assert "Sunny, 24 degrees." in reply.text
    assert "2 million people." in reply.text
    assert reply.finish == "stop"
    cell.verdict("tool results")


@STREAMED
def test_structured_output(cell: Cell, streamed: bool) -> None:
    reply = answer(cell, Question("A city.", schema=WEATHER.parameters), streamed=streamed)
    assert set(json.loads(reply.text)) == {"city", "days"}
    assert reply.finish == "stop"
    assert not reply.calls
    cell.verdict(named("structured output", streamed=streamed))


def test_image(cell: Cell) -> None:
    reply = answer(cell, Question("What is this?", attachments=(PIXEL,)), streamed=False)
    assert "1 image" in reply.text
    cell.verdict("image")


def test_pdf(cell: Cell) -> None:
    reply = answer(cell, Question("What does it say?", attachments=(PAPER,)), streamed=False)
    assert "1 document" in reply.text
    cell.verdict("PDF")


@STREAMED
def test_reasoning_and_its_return(cell: Cell, streamed: bool) -> None:
    """What was thought before a tool call goes back with its result: a provider that signs it checks it."""
    cell.skip_what_it_cannot("reasoning")
    asked = Question("Use get_weather for Paris.", tools=(WEATHER,), thinks=True, max_tokens=4000)
    called = answer(cell, asked, streamed=streamed)
    assert called.reasoning or called.signatures  # OpenAI's models seal their thoughts and show no more
    again = Question("", tools=(WEATHER,), thinks=True, max_tokens=4000, after=Turn(asked, called, ("Sunny.",)))
    reply = answer(cell, again, streamed=streamed)
    assert "Sunny." in reply.text
    cell.verdict(named("reasoning replayed", streamed=streamed))


@STREAMED
def test_every_letter(cell: Cell, streamed: bool) -> None:
    reply = answer(cell, Question(UNICODE), streamed=streamed)
    assert UNICODE in reply.text
    cell.verdict(named("unicode and emoji", streamed=streamed))
