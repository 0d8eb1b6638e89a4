"""`make faults`: every fault in every place, for every client; a table, and docs/fault-wall.md."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence

from switchboard.transport import HttpClient

from tests.wall.cases import Case, every_case
from tests.wall.judge import Verdict, judged, whole_texts
from tests.wall.stand import Stand, standing

# Cases that wait may do so together; the others would only wait for each other.
SILENT_AT_ONCE = 32
AT_ONCE = 4


async def _all(simulator: str, cases: Sequence[Case]) -> list[Verdict]:
    http = HttpClient()
    try:
        stand = Stand(simulator, http)
        texts = await whole_texts(stand)
        gates = {True: asyncio.Semaphore(SILENT_AT_ONCE), False: asyncio.Semaphore(AT_ONCE)}

        async def one(case: Case) -> Verdict:
            async with gates[case.fault.is_silent]:
                return await judged(stand, case, texts)

        return await asyncio.gather(*(one(case) for case in cases))
    finally:
        await http.close()


def main() -> int:
    """0 if the wall held everywhere."""
    cases = [case for case in every_case() if not sys.argv[1:] or case.fault.number in sys.argv[1:]]
    began = time.monotonic()
    with standing() as simulator:
        verdicts = asyncio.run(_all(simulator, cases))
    missed = [verdict for verdict in verdicts if verdict.misses]
    for verdict in missed[:200]:
        print(verdict.case, *verdict.misses, sep="\n    ")
    for number, count in Counter(verdict.case.fault.number for verdict in missed).items():
        print(number, count)
    print(f"{len(verdicts)} cases in {time.monotonic() - began:.0f} s, {len(missed)} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
