"""What each fault does: to the reply as a whole, or to the script of its body. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from local.simulator.answer import Answer
from local.simulator.chunks import event
from local.simulator.faults import Fault, Rule
from local.simulator.refusals import Refusal
from local.simulator.script import Cut, Script, Send, Silence, Step

HTML = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"
SORRY = Refusal(500, "The server had an error while processing your request. Sorry about that!", type="server_error")
MALFORMED = b'data: {"id": "chatcmpl-broken", "choices": [{"del\n\n'

_OVERLOADED = "The engine is currently overloaded, please try again later."
_REFUSALS: Mapping[Fault, Refusal] = {
    Fault.SERVER_ERROR: SORRY,
    Fault.UNAVAILABLE: Refusal(503, _OVERLOADED, type="service_unavailable"),
    Fault.RATE_LIMIT: Refusal(429, "Rate limit reached.", code="rate_limit_exceeded", type="requests"),
    Fault.BAD_KEY: Refusal(401, "Incorrect API key provided: simulated.", code="invalid_api_key"),
    Fault.CONTEXT_LENGTH: Refusal(
        400,
        "This model's maximum context length is 1000 tokens. However, your messages resulted in more tokens. "
        "Please reduce the length of the messages.",
        "messages",
        "context_length_exceeded",
    ),
}
_TAILS: Mapping[Fault, Step] = {
    Fault.STALL: Silence(),
    Fault.CUT: Cut(),
    Fault.ERROR_IN_STREAM: Send(event(SORRY.body())),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A whole reply that says no."""

    status: int
    media_type: str
    content: str
    headers: Mapping[str, str] = field(default_factory=dict)


def failure_of(rule: Rule) -> Failure | None:
    """The reply of a fault that comes before any answer, None for the others."""
    if rule.fault is Fault.BAD_GATEWAY:
        return Failure(502, "text/html", HTML)
    refusal = _REFUSALS.get(rule.fault)
    if refusal is None:
        return None
    headers = {"retry-after": f"{rule.retry_after:g}"} if rule.fault is Fault.RATE_LIMIT else {}
    return Failure(refusal.status, "application/json", json.dumps(refusal.body()), headers)


def disturb_answer(answer: Answer, fault: Fault | None) -> Answer:
    """An empty answer for the fault of that name."""
    return replace(answer, text="", calls=(), finish="stop", reasoning="") if fault is Fault.EMPTY else answer


def disturb_stream(script: Script, rule: Rule) -> Script:
    """Break a stream where the rule says."""
    head = script[: _position(script, rule.after)]
    if rule.fault is Fault.HANG_AFTER_HEADERS:
        return [Silence()]
    if rule.fault is Fault.ROLE_THEN_SILENCE:
        return [*script[:1], Silence()]
    if rule.fault is Fault.MALFORMED_LINE:
        return [*head, Send(MALFORMED), *script[len(head) :]]
    return [*head, _TAILS[rule.fault]] if rule.fault in _TAILS else script


def disturb_body(body: Send, fault: Fault) -> Script:
    """Break a reply that is not streamed, in its middle."""
    half = replace(body, data=body.data[: len(body.data) // 2])
    match fault:
        case Fault.HANG_AFTER_HEADERS | Fault.ROLE_THEN_SILENCE:
            return [Silence()]
        case Fault.STALL:
            return [half, Silence()]
        case Fault.CUT:
            return [half, Cut()]
        case Fault.ERROR_IN_STREAM:
            return [replace(body, data=json.dumps(SORRY.body()).encode())]
        case Fault.MALFORMED_LINE:
            return [half]
        case _:
            return [body]


def _position(script: Script, after: int) -> int:
    """Where `after` content chunks have been sent, at the latest before the finish."""
    position = seen = 0
    for index, step in enumerate(script):
        if isinstance(step, Send) and step.content:
            if seen == after:
                return index
            seen, position = seen + 1, index + 1
    return position
