"""The price calculator's form: how many tokens, and at which hour. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import cast

from switchboard.catalog.model import Model
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.web.pages.prices import estimate

MOST_TOKENS = 10_000_000
LONGEST_NUMBER = 9
DAY_HOURS = 24


@dataclass(frozen=True, slots=True)
class Question:
    """One request: its tokens, and the hour (UTC) in which it begins."""

    prompt_tokens: int
    output_tokens: int
    hour: int


def question_of(query: Mapping[str, str], now: float) -> Question:
    """Empty fields have usual values; the hour is the present one. Raises InvalidRequest for an absurd number."""
    return Question(
        _whole(query, "prompt_tokens", 1000, MOST_TOKENS),
        _whole(query, "output_tokens", 500, MOST_TOKENS),
        _whole(query, "hour", int(now) // 3600 % DAY_HOURS, DAY_HOURS - 1),
    )


def calculation(model: Model, question: Question) -> JsonObject:
    """The cheapest endpoint first; those whose price is not known come last."""
    found = [estimate(one, question.prompt_tokens, question.output_tokens, question.hour) for one in model.endpoints]
    found.sort(key=lambda row: (not row["fits"], row["usd"] is None, float(cast(str, row["usd"] or "0"))))
    return {**asdict(question), "data": cast(Json, found)}


def _whole(query: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return usual
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else most + 1
    if number > most:
        raise InvalidRequest(f"`{name}` must be a whole number from 0 to {most:,}.", param=name)
    return number
