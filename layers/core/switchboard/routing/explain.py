"""A plan for programs to read: who would be asked in what order, what decided it, and why the others are out."""

from collections.abc import Sequence

from switchboard.accounting.generation import Attempt
from switchboard.catalog.model import Endpoint
from switchboard.health.figures import Estimate
from switchboard.json_types import Json, JsonObject
from switchboard.routing.auto import is_auto
from switchboard.routing.eligibility import Rejection
from switchboard.routing.order import Ranked
from switchboard.routing.plan import Plan

# Billionths of a dollar and thousandths of a second are exact enough for people.
DOLLAR_DIGITS, SECOND_DIGITS = 9, 6


def explained(plan: Plan) -> JsonObject:
    """Prices in US dollars for this request, times in seconds."""
    return {
        "endpoints": [_ranked(one) for one in plan.ranked],
        "rejected": [_rejected(misfit) for misfit in plan.rejected],
    }


def metadata(requested: str, plan: Plan, attempts: Sequence[Attempt], serving: Endpoint | None) -> JsonObject:
    """OpenRouter's `openrouter_metadata`: whom it could go to, who was tried, who answers. `attempts` are over."""
    tried: list[Json] = [
        {"provider": one.provider, "endpoint": one.endpoint, "status": one.status, "outcome": one.outcome}
        for one in attempts
    ]
    available: list[Json] = [
        {**_named(endpoint), "selected": serving is not None and endpoint.id == serving.id}
        for endpoint in plan.endpoints
    ]
    return {
        "requested": requested,
        "strategy": "auto" if is_auto(requested) else "fallback" if attempts else "direct",
        "attempt": len(attempts) + (serving is not None),
        "is_byok": False,
        "endpoints": {"total": len(plan.endpoints) + len(plan.rejected), "available": available},
        "attempts": tried,
    }


def _ranked(one: Ranked) -> JsonObject:
    return {
        **_named(one.endpoint),
        "index": {
            "price": round(one.price, DOLLAR_DIGITS),
            "time": round(one.time, DOLLAR_DIGITS),
            "failures": round(one.failures, DOLLAR_DIGITS),
            "total": round(one.total, DOLLAR_DIGITS),
        },
        "estimate": _estimate(one.estimate),
        "door": one.door.value,
    }


def _rejected(misfit: Rejection) -> JsonObject:
    return {**_named(misfit.endpoint), "code": misfit.code, "reason": misfit.reason}


def _named(endpoint: Endpoint) -> dict[str, Json]:
    return {"endpoint": endpoint.id, "model": endpoint.model, "provider": endpoint.provider.id, "tag": endpoint.tag}


def _estimate(estimate: Estimate) -> JsonObject:
    return {
        "success": round(estimate.success, SECOND_DIGITS),
        "first_token_s": round(estimate.first_token_s, SECOND_DIGITS),
        "tokens_per_s": round(1 / estimate.token_s, 1) if estimate.token_s > 0 else None,
        "lost_s": round(estimate.lost_s, SECOND_DIGITS),
        "cut_share": round(estimate.cut_share, SECOND_DIGITS),
        "tool_faults": round(estimate.tool_faults, SECOND_DIGITS),
        "attempts": round(estimate.attempts, 1),
    }
