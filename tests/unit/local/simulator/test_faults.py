import pytest

from local.simulator.faults import Fault, FaultBoard, RuleError
from local.simulator.json_types import Json
from tests.house import ROOT


def test_the_manual_lists_every_fault() -> None:
    manual = (ROOT / "docs" / "simulated-providers.md").read_text(encoding="utf-8")
    assert [fault for fault in Fault if f"`{fault}`" not in manual] == []


@pytest.fixture
def board() -> FaultBoard:
    return FaultBoard(["openai", "azure"])


def test_a_rule_is_counted_down_and_gone(board: FaultBoard) -> None:
    board.set({"provider": "openai", "fault": "500", "times": 2})
    assert [board.take("openai", "m") is not None for _ in range(3)] == [True, True, False]
    assert board.rules == []


def test_a_models_own_rule_comes_first(board: FaultBoard) -> None:
    board.set({"provider": "openai", "fault": "500"})
    board.set({"provider": "openai", "model": "m", "fault": "cut"})
    rules = [board.take("openai", "m"), board.take("openai", "other"), board.take("azure", "m")]
    assert [rule and rule.fault for rule in rules] == [Fault.CUT, Fault.SERVER_ERROR, None]


def test_rules_are_cleared_for_one_provider_or_all(board: FaultBoard) -> None:
    for provider in ("openai", "azure"):
        board.set({"provider": provider, "fault": "500"})
    board.clear("openai")
    assert [rule.provider for rule in board.rules] == ["azure"]
    board.clear(None)
    assert board.rules == []


def test_a_provider_that_was_asked_once_is_known(board: FaultBoard) -> None:
    board.meet("acme")
    assert board.set({"provider": "acme", "fault": "stall"}).after == 5


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "JSON object"),
        ({"fault": "500"}, "Unknown provider None. Known: azure, openai."),
        ({"provider": "openai", "fault": "flood"}, "Unknown fault 'flood'. Known: 500, 502-html"),
        ({"provider": "openai", "fault": "500", "time": 1}, "Unknown field 'time'"),
        ({"provider": "openai", "fault": "500", "times": 0}, "times must be"),
        ({"provider": "openai", "fault": "500", "after": "x"}, "after must be"),
        ({"provider": "openai", "fault": "500", "model": 1}, "model must be"),
    ],
)
def test_a_wrong_rule_is_refused_with_what_is_known(board: FaultBoard, body: Json, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        board.set(body)
