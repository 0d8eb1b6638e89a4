"""A server of the pages over the shipped catalog and figures that are the same on every day: for pictures to compare.

Prints its port when it is ready. Runs in the gateway's own environment, not in the browser's.
"""

import random
import socket
from collections.abc import Iterator
from dataclasses import replace

import uvicorn
from switchboard.catalog.model import Catalog, Endpoint
from switchboard.health.breaker import Signals
from switchboard.health.figures import NO_FIGURES, EndpointFigures, Rankings, Uptime
from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import DAYS, HOURS, MINUTES, endpoint_series, model_series

from tests.pages import CLOCK, Row, page_app, shipped

ASKED = {
    "openai/gpt-4.1": 1.0,
    "anthropic/claude-sonnet-4.6": 0.8,
    "google/gemini-2.5-flash": 2.2,
    "meta/llama-3.3-70b-instruct": 0.5,
    "deepseek/deepseek-v4-flash": 1.4,
}
AGGREGATORS = ("openrouter", "vercel", "zenmux")
HOUR, DAY = 3600, 86_400
PAUSED = {"openai/gpt-4.1@azure": Signals(failures=3, shut_until=CLOCK.now() + 27)}
OUTAGE_HOURS = (17, 18)
OUTAGE_DAYS = (12, 41)


def figures_of(luck: random.Random) -> tuple[EndpointFigures, float, float]:
    """What was published, and the speed and first token (ms) that all of it is made of."""
    speed, first = luck.uniform(20, 180), luck.uniform(250, 2400)
    seen = Rollup.of(observed(luck, speed, first, 40, fails=1))
    figures = replace(NO_FIGURES, latency_30m=seen.latency, throughput_30m=seen.throughput)
    counted = luck.randint(200, 4000)
    uptimes = (Uptime(60, 60), Uptime(counted // 12, counted // 12), Uptime(counted - luck.randint(0, 40), counted))
    return replace(figures, uptime_5m=uptimes[0], uptime_30m=uptimes[1], uptime_1d=uptimes[2]), speed, first


def observed(luck: random.Random, speed: float, first: float, count: int, fails: int = 0) -> list[Observation]:
    answers = [_answer(luck, speed, first, luck.randint(100, 900)) for _ in range(count)]
    return [*answers, *[Observation("server", lost_ms=400)] * fails]


def _answer(luck: random.Random, speed: float, first: float, tokens: int) -> Observation:
    took = 1000 * tokens / (speed * luck.lognormvariate(0, 0.2))
    return Observation(
        "ok", luck.randint(200, 4000), tokens, 9, round(first * luck.lognormvariate(0, 0.25)), round(took)
    )


def rows_of(endpoint: Endpoint, luck: random.Random, speed: float, first: float) -> Iterator[Row]:
    """Two days by hour with an outage in them, ninety by day, and the bad minutes of today."""
    now, series = CLOCK.now(), endpoint_series(endpoint.id)
    broken = endpoint.provider.id == "openai"
    for back in range(48):
        fails = 6 if broken and back in OUTAGE_HOURS else luck.choice((0, 0, 0, 0, 1))
        yield Row(HOURS, series, HOURS.start_of(now - back * HOUR), Rollup.of(observed(luck, speed, first, 8, fails)))
    for back in range(90):
        fails = 9 if broken and back in OUTAGE_DAYS else luck.choice((0, 0, 0, 0, 0, 1))
        yield Row(DAYS, series, DAYS.start_of(now - back * DAY), Rollup.of(observed(luck, speed, first, 24, fails)))
    for back in range(20, 34) if broken else ():
        failed = Rollup.of(observed(luck, speed, first, 1, 3))
        yield Row(MINUTES, series, MINUTES.start_of(now - OUTAGE_HOURS[0] * HOUR - back * 60), failed)


def tokens_of(model: str, share: float, luck: random.Random) -> Iterator[Row]:
    now, size = CLOCK.now(), 1_000_000 * share
    for back in range(30):
        used = Observation("ok", round(size * luck.uniform(0.5, 1.5)), round(size * luck.uniform(0.1, 0.3)))
        yield Row(DAYS, model_series(model), DAYS.start_of(now - back * DAY), Rollup.of([used] * 3))


def everything(catalog: Catalog) -> tuple[Rankings, tuple[Row, ...]]:
    luck, figures, rows = random.Random(41), dict[str, EndpointFigures](), list[Row]()
    for name, share in ASKED.items():
        rows += tokens_of(name, share, luck)
        for endpoint in catalog.models[name].endpoints:
            if endpoint.provider.id not in AGGREGATORS:
                figures[endpoint.id], *pace = figures_of(luck)
                rows += rows_of(endpoint, luck, *pace)
    return Rankings(int(CLOCK.now()) // 60, figures), tuple(rows)


def main() -> None:
    catalog = shipped()
    app = page_app(catalog, *everything(catalog), PAUSED)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run(sockets=[listening])


if __name__ == "__main__":
    main()
