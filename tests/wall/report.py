"""The wall's table: for the terminal, and as the page docs/fault-wall.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from switchboard.transport.failures import CONNECT_SECONDS

from tests.wall.canaries import CANARIES
from tests.wall.cases import ENDPOINTS, PATTERNS
from tests.wall.clients import CLIENTS
from tests.wall.faults import FAULTS, Fault
from tests.wall.judge import FAST_SECONDS, Verdict
from tests.wall.stand import DIALECTS, HASTY

HEAD = f"""# The fault wall

Written by `make faults`; do not edit. Each fault is played by {ENDPOINTS} endpoints in all {len(PATTERNS)} patterns of
one to three failing ones, and in front of healthy ones in each of {len(DIALECTS)} upstream dialects
({", ".join(DIALECTS)});
streamed and whole, for clients of {len(CLIENTS)} protocols
({", ".join(client.name for client in CLIENTS)}).
The gateway is the real one over real sockets; its tables and its log are kept in memory, so that they can be searched.
Half of the cases go through each of its two HTTP clients (that of servers, that of Lambda).

A case holds if

- while an endpoint is healthy the caller gets the whole answer, after one attempt more than there are failing endpoints
  before it at most; a failure that shows at once costs at most {FAST_SECONDS:g} s, a silence its time-out, a name that
  leads nowhere (F14) as much as a connection may take, {CONNECT_SECONDS:g} s, ten megabytes (F31, F32) a second more;
- an answer that breaks off after its first content ends in an error of the caller's own protocol that says what was
  used, does not look complete, and repeats nothing;
- nothing leaks: {len(CANARIES)} words, of which one is the provider's key, one the caller's, and the others stand in
  prompt, tools, picture, headers and Idempotency-Key, are in no log line, no table, no error and no reply, but for what
  `tests/wall/canaries.py` allows each (every second case has an Idempotency-Key, so that its answer is kept).

So that silences are found out in {HASTY.first_content:g} s instead of 5 to 20 (before the first content) and 30
(between contents), the clocks are set short for those cases; nothing else about them is. F19 is therefore a time-out
here. The HTTP client speaks HTTP/1.1: a GOAWAY (F36) is bytes that are none of it.

Milliseconds are what failed attempts of one request took together, the median and the longest.

"""
_COLUMNS = "| fault | | what a caller must get | cases | missed | attempts at most | ms lost, median | longest |"


@dataclass(frozen=True, slots=True)
class Row:
    """What came of all cases of one fault."""

    fault: Fault
    cases: int
    missed: int
    attempts: int
    median_ms: int
    longest_ms: int


def rows_of(verdicts: Sequence[Verdict]) -> list[Row]:
    played = [(fault, [each for each in verdicts if each.case.fault is fault]) for fault in FAULTS]
    return [_row(fault, found) for fault, found in played if found]


def _row(fault: Fault, verdicts: Sequence[Verdict]) -> Row:
    lost = sorted(verdict.lost_ms for verdict in verdicts if verdict.case.failing_first) or [0]
    missed = sum(bool(verdict.misses or verdict.leaks) for verdict in verdicts)
    attempts = max(verdict.attempts for verdict in verdicts)
    return Row(fault, len(verdicts), missed, attempts, lost[len(lost) // 2], lost[-1])


def printed(rows: Iterable[Row]) -> str:
    lines = [f"{'':5} {'':40} {'cases':>6} {'missed':>6} {'tries':>5} {'ms':>5} {'most':>5}"]
    for row in rows:
        counts = f"{row.cases:6} {row.missed:6} {row.attempts:5} {row.median_ms:5} {row.longest_ms:5}"
        lines.append(f"{row.fault.number:5} {row.fault.says:40} {counts}")
    return "\n".join(lines)


def page(rows: Sequence[Row], cases: int) -> str:
    lines = [_COLUMNS, "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for row in rows:
        fault = row.fault
        figures = (row.cases, row.missed, row.attempts, row.median_ms, row.longest_ms)
        lines.append(f"| {fault.number} | {fault.says} | {fault.kind.value} | {' | '.join(map(str, figures))} |")
    missed = sum(row.missed for row in rows)
    return HEAD + "\n".join(lines) + f"\n\n{cases} cases, {missed} missed.\n"
