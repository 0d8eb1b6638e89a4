from dataclasses import replace
from typing import Any

from switchboard.accounting.spending import Account, Spent
from switchboard.key_policy import KeyPolicy
from switchboard.storage.keys import ApiKey
from switchboard.web.key_views import key_object, own_key_object

from tests.examples import KEY, KEY_TEXT

# What OpenRouter's OpenAPI document requires of a key.
REQUIRED = {
    *("hash", "name", "label", "disabled", "limit", "limit_remaining", "limit_reset", "include_byok_in_limit", "usage"),
    *("usage_daily", "usage_weekly", "usage_monthly", "byok_usage", "byok_usage_daily", "byok_usage_weekly"),
    *("byok_usage_monthly", "created_at", "updated_at", "creator_user_id", "workspace_id"),
}


UNUSED = Account()


def shown(key: ApiKey = KEY, account: Account = UNUSED) -> Any:
    return key_object(key, account)


def test_openrouters_fields_are_all_there() -> None:
    assert set(shown()) >= REQUIRED
    own = {"is_free_tier", "is_provisioning_key", "is_management_key", "rate_limit", "expires_at"}
    assert set(own_key_object(KEY, UNUSED)) >= own


def test_a_key_is_shown_by_its_mask_and_never_by_its_text() -> None:
    assert shown()["label"] == "sk-sb-abc...xyz"
    assert KEY_TEXT not in repr(shown())


def test_a_limit_is_in_dollars_and_null_is_none() -> None:
    assert (shown()["limit"], shown()["limit_remaining"]) == (None, None)
    limited = shown(
        replace(KEY, limit_nano=2_500_000_000, limit_reset="daily"), Account(Spent(9 * 10**9, 10**9, 0, 0), 15 * 10**8)
    )
    assert (limited["limit"], limited["limit_remaining"], limited["limit_reset"]) == (2.5, 1.5, "daily")
    assert (limited["usage"], limited["usage_daily"]) == (9.0, 1.0)


def test_a_management_key_says_so() -> None:
    assert shown()["is_management_key"] is False
    assert shown(replace(KEY, kind="management"))["is_management_key"] is True


def test_times_of_a_key_are_iso() -> None:
    row = shown(replace(KEY, expires_at=1_800_000_060.5))
    assert (row["created_at"], row["expires_at"]) == ("2027-01-15T08:00:00.000Z", "2027-01-15T08:01:00.500Z")
    assert (shown()["expires_at"], shown()["updated_at"]) == (None, None)


def test_lists_that_restrict_nothing_are_null() -> None:
    assert (shown()["allowed_models"], shown()["zdr"]) == (None, False)
    policy = KeyPolicy(allowed_models=("lab/one",), zero_retention=True)
    row = shown(replace(KEY, policy=policy))
    assert (row["allowed_models"], row["zdr"]) == (["lab/one"], True)
