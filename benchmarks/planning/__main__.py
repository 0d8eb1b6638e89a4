"""`python -m benchmarks.planning`: microseconds to plan a request to a model with so many endpoints.

The least of all runs is what planning costs; the median says how busy the machine was.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from switchboard.catalog.model import NANO, Catalog, Endpoint, Model, Price, Provider
from switchboard.chat import ChatRequest
from switchboard.clock import SystemClock
from switchboard.health.breaker import ALL_WELL
from switchboard.health.estimates import STRANGER
from switchboard.health.figures import NO_FIGURES, Rankings
from switchboard.protocols.openai_chat.parse import parse
from switchboard.providers.dialects import UpstreamDialects
from switchboard.routing.outlook import Outlook
from switchboard.routing.plan import Reach, make_plan

MODEL = "lab/one"
HELLO = b'{"model": "lab/one", "messages": [{"role": "user", "content": "Hello there"}], "max_tokens": 100}'
WITH_TOOLS = (
    b'{"model": "lab/one", "messages": [{"role": "user", "content": "Hello"}], "temperature": 0.2,'
    b'"tools": [{"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}]}'
)
WISHES = (
    b'{"model": "lab/one", "messages": [{"role": "user", "content": "Hello"}],'
    b'"provider": {"ignore": ["p1"], "max_price": {"prompt": 50}, "zdr": false, "sort": "throughput"}}'
)
REQUESTS = {"plain": HELLO, "with a tool": WITH_TOOLS, "with wishes": WISHES}
NOW = 1_800_000_000.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description=__doc__)
    parser.add_argument("--endpoints", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3000)
    choice = parser.parse_args()
    print(f"{'request':<14}{'least':>10}{'median':>10}   with {choice.endpoints} endpoints")
    for name, body in REQUESTS.items():
        least, median = measured(planner(parse(body), choice.endpoints), choice.runs)
        print(f"{name:<14}{least:>7.1f} us{median:>7.1f} us")


def planner(request: ChatRequest, count: int) -> Callable[[], object]:
    catalog = made_up(count)
    endpoints = catalog.models[MODEL].endpoints
    figures = {endpoint.id: replace(NO_FIGURES, estimate=STRANGER) for endpoint in endpoints}
    troubled = {endpoints[0].id: ALL_WELL.failed(NOW, 0.5)}
    reach = Reach(frozenset(catalog.providers), UpstreamDialects(SystemClock()))
    outlook = Outlook(Rankings(1, figures), troubled, NOW, random.Random(1))
    return lambda: make_plan(request, catalog, outlook, reach)


def made_up(count: int) -> Catalog:
    """Endpoints of one model at as many providers, each a little dearer than the one before."""
    providers = [Provider(f"p{n}", f"P{n}", "openai-chat", f"https://p{n}.test/v1") for n in range(count)]
    endpoints = tuple(
        Endpoint(
            f"{MODEL}@{provider.id}",
            provider.id,
            MODEL,
            provider,
            "up",
            Price({"input": (2 + n) * NANO, "output": (8 + n) * NANO, "cache_read": NANO}),
            context=128_000,
            max_output=16_000,
            supported_parameters=frozenset({"temperature", "max_tokens", "tools", "tool_choice"}),
        )
        for n, provider in enumerate(providers)
    )
    model = Model(MODEL, "One", "lab", endpoints=endpoints)
    return Catalog({MODEL: model}, {provider.id: provider for provider in providers}, {})


def measured(plan: Callable[[], object], runs: int) -> tuple[float, float]:
    """Least and median, in microseconds."""
    times = []
    for _ in range(runs):
        began = time.perf_counter_ns()
        plan()
        times.append((time.perf_counter_ns() - began) / 1000)
    return min(times), statistics.median(times)


if __name__ == "__main__":
    main()
