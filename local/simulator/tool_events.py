"""What servers do to tool calls in their streams: arguments letter by letter, one index for all calls, no ids. Pure.

Only events that are JSON after `data:` can be changed so; in other dialects they stay as they are.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from local.simulator.reply import to_bytes
from local.simulator.script import Script, Send, Step

# Any: events of three dialects.
_Event = dict[str, Any]


def letter_by_letter(script: Script) -> Script:
    return [piece for step in script for piece in _letters(step)]


def with_one_index(script: Script) -> Script:
    """All calls say that they are the first; only their ids tell them apart."""
    return [_changed(step, lambda call: {**call, "index": 0}) for step in script]


def without_ids(script: Script) -> Script:
    return [
        _changed(step, lambda call: {name: value for name, value in call.items() if name != "id"}) for step in script
    ]


def _letters(step: Step) -> list[Step]:
    event = _event_of(step)
    holder, name = _arguments_in(event) if event else (None, "")
    if not isinstance(step, Send) or event is None or holder is None or not holder.get(name):
        return [step]
    pieces: list[Step] = []
    for letter in str(holder[name]):
        holder[name] = letter
        pieces.append(_written(step, event))
    return pieces


def _arguments_in(event: _Event) -> tuple[_Event | None, str]:
    """Where an event holds a piece of a call's arguments: at OpenAI, Anthropic, and in Responses."""
    for call in _calls_in(event):
        return call.get("function"), "arguments"
    delta = event.get("delta")
    if isinstance(delta, dict) and delta.get("type") == "input_json_delta":
        return delta, "partial_json"
    if event.get("type") == "response.function_call_arguments.delta":
        return event, "delta"
    return None, ""


def _changed(step: Step, change: Callable[[_Event], _Event]) -> Step:
    event = _event_of(step)
    calls = _calls_in(event) if event else []
    if not isinstance(step, Send) or event is None or not calls:
        return step
    event["choices"][0]["delta"]["tool_calls"] = [change(call) for call in calls]
    return _written(step, event)


def _calls_in(event: _Event) -> list[_Event]:
    choices = event.get("choices")
    found: list[_Event] = choices[0].get("delta", {}).get("tool_calls", []) if choices else []
    return found


def _event_of(step: Step) -> _Event | None:
    data = step.data.partition(b"data: ")[2] if isinstance(step, Send) else b""
    return json.loads(data) if data.startswith(b"{") else None


def _written(step: Send, event: _Event) -> Send:
    head = step.data.partition(b"data: ")[0]
    return replace(step, data=head + b"data: " + to_bytes(event) + b"\n\n")
