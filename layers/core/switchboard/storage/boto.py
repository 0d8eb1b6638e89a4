"""The same Service over boto3, where credentials may come from anywhere: a profile, a task's role (CLI, container).

The only module of the library that imports boto3: whoever must start fast does not import this one.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from switchboard.json_types import JsonObject
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.service import NotDone, Reply, fault, persist

CONNECT_SECONDS = 1.0
READ_SECONDS = 5.0
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class BotoService:
    """`client` is a low-level boto3 client. Its type is made at run time, so there is none to name here."""

    client: Any

    async def call(self, operation: str, request: JsonObject, *, repeatable: bool) -> Reply:
        return await persist(lambda: asyncio.to_thread(self._send, operation, request), repeatable=repeatable)

    def _send(self, operation: str, request: JsonObject) -> Reply:
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        try:
            reply: Reply = getattr(self.client, method)(**request)
        except ClientError as failure:
            status = int(failure.response["ResponseMetadata"]["HTTPStatusCode"])
            error = failure.response["Error"]
            raise fault(status, error["Code"], error["Message"], failure.response) from failure
        except BotoCoreError as failure:
            raise NotDone(repr(failure), unclear=True) from failure
        return reply


def boto_service(name: str, *, region: str, endpoint: str | None = None) -> BotoService:
    """`name` is dynamodb or ssm. boto3's own retries are off: it would repeat writes that must not be."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=CONNECTIONS,
        retries={"total_max_attempts": 1},
    )
    return BotoService(boto3.client(name, region_name=region, endpoint_url=endpoint, config=config))


def boto_database(*, region: str, endpoint: str | None = None) -> DynamoDatabase:
    return DynamoDatabase(boto_service("dynamodb", region=region, endpoint=endpoint))
