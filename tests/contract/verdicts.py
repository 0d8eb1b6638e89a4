"""How each feature came through at each client and upstream, a JSON line each; docs/compatibility.md is made of them.

The Python part and the Node part write the same lines into the file that CONTRACT_RESULTS names.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

YES, TRANSLATED, REFUSED, NAMED = "yes", "translated", "refused", "left out"


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """`error` is the code of a refusal, or the name under which the caller is told of what was left out."""

    client: str
    protocol: str
    upstream: str
    feature: str
    result: str
    error: str | None = None

    def record(self, file: str | None) -> None:
        """Append the line, whole, whoever else writes; without a file, nothing."""
        if not file:
            return
        line = json.dumps({name: value for name, value in asdict(self).items() if value is not None}) + "\n"
        handle = os.open(file, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o644)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)


def read_verdicts(files: Iterable[Path]) -> set[Verdict]:
    """Every distinct line of the files. Raises ValueError for two that contradict each other."""
    found: dict[tuple[str, str, str, str], Verdict] = {}
    for line in (line for file in files for line in file.read_text(encoding="utf-8").splitlines()):
        verdict = Verdict(**json.loads(line))
        place = (verdict.client, verdict.protocol, verdict.upstream, verdict.feature)
        if found.setdefault(place, verdict) != verdict:
            raise ValueError(f"two verdicts on {place}: {found[place]} and {verdict}")
    return set(found.values())
