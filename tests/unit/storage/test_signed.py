import asyncio
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
import pytest
from switchboard.storage.database import ConditionFailed, Key, StorageError, StorageUnavailable, Update
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.wire.sigv4 import Credentials

from tests.fakes import FakeClock

KEY = Key("p", "s")
FOUND = {"Item": {"PK": {"S": "p"}, "SK": {"S": "s"}}}
REFUSED = "com.amazonaws.dynamodb.v20120810#"
Answer = tuple[int, Mapping[str, str], bytes]


def answer(body: Mapping[str, object], status: int = 200) -> Answer:
    content = orjson.dumps(body)
    return status, {"x-amz-crc32": str(zlib.crc32(content))}, content


def error(code: str, status: int = 400, **more: str) -> Answer:
    return answer({"__type": REFUSED + code, "message": "no", **more}, status)


@dataclass
class ScriptedHttp:
    """Gives one answer after the other, and keeps what it was asked."""

    answers: list[Answer | OSError]
    asked: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109  # as the port has it
    ) -> Answer:
        assert (method, timeout) == ("POST", 0.5)
        self.asked.append((url, headers, body))
        reply = self.answers.pop(0)
        if isinstance(reply, OSError):
            raise reply
        return reply


def over(*answers: Answer | OSError) -> tuple[ScriptedHttp, DynamoDatabase]:
    http = ScriptedHttp(list(answers))
    turns = iter(("first", "second", "third"))
    aws = Aws(http, FakeClock(), lambda: Credentials(next(turns), "secret", "token"), "eu-west-1")
    return http, DynamoDatabase(SignedService(aws, DYNAMODB))


UNCLEAR = [
    TimeoutError("read"),
    ConnectionResetError("cut"),
    error("InternalServerError", 500),
    (200, {"x-amz-crc32": "1"}, b"{}"),
    (502, {}, b"<html>"),
    (200, {}, b"[]"),
]
THROTTLED = error("ProvisionedThroughputExceededException")


def test_a_call_is_addressed_and_signed() -> None:
    http, database = over(answer(FOUND))
    assert asyncio.run(database.get("KeysTable", KEY)) == {"PK": "p", "SK": "s"}
    url, headers, body = http.asked[0]
    assert url == "https://dynamodb.eu-west-1.amazonaws.com/"
    assert headers["Content-Type"] == "application/x-amz-json-1.0"
    assert headers["X-Amz-Target"] == "DynamoDB_20120810.GetItem"
    assert headers["X-Amz-Security-Token"] == "token"
    assert re.match(r"AWS4-HMAC-SHA256 Credential=first/20270115/eu-west-1/dynamodb/", headers["Authorization"])
    assert orjson.loads(body)["Key"] == {"PK": {"S": "p"}, "SK": {"S": "s"}}


@pytest.mark.parametrize("failure", [*UNCLEAR, THROTTLED], ids=str)
def test_a_read_is_tried_twice(failure: Answer | OSError) -> None:
    http, database = over(failure, answer(FOUND))
    assert asyncio.run(database.get("t", KEY)) is not None
    assert len(http.asked) == 2


@pytest.mark.parametrize("failure", [*UNCLEAR, THROTTLED], ids=str)
def test_two_failures_are_the_end(failure: Answer | OSError) -> None:
    http, database = over(failure, failure)
    with pytest.raises(StorageUnavailable):
        asyncio.run(database.get("t", KEY))
    assert len(http.asked) == 2


@pytest.mark.parametrize("failure", UNCLEAR, ids=str)
def test_an_addition_that_may_have_happened_is_not_repeated(failure: Answer | OSError) -> None:
    http, database = over(failure)
    with pytest.raises(StorageUnavailable):
        asyncio.run(database.update("t", KEY, Update(add={"n": 1})))
    assert len(http.asked) == 1


def test_an_addition_that_was_throttled_is_repeated() -> None:
    _, database = over(THROTTLED, answer({"Attributes": {"n": {"N": "1"}}}))
    assert asyncio.run(database.update("t", KEY, Update(add={"n": 1}))) == {"n": 1}


def test_an_update_is_repeated_if_its_caller_says_so() -> None:
    _, database = over(TimeoutError(), answer({"Attributes": {}}))
    asyncio.run(database.update("t", KEY, Update(set={"n": 1}), repeatable=True))


def test_a_write_of_a_whole_item_is_repeated() -> None:
    http, database = over(TimeoutError(), answer({}))
    asyncio.run(database.put("t", {"PK": "p", "SK": "s", "b": b"abc"}))
    assert len(http.asked) == 2
    assert orjson.loads(http.asked[0][2])["Item"]["b"] == {"B": "YWJj"}


def test_new_credentials_are_asked_for_when_the_old_ones_expired() -> None:
    http, database = over(error("ExpiredTokenException"), answer(FOUND))
    asyncio.run(database.get("t", KEY))
    assert "Credential=second/" in http.asked[1][1]["Authorization"]


def test_a_refused_condition_brings_back_what_was_there() -> None:
    body = {"__type": REFUSED + "ConditionalCheckFailedException", "Item": {"n": {"N": "7"}}}
    _, database = over(answer(body, 400))
    with pytest.raises(ConditionFailed) as refusal:
        asyncio.run(database.put("t", {"PK": "p", "SK": "s"}))
    assert refusal.value.item == {"n": 7}


def test_a_wrong_request_is_not_repeated() -> None:
    http, database = over(error("ValidationException"))
    with pytest.raises(StorageError, match="ValidationException: no"):
        asyncio.run(database.get("t", KEY))
    assert len(http.asked) == 1


def test_items_left_out_of_a_batch_are_written_again() -> None:
    left = {"t": [{"PutRequest": {"Item": {"PK": {"S": "p"}, "SK": {"S": "2"}}}}]}
    http, database = over(answer({"UnprocessedItems": left}), answer({"UnprocessedItems": {}}))
    asyncio.run(database.put_all("t", [{"PK": "p", "SK": "1"}, {"PK": "p", "SK": "2"}]))
    assert len(orjson.loads(http.asked[0][2])["RequestItems"]["t"]) == 2
    assert orjson.loads(http.asked[1][2])["RequestItems"] == left


def test_keys_left_out_of_a_batch_are_asked_for_again() -> None:
    left = {"t": {"Keys": [{"PK": {"S": "p"}, "SK": {"S": "2"}}]}}
    http, database = over(
        answer({"Responses": {"t": [{"SK": {"S": "1"}}]}, "UnprocessedKeys": left}),
        answer({"Responses": {"t": [{"SK": {"S": "2"}}]}, "UnprocessedKeys": {}}),
    )
    found = asyncio.run(database.batch_get("t", [Key("p", "1"), Key("p", "2")]))
    assert found == [{"SK": "1"}, {"SK": "2"}]
    assert orjson.loads(http.asked[1][2])["RequestItems"] == left
