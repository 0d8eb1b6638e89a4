"""`python -m benchmarks.pages`: milliseconds to make each page (its object, then HTML) and its weight, gzipped.

The figures are those of tests/browser/fixed_pages.py; the large list has the shipped models ten times over.
"""

import asyncio
import gzip
import time
from collections.abc import Callable
from typing import TypeVar

import orjson
from switchboard.catalog.model import Catalog
from switchboard.health.figures import Rankings
from switchboard.json_types import JsonObject
from switchboard.storage.rollups import RollupStore
from switchboard.web.pages.calculator import Question
from switchboard.web.pages.listing import Filters, Listing, list_object
from switchboard.web.pages.model_page import Measured, page_object
from switchboard.web.pages.provider_page import provider_page
from switchboard.web.pages.rankings_page import rankings_object
from switchboard.web.pages.render import as_html
from switchboard.web.pages.series import model_stats

from tests.browser.fixed_pages import everything
from tests.fakes import FakeDatabase
from tests.pages import CLOCK, Row, many_times, shipped

Made = TypeVar("Made")
ROUNDS = 40
QUESTION = Question(1000, 500, 8)
MODELS = ("openai/gpt-4.1", "deepseek/deepseek-v4-flash", "openai/gpt-oss-120b")


def main() -> None:
    catalog = shipped()
    rankings, rows = everything(catalog)
    large = many_times(catalog, 10)
    kept, kept_large = Listing(catalog), Listing(large)
    print(f"{'page':38} {'object ms':>10} {'html ms':>8} {'kB':>7} {'kB gz':>7}")
    row_of("list, 100 models", "models", lambda: list_object(kept, rankings, Filters()))
    row_of("list, 1,000 models", "models", lambda: list_object(kept_large, rankings, Filters()))
    print(f"{'the same, by a new process':38} {first(large, rankings)}")
    for name, stats in stats_of(rows).items():
        model, measured = catalog.models[name], Measured(rankings, stats, {})
        row_of(name, "model", lambda: page_object(model, measured, QUESTION, "https://gateway.test"))  # noqa: B023
    openai = catalog.providers["openai"]
    row_of("provider", "provider", lambda: provider_page(catalog, openai, rankings, {}))
    row_of("rankings", "rankings", lambda: rankings_object(catalog, rankings, {}, CLOCK.now()))


def first(catalog: Catalog, rankings: Rankings) -> str:
    """The object and its HTML with nothing kept of either: rows are kept by where their links lead from."""
    begin = time.process_time()
    page = list_object(Listing(catalog), rankings, Filters())
    made = time.process_time()
    as_html("models", page, "/elsewhere/models")
    return f"{(made - begin) * 1000:10.2f} {(time.process_time() - made) * 1000:8.2f}"


def stats_of(rows: tuple[Row, ...]) -> dict[str, JsonObject]:
    async def read() -> dict[str, JsonObject]:
        store, catalog = RollupStore(FakeDatabase(), "UptimeTable"), shipped()
        for row in rows:
            await store.write(row.level, row.series, row.start, row.rollup)
        return {name: await model_stats(store, catalog.models[name], CLOCK.now()) for name in MODELS}

    return asyncio.run(read())


def row_of(name: str, template: str, make: Callable[[], JsonObject]) -> None:
    made, page = timed(make)
    rendered, html = timed(lambda: as_html(template, page, "/models/lab/one"))
    weight = len(gzip.compress(html.encode(), 6))
    assert orjson.dumps(page)
    print(f"{name:38} {made:10.2f} {rendered:8.2f} {len(html) / 1024:7.1f} {weight / 1024:7.1f}")


def timed(work: Callable[[], Made]) -> tuple[float, Made]:
    """The least of the rounds, in ms of CPU: what else runs on the machine only ever adds."""
    least, result = float("inf"), work()
    for _ in range(ROUNDS):
        begin = time.process_time()
        result = work()
        least = min(least, time.process_time() - begin)
    return least * 1000, result


if __name__ == "__main__":
    main()
