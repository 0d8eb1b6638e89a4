"""A tool call can be used if its tool was offered and its arguments are an object with all that is required."""

import pytest
from switchboard.chat import Chunk, Finish, FinishReason, ToolCallDelta
from switchboard.dispatch.tally import Tally
from switchboard.dispatch.tool_calls import Call, usable
from switchboard.json_types import JsonObject

from tests.examples import request

PLACE: JsonObject = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [
    {"type": "function", "function": {"name": "weather", "parameters": PLACE}},
    {"type": "function", "function": {"name": "now"}},
]
ASKED = request(tools=TOOLS)


def call(name: str, *pieces: str) -> Call:
    return Call(name, list(pieces))


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (call("weather", '{"ci', 'ty": "Bern"}'), True),
        (call("weather", '{"city": "Bern", "days": 2}'), True),
        (call("weather", '{"town": "Bern"}'), False),
        (call("weather", '{"city": "Be'), False),
        (call("weather", '["city"]'), False),
        (call("wether", '{"city": "Bern"}'), False),
        (call("now", "{}"), True),
        (call("now"), True),
        (call("weather"), False),
    ],
)
def test_a_known_name_and_everything_that_is_required(made: Call, expected: bool) -> None:
    assert usable([made], ASKED) is expected
    assert usable([call("now", "{}"), made], ASKED) is expected


def test_nothing_is_said_of_an_answer_without_calls_or_of_a_request_without_functions() -> None:
    assert usable([], ASKED) is None
    assert usable([call("weather", "{}")], request()) is None


def answer(*deltas: ToolCallDelta, reason: FinishReason = "tool_calls") -> Tally:
    tally = Tally()
    tally.add(Chunk((*deltas, Finish(reason, reason))))
    return tally


def test_calls_are_put_together_by_their_place() -> None:
    pieces = (
        ToolCallDelta(0, '{"city": ', "a", "weather"),
        ToolCallDelta(1, "{}", "b", "now"),
        ToolCallDelta(0, '"Bern"}'),
        ToolCallDelta(0, "{", "c", "now", choice=1),
        ToolCallDelta(0, "}", choice=1),
    )
    assert answer(*pieces).tools_ok(ASKED) is True
    assert answer(*pieces[:-1]).tools_ok(ASKED) is False


def test_an_answer_that_was_cut_short_is_not_held_against_its_endpoint() -> None:
    broken = ToolCallDelta(0, '{"ci', "a", "weather")
    assert answer(broken).tools_ok(ASKED) is False
    assert answer(broken, reason="length").tools_ok(ASKED) is None
    ended = answer(broken)
    ended.cut = True
    assert ended.tools_ok(ASKED) is None
