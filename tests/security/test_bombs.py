"""Bodies made to break a parser are refused with 4xx, or served: none is an error of ours, none grows."""

import gzip
from typing import Any

import orjson
import pytest

from tests.examples import whole
from tests.fakes import whole_reply
from tests.fortress import PATHS, Fortress, answering, bodies

MB = 1024 * 1024
DEEP = (90, 250, 300, 1000, 100_000)


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * depth + closing * depth


def spliced(body: Any, value: bytes, field: str = "metadata") -> bytes:
    """The body with raw JSON as one more field."""
    return orjson.dumps(body)[:-1] + b', "' + field.encode() + b'": ' + value + b"}"


def fields_of(path: str) -> tuple[str, ...]:
    return ("metadata", "made_up", "stop", "generationConfig" if "v1beta" in path else "response_format")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("depth", DEEP)
def test_depth_is_refused_or_carried(path: str, depth: int) -> None:
    for value in (nested(depth), nested(depth, b'{"a":', b"1}").replace(b":1}", b":1}", 1)):
        for field in fields_of(path):
            fortress = Fortress()
            answered = fortress.send(path, spliced(bodies("hi")[path], value, field))
            assert fortress.telemetry.failures == [], (field, depth)
            assert 400 <= answered.status < 500 or answered.status in (502, 503), (field, depth)
            if depth > 100:
                assert answered.status == 400
                assert fortress.transport.requests == []


def tools(schema: Any) -> dict[str, Any]:
    """A tool with this schema, as each dialect declares it."""
    return {
        PATHS[0]: [{"type": "function", "function": {"name": "f", "parameters": schema}}],
        PATHS[1]: [{"type": "function", "name": "f", "parameters": schema}],
        PATHS[2]: [{"name": "f", "input_schema": schema}],
        PATHS[3]: [{"functionDeclarations": [{"name": "f", "parameters": schema}]}],
    }


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("depth", [20, 45, 60, 200])
def test_a_deep_schema_is_refused_or_translated(path: str, depth: int) -> None:
    schema: Any = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    fortress = Fortress()
    answered = fortress.send(path, bodies("hi", tools=tools(schema)[path])[path])
    assert fortress.telemetry.failures == []
    assert (answered.status == 400) is (depth >= 60)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"9" * MB, id="a million digits"),
        pytest.param(b"1e999999", id="infinite"),
        pytest.param(b"-1e-999999", id="nothing at all"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b'"\\ud800"', id="half a letter"),
        pytest.param(b'"\xff\xfe"', id="no UTF-8"),
        pytest.param(b"{" + b",".join(b'"%d":1' % n for n in range(20_000)) + b"}", id="20,000 fields"),
        pytest.param(b"[" + b",".join([b"{}"] * 50_000) + b"]", id="50,000 objects"),
        pytest.param(b'{"a":1,"a":2}', id="a field twice"),
    ],
)
def test_an_odd_value_is_refused_or_carried(path: str, value: bytes) -> None:
    for field in ("max_tokens", "metadata", "temperature", "stop"):
        fortress = Fortress()
        answered = fortress.send(path, spliced(bodies("hi")[path], value, field))
        assert fortress.telemetry.failures == [], field
        assert 400 <= answered.status < 500 or answered.status in (502, 503), field


@pytest.mark.parametrize("path", PATHS)
def test_a_compressed_body_is_not_unpacked(path: str) -> None:
    bomb = gzip.compress(b" " * 64 * MB)
    assert len(bomb) < MB
    fortress = Fortress()
    assert fortress.send(path, bomb, content_encoding="gzip", content_type="application/json").status == 400
    assert fortress.telemetry.failures == []


@pytest.mark.parametrize("path", PATHS)
def test_a_body_over_the_limit_is_not_read(path: str) -> None:
    assert Fortress().send(path, b"{}", content_length=str(21 * MB)).status == 413
    assert Fortress().send(path, b" " * (20 * MB + 1)).status == 413


def test_a_provider_s_bomb_is_a_provider_s_failure() -> None:
    """Nested so deep that it cannot be read, in an answer that came whole."""
    fortress = answering(*(whole_reply(whole()[:-1] + b',"x":' + nested(100_000) + b"}") for _ in range(4)))
    assert fortress.send(PATHS[0], bodies("hi")[PATHS[0]]).status in (502, 503)
    assert fortress.telemetry.failures == []
