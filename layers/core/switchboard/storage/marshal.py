"""Plain values to DynamoDB's typed JSON and back, exactly.

Bytes stay bytes on the way out (boto3 wants them so; the JSON writer turns them into base64) and may be either on the
way in.
"""

import math
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, TypeAlias

from switchboard.storage.database import Item, StorageError, Value

# {"S": "text"}: what stands behind the letter depends on it, and no checker can follow that.
Typed: TypeAlias = dict[str, Any]

MAX_DIGITS = 38
MAX_MAGNITUDE = 1e126
MIN_MAGNITUDE = 1e-130


def marshal(value: Value) -> Typed:
    """Raises StorageError for what DynamoDB cannot hold: NaN, infinities, more than 38 digits."""
    if isinstance(value, str):
        return {"S": value}
    if value is None or isinstance(value, bool):  # before int, which bool is
        return {"NULL": True} if value is None else {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": _number(value)}
    return _marshal_container(value)


def marshal_item(item: Mapping[str, Value]) -> dict[str, Typed]:
    return {name: marshal(value) for name, value in item.items()}


def unmarshal(typed: Typed) -> Value:
    """Raises StorageError for the set types, which nothing here writes."""
    ((kind, raw),) = typed.items()
    match kind:
        case "S" | "BOOL":
            value: Value = raw
        case "N":
            value = _parse(raw)
        case "NULL":
            value = None
        case "B":
            value = bytes(raw) if isinstance(raw, bytes | bytearray) else b64decode(raw)
        case "L":
            value = [unmarshal(member) for member in raw]
        case "M":
            value = unmarshal_item(raw)
        case _:
            raise StorageError(f"attribute type {kind} is not supported")
    return value


def unmarshal_item(item: Mapping[str, Typed]) -> Item:
    return {name: unmarshal(typed) for name, typed in item.items()}


def _marshal_container(value: bytes | list[Value] | dict[str, Value]) -> Typed:
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, list):
        return {"L": [marshal(member) for member in value]}
    return {"M": marshal_item(value)}


def _number(value: int | float) -> str:
    if isinstance(value, int):
        text = str(value)
        if len(text) > MAX_DIGITS and len(text.lstrip("-").rstrip("0")) > MAX_DIGITS:
            raise StorageError("a number has more than 38 digits")
        return text
    if not math.isfinite(value) or (value and not MIN_MAGNITUDE <= abs(value) < MAX_MAGNITUDE):
        raise StorageError(f"{value} is out of a number's range")
    return repr(value)


def _parse(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
