"""Why nobody can be asked: no endpoint fits, or every one that does has said when to come back."""

import math
from collections.abc import Sequence

from switchboard.chat import ChatRequest
from switchboard.errors import AtCapacity, NoEndpointFits
from switchboard.json_types import JsonObject
from switchboard.routing.eligibility import Rejection
from switchboard.routing.order import Ranked
from switchboard.routing.outlook import Outlook


def paused(one: Ranked, outlook: Outlook) -> Rejection:
    """An endpoint that would fit but is let alone, for as long as it has asked for."""
    seconds = math.ceil(outlook.signals_of(one.endpoint).limited_until - outlook.now)
    return Rejection(one.endpoint, "rate_limited", f"it takes no requests for another {seconds} s")


def all_limited(request: ChatRequest, fitting: Sequence[Ranked], outlook: Outlook) -> AtCapacity:
    """Nobody is called early: the caller is told when the first of them may be."""
    first = min(outlook.signals_of(one.endpoint).limited_until for one in fitting)
    limited = [paused(one, outlook) for one in fitting]
    reasons = "; ".join(f"{misfit.endpoint.tag}: {misfit.reason}" for misfit in limited)
    error = AtCapacity(f"Every endpoint of `{request.model}` that fits is at its rate limit: {reasons}.")
    error.retry_after = math.ceil(first - outlook.now)
    error.availability = {
        **availability(request, limited),
        "code": "capacity_exhausted",
        "retryable": True,
        "retry_after": error.retry_after,
    }
    return error


def nothing_fits(request: ChatRequest, rejected: Sequence[Rejection]) -> NoEndpointFits:
    reasons = "; ".join(f"{misfit.endpoint.tag}: {misfit.reason}" for misfit in rejected) or "it has no endpoints"
    error = NoEndpointFits(f"No endpoint of `{request.model}` can serve this request: {reasons}.")
    error.availability = availability(request, rejected)
    return error


def availability(request: ChatRequest, rejected: Sequence[Rejection]) -> JsonObject:
    """OpenRouter's error.availability, and every endpoint's own reason under `endpoints`."""
    return {
        "code": "constraint_filtered" if rejected else "no_endpoints",
        "retryable": False,
        "requested_models": [request.model],
        "affected_providers": list(dict.fromkeys(misfit.endpoint.provider.id for misfit in rejected)),
        "excluded_by": list(dict.fromkeys(misfit.code for misfit in rejected)),
        "endpoints": [
            {"endpoint": misfit.endpoint.id, "code": misfit.code, "reason": misfit.reason} for misfit in rejected
        ],
    }
