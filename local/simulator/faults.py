"""Which provider is to fail how, for whom and how often: set through the admin route."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from local.simulator.json_types import Json, JsonObject

DEFAULT_AFTER = 5
DEFAULT_RETRY_AFTER_SECONDS = 5


class Fault(StrEnum):
    """Those that are a Trouble by the same name come in each dialect's own words."""

    SERVER_ERROR = "500"
    BAD_GATEWAY = "502-html"
    UNAVAILABLE = "503"
    UNAVAILABLE_EMPTY = "503-empty"
    OVERLOADED = "529"
    RATE_LIMIT = "429"
    RATE_LIMIT_DATE = "429-date"
    RATE_LIMIT_BODY = "429-body"
    RATE_LIMIT_BARE = "429-bare"
    BAD_KEY = "401"
    FORBIDDEN = "403"
    NO_CREDIT = "402"
    NO_MODEL = "404"
    CONTEXT_LENGTH = "context-length"
    CONTENT_POLICY = "content-policy"
    CLOCK_SKEW = "clock-skew"
    ECHO = "echo"
    ECHO_WORDS = "echo-words"
    REDIRECT = "redirect"
    GZIP_BOMB = "gzip-bomb"
    ERROR_WITH_200 = "error-200"
    HANG = "hang"
    RESET = "reset"
    HANG_AFTER_HEADERS = "hang-after-headers"
    KEEP_ALIVE_ONLY = "keep-alive-only"
    ROLE_THEN_SILENCE = "role-then-silence"
    STALL = "stall"
    CUT = "cut"
    EARLY_END = "early-end"
    TRUNCATED = "truncated"
    ERROR_IN_STREAM = "error-in-stream"
    OVERLOADED_IN_STREAM = "overloaded-in-stream"
    THROTTLED_IN_STREAM = "throttled-in-stream"
    MALFORMED_LINE = "malformed-line"
    HUGE_EVENT = "huge-event"
    NO_END = "no-end"
    NO_USAGE = "no-usage"
    SPLIT = "split"
    ODD_SSE = "odd-sse"
    TOOL_LETTERS = "tool-letters"
    TOOL_ONE_INDEX = "tool-one-index"
    TOOL_WITHOUT_ID = "tool-without-id"
    WRONG_TYPE = "wrong-type"
    EMPTY = "empty"
    NO_CHOICES = "no-choices"
    CONTENT_FILTER = "content-filter"
    SLOW = "slow"
    DRIP = "drip"


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault to play. `model` None means all; `times` None means until deleted; `after` counts content chunks.

    `pause` is what passes, in seconds, between those and the fault of a stream.
    """

    provider: str
    fault: Fault
    model: str | None = None
    times: int | None = None
    after: int = DEFAULT_AFTER
    retry_after: float = DEFAULT_RETRY_AFTER_SECONDS
    pause: float = 0.0

    def body(self) -> JsonObject:
        return {
            "provider": self.provider,
            "model": self.model,
            "fault": self.fault.value,
            "times": self.times,
            "after": self.after,
            "retry_after": self.retry_after,
            "pause": self.pause,
        }


class RuleError(ValueError):
    """A rule cannot be read; the message lists what is known."""


class FaultBoard:
    """The rules in force, at most one for each provider and model."""

    def __init__(self, providers: Collection[str]) -> None:
        self._providers = set(providers)
        self._rules: dict[tuple[str, str | None], Rule] = {}

    @property
    def rules(self) -> list[Rule]:
        return list(self._rules.values())

    @property
    def providers(self) -> list[str]:
        return sorted(self._providers)

    def meet(self, provider: str) -> None:
        """Whoever was asked once can be told to fail."""
        self._providers.add(provider)

    def set(self, body: Json) -> Rule:
        """Put up the rule that an admin request describes. Raises RuleError."""
        rule = read_rule(body, self.providers)
        self._rules[rule.provider, rule.model] = rule
        return rule

    def clear(self, provider: str | None) -> None:
        """Take down one provider's rules, or all."""
        self._rules = {key: rule for key, rule in self._rules.items() if provider not in (None, rule.provider)}

    def take(self, provider: str, model: str) -> Rule | None:
        """The rule for one request, counted; the model's own comes before the provider's."""
        key = (provider, model) if (provider, model) in self._rules else (provider, None)
        rule = self._rules.get(key)
        if rule is not None and rule.times is not None:
            left = replace(rule, times=rule.times - 1)
            self._rules[key] = left
            if left.times == 0:
                del self._rules[key]
        return rule


def read_rule(body: Json, providers: Collection[str]) -> Rule:
    """Check an admin request's body. Raises RuleError."""
    if not isinstance(body, dict):
        raise RuleError("Send a JSON object.")
    fields = ("provider", "model", "fault", "times", "after", "retry_after", "pause")
    _among("field", tuple(body), fields)
    _among("provider", (body.get("provider"),), providers)
    _among("fault", (body.get("fault"),), tuple(fault.value for fault in Fault))
    model = body.get("model")
    if model is not None and not isinstance(model, str):
        raise RuleError("model must be an upstream id or null.")
    return Rule(
        provider=str(body["provider"]),
        model=model,
        fault=Fault(str(body["fault"])),
        times=None if body.get("times") is None else int(_number(body, "times", 1, least=1)),
        after=int(_number(body, "after", DEFAULT_AFTER, least=0)),
        retry_after=_number(body, "retry_after", DEFAULT_RETRY_AFTER_SECONDS, least=0),
        pause=_number(body, "pause", 0.0, least=0),
    )


def _among(what: str, values: Collection[Json], known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            raise RuleError(f"Unknown {what} {value!r}. Known: {', '.join(known)}.")


def _number(body: Mapping[str, Json], field: str, default: float, *, least: int) -> float:
    value = body.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < least:
        raise RuleError(f"{field} must be a number of at least {least}.")
    return value
