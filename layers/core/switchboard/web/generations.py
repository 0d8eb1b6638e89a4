"""Generations and keys as their owners see them (field names: specs/api.md sections 1.3 and 6)."""

from datetime import UTC, datetime

from switchboard.accounting.generation import Attempt, Generation
from switchboard.chat import EMBEDDINGS
from switchboard.json_types import JsonObject
from switchboard.storage.keys import ApiKey

NANO = 10**9


def generation_object(generation: Generation) -> JsonObject:
    """Costs in USD, times in ms."""
    usage, final = generation.usage, generation.attempts[-1] if generation.attempts else None
    cost = None if generation.cost is None else generation.cost / NANO
    return {
        "id": generation.id,
        "upstream_id": generation.upstream_id,
        "model": generation.model,
        "model_requested": generation.model_asked,
        "provider_name": generation.provider,
        "endpoint": generation.endpoint,
        "provider_responses": [_attempt_object(attempt) for attempt in generation.attempts],
        "api_type": "embeddings" if generation.protocol == EMBEDDINGS else "completions",
        "protocol": generation.protocol,
        "created_at": _iso(generation.created),
        "streamed": generation.streamed,
        "cancelled": generation.cancelled,
        "usage_estimated": generation.estimated,
        "finish_reason": generation.finish_reason,
        "native_finish_reason": generation.native_finish_reason,
        "error": generation.error,
        "tokens_prompt": usage.prompt_tokens,
        "tokens_completion": usage.completion_tokens,
        "native_tokens_prompt": usage.prompt_tokens,
        "native_tokens_completion": usage.completion_tokens,
        "native_tokens_reasoning": usage.reasoning,
        "native_tokens_cached": usage.cache_read,
        "total_cost": cost,
        "usage": cost,
        "cost_nano_dollars": generation.cost,
        "is_byok": False,
        "latency": final.first_token_ms if final else None,
        "generation_time": final.generation_ms if final else None,
        "total_time": round((generation.finished - generation.created) * 1000),
        "http_referer": generation.referer,
        "app": generation.app,
        "external_user": generation.user,
        "session_id": generation.session,
    }


def key_object(key: ApiKey) -> JsonObject:
    """The caller's own key. A limit of null is none."""
    limit = None if key.limit is None else key.limit / NANO
    return {
        "label": key.label,
        "name": key.name,
        "hash": key.hash,
        "disabled": key.disabled,
        "limit": limit,
        "is_management_key": key.kind == "management",
        "is_provisioning_key": key.kind == "management",
        "is_free_tier": False,
        "created_at": _iso(key.created_at),
        "expires_at": None if key.expires_at is None else _iso(key.expires_at),
        "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated: there is no such limit."},
    }


def _attempt_object(attempt: Attempt) -> JsonObject:
    return {
        "endpoint": attempt.endpoint,
        "provider_name": attempt.provider,
        "outcome": attempt.outcome,
        "status": attempt.status,
        "latency": attempt.first_token_ms,
        "duration": attempt.duration_ms,
        "message": attempt.message,
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
