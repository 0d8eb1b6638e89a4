"""What the API answers the two signed-in pages with where pictures of them are compared: the same on every day."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
MODELS = {
    "openai/gpt-4.1": ("openai", 9_000_000),
    "anthropic/claude-sonnet-4.6": ("anthropic", 14_000_000),
    "google/gemini-2.5-flash": ("google", 1_100_000),
}
KEYS = ("laptop", "continuous integration")
GENERATION = "gen-01KF0000000000000000000000"
ANSWER = "Air scatters short waves of light far more than long ones, so blue reaches the eye from every side."


def activity() -> dict[str, Any]:
    """Thirty days of three models and two keys, with a day of which nothing is known."""
    luck = random.Random(7)
    days = [(NOW - timedelta(back)).date().isoformat() for back in range(30) if back != 12]
    rows = [_row(day, model, key, luck) for day in days for model in MODELS for key in KEYS]
    return {"data": rows}


def _row(day: str, model: str, key: str, luck: random.Random) -> dict[str, Any]:
    provider, cost = MODELS[model]
    prompt = luck.randint(20_000, 90_000)
    return {
        "date": day,
        "model": model,
        "provider_name": provider,
        "key_id": key,
        "api_key_name": key,
        "requests": luck.randint(40, 200),
        "failed_requests": luck.randint(0, 3),
        "prompt_tokens": prompt,
        "completion_tokens": prompt // 6,
        "cached_tokens": luck.randint(0, prompt // 2),
        "usage_nano_dollars": luck.randint(cost // 2, cost * 2),
    }


def stream() -> str:
    """A thought, then an answer word by word."""
    deltas = [
        {"reasoning": "A question about Rayleigh scattering."},
        *({"content": f"{word} "} for word in ANSWER.split()),
    ]
    chunks = [json.dumps({"choices": [{"index": 0, "delta": delta}]}) for delta in deltas]
    return "".join(f"data: {chunk}\n\n" for chunk in [*chunks, "[DONE]"])


def generation() -> dict[str, Any]:
    """An answer by the second endpoint; the first had failed."""
    attempts = [
        {"outcome": "server", "status": 500, "latency": None, "duration": 88, "message": "The server had an error."},
        {"outcome": "ok", "status": 200, "latency": 1204, "duration": 2860, "message": None},
    ]
    named = zip(attempts, ("openai", "azure"), strict=True)
    return {
        "data": {
            "id": GENERATION,
            "cost_nano_dollars": 216_000,
            "tokens_prompt": 12,
            "tokens_completion": 24,
            "latency": 1292,
            "throughput": 14.5,
            "provider_responses": [{**one, "endpoint": f"openai/gpt-4.1@{name}"} for one, name in named],
        }
    }
