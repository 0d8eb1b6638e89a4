import json
from itertools import islice

import pytest

from cli.account import LogLine
from cli.logs import followed, readable, seconds
from cli.outcome import BadUsage
from tests.fake_account import FakeAccount

LINES = [LogLine("a", 1000, "one"), LogLine("b", 2000, "two"), LogLine("c", 2000, "three")]


def said(**fields: object) -> str:
    return readable(LogLine("x", 43_200_000, json.dumps(fields)))


def test_an_event_is_one_line_of_its_fields() -> None:
    line = said(level="INFO", message="generation", model="a/b", cost=7, service="switchboard", _aws={}, stack="s")
    assert line == "12:00:00 generation model=a/b cost=7"
    assert said(level="ERROR", message="unexpected_error") == "12:00:00 ERROR unexpected_error"


@pytest.mark.parametrize("text", ["START RequestId: x\n", "END RequestId: x", '{"type": "platform.report"}'])
def test_lambdas_own_lines_are_left_out(text: str) -> None:
    assert readable(LogLine("x", 0, text)) == ""


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert readable(LogLine("x", 0, "Task timed out\n")) == "00:00:00 Task timed out"
    assert readable(LogLine("x", 0, "[1]")) == "00:00:00 [1]"


def test_each_line_is_shown_once_however_often_it_is_read() -> None:
    account = FakeAccount(lines=LINES[:2])

    def pause(_: float) -> None:
        if len(account.lines) == len(LINES):
            raise KeyboardInterrupt
        account.lines = LINES  # one more line of a moment that was shown already

    lines = followed(account, "group", 0, "", pause)
    assert [line.id for line in islice(lines, 3)] == ["a", "b", "c"]
    with pytest.raises(KeyboardInterrupt):
        next(lines)
    assert account.asked[-1] == ("group", 2000, "")


def test_without_following_it_ends() -> None:
    assert [line.id for line in followed(FakeAccount(lines=LINES), "group", 1500, "", None)] == ["b", "c"]


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400)])
def test_how_far_back_has_a_unit(text: str, expected: int) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "10", "h", "-1h", "1w"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadUsage, match="10m"):
        seconds(text)
