"""What genai-prices and litellm's table would charge. Runs in an environment that has them and nothing of ours.

Reads a list of usages as JSON from standard input and writes, for each, both answers in nano-dollars (null: no price).
"""

import importlib.metadata
import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from genai_prices import Usage, calc_price

TABLE = "litellm/model_prices_and_context_window_backup.json"
GENAI_PROVIDERS = {"amazon-bedrock": "aws", "xai": "x-ai"}
LITELLM_PREFIXES = {"deepseek": "deepseek/", "google": "gemini/", "azure": "azure/", "xai": "xai/", "groq": "groq/"}
LITELLM_NAMES = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "reasoning": "output_cost_per_token",
}
LITELLM_NAMES |= {"cache_read": "cache_read_input_token_cost", "cache_write_5m": "cache_creation_input_token_cost"}
LITELLM_NAMES |= {"cache_write_1h": "cache_creation_input_token_cost_above_1hr"}
LITELLM_NAMES |= {"input_audio": "input_cost_per_audio_token", "cache_read_audio": "cache_read_input_audio_token_cost"}
PROMPT = ("input", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "cache_read_audio")


def by_genai_prices(asked: dict[str, Any]) -> int | None:
    used = asked["buckets"]
    tier = asked["service_tier"]
    counts = {
        "input_tokens": sum(used.get(name, 0) for name in PROMPT),
        "cache_read_tokens": used.get("cache_read", 0) + used.get("cache_read_audio", 0),
        "cache_write_tokens": used.get("cache_write_5m", 0) + used.get("cache_write_1h", 0),
        "cache_write_1h_tokens": used.get("cache_write_1h", 0),
        "input_audio_tokens": used.get("input_audio", 0) + used.get("cache_read_audio", 0),
        "cache_audio_read_tokens": used.get("cache_read_audio", 0),
        "output_tokens": used.get("output", 0) + used.get("reasoning", 0),
        "web_searches": used.get("web_searches", 0),
    }
    context = {"processing": "batch"} if tier == "batch" else {"service_tier": tier} if tier else None
    try:
        price = calc_price(
            Usage(**{name: count for name, count in counts.items() if count}),
            asked["upstream_id"],
            provider_id=GENAI_PROVIDERS.get(asked["provider"], asked["provider"]),
            genai_request_timestamp=datetime.fromtimestamp(asked["began"], UTC),
            price_context=context,
        )
    except LookupError:
        return None
    return nano(price.total_price)


def by_litellm(asked: dict[str, Any], table: dict[str, Any]) -> int | None:
    upstream = asked["upstream_id"]
    row = table.get(LITELLM_PREFIXES.get(asked["provider"], "") + upstream) or table.get(
        f"{asked['provider']}/{upstream}"
    )
    if row is None:
        return None
    suffix = {"batch": "_batches", None: ""}.get(asked["service_tier"], f"_{asked['service_tier']}")
    prompt = sum(asked["buckets"].get(name, 0) for name in PROMPT)
    total = Decimal(0)
    for bucket, count in asked["buckets"].items():
        rate = search_rate(row) if bucket == "web_searches" else token_rate(row, LITELLM_NAMES[bucket], suffix, prompt)
        if rate is None:
            return None
        total += count * Decimal(str(rate))
    return nano(total)


def token_rate(row: dict[str, Any], name: str, suffix: str, prompt: int) -> float | None:
    if name + suffix not in row:
        return None
    for bound in (512, 272, 200, 128):
        if prompt > bound * 1000 and f"{name}_above_{bound}k_tokens{suffix}" in row:
            return float(row[f"{name}_above_{bound}k_tokens{suffix}"])
    return float(row[name + suffix])


def search_rate(row: dict[str, Any]) -> float | None:
    rate = row.get("search_context_cost_per_query", {}).get("search_context_size_medium")
    return None if rate is None else float(rate)


def nano(usd: Decimal) -> int:
    return int((usd * 10**9).to_integral_value())


def main() -> None:
    table = json.loads(importlib.metadata.distribution("litellm").locate_file(TABLE).read_text())
    votes = [[by_genai_prices(asked), by_litellm(asked, table)] for asked in json.load(sys.stdin)]
    json.dump(votes, sys.stdout)


if __name__ == "__main__":
    main()
