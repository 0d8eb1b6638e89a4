"""In what order to try endpoints that fit: by uptime band, by what the request would cost there, by speed."""

from switchboard.accounting.estimate import without_margin
from switchboard.accounting.price import rates_for
from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest, Thinking
from switchboard.health.figures import DEGRADED_FROM, NORMAL_FROM, Rankings
from switchboard.routing.preferences import Preferences, names_endpoint

# Below this many attempts in half an hour, one bad minute would decide an endpoint's band.
FEWEST_ATTEMPTS = 10
# What an answer is taken to be long when the caller sets no limit.
USUAL_OUTPUT_TOKENS = 500
_UNPRICED = 10**18


def in_order(
    endpoints: list[Endpoint], request: ChatRequest, wishes: Preferences, rankings: Rankings
) -> tuple[Endpoint, ...]:
    """Those that the caller listed come first, in his order; then whoever signed the reasoning in the conversation.

    At the same price the quicker one goes first, then the author of the model; ids make the order always the same.
    """
    signers = _signers(request)
    return tuple(
        sorted(
            endpoints,
            key=lambda endpoint: (
                _place(wishes, endpoint),
                endpoint.provider.id not in signers,
                0 if wishes.sort else band(endpoint, rankings),
                expected_cost(endpoint, request),
                _first_token_ms(endpoint, rankings),
                endpoint.provider.id != endpoint.model.partition("/")[0],
                endpoint.id,
            ),
        )
    )


def band(endpoint: Endpoint, rankings: Rankings) -> int:
    """0 normal (from 95 %), 1 degraded (from 80 %), 2 down; without enough attempts an endpoint counts as normal."""
    figures = rankings.endpoints.get(endpoint.id)
    uptime = figures.uptime_30m if figures else None
    ratio = uptime.ratio if uptime and uptime.counted >= FEWEST_ATTEMPTS else None
    if ratio is None or ratio >= NORMAL_FROM:
        return 0
    return 1 if ratio >= DEGRADED_FROM else 2


def expected_cost(endpoint: Endpoint, request: ChatRequest) -> int:
    """Of this request, in nano-dollars times a million; an endpoint without a price comes last."""
    if not endpoint.price.is_known:
        return _UNPRICED
    prompt = without_margin(request.prompt_tokens)
    rates = rates_for(endpoint.price, prompt)
    output = min(request.max_output or USUAL_OUTPUT_TOKENS, USUAL_OUTPUT_TOKENS)
    return prompt * rates["input"] + output * rates["output"] + rates.get("request", 0)


def _signers(request: ChatRequest) -> frozenset[str]:
    """Only they can read their own sealed thoughts: anywhere else the conversation goes on without them."""
    return frozenset(
        block.provider
        for message in request.messages
        for block in message.blocks
        if isinstance(block, Thinking) and block.signature and block.provider
    )


def _first_token_ms(endpoint: Endpoint, rankings: Rankings) -> float:
    """Median of the last half hour; 0 without data, so that every endpoint is tried some time."""
    figures = rankings.endpoints.get(endpoint.id)
    return figures.latency_30m.p50 if figures and figures.latency_30m else 0.0


def _place(wishes: Preferences, endpoint: Endpoint) -> int:
    for place, name in enumerate(wishes.order):
        if names_endpoint(name, endpoint.tag):
            return place
    return len(wishes.order)
