from typing import Any

from switchboard.providers.openai_chat.call_numbers import CallNumbers


def piece(index: int | None, name: str | None = None, call_id: str | None = None) -> dict[str, Any]:
    return {"index": index, "id": call_id, "function": {"name": name, "arguments": "{}"}}


def numbered(*deltas: list[dict[str, Any]]) -> list[int | None]:
    numbers = CallNumbers()
    for calls in deltas:
        numbers.settle(0, calls)
    return [call["index"] for calls in deltas for call in calls]


def test_calls_that_are_numbered_stay_as_they_are() -> None:
    assert numbered([piece(0, "now", "a")], [piece(0)], [piece(1, "then", "b")], [piece(1)], [piece(0)]) == [
        *(0, 0, 1, 1, 0)
    ]


def test_calls_that_all_say_they_are_the_first_are_told_apart_by_their_ids() -> None:
    assert numbered([piece(0, "now", "a")], [piece(0)], [piece(0, "now", "b")], [piece(0)]) == [0, 0, 1, 1]


def test_in_one_delta_too() -> None:
    assert numbered([piece(0, "now", "a"), piece(0, "now", "b"), piece(0, "now", "c")]) == [0, 1, 2]


def test_an_id_that_changes_from_piece_to_piece_makes_no_new_call() -> None:
    assert numbered([piece(0, "now", "a")], [piece(0, None, "b")], [piece(0, "", "c")]) == [0, 0, 0]


def test_a_name_that_is_repeated_makes_no_new_call() -> None:
    assert numbered([piece(0, "now", "a")], [piece(0, "now", "a")], [piece(0, "now")]) == [0, 0, 0]


def test_a_number_that_is_taken_by_then_is_not_given_twice() -> None:
    assert numbered([piece(0, "now", "a")], [piece(0, "now", "b")], [piece(1, "now", "c")]) == [0, 1, 2]
