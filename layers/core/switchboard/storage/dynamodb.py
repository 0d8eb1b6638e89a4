"""A Database in DynamoDB, over either Service: signed.py on the chat path, boto.py elsewhere."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from switchboard.json_types import JsonObject
from switchboard.storage.database import (
    Condition,
    ConditionFailed,
    Item,
    Key,
    Query,
    StorageError,
    StorageUnavailable,
    Update,
)
from switchboard.storage.expressions import (
    delete_request,
    get_request,
    keys_request,
    put_request,
    puts_request,
    query_request,
    update_request,
)
from switchboard.storage.marshal import unmarshal_item
from switchboard.storage.service import Reply, Service, ServiceFault

KEYS_PER_BATCH = 100
BATCH_ROUNDS = 5
BATCH_PAUSE_SECONDS = 0.05
CONDITION_FAILED = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True)
class DynamoDatabase:
    """A Database. Which calls are sent twice: service.py."""

    service: Service

    async def get(self, table: str, key: Key, *, consistent: bool = False) -> Item | None:
        reply = await self._call("GetItem", get_request(table, key, consistent), repeatable=True)
        return unmarshal_item(reply["Item"]) if "Item" in reply else None

    async def put(self, table: str, item: Item, *, condition: Condition | None = None) -> None:
        await self._call("PutItem", put_request(table, item, condition), repeatable=condition is None)

    async def put_all(self, table: str, items: Sequence[Item]) -> None:
        wanted = puts_request(items)
        for patience in range(BATCH_ROUNDS):
            reply = await self._call("BatchWriteItem", {"RequestItems": {table: wanted}}, repeatable=True)
            wanted = (reply.get("UnprocessedItems") or {}).get(table) or []
            if not wanted:
                return
            await asyncio.sleep(BATCH_PAUSE_SECONDS * 2**patience)
        raise StorageUnavailable("DynamoDB leaves items of a batch unwritten")

    async def update(
        self, table: str, key: Key, update: Update, *, condition: Condition | None = None, repeatable: bool = False
    ) -> Item:
        reply = await self._call("UpdateItem", update_request(table, key, update, condition), repeatable=repeatable)
        return unmarshal_item(reply["Attributes"])

    async def delete(self, table: str, key: Key, *, condition: Condition | None = None) -> None:
        await self._call("DeleteItem", delete_request(table, key, condition), repeatable=condition is None)

    async def query(self, table: str, query: Query) -> list[Item]:
        request = query_request(table, query)
        items: list[Item] = []
        while query.limit is None or len(items) < query.limit:
            reply = await self._call("Query", request, repeatable=True)
            items.extend(unmarshal_item(item) for item in reply["Items"])
            if not reply.get("LastEvaluatedKey"):
                break
            request["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
        return items[: query.limit]

    async def batch_get(self, table: str, keys: Sequence[Key], *, consistent: bool = False) -> list[Item]:
        unique = list(dict.fromkeys(keys))  # DynamoDB refuses a batch that names a key twice
        parts = [unique[start : start + KEYS_PER_BATCH] for start in range(0, len(unique), KEYS_PER_BATCH)]
        batches = await asyncio.gather(*(self._batch(table, keys_request(part, consistent)) for part in parts))
        return [item for batch in batches for item in batch]

    async def _batch(self, table: str, wanted: JsonObject) -> list[Item]:
        """DynamoDB may leave keys out, for size or when throttled: they are asked for again."""
        items: list[Item] = []
        for patience in range(BATCH_ROUNDS):
            reply = await self._call("BatchGetItem", {"RequestItems": {table: wanted}}, repeatable=True)
            items.extend(unmarshal_item(item) for item in reply["Responses"].get(table, ()))
            unprocessed = reply.get("UnprocessedKeys") or {}
            if table not in unprocessed:
                return items
            wanted = unprocessed[table]
            await asyncio.sleep(BATCH_PAUSE_SECONDS * 2**patience)
        raise StorageUnavailable("DynamoDB leaves keys of a batch unprocessed")

    async def _call(self, operation: str, request: JsonObject, *, repeatable: bool) -> Reply:
        try:
            return await self.service.call(operation, request, repeatable=repeatable)
        except ServiceFault as fault:
            if fault.code == CONDITION_FAILED:
                found = fault.reply.get("Item")
                raise ConditionFailed(unmarshal_item(found) if found else None) from None
            raise StorageError(f"{operation}: {fault}") from fault
