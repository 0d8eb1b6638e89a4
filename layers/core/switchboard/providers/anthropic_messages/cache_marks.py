"""Cache marks: Anthropic takes four in a request, and answers a fifth with status 400."""

from collections.abc import Iterable
from typing import cast

from switchboard.json_types import Json, JsonObject
from switchboard.providers.anthropic_messages.content import CACHE_MARK

MOST_MARKS = 4
_UNMARKABLE = ("thinking", "redacted_thinking")


def limit_marks(body: JsonObject) -> None:
    """Keeps the first, which ends the stable part of the prompt, and the latest, which the next turn will look for."""
    marked = [part for part in _parts(body) if CACHE_MARK in part]
    for part in marked[1 : 1 - MOST_MARKS] if len(marked) > MOST_MARKS else []:
        del part[CACHE_MARK]


def mark_last(body: JsonObject, given: Json) -> None:
    """OpenRouter's top-level `cache_control`: a mark on the last part that can carry one."""
    carriers = [part for part in _parts(body) if part.get("type") not in _UNMARKABLE]
    if carriers and isinstance(given, dict):
        carriers[-1].setdefault(CACHE_MARK, given)


def _parts(body: JsonObject) -> Iterable[JsonObject]:
    """Every part that may carry a mark, in the order in which Anthropic reads them."""
    for name in ("tools", "system"):
        yield from cast("list[JsonObject]", body.get(name) or [])
    for message in cast("list[JsonObject]", body["messages"]):
        yield from cast("list[JsonObject]", message["content"])
