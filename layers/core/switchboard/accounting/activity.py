"""What one key used of one endpoint in a stretch of time, as sums that add up exactly. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from switchboard.accounting.generation import Generation


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Who used what. `endpoint` and `provider` are empty where nobody answered."""

    key_id: str
    model: str
    endpoint: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """Sums; `cost` is nano-dollars. `unpriced` counts the generations whose cost nobody knows."""

    requests: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    cost: int = 0
    unpriced: int = 0

    @classmethod
    def of(cls, generation: Generation) -> "Activity":
        usage = generation.usage
        return cls(
            1,
            1 if generation.error else 0,
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.reasoning,
            usage.cache_read,
            generation.cost or 0,
            1 if generation.cost is None else 0,
        )

    @classmethod
    def merged(cls, parts: Iterable["Activity"]) -> "Activity":
        rows = [astuple(part) for part in parts]
        return cls(*(sum(column) for column in zip(*rows, strict=True))) if rows else NOTHING


NOTHING = Activity()


def subject_of(generation: Generation) -> Subject:
    return Subject(generation.key_id, generation.model, generation.endpoint or "", generation.provider or "")


def activity_of(generations: Iterable[Generation]) -> dict[Subject, Activity]:
    parts: defaultdict[Subject, list[Activity]] = defaultdict(list)
    for generation in generations:
        parts[subject_of(generation)].append(Activity.of(generation))
    return {subject: Activity.merged(rows) for subject, rows in parts.items()}
