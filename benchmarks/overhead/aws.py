"""DynamoDB and SSM, as much of them as the chat path calls; anything else is refused, so that nothing goes unnoticed.

Usage records are counted, not kept: a request that was answered without a record, or with a wrong price, shows.
"""

import asyncio
import zlib
from typing import Any

import orjson

from benchmarks.overhead.wire import Message, answer

USAGE_TABLE = "UsageTable"
PROVIDER = "bench"
COUNTS = b"get /counts "
SECRET_NAME = f"/switchboard/providers/{PROVIDER}"


class Aws:
    def __init__(self, cost: int) -> None:
        """`cost` is what every record must say, in nano-dollars."""
        self._cost = str(cost)
        self._items: dict[tuple[str, str, str], Any] = {}
        self._records: set[str] = set()
        self._wrong = 0
        self._empty = _signed(b"{}")
        secret = {"Name": SECRET_NAME, "Type": "SecureString", "Value": "sk-bench"}
        self._secret = _signed(orjson.dumps({"Parameter": secret}))

    def answer(self, request: Message, transport: asyncio.Transport) -> None:
        if request.head.startswith(COUNTS):
            counts = {"records": len(self._records), "wrong": self._wrong}
            transport.write(answer(orjson.dumps(counts)))
            return
        operation = request.header(b"x-amz-target").rpartition(b".")[2]
        transport.write(self._reply(operation, request.body))

    def _reply(self, operation: bytes, body: bytes) -> bytes:
        match operation:
            case b"putitem":
                self._put(orjson.loads(body))
                return self._empty
            case b"batchwriteitem":
                for table, writes in orjson.loads(body)["RequestItems"].items():
                    for write in writes:
                        self._put({"TableName": table, "Item": write["PutRequest"]["Item"]})
                return self._empty
            case b"getitem":
                return self._get(orjson.loads(body))
            case b"getparameter":
                return self._secret
        refusal = orjson.dumps({"__type": "bench#UnknownOperationException", "message": operation.decode()})
        return answer(refusal, status=b"400 Bad Request")

    def _put(self, request: dict[str, Any]) -> None:
        item = request["Item"]
        if request["TableName"] == USAGE_TABLE:
            self._wrong += item.get("c", {}).get("N") != self._cost
            self._records.add(item["SK"]["S"])
        else:
            self._items[request["TableName"], item["PK"]["S"], item["SK"]["S"]] = item

    def _get(self, request: dict[str, Any]) -> bytes:
        key = request["Key"]
        item = self._items.get((request["TableName"], key["PK"]["S"], key["SK"]["S"]))
        return _signed(orjson.dumps({"Item": item})) if item else self._empty


def _signed(body: bytes) -> bytes:
    return answer(body, b"x-amz-crc32: %d\r\n" % zlib.crc32(body))
