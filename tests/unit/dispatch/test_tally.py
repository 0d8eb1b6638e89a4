import pytest
from switchboard.accounting.estimate import without_margin
from switchboard.chat import Chunk, Finish, FinishReason, StreamEvent, TextDelta, ThinkingDelta, ToolCallDelta, Usage
from switchboard.dispatch.tally import Tally
from switchboard.json_types import JsonObject

from tests.examples import request


def tally(*events: StreamEvent) -> Tally:
    result = Tally()
    for event in events:
        result.add(Chunk((event,)))
    return result


def test_the_last_usage_holds() -> None:
    assert tally(Usage(output=1), TextDelta("x"), Usage(output=2)).usage == Usage(output=2)


def test_what_the_provider_counted_is_billed() -> None:
    ended = tally(TextDelta("x" * 400), Finish("stop", "stop"), Usage(input=1, output=2))
    assert ended.billed_usage(request()) == (Usage(input=1, output=2), False)


def test_without_a_count_what_passed_by_is_estimated() -> None:
    asked = request()
    said = tally(TextDelta("x" * 40), ThinkingDelta("y" * 40), ToolCallDelta(0, "z" * 42, "c", "now"))
    expected = Usage(input=without_margin(asked.prompt_tokens), output=31)  # 10 + 10 + 10.5, rounded up
    assert said.billed_usage(asked) == (expected, True)


def test_the_upstreams_first_id_is_kept() -> None:
    result = Tally()
    for native_id in ("", None, 7, "up-1", "up-2"):
        result.add(Chunk((), {"id": native_id}))
    assert result.upstream_id == "up-1"


@pytest.mark.parametrize(
    "native",
    [
        {"type": "message_start", "message": {"id": "up-1"}},
        {"type": "response.created", "response": {"id": "up-1"}},
        {"responseId": "up-1", "candidates": []},
    ],
)
def test_every_dialect_names_its_answer_in_its_own_place(native: JsonObject) -> None:
    result = Tally()
    result.add(Chunk((), native))
    assert result.upstream_id == "up-1"


def test_an_answer_without_content_and_without_an_end_is_none() -> None:
    assert not tally().may_be_empty
    assert not tally(Usage(output=5)).may_be_empty


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_that_was_cut_or_filtered_may_be_empty(reason: FinishReason) -> None:
    assert tally(Finish(reason, reason)).may_be_empty


def test_an_answer_that_was_billed_may_be_empty() -> None:
    assert tally(Finish("stop", "stop"), Usage(reasoning=5)).may_be_empty


@pytest.mark.parametrize("usage", [None, Usage(input=9)])
def test_an_answer_that_says_and_counts_nothing_is_none(usage: Usage | None) -> None:
    assert not tally(Finish("stop", "stop"), *([usage] if usage else [])).may_be_empty


def test_one_filtered_choice_of_several_is_enough() -> None:
    assert tally(Finish("content_filter", "content_filter"), Finish("stop", "stop", choice=1)).may_be_empty


def test_an_answer_that_broke_off_is_billed_by_what_was_said_not_by_the_count_at_its_beginning() -> None:
    begun = (Usage(input=10, output=1), TextDelta("word " * 100))
    assert tally(*begun).billed_usage(request()) == (Usage(input=10, output=125), True)
    ended = tally(*begun, Finish("stop", "end_turn"), Usage(input=10, output=101))
    assert ended.billed_usage(request()) == (Usage(input=10, output=101), False)
