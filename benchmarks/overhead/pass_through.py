"""The chat function's app with a database inside the process: what it does less than that one is what metering costs.

It parses, checks the key, plans, asks, translates, prices and logs as always; what it does not do is wait for DynamoDB
or SSM, or keep a record.
"""

from collections.abc import Sequence

from switchboard.catalog.packaged import packaged_catalog
from switchboard.clock import SystemClock
from switchboard.gateway import Surroundings, chat_gateway
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.database import Condition, Item, Key, Query, Update, key_of
from switchboard.storage.key_items import key_to_item
from switchboard.telemetry import Telemetry
from switchboard.transport.here import http_client

from benchmarks.overhead.known_key import API_KEY

KEY_ITEM = key_to_item(API_KEY)


class OneKey:
    """A Database that holds one API key and drops whatever is written. What the key without limits needs no more of is
    refused, so that nothing goes unnoticed."""

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None:  # noqa: ARG002
        return KEY_ITEM if key == key_of(KEY_ITEM) else None

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        pass

    async def put_all(self, table: str, items: Sequence[Item]) -> None:
        pass

    async def update(
        self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
    ) -> Item:
        raise NotImplementedError(f"{table}: {key}")

    async def delete(self, table: str, key: Key, *, condition: Condition | None = None) -> None:
        raise NotImplementedError(f"{table}: {key}")

    async def query(self, table: str, query: Query) -> list[Item]:
        raise NotImplementedError(f"{table}: {query}")

    async def batch_get(self, table: str, keys: Sequence[Key], *, consistent: bool = False) -> list[Item]:
        raise NotImplementedError(f"{table}: {keys}")


async def provider_key(provider: str) -> Secret:
    return Secret(f"sk-{provider}")


settings = Settings.read()
app = chat_gateway(
    Surroundings(
        settings=settings,
        catalog=packaged_catalog(),
        database=OneKey(),
        load_provider_key=provider_key,
        transport=http_client(),
        telemetry=Telemetry(settings.log_level),
        clock=SystemClock(),
    )
)
