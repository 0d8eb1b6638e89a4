"""One call to an AWS JSON service, whoever carries it out, and the rule for sending it a second time.

A call that was refused before anything happened (throttled, expired credentials) is always sent again. One whose
outcome is unknown (time-out, cut connection, HTTP 5xx, damaged reply) is sent again only if it is `repeatable`: reads;
writes of whole items without a condition; updates whose caller says that twice is as good as once.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias

from switchboard.json_types import JsonObject
from switchboard.storage.database import StorageUnavailable

# Every operation has a reply of its own: what comes out is taken apart, with types, in dynamodb.py and secrets.py.
Reply: TypeAlias = Mapping[str, Any]

TRIES = 2
PAUSE_SECONDS = 0.025
REFUSED_FOR_NOW = frozenset(
    {
        "ExpiredTokenException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


class Service(Protocol):
    async def call(self, operation: str, request: JsonObject, *, repeatable: bool) -> Reply:
        """Raises StorageUnavailable, or ServiceFault if the service says that the request cannot be done."""


class ServiceFault(Exception):
    """The service's answer is no, and will be no again. `code` is AWS's name for it."""

    def __init__(self, code: str, message: str, reply: Reply) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.reply = reply


class NotDone(Exception):
    """One try that came to nothing. `unclear` says that the service may have carried it out all the same."""

    def __init__(self, reason: str, *, unclear: bool) -> None:
        super().__init__(reason)
        self.unclear = unclear


async def persist(
    attempt: Callable[[], Awaitable[Reply]], *, repeatable: bool, chance: Callable[[], float] = random.random
) -> Reply:
    """Try twice, with 25 to 50 ms in between. Raises StorageUnavailable."""
    for remaining in reversed(range(TRIES)):
        try:
            return await attempt()
        except NotDone as failure:
            if not remaining or (failure.unclear and not repeatable):
                raise StorageUnavailable(str(failure)) from failure
        await asyncio.sleep(PAUSE_SECONDS * (1 + chance()))
    raise AssertionError("the last try returns or raises")


def fault(status: int, code: str, message: str, reply: Reply) -> NotDone | ServiceFault:
    """What an answer other than 200 means."""
    if code in REFUSED_FOR_NOW:
        return NotDone(code, unclear=False)
    if status >= 500:
        return NotDone(f"HTTP {status} {code}", unclear=True)
    return ServiceFault(code, message, reply)
