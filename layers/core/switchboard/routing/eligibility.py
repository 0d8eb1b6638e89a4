"""Whether an endpoint can serve a request; if not, the reason that its caller can read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from switchboard.catalog.model import EMBEDDING, Endpoint, Narrowest
from switchboard.chat import EMBEDDINGS, ChatRequest
from switchboard.parameters import Vocabulary, is_unsupported, unsupported_parameters
from switchboard.routing import conditions
from switchboard.routing.conditions import Asked, Broken


@dataclass(frozen=True, slots=True)
class Rejection:
    """`code` is one word for programs, `reason` a sentence for people."""

    endpoint: Endpoint
    code: str
    reason: str


class Dialect(Protocol):
    """What routing has to know of how an endpoint is spoken to."""

    @property
    def words(self) -> Vocabulary: ...

    def misfit(self, request: ChatRequest, endpoint: Endpoint) -> str | None:
        """Why the request cannot be said to it at all; None if it can."""


# By the name of an endpoint's protocol.
Dialects = Mapping[str, Dialect]
_TEXT_ALONE = frozenset({"text"})
Rule = Callable[[Asked, Endpoint], Broken | None]
# Less than any request has, so that a limit of this is always looked at.
NOTHING_KNOWN = -1
ANYTHING = Narrowest(context=NOTHING_KNOWN, output=NOTHING_KNOWN, embeds=True)


def rejection(
    asked: Asked, endpoint: Endpoint, dialects: Dialects, rules: Sequence[Rule] | None = None
) -> Rejection | None:
    """The first rule that the endpoint breaks, or None: it fits. `rules` are the request's `rules_for`."""
    for rule in rules_for(asked) if rules is None else rules:
        broken = rule(asked, endpoint)
        if broken:
            return Rejection(endpoint, *broken)
    dialect = dialects[endpoint.protocol]  # not before the rules: those of endpoints that are out need not be loaded
    misfit = dialect.misfit(asked.request, endpoint)
    if misfit:
        return Rejection(endpoint, "dialect", misfit)
    if not asked.wishes.require_parameters:
        return None
    missing = sorted(unsupported_parameters(asked.request, endpoint, dialect.words))
    return Rejection(endpoint, "require_parameters", f"it does not support {', '.join(missing)}") if missing else None


def _no_answers(asked: Asked, endpoint: Endpoint) -> Broken | None:
    if EMBEDDING in endpoint.output_modalities:
        return "modality", "it makes embeddings: POST them to /api/v1/embeddings"
    return None


def _no_embeddings(asked: Asked, endpoint: Endpoint) -> Broken | None:
    return None if endpoint.makes_embeddings else ("modality", "it makes no embeddings")


def _context(asked: Asked, endpoint: Endpoint) -> Broken | None:
    """With the output, the prompt's expectation counts, not its upper bound: a provider says no itself."""
    context, request = endpoint.context, asked.request
    if context is None:
        return None
    if request.prompt_tokens > context:
        return "context_length", f"the prompt has about {asked.size.prompt} tokens, its context is {context}"
    needed = asked.size.prompt + (request.max_output or 0)
    if needed > context:
        return "context_length", f"prompt and output need about {needed} tokens, its context is {context}"
    return None


def _modalities(asked: Asked, endpoint: Endpoint) -> Broken | None:
    missing = sorted(asked.request.modalities - endpoint.input_modalities)
    return ("modality", f"it does not take {' or '.join(missing)} as input") if missing else None


def _output_modalities(asked: Asked, endpoint: Endpoint) -> Broken | None:
    wanted = asked.request.parameters.get("modalities")
    missing = sorted(set(map(str, wanted)) - endpoint.output_modalities) if isinstance(wanted, list) else []
    return ("modality", f"it does not give {' or '.join(missing)} as output") if missing else None


Applies = Callable[[Asked, Narrowest], object]
# Each with the question whether a request can break it at all: most ask for little.
RULES: tuple[tuple[Applies, Rule], ...] = (
    (lambda asked, _: asked.wishes.names_providers, conditions.providers),
    (lambda asked, among: among.embeds and asked.request.protocol != EMBEDDINGS, _no_answers),
    (lambda asked, _: asked.request.protocol == EMBEDDINGS, _no_embeddings),
    (lambda asked, _: asked.request.modalities != _TEXT_ALONE, _modalities),
    (lambda asked, _: "modalities" in asked.request.parameters, _output_modalities),
    (lambda asked, among: _most_tokens(asked) > among.context, _context),
    (lambda asked, _: asked.wishes.guards_data, conditions.data_policy),
    (lambda asked, _: asked.wishes.quantizations, conditions.quantization),
    (lambda asked, _: asked.wishes.max_price or asked.wishes.free, conditions.price),
)


def rules_for(asked: Asked, among: Narrowest = ANYTHING) -> list[Rule]:
    """Those that one of these endpoints may break with this request."""
    return [rule for applies, rule in RULES if applies(asked, among)]


def _most_tokens(asked: Asked) -> int:
    """Those that may come to stand in one context. Of several texts to embed each has it to itself: none is counted."""
    request = asked.request
    if request.protocol == EMBEDDINGS:
        return NOTHING_KNOWN
    return max(request.prompt_tokens, asked.size.prompt + (request.max_output or 0))


CHEAPER_TIERS = ("flex", "batch")
# If any endpoint supports these, only those that do are used; if none does, the request runs without (OpenRouter).
SOFT_PARAMETERS = ("tools", "response_format", "verbosity")


def soft_rejections(
    request: ChatRequest, fitting: list[Endpoint], dialects: Dialects, among: Narrowest = ANYTHING
) -> list[Rejection]:
    """Endpoints that would lose a parameter, or cut the output, where another fitting endpoint would not."""
    tests = [_support(name, dialects) for name in SOFT_PARAMETERS if name in request.parameters]
    if request.parameters.get("service_tier") in CHEAPER_TIERS:
        tests.insert(0, _cheaper_tier)
    if request.max_output is not None and request.max_output > among.output:
        tests.insert(0, _output)
    rejected: list[Rejection] = []
    for test in tests:
        lacking = [Rejection(endpoint, *reason) for endpoint in fitting if (reason := test(request, endpoint))]
        if len(lacking) < len(fitting):
            rejected += lacking
            lost = {misfit.endpoint.id for misfit in lacking}
            fitting = [endpoint for endpoint in fitting if endpoint.id not in lost]
    return rejected


def _output(request: ChatRequest, endpoint: Endpoint) -> Broken | None:
    limit = endpoint.max_output
    if limit is not None and request.max_output is not None and request.max_output > limit:
        return "max_output", f"{request.max_output} output tokens were asked for, it gives at most {limit}"
    return None


def _cheaper_tier(request: ChatRequest, endpoint: Endpoint) -> Broken | None:
    """Who asks for a cheaper tier is not served in a dearer one while anybody offers it."""
    tier = request.parameters.get("service_tier")
    if tier in CHEAPER_TIERS and tier not in endpoint.price.service_tiers:
        return "service_tier", f"it has no service tier `{tier}`"
    return None


def _support(name: str, dialects: Dialects) -> Callable[[ChatRequest, Endpoint], Broken | None]:
    def test(request: ChatRequest, endpoint: Endpoint) -> Broken | None:
        if is_unsupported(name, request, endpoint, dialects[endpoint.protocol].words):
            return "require_parameters", f"it does not support {name}"
        return None

    return test
