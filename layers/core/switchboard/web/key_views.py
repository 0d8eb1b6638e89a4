"""Keys as public JSON: OpenRouter's field names, and ours beside them. Money is in USD.

https://openrouter.ai/docs/api-reference/api-keys/get-api-key
"""

from switchboard.accounting.spending import Account
from switchboard.catalog.model import NANO
from switchboard.json_types import Json, JsonObject
from switchboard.key_policy import KeyPolicy
from switchboard.storage.keys import ApiKey
from switchboard.web.generations import iso

# There is one workspace, and it has no other name.
WORKSPACE = "00000000-0000-0000-0000-000000000000"


def key_object(key: ApiKey, account: Account) -> JsonObject:
    """As a management key sees it. A limit of null is none."""
    return {
        "hash": key.hash,
        "id": key.id,
        "name": key.name,
        "label": key.label,
        "disabled": key.disabled,
        "is_management_key": key.kind == "management",
        **_money(key, account),
        **_rates(key),
        **_policy(key.policy),
        "created_at": iso(key.created_at),
        "updated_at": None if key.updated_at is None else iso(key.updated_at),
        "expires_at": None if key.expires_at is None else iso(key.expires_at),
        "creator_user_id": key.creator,
        "workspace_id": WORKSPACE,
    }


def own_key_object(key: ApiKey, account: Account) -> JsonObject:
    """As its holder sees it."""
    return {
        **key_object(key, account),
        "is_free_tier": False,
        "is_provisioning_key": key.kind == "management",
        "rate_limit": {"requests": -1, "interval": "10s", "note": "This field is deprecated: see rpm and tpm."},
    }


def usd(nano: int) -> float:
    return nano / NANO


def _money(key: ApiKey, account: Account) -> JsonObject:
    spent = account.spent
    return {
        "limit": None if key.limit_nano is None else usd(key.limit_nano),
        "limit_remaining": None if account.left is None else usd(account.left),
        "limit_reset": key.limit_reset,
        "include_byok_in_limit": False,
        "usage": usd(spent.total),
        "usage_daily": usd(spent.daily),
        "usage_weekly": usd(spent.weekly),
        "usage_monthly": usd(spent.monthly),
        "byok_usage": 0,
        "byok_usage_daily": 0,
        "byok_usage_weekly": 0,
        "byok_usage_monthly": 0,
    }


def _rates(key: ApiKey) -> JsonObject:
    return {"rpm": key.rpm, "tpm": key.tpm, "max_parallel": key.max_parallel}


def _policy(policy: KeyPolicy) -> JsonObject:
    return {
        "allowed_models": _names(policy.allowed_models),
        "ignored_models": _names(policy.ignored_models),
        "allowed_providers": _names(policy.allowed_providers),
        "ignored_providers": _names(policy.ignored_providers),
        "zdr": policy.zero_retention,
        "no_training": policy.no_training,
    }


def _names(names: tuple[str, ...]) -> list[Json] | None:
    return list(names) or None
