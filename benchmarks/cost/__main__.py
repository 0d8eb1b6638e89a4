"""`python -m benchmarks.cost`: USD for a million answers, by memory and by how long they are held open.

All of it is arithmetic over benchmarks/cost/prices.py; say with the options what your answers are like.
"""

import argparse
from dataclasses import fields
from decimal import Decimal

from benchmarks.cost.model import (
    MILLION,
    Answer,
    Bill,
    Containers,
    Function,
    break_even,
    million_on_function,
    month_on_containers,
    month_on_function,
)
from benchmarks.markdown import table

MEMORIES = (128, 256, 512, 1024)
SECONDS = (1, 5, 20)
MONTHLY = (MILLION, 10 * MILLION, 100 * MILLION, 1000 * MILLION)
CHOSEN_MEMORY, CHOSEN_SECONDS = 512, 5
WHOLE_ANSWER_BYTES = 2_000
CHUNK_BYTES = 300
HEAD_BYTES = 500


def main() -> None:
    print(report(_parser().parse_args()))


def report(options: argparse.Namespace) -> str:
    answers = {seconds: _answer(seconds, options) for seconds in SECONDS}
    chosen, function = answers[CHOSEN_SECONDS], Function(CHOSEN_MEMORY, options.architecture, options.door)
    containers = Containers(architecture=options.architecture)
    parts = [
        f"USD for a million answers, {_kind(options)}:",
        _by_memory(answers, options),
        f"Of which, at {CHOSEN_MEMORY} MB and {CHOSEN_SECONDS} s:",
        _parts(million_on_function(function, chosen)),
        f"USD for a month of {CHOSEN_SECONDS} s answers, beside containers that are always on:",
        _by_month(function, containers, chosen),
    ]
    return "\n\n".join(parts)


def usual() -> argparse.Namespace:
    """What the options are if none is given."""
    return _parser().parse_args([])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument("--architecture", choices=("arm64", "x86_64"), default="arm64")
    parser.add_argument("--door", choices=("rest", "url"), default="rest", help="REST API or Function URL")
    parser.add_argument("--limited", action="store_true", help="keys with a limit: two writes more for each answer")
    parser.add_argument("--chunks", type=int, default=50, metavar="N", help="streamed in a second; 0: not streamed")
    parser.add_argument("--log-bytes", type=int, default=1_500, help="of each answer, Lambda's own lines included")
    parser.add_argument("--request-cpu-us", type=int, default=1_400, help="as `make bench` has it, c=64")
    parser.add_argument("--chunk-cpu-us", type=int, default=200, help="the same of a streamed chunk")
    return parser


def _answer(seconds: int, options: argparse.Namespace) -> Answer:
    chunks = seconds * options.chunks
    return Answer(
        seconds=Decimal(seconds),
        sent_bytes=HEAD_BYTES + (chunks * CHUNK_BYTES or WHOLE_ANSWER_BYTES),
        log_bytes=options.log_bytes,
        cpu_ms=Decimal(options.request_cpu_us + chunks * options.chunk_cpu_us) / 1000,
        limited=options.limited,
    )


def _kind(options: argparse.Namespace) -> str:
    streamed = (
        f"streamed at {options.chunks} chunks a second of {CHUNK_BYTES} bytes" if options.chunks else "not streamed"
    )
    limited = "a key with a limit" if options.limited else "a key without limits"
    return f"{streamed}, {limited}, {options.architecture}, door {options.door}"


def _by_memory(answers: dict[int, Answer], options: argparse.Namespace) -> str:
    rows = [["memory", *(f"held open {seconds} s" for seconds in answers), *(f"{s} s, compute only" for s in answers)]]
    for memory in MEMORIES:
        function = Function(memory, options.architecture, options.door)
        bills = [million_on_function(function, answer) for answer in answers.values()]
        rows.append([f"{memory} MB", *(_usd(bill.total) for bill in bills), *(_usd(bill.compute) for bill in bills)])
    return table(rows)


def _parts(bill: Bill) -> str:
    parts = [[field.name, _usd(getattr(bill, field.name))] for field in fields(bill)]
    return table([["part", "USD"], *parts, ["total", _usd(bill.total)]])


def _by_month(function: Function, containers: Containers, answer: Answer) -> str:
    rows = [["answers a month", f"function, {function.memory_mb} MB", "containers, 1 vCPU", "tasks"]]
    for monthly in MONTHLY:
        costs = month_on_function(function, answer, monthly), month_on_containers(containers, answer, monthly)
        rows.append([f"{monthly:,}", *map(_usd, costs), str(containers.tasks(answer, monthly))])
    even = break_even(function, containers, answer)
    said = f"Containers are not dearer from {even:,} answers a month on." if even else "Containers are always dearer."
    return f"{table(rows)}\n\n{said}"


def _usd(amount: Decimal) -> str:
    return f"{amount:,.2f}"


if __name__ == "__main__":
    main()
