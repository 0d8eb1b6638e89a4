"""Makes a request fit one endpoint: values out of range are brought into it, and what is changed or left out is named.

The names are for the caller, who is told in headers of the reply.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.parameters import Path, Range, Vocabulary, dropped_parameters, wordless_fields, wordless_parameters

# The names of parameters come from the caller: what is no plain word does not get into a header.
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_MOST_NAMED = 20
_LIMITS = ("max_completion_tokens", "max_tokens")


class Fitted(NamedTuple):
    """The request as an endpoint is given it. `clamped` are phrases, `dropped` names of parameters."""

    request: ChatRequest
    clamped: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """For the caller; nothing if nothing was done."""
        said = {"x-switchboard-clamped": ", ".join(self.clamped), "x-switchboard-dropped": ", ".join(self.dropped)}
        return {name: value for name, value in said.items() if value}


def fitted(request: ChatRequest, endpoint: Endpoint, words: Vocabulary) -> Fitted:
    """With the very same request if nothing has to change in it."""
    lost = dropped_parameters(request, endpoint, words) | wordless_parameters(request, endpoint, words)
    unsaid = lost.intersection(request.parameters).union(wordless_fields(request, endpoint, words))
    dropped = sorted(name for name in unsaid if _WORD.fullmatch(name))[:_MOST_NAMED]
    changes = {name: value for name, value in _changes(request, endpoint, words).items() if name not in lost}
    if not changes:
        return Fitted(request, (), tuple(dropped))
    clamped = tuple(_phrase(name, request, value) for name, value in changes.items())
    return Fitted(_changed(request, changes, endpoint, words), clamped, tuple(dropped))


def _changes(request: ChatRequest, endpoint: Endpoint, words: Vocabulary) -> dict[str, Json]:
    """New values by name."""
    found: dict[str, Json] = {}
    for name, (least, most) in {**words.ranges, **_own_ranges(endpoint)}.items():
        value = request.parameters.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and not least <= value <= most:
            found[name] = least if value < least else most
    if request.max_output is not None and endpoint.max_output is not None and request.max_output > endpoint.max_output:
        found.update(dict.fromkeys(_limit_names(request), endpoint.max_output))
    stops = request.parameters.get("stop")
    if words.most_stops is not None and isinstance(stops, list) and len(stops) > words.most_stops:
        found["stop"] = stops[: words.most_stops]
    return found


def _own_ranges(endpoint: Endpoint) -> Mapping[str, Range]:
    """The catalog's `ranges = { temperature = [0, 1.5] }`, of the endpoint over those of its provider."""
    ranges: dict[str, Range] = {}
    for facts in (endpoint.provider.facts, endpoint.facts):
        told = facts.get("ranges")
        for name, bounds in (told if isinstance(told, dict) else {}).items():
            match bounds:
                case [int() | float() as least, int() | float() as most]:
                    ranges[name] = (least, most)
    return ranges


def _limit_names(request: ChatRequest) -> list[str]:
    return [name for name in _LIMITS if name in request.parameters] or ["max_tokens"]


def _changed(request: ChatRequest, changes: Mapping[str, Json], endpoint: Endpoint, words: Vocabulary) -> ChatRequest:
    told = {name: value for name, value in changes.items() if name in request.parameters}
    limit = next((value for name, value in changes.items() if name in _LIMITS), None)
    native = request.native
    if request.protocol == endpoint.dialect:
        for name, value in changes.items():
            for path in words.places.get(name, ((name,),)):
                native = _replaced(native, path, value)
    max_output = limit if isinstance(limit, int) else request.max_output
    return replace(request, parameters={**request.parameters, **told}, native=native, max_output=max_output)


def _replaced(table: JsonObject, path: Path, value: Json) -> JsonObject:
    """A copy with another value at `path`; what is not there stays away."""
    name, *rest = path
    if name not in table:
        return table
    inner = table[name]
    if not rest:
        return {**table, name: value}
    return {**table, name: _replaced(inner, tuple(rest), value)} if isinstance(inner, dict) else table


def _phrase(name: str, request: ChatRequest, value: Json) -> str:
    given = request.parameters.get(name, request.max_output)
    if isinstance(value, list) and isinstance(given, list):
        return f"{name}={len(value)} sequences (was {len(given)})"
    return f"{name}={value} (was {given})"
