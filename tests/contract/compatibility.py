"""docs/compatibility.md, out of the suite's verdicts: `python -m tests.contract.compatibility RESULTS...`.

With `--check` nothing is written; it fails if the page says something else of the clients in the results.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.contract.verdicts import NAMED, REFUSED, TRANSLATED, YES, Verdict, read_verdicts

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compatibility.md"
UPSTREAMS = (
    "openai-chat",
    "openai-responses",
    "anthropic-messages",
    "google-generate",
    "bedrock-converse",
    "bedrock-invoke",
)
COLUMNS = "| | " + " | ".join(UPSTREAMS) + " |\n|" + " --- |" * (len(UPSTREAMS) + 1) + "\n"
PROTOCOLS = ("openai-chat", "openai-responses", "anthropic-messages", "google-generate")
HEAD = """\
# Compatibility

What each client's official SDK gets out of each upstream dialect. `make contract` writes this page: every cell is a
test that drives `make run` with that SDK, and that fails if anything of what was sent or answered is lost on the way.

- **yes**: client and upstream speak the same dialect, and what they say passes through nearly verbatim.
- **translated**: they do not, and the feature arrives all the same.
- **refused**: it cannot be done; the caller gets the error in brackets.
- **left out**: the answer comes without it, and `x-switchboard-dropped` has the name in brackets.
- **-**: the SDK itself cannot say it or show it, or no test covers it.

The overview counts features; the tables below it name them.

"""


def main(arguments: Sequence[str]) -> str | None:
    """What is wrong, if anything is."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.compatibility", description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="files of verdicts, a JSON line each")
    parser.add_argument("--check", action="store_true", help="compare the clients in the results with the page")
    asked = parser.parse_args(arguments)
    verdicts = read_verdicts(asked.results)
    if not asked.check:
        PAGE.write_text(page(verdicts), encoding="utf-8")
        return None
    written = PAGE.read_text(encoding="utf-8")
    stale = [heading for heading, parts in sections(verdicts).items() if not all(part in written for part in parts)]
    return f"docs/compatibility.md is out of date ({', '.join(stale)}): run make contract" if stale else None


def page(verdicts: Iterable[Verdict]) -> str:
    rows, tables = zip(*sections(verdicts).values(), strict=True)
    return "".join([HEAD, COLUMNS, *rows, *tables])


def sections(verdicts: Iterable[Verdict]) -> dict[str, tuple[str, str]]:
    """For each client in each of its protocols a row of the overview and a table with its heading."""
    by_client: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        by_client.setdefault((verdict.protocol, verdict.client), []).append(verdict)
    ordered = sorted(by_client, key=lambda key: (PROTOCOLS.index(key[0]), key[1]))
    return {
        f"{client}, {protocol}": _section(f"{client}, {protocol}", by_client[protocol, client])
        for protocol, client in ordered
    }


def _section(heading: str, verdicts: list[Verdict]) -> tuple[str, str]:
    sums = [_sum([each.result for each in verdicts if each.upstream == upstream]) for upstream in UPSTREAMS]
    return f"| {heading} | {' | '.join(sums)} |\n", f"\n## {heading}\n\n{_table(verdicts)}"


def _sum(results: list[str]) -> str:
    counted = {result: results.count(result) for result in (YES, TRANSLATED, REFUSED, NAMED)}
    return ", ".join(f"{count} {result}" for result, count in counted.items() if count) or "-"


def _table(verdicts: list[Verdict]) -> str:
    cells = {(verdict.feature, verdict.upstream): _cell(verdict) for verdict in verdicts}
    features = sorted({verdict.feature for verdict in verdicts}, key=lambda name: (name.startswith("error"), name))
    rows = [
        f"| {feature} | " + " | ".join(cells.get((feature, upstream), "-") for upstream in UPSTREAMS) + " |"
        for feature in features
    ]
    return COLUMNS + "\n".join(rows) + "\n"


def _cell(verdict: Verdict) -> str:
    return f"{verdict.result} (`{verdict.error}`)" if verdict.result in (REFUSED, NAMED) else verdict.result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
