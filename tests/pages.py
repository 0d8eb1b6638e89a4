"""The pages' application over made-up figures, and its replies as a reader sees them."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser

from fastapi import FastAPI
from switchboard.auth import Authenticator
from switchboard.catalog.compile import compile_catalog, read_catalog_files
from switchboard.catalog.load import load_catalog
from switchboard.catalog.model import Catalog
from switchboard.health.breaker import Signals
from switchboard.health.figures import NO_RANKINGS, Rankings
from switchboard.health.rollup import Rollup
from switchboard.rankings_cache import RankingsCache
from switchboard.storage.keys import KeyStore
from switchboard.storage.rankings import RankingStore
from switchboard.storage.rollups import Level, RollupStore
from switchboard.storage.signals import Board, SignalStore
from switchboard.storage.usage import UsageStore
from switchboard.web.catalog import Lookups, catalog_app

from tests.fakes import Answered, FakeClock, FakeDatabase, FakeTelemetry, ask
from tests.house import ROOT

CLOCK = FakeClock()


@dataclass(frozen=True, slots=True)
class Row:
    """One roll-up as it lies in the table."""

    level: Level
    series: str
    start: int
    rollup: Rollup


def page_app(
    catalog: Catalog,
    rankings: Rankings = NO_RANKINGS,
    rows: tuple[Row, ...] = (),
    signals: Mapping[str, Signals] | None = None,
) -> FastAPI:
    """`signals` are by endpoint."""
    database = FakeDatabase()
    store = RollupStore(database, "UptimeTable")
    asyncio.run(_fill(database, store, rankings, rows))
    boards = SignalStore(database, "KeysTable")
    for name, one in (signals or {}).items():
        asyncio.run(boards.write(name.partition("@")[0], {name: one}, Board(), CLOCK.now()))
    lookups = Lookups(
        catalog=catalog,
        rankings=RankingsCache(RankingStore(database, "UptimeTable"), CLOCK),
        rollups=store,
        signals=boards,
        generations=UsageStore(database, "UsageTable"),
        authenticator=Authenticator(KeyStore(database, "KeysTable"), CLOCK),
        clock=CLOCK,
    )
    return catalog_app(lookups, FakeTelemetry())


async def _fill(database: FakeDatabase, store: RollupStore, rankings: Rankings, rows: tuple[Row, ...]) -> None:
    if rankings.version:
        await RankingStore(database, "UptimeTable").publish(rankings)
    for row in rows:
        await store.write(row.level, row.series, row.start, row.rollup)


@cache
def shipped(*models: str) -> Catalog:
    """The catalog of these models and every provider, from the files that are shipped; without names, all of it."""
    files = read_catalog_files(ROOT / "layers" / "catalog")
    wanted = {f"models/{name}.toml" for name in models}
    chosen = [(name, text) for name, text in files if not models or name.startswith("providers/") or name in wanted]
    return load_catalog(compile_catalog(chosen))


def many_times(catalog: Catalog, times: int) -> Catalog:
    """Every model so many times over, under numbered names."""
    copies = [
        replace(model, id=f"{model.id}-{number}", name=f"{model.name} {number}", aliases=())
        for number in range(times)
        for model in catalog.models.values()
    ]
    return Catalog({model.id: model for model in copies}, catalog.providers, {})


def get(app: FastAPI, path: str, accept: str = "text/html", **headers: str) -> Answered:
    return asyncio.run(ask(app, "GET", path, b"", accept=accept, host="gateway.test", **headers))


class Seen(HTMLParser):
    """What a reader of a page, or of a part of it, sees, and its tags."""

    def __init__(self, page: Answered | str) -> None:
        super().__init__()
        self._pieces: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page if isinstance(page, str) else page.body.decode())
        self.text = re.sub(r"\s+", " ", " ".join(self._pieces))

    def handle_data(self, data: str) -> None:
        self._pieces.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def has(self, words: str) -> bool:
        return words in self.text

    def links(self) -> list[str]:
        return [attributes.get("href") or "" for _, attributes in self.tags if "href" in attributes]
