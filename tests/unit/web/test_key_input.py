from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.errors import InvalidRequest
from switchboard.key_policy import KeyPolicy
from switchboard.storage.keys import ApiKey
from switchboard.web.key_input import KEY_FIELDS, NO_FIELDS, POLICY_FIELDS, Facts, changed_key, new_key, overlap_of

from tests.examples import KEY, catalog, endpoint, model

NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC
FACTS = Facts(catalog(model(endpoint("acme/eu"), aliases=("one",)), model(endpoint("bee"), name="lab/two")), NOW)


def changed(**body: Any) -> ApiKey:
    return changed_key(KEY, body, FACTS)


def test_every_field_of_a_new_key_is_taken() -> None:
    body: Any = {
        "name": " laptop ",
        "limit": 0.1,
        "limit_reset": "weekly",
        "expires_at": "2027-12-31T23:59:59Z",
        "rpm": 60,
        "tpm": 1000,
        "max_parallel": 2,
        "allowed_models": ["one", "lab/one", "lab/two"],
        "ignored_models": None,
        "allowed_providers": ["acme", "acme/eu"],
        "ignored_providers": ["bee"],
        "zdr": True,
        "no_training": True,
        "is_management_key": True,
        "include_byok_in_limit": True,
        "creator_user_id": "ann",
        "workspace_id": None,
    }
    key = new_key(ApiKey("h", "id", "", "l"), body, FACTS)
    assert key == ApiKey(
        *("h", "id", "laptop", "l", "management"),
        expires_at=1_830_297_599.0,
        limit_nano=100_000_000,
        limit_reset="weekly",
        rpm=60,
        tpm=1000,
        max_parallel=2,
        creator="ann",
        policy=KeyPolicy(("lab/one", "lab/two"), (), ("acme", "acme/eu"), ("bee",), True, True),
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("name", value) for value in ("", "  ", 5, None, "x" * 257)],
        *[("limit", value) for value in (-1, -0.01, 10**9, "5", True, [1], 1e-10, float("nan"), float("inf"))],
        *[("limit_reset", value) for value in ("yearly", "", 1, True, "Daily")],
        *[("expires_at", value) for value in ("2020-01-01T00:00:00Z", "2027-01-15T08:00:00Z", "soon", 1900000000, "")],
        *[("expires_at", value) for value in ("2028-01-01T00:00:00", "2028-01-01T00:00:00+01:00", "2028-01-01")],
        *[(field, value) for field in ("rpm", "tpm", "max_parallel") for value in (0, -1, 1.5, "9", True, 10**13)],
        *[(field, value) for field in ("allowed_models", "ignored_models") for value in ([], "lab/one", ["x"], [1])],
        *[(field, value) for field in ("allowed_providers", "ignored_providers") for value in ([], "acme", ["x"], [1])],
        *[(field, value) for field in ("zdr", "no_training", "disabled") for value in (None, 1, "true")],
        *[("include_byok_in_limit", "yes"), ("workspace_id", "w"), ("creator_user_id", ""), ("colour", "red")],
        ("is_management_key", True),
    ],
)
def test_what_is_wrong_is_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(InvalidRequest, match=f"`{field}`") as caught:
        changed(**{"rpm": 5, field: value})
    assert (caught.value.status, caught.value.param) == (400, field)


def test_a_model_that_nobody_knows_is_refused_with_near_ones() -> None:
    with pytest.raises(InvalidRequest, match="Did you mean `lab/one`") as caught:
        changed(allowed_models=["lab/on"])
    assert caught.value.param == "allowed_models"


def test_a_new_key_needs_a_name() -> None:
    with pytest.raises(InvalidRequest, match="`name` is missing"):
        new_key(KEY, {"limit": 1}, FACTS)


def test_null_lifts_and_what_is_left_out_stays() -> None:
    strict = changed(limit=1, limit_reset="daily", expires_at="2028-01-01T00:00:00Z", rpm=1, zdr=True)
    assert strict.updated_at == NOW
    nulls: Any = {"limit": None, "limit_reset": None, "expires_at": None, "rpm": None}
    lifted = changed_key(strict, nulls, FACTS)
    assert (lifted.limit_nano, lifted.limit_reset, lifted.expires_at, lifted.rpm) == (None, None, None, None)
    assert lifted.policy.zero_retention


@given(st.integers(0, 10_000_000 * 10**9))
def test_dollars_are_exact_to_the_nano_dollar_as_far_as_json_numbers_are(nano: int) -> None:
    dollars = nano / 10**9
    if len(str(nano).strip("0")) <= 15:
        assert changed(limit=dollars).limit_nano == nano


@given(
    st.dictionaries(
        st.sampled_from((*KEY_FIELDS, *POLICY_FIELDS, *NO_FIELDS)),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text() | st.integers()),
    )
)
def test_whatever_comes_is_either_taken_or_refused_by_name(body: Any) -> None:
    try:
        changed_key(KEY, body, FACTS)
    except InvalidRequest as refusal:
        named = refusal.param
    else:
        named = None
    assert named is None or named in body


@pytest.mark.parametrize("overlap", [-1, 1.5, "60", None, True, 2_592_001])
def test_an_overlap_is_whole_seconds_of_at_most_thirty_days(overlap: Any) -> None:
    with pytest.raises(InvalidRequest, match="`overlap_seconds`"):
        overlap_of({"overlap_seconds": overlap})


def test_without_an_overlap_the_old_text_ends_at_once() -> None:
    assert (overlap_of({}), overlap_of({"overlap_seconds": 60})) == (0, 60)
    with pytest.raises(InvalidRequest, match="`seconds` is not known"):
        overlap_of({"seconds": 60})
