import asyncio
import re
import zlib
from collections.abc import Mapping

import orjson
import pytest
from switchboard.storage.database import ConditionFailed, Key, StorageError, StorageUnavailable, Update
from switchboard.storage.dynamodb import DynamoDatabase
from switchboard.storage.signed import DYNAMODB, Aws, SignedService
from switchboard.wire.sigv4 import Credentials

from tests.fakes import FakeClock, FakeHttp, HttpAnswer

KEY = Key("p", "s")
FOUND = {"Item": {"PK": {"S": "p"}, "SK": {"S": "s"}}}
REFUSED = "com.amazonaws.dynamodb.v20120810#"


def answer(body: Mapping[str, object], status: int = 200) -> HttpAnswer:
    content = orjson.dumps(body)
    return status, {"x-amz-crc32": str(zlib.crc32(content))}, content


def error(code: str, status: int = 400, **more: str) -> HttpAnswer:
    return answer({"__type": REFUSED + code, "message": "no", **more}, status)


def over(*answers: HttpAnswer | OSError) -> tuple[FakeHttp, DynamoDatabase]:
    http = FakeHttp(iter(answers))
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
    method, url, headers, body, timeout = http.asked[0]
    assert (method, timeout) == ("POST", 0.5)
    assert url == "https://dynamodb.eu-west-1.amazonaws.com/"
    assert headers["Content-Type"] == "application/x-amz-json-1.0"
    assert headers["X-Amz-Target"] == "DynamoDB_20120810.GetItem"
    assert headers["X-Amz-Security-Token"] == "token"
    assert re.match(r"AWS4-HMAC-SHA256 Credential=first/20270115/eu-west-1/dynamodb/", headers["Authorization"])
    assert orjson.loads(body)["Key"] == {"PK": {"S": "p"}, "SK": {"S": "s"}}


@pytest.mark.parametrize("failure", [*UNCLEAR, THROTTLED], ids=str)
def test_a_read_is_tried_twice(failure: HttpAnswer | OSError) -> None:
    http, database = over(failure, answer(FOUND))
    assert asyncio.run(database.get("t", KEY)) is not None
    assert len(http.asked) == 2


@pytest.mark.parametrize("failure", [*UNCLEAR, THROTTLED], ids=str)
def test_two_failures_are_the_end(failure: HttpAnswer | OSError) -> None:
    http, database = over(failure, failure)
    with pytest.raises(StorageUnavailable):
        asyncio.run(database.get("t", KEY))
    assert len(http.asked) == 2


@pytest.mark.parametrize("failure", UNCLEAR, ids=str)
def test_an_addition_that_may_have_happened_is_not_repeated(failure: HttpAnswer | OSError) -> None:
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
    assert orjson.loads(http.asked[0].body)["Item"]["b"] == {"B": "YWJj"}


def test_new_credentials_are_asked_for_when_the_old_ones_expired() -> None:
    http, database = over(error("ExpiredTokenException"), answer(FOUND))
    asyncio.run(database.get("t", KEY))
    assert "Credential=second/" in http.asked[1].headers["Authorization"]


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
    assert len(orjson.loads(http.asked[0].body)["RequestItems"]["t"]) == 2
    assert orjson.loads(http.asked[1].body)["RequestItems"] == left


def test_keys_left_out_of_a_batch_are_asked_for_again() -> None:
    left = {"t": {"Keys": [{"PK": {"S": "p"}, "SK": {"S": "2"}}]}}
    http, database = over(
        answer({"Responses": {"t": [{"SK": {"S": "1"}}]}, "UnprocessedKeys": left}),
        answer({"Responses": {"t": [{"SK": {"S": "2"}}]}, "UnprocessedKeys": {}}),
    )
    found = asyncio.run(database.batch_get("t", [Key("p", "1"), Key("p", "2")]))
    assert found == [{"SK": "1"}, {"SK": "2"}]
    assert orjson.loads(http.asked[1].body)["RequestItems"] == left
