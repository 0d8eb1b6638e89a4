"""Providers that each answer in a way of their own, however often they are asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from switchboard.wire.http import HttpRequest

from tests.fakes import FakeReply


@dataclass(slots=True)
class Town:
    """What each provider is `doing`, by its name (`acme` for https://acme.test/v1), and whom all requests `asked`."""

    doing: dict[str, FakeReply | Exception]
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, request: HttpRequest) -> AsyncIterator[FakeReply]:
        name = request.url.split("/")[2].partition(".")[0]
        self.asked.append(name)
        await asyncio.sleep(0)
        doing = self.doing[name]
        if isinstance(doing, Exception):
            raise doing
        yield doing

    def all_do(self, doing: FakeReply | Exception) -> None:
        self.doing = dict.fromkeys(self.doing, doing)
