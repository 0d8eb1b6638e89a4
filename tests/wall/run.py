"""`make faults`: every fault in every place, for every client; a table, and docs/fault-wall.md."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from switchboard.transport.here import HttpClient
from switchboard.transport.looped import LoopedClient
from switchboard.transport.threaded import ThreadedClient

from tests.wall.cases import HEAVY, Case, every_case
from tests.wall.judge import Verdict, judged, whole_texts
from tests.wall.listeners import Authority, listening
from tests.wall.report import page, printed, rows_of
from tests.wall.stand import Stand, standing

PAGE = Path(__file__).parents[2] / "docs" / "fault-wall.md"
# Cases that wait may do so together; the others would only wait for each other.
SILENT_AT_ONCE = 24
AT_ONCE = 2
MOST_SHOWN = 40


def main() -> int:
    """0 if the wall held everywhere. Arguments are the faults to play; without any, all, and the page is written."""
    wanted = sys.argv[1:]
    cases = [case for case in every_case() if not wanted or case.fault.number in wanted]
    began = time.monotonic()
    verdicts = played(cases)
    rows = rows_of(verdicts)
    missed = [verdict for verdict in verdicts if verdict.misses or verdict.leaks]
    for verdict in missed[:MOST_SHOWN]:
        print(verdict.case, *verdict.misses, *verdict.leaks, sep="\n    ")
    print(printed(rows))
    print(f"{len(verdicts)} cases in {time.monotonic() - began:.0f} s, {len(missed)} missed")
    if not wanted:
        PAGE.write_text(page(rows, len(verdicts)), encoding="utf-8")
    return 1 if missed else 0


def played(cases: Sequence[Case]) -> list[Verdict]:
    """Each case over real sockets, several at once."""
    with tempfile.TemporaryDirectory() as folder, standing() as simulator:
        authority = Authority.made()
        trusted = Path(folder) / "authority.pem"
        trusted.write_bytes(authority.certificate())
        with _trusting(trusted):
            return asyncio.run(_judged_all(cases, simulator, Path(folder), authority))


@contextmanager
def _trusting(authority: Path) -> Iterator[None]:
    """HTTP clients that are made meanwhile trust this authority and no other."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(authority)
    try:
        yield
    finally:
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before


async def _judged_all(cases: Sequence[Case], simulator: str, folder: Path, authority: Authority) -> list[Verdict]:
    clients: tuple[HttpClient, HttpClient] = (LoopedClient(), ThreadedClient())
    try:
        async with listening(folder, authority) as places:
            return await _in_lanes([Stand(simulator, http, places) for http in clients], cases)
    finally:
        for http in clients:
            await http.close()


async def _in_lanes(stands: Sequence[Stand], cases: Sequence[Case]) -> list[Verdict]:
    lanes = {"silent": asyncio.Semaphore(SILENT_AT_ONCE), "heavy": asyncio.Semaphore(1), "": asyncio.Semaphore(AT_ONCE)}
    texts = await whole_texts(stands[0])

    async def one(case: Case) -> Verdict:
        async with lanes[_lane(case)]:
            return await judged(stands[case.draw & 1], case, texts)

    by_lane: Mapping[str, list[Case]] = {name: [case for case in cases if _lane(case) == name] for name in lanes}
    verdicts = [await asyncio.gather(*map(one, waiting)) for waiting in by_lane.values()]
    return [verdict for lane in verdicts for verdict in lane]


def _lane(case: Case) -> str:
    if case.fault.plays in HEAVY:
        return "heavy"
    return "silent" if case.fault.is_silent else ""


if __name__ == "__main__":
    sys.exit(main())
