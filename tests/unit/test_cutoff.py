"""Providers that do not keep to the output limit, and what their answers look like when the hold is used up."""

from typing import Any

import orjson
import pytest
from switchboard.chat import Chunk, Finish, TextDelta, Usage
from switchboard.cutoff import Cutoff
from switchboard.dispatch import Tally

from tests.examples import ended, said
from tests.fakes import streamed
from tests.unit.test_reservations import DOLLAR, House

LONG = "word " * 200  # 250 tokens by the count of characters
DIALECTS = ("openai-chat", "openai-responses", "anthropic-messages", "google-generate", "bedrock-converse")


def spoken(text: str) -> tuple[list[Chunk], Tally]:
    chunks, tally = [Chunk((TextDelta(text),))], Tally()
    for chunk in chunks:
        tally.add(chunk)
    return chunks, tally


@pytest.mark.parametrize(("output", "reached"), [(None, False), (250, False), (190, False), (150, True)])
def test_an_answer_is_cut_once_it_is_clearly_beyond_what_is_held(output: int | None, reached: bool) -> None:
    assert Cutoff(output, "openai-chat").reached(*spoken(LONG)) is reached


def test_a_provider_that_counts_along_is_taken_at_its_word() -> None:
    chunks, tally = spoken("short")
    tally.add(Chunk((Usage(output=101),)))
    assert Cutoff(100, "openai-chat").reached(chunks, tally)


def test_an_answer_that_is_at_its_end_is_let_go() -> None:
    chunks, tally = spoken(LONG)
    tally.add(Chunk((Finish("stop", "stop"),)))
    assert not Cutoff(1, "openai-chat").reached(chunks, tally)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_has_an_ending_by_length(dialect: str) -> None:
    events = [event for chunk in Cutoff(1, dialect).ending() for event in chunk.events]
    assert [event.reason for event in events if isinstance(event, Finish)] == ["length"]


def test_an_open_block_is_closed_first() -> None:
    cutoff = Cutoff(1, "anthropic-messages")
    cutoff.reached([Chunk((), {"type": "content_block_start", "index": 2})], Tally())
    assert [chunk.native["type"] for chunk in cutoff.ending()] == ["content_block_stop", "message_delta"]
    cutoff.reached([Chunk((), {"type": "content_block_stop", "index": 2})], Tally())
    assert [chunk.native["type"] for chunk in cutoff.ending()] == ["message_delta"]


def test_a_response_ends_as_what_it_began_as() -> None:
    cutoff = Cutoff(1, "openai-responses")
    cutoff.reached([Chunk((), {"type": "response.created", "response": {"id": "r"}})], Tally())
    (chunk,) = cutoff.ending()
    response: Any = chunk.native["response"]
    assert (response["id"], response["status"]) == ("r", "incomplete")


def test_a_stream_is_ended_by_length_and_charged_for_what_was_said() -> None:
    house = House({"limit_nano": DOLLAR})
    answer = house.post(streamed(said(LONG), said(LONG), said(LONG), ended()), stream=True, max_tokens=20)
    pieces = [orjson.loads(line[6:]) for line in answer.body.splitlines() if line.startswith(b"data: {")]
    assert pieces[-1]["choices"][0]["finish_reason"] == "length"
    assert answer.body.endswith(b"data: [DONE]\n\n")
    assert answer.body.count(b"word") == 2 * 200
    assert house.transport.open_replies == 0
    assert house.spending().spent["total"] >= 500 * 8000
    assert house.spending().held == 0
