"""What each fault does to an answer, or to the script of its body. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from local.simulator.answer import Answer
from local.simulator.dialects.interface import Dialect
from local.simulator.faults import Fault, Rule
from local.simulator.reply import to_bytes
from local.simulator.script import Cut, Pause, Script, Send, Silence, Step
from local.simulator.tool_events import letter_by_letter, with_one_index, without_ids
from local.simulator.trouble import Trouble

HUGE_BYTES = 10_000_000
KEEP_ALIVE = b": keep-alive\n\n"


def disturb_answer(answer: Answer, fault: Fault | None) -> Answer:
    """An empty answer, or one that a filter ended, for the faults of these names."""
    match fault:
        case Fault.EMPTY:
            return replace(answer, text="", calls=(), finish="stop", reasoning="", hit=None)
        case Fault.CONTENT_FILTER:
            return replace(answer, text="", calls=(), finish="content_filter", reasoning="", hit=None)
    return answer


def disturb_stream(script: Script, rule: Rule, dialect: Dialect) -> Script:
    """Break a stream where the rule says."""
    at = _position(script, rule.after)
    breaks = _IN_STREAMS.get(rule.fault)
    pause = [Pause(rule.pause)] if rule.pause else []
    return breaks(_Stream([*script[:at], *pause], script[at:], dialect)) if breaks else script


def disturb_body(body: Send, fault: Fault, dialect: Dialect) -> Script:
    """Break a reply that is not streamed, in its middle."""
    breaks = _IN_BODIES.get(fault)
    return breaks(body, dialect) if breaks else [body]


@dataclass(frozen=True, slots=True)
class _Stream:
    """`head` is what comes before the fault."""

    head: Script
    tail: Script
    dialect: Dialect

    @property
    def whole(self) -> list[Step]:
        return [*self.head, *self.tail]

    @property
    def is_text(self) -> bool:
        return self.dialect.stream_type.startswith("text/")


def _with(stream: _Stream, *between: Step) -> Script:
    return [*stream.head, *between, *stream.tail]


def _ending_in(stream: _Stream, *end: Step) -> Script:
    return [*stream.head, *end]


def _without(stream: _Stream, part: str) -> Script:
    return [step for step in stream.whole if not (isinstance(step, Send) and step.part == part)]


def _torn(stream: _Stream) -> Step:
    """Half of the next event."""
    following = next((step.data for step in stream.tail if isinstance(step, Send) and step.data), b"")
    return Send(following[: len(following) // 2])


def _error(dialect: Dialect, trouble: Trouble) -> Step:
    return Send(dialect.error_event(dialect.troubles[trouble]))


def _error_body(body: Send, dialect: Dialect, trouble: Trouble) -> Script:
    return [replace(body, data=to_bytes(dialect.error_body(dialect.troubles[trouble])))]


def _huge(stream: _Stream) -> Script:
    """A comment, where there are any: legal, and more than anybody should keep."""
    return _with(stream, Send(b": " + b"x" * HUGE_BYTES + b"\n\n")) if stream.is_text else stream.whole


def _half(body: Send) -> Send:
    return replace(body, data=body.data[: len(body.data) // 2])


def _oddly(stream: _Stream) -> Script:
    """Legal all the same: a byte order mark, comments, no space after the colon, carriage returns."""
    steps = stream.whole
    return [_odd(step, first=index == 0) for index, step in enumerate(steps)] if stream.is_text else steps


def _odd(step: Step, *, first: bool) -> Step:
    if not isinstance(step, Send) or not step.data:
        return step
    lines = step.data.replace(b"\r\n", b"\n").replace(b"data: ", b"data:", 1).replace(b"event: ", b"event:", 1)
    before = b"\xef\xbb\xbf: hello\r\n\r\n" if first else b""
    return replace(step, data=before + b": odd\r\n" + lines.replace(b"\n", b"\r\n"))


def _split(step: Step) -> list[Step]:
    """Pieces of 1 to 7 bytes, whatever they tear apart; a long body in at most some hundred."""
    if not isinstance(step, Send) or not step.data:
        return [step]
    factor = 1 + len(step.data) // 2000
    sizes = (1, 2, 3, 5, 7, 4)
    pieces: list[Step] = []
    at = 0
    while at < len(step.data):
        size = sizes[len(pieces) % len(sizes)] * factor
        first = not pieces
        pieces.append(Send(step.data[at : at + size], step.tokens if first else 0.0, step.content and first))
        at += size
    return pieces


def _position(script: Script, after: int) -> int:
    """Where `after` content chunks have been sent, at the latest before the finish."""
    position = seen = 0
    for index, step in enumerate(script):
        if isinstance(step, Send) and step.content:
            if seen == after:
                return index
            seen, position = seen + 1, index + 1
    return position


_IN_STREAMS: Mapping[Fault, Callable[[_Stream], Script]] = {
    Fault.HANG_AFTER_HEADERS: lambda _: [Silence()],
    Fault.KEEP_ALIVE_ONLY: lambda stream: [Silence(KEEP_ALIVE if stream.is_text else b"")],
    Fault.ROLE_THEN_SILENCE: lambda stream: [*stream.whole[:1], Silence()],
    Fault.STALL: lambda stream: _ending_in(stream, Silence()),
    Fault.CUT: lambda stream: _ending_in(stream, Cut()),
    Fault.EARLY_END: _ending_in,
    Fault.TRUNCATED: lambda stream: _ending_in(stream, _torn(stream)),
    Fault.ERROR_IN_STREAM: lambda stream: _ending_in(stream, _error(stream.dialect, Trouble.SERVER)),
    Fault.OVERLOADED_IN_STREAM: lambda stream: _ending_in(stream, _error(stream.dialect, Trouble.OVERLOADED)),
    Fault.THROTTLED_IN_STREAM: lambda stream: _ending_in(stream, _error(stream.dialect, Trouble.RATE_LIMIT)),
    Fault.MALFORMED_LINE: lambda stream: _with(stream, Send(stream.dialect.malformed)),
    Fault.HUGE_EVENT: _huge,
    Fault.NO_END: lambda stream: _without(stream, "end"),
    Fault.NO_USAGE: lambda stream: _without(stream, "usage"),
    Fault.SPLIT: lambda stream: [piece for step in stream.whole for piece in _split(step)],
    Fault.ODD_SSE: _oddly,
    Fault.TOOL_LETTERS: lambda stream: letter_by_letter(stream.whole),
    Fault.TOOL_ONE_INDEX: lambda stream: with_one_index(stream.whole),
    Fault.TOOL_WITHOUT_ID: lambda stream: without_ids(stream.whole),
}
_IN_BODIES: Mapping[Fault, Callable[[Send, Dialect], Script]] = {
    Fault.HANG_AFTER_HEADERS: lambda _body, _dialect: [Silence()],
    Fault.KEEP_ALIVE_ONLY: lambda _body, _dialect: [Silence()],
    Fault.ROLE_THEN_SILENCE: lambda _body, _dialect: [Silence()],
    Fault.STALL: lambda body, _: [_half(body), Silence()],
    Fault.CUT: lambda body, _: [_half(body), Cut()],
    Fault.EARLY_END: lambda body, _: [_half(body)],
    Fault.TRUNCATED: lambda body, _: [_half(body)],
    Fault.MALFORMED_LINE: lambda body, _: [_half(body)],
    Fault.ERROR_IN_STREAM: lambda body, dialect: _error_body(body, dialect, Trouble.SERVER),
    Fault.OVERLOADED_IN_STREAM: lambda body, dialect: _error_body(body, dialect, Trouble.OVERLOADED),
    Fault.THROTTLED_IN_STREAM: lambda body, dialect: _error_body(body, dialect, Trouble.RATE_LIMIT),
    Fault.HUGE_EVENT: lambda body, _: [replace(body, data=b" " * HUGE_BYTES + body.data)],
    Fault.SPLIT: lambda body, _: _split(body),
}
