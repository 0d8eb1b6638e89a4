"""A sample of `make faults` (tests/wall), so that every run of the tests meets every fault once."""

from tests.wall.cases import Case, every_case
from tests.wall.clients import CLIENTS
from tests.wall.faults import FAULTS
from tests.wall.run import played


def sample() -> list[Case]:
    """Each fault once in front, streamed and whole in turns, and the client protocols too."""
    turns = list(enumerate(FAULTS))
    wanted = {fault.number: (number % 2 == 0, CLIENTS[number // 2 % len(CLIENTS)]) for number, fault in turns}
    found: dict[str, Case] = {}
    for case in every_case():
        if case.failing == (0,) and (case.stream, case.client) == wanted[case.fault.number]:
            found.setdefault(case.fault.number, case)
    return list(found.values())


def test_the_wall_holds_where_it_is_touched() -> None:
    cases = sample()
    assert len(cases) == len(FAULTS)
    assert {str(verdict.case): verdict.misses for verdict in played(cases) if verdict.misses} == {}
