"""`python -m benchmarks.routing`: regret of each policy against an oracle, in US dollars per 1,000 requests.

Scenarios and seeds are arguments, and so are all parameters of a world: try one that nobody tuned to.
"""

import argparse
import math
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace

from benchmarks.routing.causes import causes
from benchmarks.routing.policies import Cheapest, InverseSquare, Oracle, Ours, Policy, Quickest, Shuffle
from benchmarks.routing.run import Result, play
from benchmarks.routing.world import Setting, World

SCENARIOS = {
    "low": Setting(hours=96, rate=1 / 50, gap_hours=1),
    "calm": Setting(hours=24, rate=0.5, gap_hours=4),
    "stormy": Setting(hours=24, rate=0.5, gap_hours=1),
    "high": Setting(hours=2, rate=5, gap_hours=1),
}
# What gateways that only rank on a schedule look at: about the last quarter of an hour.
WINDOW = 900.0
MOST_CAUSES = 15
POLICIES: dict[str, Callable[[World, random.Random], Policy]] = {
    "oracle": Oracle,
    "Switchboard": Ours,
    "without the fast path": lambda world, chance: Ours(world, chance, fast_path=False),
    "schedule only, 1 min": lambda world, chance: Ours(world, chance, fast_path=False, one_scale=WINDOW),
    "schedule only, 5 min": lambda world, chance: Ours(world, chance, fast_path=False, every=5, one_scale=WINDOW),
    "shuffle + cooldown": Shuffle,
    "30 s filter, 1/price^2": InverseSquare,
    "lowest latency": Quickest,
    "cheapest + fallback": Cheapest,
}


def main(arguments: Sequence[str]) -> None:
    choice = _parser().parse_args(arguments)
    changes = {name: value for name, value in vars(choice).items() if name in _NUMBERS and value is not None}
    for scenario in choice.scenario or SCENARIOS:
        setting = replace(SCENARIOS[scenario], **changes)
        with ProcessPoolExecutor(choice.workers) as pool:
            jobs = [(setting, seed) for seed in choice.seeds]
            results = list(pool.map(_world, jobs))
        print_table(scenario, setting, choice.seeds, results)
        if choice.why:
            print_causes([World.drawn(*job) for job in jobs], results)


def _world(job: tuple[Setting, int]) -> dict[str, Result]:
    setting, seed = job
    return {
        name: play(World.drawn(setting, seed), make(World.drawn(setting, seed), random.Random(f"{seed} policy")))
        for name, make in POLICIES.items()
    }


def print_table(scenario: str, setting: Setting, seeds: Sequence[int], results: list[dict[str, Result]]) -> None:
    requests = max(1, sum(len(one["oracle"].costs) for one in results))
    print(f"\n{scenario}: {setting.rate:g} requests/s, {setting.hours:g} h, a trouble every {setting.gap_hours:g} h "
          f"at each endpoint, seeds {seeds[0]}-{seeds[-1]}, {requests} requests")  # fmt: skip
    print(f"{'policy':<24}{'regret $/1k':>16}{'worst seed':>12}{'first try':>11}{'p95 first token':>17}"
          f"{'failed':>9}{'attempts':>10}")  # fmt: skip
    for name in POLICIES:
        regrets = [one[name].per_thousand - one["oracle"].per_thousand for one in results]
        error = statistics.stdev(regrets) / len(regrets) ** 0.5 if len(regrets) > 1 else 0.0
        sums = [one[name] for one in results]
        first = sum(one.first_try for one in sums) / requests
        failed = sum(one.failed for one in sums) / requests
        attempts = sum(one.attempts for one in sums) / requests
        late = statistics.fmean(one.first_token(0.95) for one in sums)
        print(f"{name:<24}{statistics.fmean(regrets):>8.2f} ± {error:<5.2f}{max(regrets):>12.2f}{first:>11.1%}"
              f"{late:>15.2f} s{failed:>9.2%}{attempts:>10.2f}")  # fmt: skip


def print_causes(worlds: Sequence[World], results: Sequence[dict[str, Result]]) -> None:
    print(f"\n{'Switchboard chose one':<24}{'the oracle one':<24}{'requests':>9}{'regret $/1k':>13}")
    ours, oracles = [one["Switchboard"] for one in results], [one["oracle"] for one in results]
    for cause in causes(worlds, ours, oracles)[:MOST_CAUSES]:
        print(f"{cause.chosen:<24}{cause.best:<24}{cause.share:>9.2%}{cause.regret:>13.3f}")


_NUMBERS = {field.name: field.type for field in fields(Setting) if field.name != "late"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routing", description=__doc__)
    parser.add_argument("scenario", nargs="*", choices=[[], *SCENARIOS], help="all if none is named")
    parser.add_argument("--seeds", type=_seeds, default=range(1, 7), help="first-last, as in 1-10")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--why", action="store_true", help="also what Switchboard's regret is made of")
    for name in _NUMBERS:
        parser.add_argument(f"--{name.replace('_', '-')}", type=_READERS.get(name, _AMOUNT))
    return parser


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if not seeds:
        raise argparse.ArgumentTypeError(f"`{text}` names no seeds: write the first and the last, as in 1-10")
    return seeds


def _between(kind: Callable[[str], float], least: float, most: float = math.inf) -> Callable[[str], float]:
    """A reader of numbers, `least` and `most` included."""

    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = math.nan
        if not least <= number <= most or math.isinf(number):
            raise argparse.ArgumentTypeError(f"`{text}` is no number from {least:g} to {most:g}")
        return number

    return read


_AMOUNT, _MORE_THAN_NOTHING = _between(float, 0), _between(float, 1e-6)
_READERS: dict[str, Callable[[str], float]] = {
    **dict.fromkeys(("hours", "rate", "gap_hours"), _MORE_THAN_NOTHING),
    "together": _between(float, 0, 1),
    "endpoints": _between(int, 1),
    "unpriced": _between(int, 0),
}


if __name__ == "__main__":
    main(sys.argv[1:])
