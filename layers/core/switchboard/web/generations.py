"""Generations as their owners see them (field names: https://openrouter.ai/docs/api-reference/get-a-generation)."""

from datetime import UTC, datetime

from switchboard.accounting.generation import Attempt, Generation
from switchboard.chat import BUCKETS, EMBEDDINGS
from switchboard.json_types import JsonObject

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
        "created_at": iso(generation.created),
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
        "native_tokens_cached": usage.cached_tokens,
        "native_tokens_cache_write": usage.written_tokens,
        "native_tokens_completion_images": usage.output_image or None,
        "num_search_results": usage.web_searches or None,
        "usage_buckets": {bucket: getattr(usage, bucket) for bucket in BUCKETS if getattr(usage, bucket)},
        "service_tier": usage.service_tier,
        "total_cost": cost,
        "usage": cost,
        "cost_nano_dollars": generation.cost,
        "price_source": generation.price_source,
        "unpriced": list(generation.unpriced),
        "is_byok": False,
        "latency": final.first_token_ms if final else None,
        "generation_time": final.generation_ms if final else None,
        "throughput": final.throughput(usage.completion_tokens) if final else None,
        "total_time": round((generation.finished - generation.created) * 1000),
        "http_referer": generation.referer,
        "app": generation.app,
        "external_user": generation.user,
        "session_id": generation.session,
        "is_probe": generation.is_probe,
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


def iso(seconds: float) -> str:
    """Unix seconds in ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
