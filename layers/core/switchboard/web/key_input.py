"""What a caller asks of a key, field by field: each is checked before anything is changed. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from switchboard.catalog.model import NANO, Catalog
from switchboard.errors import InvalidRequest, ModelNotFound
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.checks import is_number, is_positive, is_texts, is_whole
from switchboard.routing.models import find_model
from switchboard.storage.keys import ApiKey, KeyKind, LimitReset

RESETS = ("daily", "weekly", "monthly")
MOST_DOLLARS = 10_000_000
MOST_PER_MINUTE = 10**12
LONGEST_NAME = 256
DAY = 86_400
LONGEST_OVERLAP = 30 * DAY


@dataclass(frozen=True, slots=True)
class Facts:
    """What values are checked against; `now` is Unix seconds."""

    catalog: Catalog
    now: float


# Any: each field's own type, which the readers below see to.
Reader = Callable[[str, Json, Facts], Any]


def new_key(blank: ApiKey, body: JsonObject, facts: Facts) -> ApiKey:
    """`blank` with everything that `body` says of it. Raises InvalidRequest, naming the field."""
    if body.get("name") is None:
        raise InvalidRequest("`name` is missing: say what the key is for.", param="name")
    return _set(blank, body, facts, {**KEY_FIELDS, "is_management_key": ("kind", _kind)})


def changed_key(key: ApiKey, body: JsonObject, facts: Facts) -> ApiKey:
    """`key` with what `body` changes. Raises InvalidRequest, naming the field."""
    return replace(_set(key, body, facts, KEY_FIELDS), updated_at=facts.now)


def overlap_of(body: JsonObject) -> int:
    """For how many seconds the old text goes on working."""
    overlap = body.get("overlap_seconds", 0)
    _only(body, ("overlap_seconds",))
    if not is_whole(overlap) or not 0 <= cast(int, overlap) <= LONGEST_OVERLAP:
        raise _wrong("overlap_seconds", f"a whole number of seconds from 0 to {LONGEST_OVERLAP} (30 days)")
    return cast(int, overlap)


def _set(key: ApiKey, body: JsonObject, facts: Facts, fields: Mapping[str, tuple[str, Reader]]) -> ApiKey:
    _only(body, (*fields, *POLICY_FIELDS, *NO_FIELDS))
    for name, check in NO_FIELDS.items():
        check(name, body.get(name), facts)
    own = {fields[name][0]: fields[name][1](name, value, facts) for name, value in body.items() if name in fields}
    policy = {
        POLICY_FIELDS[name][0]: POLICY_FIELDS[name][1](name, value, facts)
        for name, value in body.items()
        if name in POLICY_FIELDS
    }
    return replace(key, **own, policy=replace(key.policy, **policy))


def _only(body: JsonObject, known: Collection[str]) -> None:
    for name in body:
        if name not in known:
            raise InvalidRequest(f"`{name}` is not known here; known are {', '.join(sorted(known))}.", param=name)


def _wrong(name: str, what: str) -> InvalidRequest:
    return InvalidRequest(f"`{name}` must be {what}.", param=name)


def _name(name: str, value: Json, facts: Facts) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        raise _wrong(name, f"a text of 1 to {LONGEST_NAME} characters")
    return value.strip()


def _creator(name: str, value: Json, facts: Facts) -> str | None:
    return None if value is None else _name(name, value, facts)


def _flag(name: str, value: Json, facts: Facts) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return value


def _kind(name: str, value: Json, facts: Facts) -> KeyKind:
    return "management" if _flag(name, value, facts) else "inference"


def _nano_dollars(name: str, value: Json, facts: Facts) -> int | None:
    if value is None:
        return None
    if not is_number(value) or not 0 <= cast(float, value) <= MOST_DOLLARS:
        raise _wrong(name, f"US dollars from 0 to {MOST_DOLLARS}, or null for no limit")
    nano = Decimal(str(value)) * NANO
    if nano != int(nano):
        raise _wrong(name, "US dollars with at most nine decimals")
    return int(nano)


def _reset(name: str, value: Json, facts: Facts) -> LimitReset | None:
    if value is not None and value not in RESETS:
        raise _wrong(name, f"one of {', '.join(RESETS)}, or null for a limit that never resets")
    return cast("LimitReset | None", value)


def _count(name: str, value: Json, facts: Facts) -> int | None:
    if value is None:
        return None
    if not is_positive(value) or cast(int, value) > MOST_PER_MINUTE:
        raise _wrong(name, f"a whole number from 1 to {MOST_PER_MINUTE}, or null for no limit")
    return cast(int, value)


def _expiry(name: str, value: Json, facts: Facts) -> float | None:
    if value is None:
        return None
    moment = _moment(name, value)
    if moment <= facts.now:
        raise _wrong(name, "in the future")
    return moment


def _moment(name: str, value: Json) -> float:
    wanted = "a moment in UTC, like 2027-12-31T23:59:59Z, or null for never"
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() != timedelta(0):
        raise _wrong(name, wanted)
    return moment.timestamp()


def _names(name: str, value: Json) -> tuple[str, ...]:
    """Null restricts nothing. An empty list could mean either of two opposite things, so it is refused."""
    if value is None:
        return ()
    if not is_texts(value) or not value:
        raise _wrong(name, "a list of at least one name, or null for no restriction")
    return tuple(dict.fromkeys(cast("list[str]", value)))


def _models(name: str, value: Json, facts: Facts) -> tuple[str, ...]:
    """Aliases become the ids that they stand for, once for each model."""
    try:
        models = [find_model(facts.catalog, entry) for entry in _names(name, value)]
    except ModelNotFound as unknown:
        raise InvalidRequest(f"`{name}`: {unknown.message}", param=name, metadata=unknown.metadata) from None
    return tuple(dict.fromkeys(model.id for model in models))


def _providers(name: str, value: Json, facts: Facts) -> tuple[str, ...]:
    given = _names(name, value)
    known = {endpoint.tag for model in facts.catalog.models.values() for endpoint in model.endpoints}
    for entry in given:
        if entry not in facts.catalog.providers and entry not in known:
            raise InvalidRequest(
                f"`{name}`: there is no provider `{entry}`. GET /api/v1/providers lists all of them.", param=name
            )
    return given


def _no_difference(name: str, value: Json, facts: Facts) -> None:
    """Every provider key here is the operator's own, so that all usage counts towards the limit anyway."""
    if value is not None:
        _flag(name, value, facts)


