"""Where conversations are at home: the endpoint that still has the prompt in its cache answers the next turn for less.

What this process served it knows without asking; the rest is one small read, for long prompts that go on
with something. It is written after the answer. A table out of reach costs a discount, never an answer.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from switchboard.catalog.model import Endpoint
from switchboard.chat import Usage
from switchboard.clock import Clock
from switchboard.storage.database import StorageError
from switchboard.storage.homes import Home

MOST_REMEMBERED = 10_000
# The longest that a request waits to hear where it was.
PATIENCE_SECONDS = 0.1
NOWHERE: Mapping[str, float] = {}


class HomesTable(Protocol):
    async def read(self, conversation: str) -> Home | None: ...

    async def write(self, conversation: str, home: Home) -> None: ...


@dataclass(slots=True)
class Homes:
    """One per process."""

    table: HomesTable
    clock: Clock
    _known: OrderedDict[str, Home] = field(default_factory=OrderedDict)

    async def warm(self, conversation: str) -> Mapping[str, float]:
        """Tokens that are still in a cache, by endpoint id."""
        home = self._known.get(conversation) or await self._read(conversation)
        if home is None or home.until <= self.clock.now():
            return NOWHERE
        return {home.endpoint: float(home.tokens)}

    async def served(self, conversation: str, endpoint: Endpoint, usage: Usage, seconds: float) -> None:
        """It was here, and the prompt is kept for so long: unless it came again and had not been kept."""
        before = self._known.get(conversation)
        came_again = before is not None and before.endpoint == endpoint.id and before.until > self.clock.now()
        was_kept = usage.cached_tokens or usage.written_tokens
        tokens = 0 if came_again and not was_kept else usage.prompt_tokens
        home = Home(endpoint.id, tokens, self.clock.now() + seconds)
        self._remember(conversation, home)
        try:
            await self.table.write(conversation, home)
        except StorageError:
            return

    async def _read(self, conversation: str) -> Home | None:
        try:
            home = await asyncio.wait_for(self.table.read(conversation), PATIENCE_SECONDS)
        except (StorageError, TimeoutError):
            return None
        if home:
            self._remember(conversation, home)
        return home

    def _remember(self, conversation: str, home: Home) -> None:
        self._known[conversation] = home
        self._known.move_to_end(conversation)
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)


def is_worth_it(endpoints: Iterable[Endpoint]) -> bool:
    """True if it matters where a conversation goes on: there is a choice, and a prompt can be cheaper the next time."""
    rates = [endpoint.price.rates for endpoint in endpoints]
    return len(rates) > 1 and any(one.get("cache_read", one.get("input", 0)) < one.get("input", 0) for one in rates)
