"""What the suite needs of an SDK: each has one driver, the size of what its users write."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tests.contract.python.questions import Question, Reply


class Mistake(StrEnum):
    """Everything that can go wrong, as the caller sees it."""

    BAD_REQUEST = "400 bad request"
    NO_KEY = "401 unknown key"
    NO_CREDIT = "402 no credit"
    NO_MODEL = "404 unknown model"
    TOO_LARGE = "413 body too large"
    CONTEXT = "400 context overflow"
    RATE_LIMIT = "429 rate limit"
    OVERLOADED = "5xx overloaded"
    SERVER = "5xx provider failed"
    UPSTREAM_KEY = "5xx provider refuses our key"
    BROKEN_STREAM = "error inside a stream"


@dataclass(frozen=True, slots=True)
class Account:
    """Where to ask, and as whom."""

    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Raised:
    """What the SDK's exception tells its user. `code` is the word that programs act on, where the SDK shows one."""

    status: int | None
    text: str
    code: str | None = None


class BrokenAnswer(Exception):
    """An SDK that raises nothing when a stream ends in an error, but shows it: its user has to look."""


# What a library built upon these SDKs says through them: its driver leaves it to theirs.
BENEATH: Mapping[str, str] = dict.fromkeys(
    ("several answers", "linked image", "earlier response"), "said by the SDK beneath it"
)


class Driver(Protocol):
    """One SDK in one of its protocols. Every method raises what the SDK raises; none of them retries."""

    client: str
    protocol: str
    # Features ("reasoning", "reasoning at openai-responses") that the SDK itself cannot say or show, and why.
    cannot: Mapping[str, str]
    exceptions: Mapping[Mistake, type[Exception]]

    def ask(self, account: Account, model: str, question: Question) -> Reply: ...

    def stream(self, account: Account, model: str, question: Question) -> Reply: ...

    def hang_up(self, account: Account, model: str, question: Question) -> str:
        """Read the first piece of a stream and leave; the generation's id."""

    def raised(self, error: Exception) -> Raised: ...