def _no_workspace(name: str, value: Json, facts: Facts) -> None:
    if value is not None:
        raise _wrong(name, "left out: a gateway has no workspaces")


# By the name in the body: the field of the key, and who reads its value.
KEY_FIELDS: Mapping[str, tuple[str, Reader]] = {
    "name": ("name", _name),
    "disabled": ("disabled", _flag),
    "limit": ("limit_nano", _nano_dollars),
    "limit_reset": ("limit_reset", _reset),
    "expires_at": ("expires_at", _expiry),
    "rpm": ("rpm", _count),
    "tpm": ("tpm", _count),
    "max_parallel": ("max_parallel", _count),
    "creator_user_id": ("creator", _creator),
}
POLICY_FIELDS: Mapping[str, tuple[str, Reader]] = {
    "allowed_models": ("allowed_models", _models),
    "ignored_models": ("ignored_models", _models),
    "allowed_providers": ("allowed_providers", _providers),
    "ignored_providers": ("ignored_providers", _providers),
    "zdr": ("zero_retention", _flag),
    "no_training": ("no_training", _flag),
}
# OpenRouter's, which mean nothing here.
NO_FIELDS: Mapping[str, Callable[[str, Json, Facts], None]] = {
    "include_byok_in_limit": _no_difference,
    "workspace_id": _no_workspace,
}
