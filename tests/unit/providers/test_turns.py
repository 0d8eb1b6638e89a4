from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from switchboard.chat import Block, Message, Role, Text, ToolCall, ToolResult
from switchboard.json_types import JsonObject
from switchboard.providers.turns import NO_RESULT, Turn, merged, turns_of

CALL_A, CALL_B = ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")
RESULT_A, RESULT_B = ToolResult("a", (Text("1"),)), ToolResult("b", (Text("2"),))
LOST = (Text(NO_RESULT),)


def turns(*messages: tuple[Role, Sequence[Block]]) -> list[tuple[str, list[Block]]]:
    _, found = turns_of(Message(role, tuple(blocks)) for role, blocks in messages)
    return [(turn.role, turn.blocks) for turn in found]


def test_neighbours_of_the_same_role_are_one_turn() -> None:
    said = turns(("user", [Text("a")]), ("user", [Text("b")]), ("assistant", [Text("c")]))
    assert said == [("user", [Text("a"), Text("b")]), ("assistant", [Text("c")])]


def test_blank_text_and_what_is_left_empty_go() -> None:
    assert turns(("user", [Text("a")]), ("assistant", [Text(" \n")]), ("user", [Text("b")])) == [
        ("user", [Text("a"), Text("b")])
    ]


def test_results_come_in_the_order_of_the_calls_and_before_the_users_words() -> None:
    said = turns(("assistant", [CALL_A, CALL_B]), ("tool", [RESULT_B]), ("user", [Text("and?")]), ("tool", [RESULT_A]))
    assert said == [("assistant", [CALL_A, CALL_B]), ("user", [RESULT_A, RESULT_B, Text("and?")])]


def test_calls_in_messages_of_their_own_are_answered_together() -> None:
    said = turns(("assistant", [CALL_A]), ("assistant", [CALL_B]), ("tool", [RESULT_A]), ("tool", [RESULT_B]))
    assert said == [("assistant", [CALL_A, CALL_B]), ("user", [RESULT_A, RESULT_B])]


def test_a_lost_result_is_made_up_and_one_nobody_asked_for_becomes_text() -> None:
    said = turns(("tool", [RESULT_B]), ("assistant", [CALL_A]), ("assistant", [Text("x")]), ("user", [Text("y")]))
    made_up = ToolResult("a", LOST, is_error=True)
    assert said == [("user", [Text("2")]), ("assistant", [CALL_A, Text("x")]), ("user", [made_up, Text("y")])]


def test_the_opening_instructions_stand_apart_and_later_ones_keep_their_place() -> None:
    messages = [
        Message("system", (Text("be brief"),)),
        Message("developer", (Text("be kind"), Text(" "))),
        Message("assistant", (CALL_A,)),
        Message("system", (Text("be quick"),)),
        Message("tool", (RESULT_A,)),
    ]
    system, found = turns_of(messages)
    assert system == [Text("be brief"), Text("be kind")]
    assert found[1] == Turn("user", [RESULT_A, Text("<system>\nbe quick\n</system>")])


blocks = st.sampled_from([Text("x"), Text(" "), CALL_A, CALL_B, RESULT_A, RESULT_B])
roles: st.SearchStrategy[Role] = st.sampled_from(["system", "user", "assistant", "tool"])


@given(st.lists(st.tuples(roles, st.lists(blocks, max_size=3)), max_size=8))
def test_whatever_comes_in_two_roles_take_turns_and_every_call_is_answered_next(
    messages: list[tuple[Role, list[Block]]],
) -> None:
    found = turns(*messages)
    assert all(first[0] != second[0] for first, second in pairwise(found))
    for place, (role, said) in enumerate(found):
        assert said
        calls = [block.id for block in said if isinstance(block, ToolCall)] if role == "assistant" else []
        if calls:
            answers = found[place + 1][1][: len(calls)]
            assert [block.id for block in answers if isinstance(block, ToolResult)] == calls


def test_contents_are_merged_by_role_and_empty_ones_go() -> None:
    given_contents: list[JsonObject] = [
        {"role": "user", "parts": [1]},
        {"role": "model", "parts": []},
        {"role": "user", "parts": [2]},
        {"role": "model", "parts": [3]},
    ]
    assert merged(given_contents, "parts") == [{"role": "user", "parts": [1, 2]}, {"role": "model", "parts": [3]}]
