"""The faults of the wall, numbered, with what each of them may come to for the caller."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a caller must get from an answer with this fault in it."""

    FAST = "another endpoint's answer, at once"
    HANG = "another endpoint's answer, after the time-out"
    BROKEN = "an error at the place where it broke; another endpoint's answer if nothing was shown yet"
    HONEST = "the whole answer, or an error where it broke"
    WHOLE = "the whole answer"
    FILTERED = "an answer that says it was filtered"


@dataclass(frozen=True, slots=True)
class Fault:
    """`plays` is what the simulated provider is told to do, or the name of a listener of ours (listeners.py).

    `after` counts the pieces of content before it. `begins_in` are dialects whose first event has content already.
    `calls` says that it is about tool calls.
    """

    number: str
    says: str
    plays: str
    kind: Kind
    after: int = 5
    begins_in: tuple[str, ...] = ()
    calls: bool = False

    @property
    def is_silent(self) -> bool:
        """True if only a clock finds it out."""
        return self.kind is Kind.HANG or self.plays == "stall"

    @property
    def provider(self) -> str:
        """Which simulated provider has it."""
        return f"wall-{self.number.lower()}"


# Below HTTP: each has a listener of its own.
LISTENERS = ("refused", "expired", "other-host", "no-such-host", "goaway")

FAULTS = (
    Fault("F01", "500", "500", Kind.FAST),
    Fault("F02", "502 with an HTML page", "502-html", Kind.FAST),
    Fault("F03", "503 without a body", "503-empty", Kind.FAST),
    Fault("F04", "overloaded", "529", Kind.FAST),
    Fault("F05", "429, Retry-After in seconds", "429", Kind.FAST),
    Fault("F06", "429, Retry-After as a date", "429-date", Kind.FAST),
    Fault("F07", "429, the wait in the body", "429-body", Kind.FAST),
    Fault("F08", "429 without a wait", "429-bare", Kind.FAST),
    Fault("F09a", "401, the key is revoked", "401", Kind.FAST),
    Fault("F09b", "403", "403", Kind.FAST),
    Fault("F10", "402, nobody has paid", "402", Kind.FAST),
    Fault("F11", "connection refused", "refused", Kind.FAST),
    Fault("F12", "reset before the headers", "reset", Kind.FAST),
    Fault("F13a", "a certificate that has expired", "expired", Kind.FAST),
    Fault("F13b", "a certificate of another host", "other-host", Kind.FAST),
    Fault("F14", "a name that leads nowhere", "no-such-host", Kind.FAST),
    Fault("F15", "accepted, then silence", "hang", Kind.HANG),
    Fault("F16", "headers, then silence", "hang-after-headers", Kind.HANG),
    Fault("F17", "nothing but keep-alives", "keep-alive-only", Kind.HANG),
    Fault("F18", "a role, then silence", "role-then-silence", Kind.HANG, begins_in=("google-generate",)),
    Fault("F19", "ten seconds before each token", "drip", Kind.HANG),
    Fault("F20a", "cut before the first content", "cut", Kind.FAST, after=0),
    Fault("F20b", "cut after one piece", "cut", Kind.BROKEN, after=1),
    Fault("F20c", "cut after forty", "cut", Kind.BROKEN, after=40),
    Fault("F20d", "ends too early, in good order", "early-end", Kind.BROKEN),
    Fault("F20e", "ends inside an event", "truncated", Kind.BROKEN),
    Fault("F21", "stalls after twenty", "stall", Kind.BROKEN, after=20),
    Fault("F22", "one line that is no JSON", "malformed-line", Kind.HONEST),
    Fault("F23", "an error inside the stream", "error-in-stream", Kind.BROKEN),
    Fault("F24", "an error with status 200", "error-200", Kind.FAST),
    Fault("F25a", "an answer without words", "empty", Kind.FAST),
    Fault("F25b", "no choices", "no-choices", Kind.FAST),
    Fault("F26", "no closing mark", "no-end", Kind.WHOLE),
    Fault("F27", "no token counts", "no-usage", Kind.WHOLE),
    Fault("F28a", "torn into pieces of 1 to 7 bytes", "split", Kind.WHOLE),
    Fault("F28b", "byte order mark, CRLF, comments", "odd-sse", Kind.WHOLE),
    Fault("F29a", "a call's arguments letter by letter", "tool-letters", Kind.WHOLE, calls=True),
    Fault("F29b", "all calls with one index", "tool-one-index", Kind.WHOLE, calls=True),
    Fault("F29c", "calls without ids", "tool-without-id", Kind.WHOLE, calls=True),
    Fault("F30", "text/html on a good reply", "wrong-type", Kind.WHOLE),
    Fault("F31", "a gzip bomb", "gzip-bomb", Kind.FAST),
    Fault("F32", "10 MB in one event", "huge-event", Kind.HONEST),
    Fault("F33", "ended by a filter", "content-filter", Kind.FILTERED),
    Fault("F34", "the prompt is too long for it", "context-length", Kind.FAST),
    Fault("F35", "the model is gone", "404", Kind.FAST),
    Fault("F36", "GOAWAY, and the connection closed", "goaway", Kind.FAST),
    Fault("F37", "a clock that is an hour behind", "clock-skew", Kind.FAST),
    Fault("F38", "a redirect to another host", "redirect", Kind.FAST),
    Fault("E1", "an error that quotes headers and body", "echo", Kind.FAST),
    Fault("E2", "an error that quotes the request's texts", "echo-words", Kind.FAST),
)
