"""What the dialects' refusals share: the first rule that says no, and what can be told of base64 without reading it."""

import base64
from collections.abc import Callable, Iterable
from typing import TypeAlias

from local.simulator.json_types import Json
from local.simulator.refusal import Refusal
from local.simulator.reply import Call

Rule: TypeAlias = Callable[[Call], Refusal | None]


def first_refusal(call: Call, rules: Iterable[Rule]) -> Refusal | None:
    """None if every rule lets the call pass."""
    return next((refusal for rule in rules if (refusal := rule(call)) is not None), None)


def is_base64(data: Json) -> bool:
    """False for an empty text too."""
    try:
        return isinstance(data, str) and bool(base64.b64decode(data, validate=True))
    except ValueError:
        return False


def is_picture(url: str) -> bool:
    """An address, or a data URL whose base64 can be read."""
    if not url.startswith("data:"):
        return url.startswith(("https://", "http://"))
    head, _, data = url.partition(",")
    return head.endswith(";base64") and is_base64(data)
