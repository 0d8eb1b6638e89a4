"""One run: starts everybody, lets them take turns, and asks each what it costs to start and to hold."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.overhead.contestants import Contestant, Entrant, Mocks, direct, mocks, tool, tool_variables
from benchmarks.overhead.figures import Figures
from benchmarks.overhead.measure import Bench
from benchmarks.overhead.ours import Switchboard
from benchmarks.overhead.peers import PEERS, nginx
from benchmarks.overhead.processes import TOOLS_CORE, Child, memory_mb, wait_for_port
from benchmarks.overhead.starts import ask_once, function_start, server_start

STARTS = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds` for each load and contestant."""

    repetitions: int
    seconds: float
    peers: bool


@dataclass(slots=True)
class Outcome:
    """`names` of the contestants, the provider first; `missing` says who or what is not there, and why."""

    names: list[str]
    repetitions: list[dict[str, Figures]] = field(default_factory=list)
    answered: int = 0
    missing: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Racing:
    """`entrant` is None for the provider itself."""

    contestant: Contestant
    entrant: Entrant | None = None
    child: Child | None = None


def run(home: Path, plan: Plan) -> Outcome:
    """Raises Unsound if an answer was wrong or is not on record, RuntimeError if ours or the proxy does not start."""
    with ExitStack() as closing:
        mocked = closing.enter_context(mocks())
        switchboard = Switchboard(home, mocked)
        switchboard.build_catalog()
        hosts = [nginx.entrant(mocked, home), switchboard.metered(), switchboard.pass_through()]
        racing = [Racing(direct(mocked)), *(_start(entrant, closing) for entrant in hosts)]
        guests, missing = _guests(mocked, home, closing) if plan.peers else ([], [])
        racing += guests
        generator = Child(tool("load"), TOOLS_CORE, variables=tool_variables())
        bench = Bench(closing.enter_context(generator), mocked, plan.seconds)
        bench.answered_beside(sum(each.contestant.metered for each in racing))
        outcome = Outcome([each.contestant.name for each in racing], missing=missing)
        outcome.versions = {
            each.entrant.name: each.entrant.version for each in racing if each.entrant and each.entrant.version
        }
        for number in range(plan.repetitions):
            outcome.repetitions.append(bench.repetition([each.contestant for each in racing]))
            if number < STARTS:
                _add_starts(racing, switchboard, bench, outcome)
            print(f"repetition {number + 1} of {plan.repetitions}", file=sys.stderr)
        _add_memory(racing, outcome.repetitions[-1])
        outcome.answered = bench.answered
        outcome.missing += bench.failures.values()
        return outcome


def _start(entrant: Entrant, closing: ExitStack) -> Racing:
    """Running, and its first answer given. Raises Unavailable or RuntimeError."""
    entrant.prepare()
    with ExitStack() as failing:
        contestant, child = failing.enter_context(entrant.serve())
        wait_for_port(contestant.port, child, entrant.patience)
        ask_once(contestant)
        closing.enter_context(failing.pop_all())
    return Racing(contestant, entrant, child)


def _guests(mocked: Mocks, home: Path, closing: ExitStack) -> tuple[list[Racing], list[str]]:
    """Those peers that run, and why the others do not."""
    running: list[Racing] = []
    missing: list[str] = []
    for peer in PEERS:
        entrant = peer(mocked, home)
        print(f"installing and starting {entrant.name}", file=sys.stderr)
        try:
            running.append(_start(entrant, closing))
        except (RuntimeError, OSError) as failure:
            missing.append(f"{entrant.name}: {failure}")
    return running, missing


def _add_starts(racing: Sequence[Racing], switchboard: Switchboard, bench: Bench, outcome: Outcome) -> None:
    figures = outcome.repetitions[-1]
    for each in racing:
        contestant = each.contestant
        if each.entrant:
            figures[contestant.name] |= server_start(each.entrant)
        if contestant.metered:
            figures[contestant.name] |= function_start(switchboard, contestant)
            bench.answered_beside(2)


def _add_memory(racing: Sequence[Racing], figures: dict[str, Figures]) -> None:
    for each in racing:
        if each.child and each.child.runs:
            rss, pss = memory_mb(each.child.pid)
            figures[each.contestant.name] |= {"rss_mb": rss, "pss_mb": pss}
