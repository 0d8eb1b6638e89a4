"""The most that a request can cost, before anything has been said: what has to be on hold for it. Pure.

A tokenizer over bytes makes at most one token of a byte, and the estimate counts four ASCII characters as one: so the
prompt has at most BYTES_PER_TOKEN times the tokens that are expected, and fewer once a model's own prompts have shown
how many it really makes. The output is bounded by what was asked for, or else by what the model can give.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from switchboard.accounting.estimate import ASCII_CHARACTERS_PER_TOKEN, without_margin
from switchboard.accounting.price import may_search, rates_for
from switchboard.catalog.model import TOKENS_PER_PRICE, Endpoint
from switchboard.chat import ChatRequest, Image
from switchboard.json_types import Json

BYTES_PER_TOKEN = ASCII_CHARACTERS_PER_TOKEN
PROMPTS_TO_LEARN_FROM = 20
SAFETY = 1.25
FORGETTING = 0.999
KNOWN_MODELS = 2000

USUAL_MAX_OUTPUT = 32_768  # for an endpoint that does not say how much it can give
MOST_SEARCHES = 10
# What an output limit cannot be set below: OpenAI's Responses refuse less.
LEAST_OUTPUT: Mapping[str, int] = {"openai-responses": 16}
# Bedrock's Converse is given a limit above the caller's where that leaves no room for what thinking may spend.
LEAST_THINKING = 1024
# Less room than this for an answer, and the prompt is taken as it probably is instead of as it could be at worst.
USEFUL_OUTPUT = 256
# While a hold takes no more than half of what is left, requests that come at the same time find something too.
SHARE_OF_REST = 2
FAIR_OUTPUT = 4096

_PROMPT_UNITS = ("input",)
_CACHE_UNITS = ("cache_write_5m", "cache_write_1h")
_OUTPUT_UNITS = ("output", "reasoning")


@dataclass(slots=True)
class PromptRatios:
    """How many tokens models make of a prompt, by what was expected of it: the highest seen, slowly forgotten."""

    _highest: dict[str, float] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)

    def learn(self, model: str, prompt_tokens: int, counted: int) -> None:
        """`prompt_tokens` is the request's estimate, `counted` what the provider said."""
        expected = without_margin(prompt_tokens)
        if expected <= 0 or counted <= 0 or (model not in self._seen and len(self._seen) >= KNOWN_MODELS):
            return
        self._highest[model] = max(counted / expected, self._highest.get(model, 0.0) * FORGETTING)
        self._seen[model] = self._seen.get(model, 0) + 1

    def most_tokens(self, model: str, prompt_tokens: int) -> int:
        """The most that a prompt can come to."""
        ratio = BYTES_PER_TOKEN
        if self._seen.get(model, 0) >= PROMPTS_TO_LEARN_FROM:
            ratio = min(ratio, max(1.0, self._highest[model] * SAFETY))
        return max(prompt_tokens, int(without_margin(prompt_tokens) * ratio) + 1)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The cost of one request at one endpoint as a function of its output; rates in nano-dollars times a million."""

    fixed: int
    for_each_token: int
    least_output: int
    most_output: int

    def amount(self, output: int) -> int:
        """Nano-dollars, rounded up."""
        return -(-(self.fixed + max(output, self.least_output) * self.for_each_token) // TOKENS_PER_PRICE)

    def output_for(self, money: int) -> int:
        """The most output tokens that so many nano-dollars are enough for; 0 if they are not even for the least."""
        rest = money * TOKENS_PER_PRICE - self.fixed
        if rest < self.least_output * self.for_each_token:
            return 0
        return self.most_output if not self.for_each_token else min(self.most_output, rest // self.for_each_token)


@dataclass(frozen=True, slots=True)
class Fit:
    """What to reserve, and the most output that it is for, at those of the endpoints that it is enough for."""

    amount: int
    output: int
    endpoints: tuple[Endpoint, ...]


def ceiling(request: ChatRequest, endpoint: Endpoint, prompt_tokens: int, now: float) -> Ceiling:
    """`prompt_tokens` is the prompt's bound. The endpoint's price must be known."""
    least = LEAST_OUTPUT.get(endpoint.protocol, 1)
    rates = _dearest(request, endpoint, prompt_tokens, now)
    prompt_rate = max(rates.get(unit, 0) for unit in _prompt_units(request))
    output_rate = max(rates.get(unit, 0) for unit in _output_units(request))
    fixed = prompt_tokens * prompt_rate + rates.get("request", 0) + _images(request) * rates.get("image", 0)
    fixed += MOST_SEARCHES * rates.get("web_search", 0) if may_search(request) else 0
    fixed += _thinking_beside(request, endpoint) * output_rate
    return Ceiling(fixed, output_rate * _answers(request), least, max(least, most_output(request, endpoint)))


def most_output(request: ChatRequest, endpoint: Endpoint) -> int:
    given = endpoint.max_output or endpoint.context or USUAL_MAX_OUTPUT
    return given if request.max_output is None else min(request.max_output, given)


def in_full(request: ChatRequest, endpoints: Sequence[Endpoint], ratios: PromptRatios, now: float) -> Fit:
    """Enough for whichever of the endpoints will serve, at its most."""
    return _whole(_ceilings(request, endpoints, _at_worst(request, endpoints, ratios), now))


def within(
    money: int, request: ChatRequest, endpoints: Sequence[Endpoint], ratios: PromptRatios, now: float
) -> Fit | None:
    """The most that can be had for `money`; None if it is not even enough for the prompt and a token.

    The prompt is taken at its worst while that leaves useful room, then as it is estimated, then as it is expected:
    nobody is refused money that is there because his prompt might have been denser than prompts are.
    """
    at_worst = _at_worst(request, endpoints, ratios)
    worst = _squeezed(_ceilings(request, endpoints, at_worst, now), money)
    wanted = min(USEFUL_OUTPUT, max(most_output(request, endpoint) for endpoint in endpoints))
    if worst and worst.output >= wanted:
        return worst
    for tokens in (request.prompt_tokens, without_margin(request.prompt_tokens)):
        likely = _squeezed(_ceilings(request, endpoints, dict.fromkeys(at_worst, tokens), now), money)
        if likely:
            return likely
    return None


Ceilings = list[tuple[Endpoint, Ceiling]]


def _at_worst(request: ChatRequest, endpoints: Sequence[Endpoint], ratios: PromptRatios) -> dict[str, int]:
    """Prompt tokens by model."""
    return {each.model: ratios.most_tokens(each.model, request.prompt_tokens) for each in endpoints}


def _ceilings(
    request: ChatRequest, endpoints: Sequence[Endpoint], prompt_tokens: Mapping[str, int], now: float
) -> Ceilings:
    return [(each, ceiling(request, each, prompt_tokens[each.model], now)) for each in endpoints]


def _whole(ceilings: Ceilings) -> Fit:
    return Fit(
        amount=max(each.amount(each.most_output) for _, each in ceilings),
        output=max(each.most_output for _, each in ceilings),
        endpoints=tuple(endpoint for endpoint, _ in ceilings),
    )


def _squeezed(ceilings: Ceilings, money: int) -> Fit | None:
    """Endpoints that the money is enough for in full, else those that it gives the most output at."""
    whole = [(endpoint, each) for endpoint, each in ceilings if each.amount(each.most_output) <= money]
    if whole:
        return _whole(whole)
    output = max(_fair_output(each, money) for _, each in ceilings)
    able = [(endpoint, each) for endpoint, each in ceilings if output and each.output_for(money) >= output]
    return Fit(max(e.amount(output) for _, e in able), output, tuple(e for e, _ in able)) if able else None


def _fair_output(each: Ceiling, money: int) -> int:
    return max(each.output_for(money // SHARE_OF_REST), min(FAIR_OUTPUT, each.output_for(money)))


def _dearest(request: ChatRequest, endpoint: Endpoint, prompt_tokens: int, now: float) -> dict[str, int]:
    """Of each unit the highest rate that may come to hold: of this prompt's length or none, of the tier or none."""
    tier = request.parameters.get("service_tier")
    asked = tier if isinstance(tier, str) else None
    dearest: dict[str, int] = {}
    for length in (0, prompt_tokens):
        for service_tier in {asked, None}:
            for unit, rate in rates_for(endpoint.price, length, service_tier, now).items():
                dearest[unit] = max(rate, dearest.get(unit, 0))
    return dearest


