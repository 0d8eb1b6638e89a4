import math

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st
from switchboard.storage.database import StorageError, Value
from switchboard.storage.marshal import marshal, unmarshal

integers = st.integers(-(10**38) + 1, 10**38 - 1)
floats = st.floats(1e-100, 1e100) | st.floats(-1e100, -1e-100) | st.just(0.0)
plain = st.text() | integers | st.booleans() | st.binary() | st.none()


def nested(leaves: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


@given(nested(plain | floats))
def test_a_value_comes_back_as_it_was(value: Value) -> None:
    assert unmarshal(marshal(value)) == value


@given(nested(plain))
def test_what_boto3_can_write_is_written_the_same(value: Value) -> None:
    assert marshal(value) == TypeSerializer().serialize(value)


@given(nested(plain | floats))
def test_boto3_reads_what_is_written(value: Value) -> None:
    TypeDeserializer().deserialize(marshal(value))


@given(floats)
def test_a_float_is_its_shortest_repr(value: float) -> None:
    assert marshal(value) == {"N": repr(value)}


def test_a_number_without_fraction_is_an_int() -> None:
    assert [type(unmarshal({"N": text})) for text in ("2", "2.5", "1E+3")] == [int, float, float]


def test_bytes_are_read_raw_and_as_base64() -> None:
    assert unmarshal({"B": b"abc"}) == unmarshal({"B": "YWJj"}) == b"abc"


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e127, 1e-131, 10**38 + 1])
def test_a_number_that_dynamodb_cannot_hold_is_refused(value: float) -> None:
    with pytest.raises(StorageError):
        marshal(value)


def test_a_large_round_number_has_few_digits() -> None:
    assert unmarshal(marshal(10**60)) == 10**60


def test_sets_are_not_supported() -> None:
    with pytest.raises(StorageError):
        unmarshal({"SS": ["a"]})
