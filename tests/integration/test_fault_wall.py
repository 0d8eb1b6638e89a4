"""A sample of `make faults` (tests/wall), so that every run of the tests meets every fault once."""

import pytest

from tests.wall.cases import Case, every_case
from tests.wall.clients import CLIENTS
from tests.wall.faults import FAULTS
from tests.wall.judge import Verdict
from tests.wall.run import played

# Both read the same run.
pytestmark = pytest.mark.xdist_group("wall")


def sample() -> list[Case]:
    """Each fault once in front, streamed and whole in turns, and the client protocols too."""
    turns = list(enumerate(FAULTS))
    wanted = {fault.number: (number % 2 == 0, CLIENTS[number // 2 % len(CLIENTS)]) for number, fault in turns}
    found: dict[str, Case] = {}
    for case in every_case():
        if case.failing == (0,) and (case.stream, case.client) == wanted[case.fault.number]:
            found.setdefault(case.fault.number, case)
    return list(found.values())


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    cases = sample()
    assert len(cases) == len(FAULTS)
    return played(cases)


def test_the_wall_holds_where_it_is_touched(verdicts: list[Verdict]) -> None:
    assert {str(verdict.case): verdict.misses for verdict in verdicts if verdict.misses} == {}


def test_no_fault_makes_a_secret_or_a_word_of_the_request_turn_up(verdicts: list[Verdict]) -> None:
    """Keys, prompt, tools, picture, headers: tests/wall/canaries.py names each, and where it may be."""
    assert {str(verdict.case): verdict.leaks for verdict in verdicts if verdict.leaks} == {}