def _prompt_units(request: ChatRequest) -> tuple[str, ...]:
    units = _PROMPT_UNITS + (("input_audio",) if "audio" in request.modalities else ())
    return units + (_CACHE_UNITS if _marks_cache(request) else ())


def _output_units(request: ChatRequest) -> tuple[str, ...]:
    wanted = request.parameters.get("modalities")
    kinds = wanted if isinstance(wanted, list) else []
    return _OUTPUT_UNITS + tuple(f"output_{kind}" for kind in ("audio", "image") if kind in kinds)


def _thinking_beside(request: ChatRequest, endpoint: Endpoint) -> int:
    """Tokens beyond the output limit, which only this dialect needs; where it needs none, a little more is held."""
    wanted = request.parameters.get("reasoning") or request.parameters.get("reasoning_effort")
    by_budget = endpoint.dialect == "bedrock-converse" and endpoint.facts.get("reasoning_style") == "anthropic"
    if not wanted or not by_budget:
        return 0
    budget = wanted.get("max_tokens") if isinstance(wanted, dict) else None
    return max(LEAST_THINKING, budget) if isinstance(budget, int) else LEAST_THINKING


def _marks_cache(request: ChatRequest) -> bool:
    """True if any part asks to be kept in a provider's cache, which costs more than reading it."""
    parts: list[Mapping[str, Json]] = [request.native, request.parameters]
    tools = request.parameters.get("tools")
    parts += [tool for tool in (tools if isinstance(tools, list) else []) if isinstance(tool, dict)]
    parts += [message.extra for message in request.messages]
    parts += [getattr(block, "extra", {}) for message in request.messages for block in message.blocks]
    return any("cache_control" in part for part in parts)


def _images(request: ChatRequest) -> int:
    return sum(isinstance(block, Image) for message in request.messages for block in message.blocks)


def _answers(request: ChatRequest) -> int:
    wanted = request.parameters.get("n")
    return wanted if isinstance(wanted, int) and wanted > 1 else 1
