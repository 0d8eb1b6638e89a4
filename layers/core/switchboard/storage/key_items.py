"""An API key as a value, and as the item that it is kept in."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from switchboard.ids import new_ulid
from switchboard.key_policy import NO_POLICY, KeyPolicy
from switchboard.storage.database import PARTITION, SORT, Item, Key
from switchboard.storage.fields import items, number, present, table, text, whole

KEY_PREFIX = "sk-sb-"

KeyKind = Literal["inference", "management"]
LimitReset = Literal["daily", "weekly", "monthly"]


@dataclass(frozen=True, slots=True)
class KeySecret:
    """The hash of a text, and when it stops opening the key (Unix seconds; None: never)."""

    hash: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`hash` is hash_key() of its first text, `label` its masked latest text; times are Unix seconds.

    `limit_nano` is in nano-dollars for each `limit_reset` (UTC windows; None: for ever). `rpm` and `tpm` are requests
    and tokens for each minute, `max_parallel` requests at once. None is no limit. `rotated` holds the texts once there
    was more than the first; `version` counts changes.
    """

    hash: str
    id: str
    name: str
    label: str
    kind: KeyKind = "inference"
    disabled: bool = False
    expires_at: float | None = None
    created_at: float = 0.0
    limit_nano: int | None = None
    limit_reset: LimitReset | None = None
    rpm: int | None = None
    tpm: int | None = None
    max_parallel: int | None = None
    policy: KeyPolicy = NO_POLICY
    updated_at: float | None = None
    creator: str | None = None
    rotated: tuple[KeySecret, ...] = ()
    version: int = field(default=0, compare=False)

    @property
    def secrets(self) -> tuple[KeySecret, ...]:
        """All texts that the key knows of."""
        return self.rotated or (KeySecret(self.hash),)

    def secret(self, secret_hash: str) -> KeySecret | None:
        return next((secret for secret in self.secrets if secret.hash == secret_hash), None)

    def without_secrets(self, hashes: Collection[str]) -> "ApiKey":
        return replace(self, rotated=tuple(secret for secret in self.secrets if secret.hash not in hashes))

    def announcing(self, secret_hash: str) -> "ApiKey":
        """With one more text, which opens nothing yet."""
        return replace(self, rotated=(*self.secrets, KeySecret(secret_hash, 0.0)))

    def switched_to(self, new: KeySecret) -> "ApiKey":
        """The new text is valid from now on, every other one until `new.until` at most."""
        until = new.until or 0.0
        others = [
            KeySecret(old.hash, until if old.until is None else min(old.until, until))
            for old in self.secrets
            if old.hash != new.hash
        ]
        return replace(self, rotated=(*others, KeySecret(new.hash)))


def hash_key(key_text: str) -> str:
    """SHA-256 in hex. A key has 256 random bits, so there is nothing that a slow hash would protect."""
    return hashlib.sha256(key_text.encode()).hexdigest()


def new_key_text() -> str:
    """256 random bits, to be shown once and never kept."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def key_of_text(key_text: str, name: str, kind: KeyKind, now: float) -> ApiKey:
    """The record of a key; `now` is Unix seconds."""
    return ApiKey(hash_key(key_text), new_ulid(now), name, mask_key(key_text), kind, created_at=now)


def mask_key(key_text: str) -> str:
    """Enough to recognise a key by: sk-sb-abc...xyz."""
    return f"{key_text[: len(KEY_PREFIX) + 3]}...{key_text[-3:]}"


def record_key(key_hash: str) -> Key:
    return Key(f"H#{key_hash}", "KEY")


def pointer_to_item(secret_hash: str, key_hash: str) -> Item:
    partition, sort = record_key(secret_hash)
    return {PARTITION: partition, SORT: sort, "of": key_hash}


def key_to_item(key: ApiKey) -> Item:
    partition, sort = record_key(key.hash)
    return present(
        {
            PARTITION: partition,
            SORT: sort,
            "id": key.id,
            "n": key.name,
            "l": key.label,
            "k": key.kind,
            "off": key.disabled or None,
            "x": key.expires_at,
            "c": key.created_at,
            "lim": key.limit_nano,
            "lr": key.limit_reset,
            "rpm": key.rpm,
            "tpm": key.tpm,
            "par": key.max_parallel,
            "pol": _from_policy(key.policy) or None,
            "u": key.updated_at,
            "cu": key.creator,
            "s": [present({"h": secret.hash, "x": secret.until}) for secret in key.rotated] or None,
            "v": key.version or None,
        }
    )


def key_of_item(item: Item) -> ApiKey:
    return ApiKey(
        hash=str(item[PARTITION]).removeprefix("H#"),
        id=str(item["id"]),
        name=str(item["n"]),
        label=str(item["l"]),
        kind=cast(KeyKind, text(item, "k")),
        disabled=bool(item.get("off", False)),
        expires_at=number(item, "x"),
        created_at=number(item, "c") or 0.0,
        limit_nano=whole(item, "lim"),
        limit_reset=cast("LimitReset | None", text(item, "lr")),
        rpm=whole(item, "rpm"),
        tpm=whole(item, "tpm"),
        max_parallel=whole(item, "par"),
        policy=_policy_of(table(item, "pol")),
        updated_at=number(item, "u"),
        creator=text(item, "cu"),
        rotated=tuple(KeySecret(str(row["h"]), number(row, "x")) for row in items(item, "s")),
        version=whole(item, "v") or 0,
    )


def _from_policy(policy: KeyPolicy) -> Item:
    return present(
        {
            "am": list(policy.allowed_models) or None,
            "im": list(policy.ignored_models) or None,
            "ap": list(policy.allowed_providers) or None,
            "ip": list(policy.ignored_providers) or None,
            "zdr": policy.zero_retention or None,
            "nt": policy.no_training or None,
        }
    )


def _policy_of(row: Item) -> KeyPolicy:
    return KeyPolicy(
        allowed_models=_names(row, "am"),
        ignored_models=_names(row, "im"),
        allowed_providers=_names(row, "ap"),
        ignored_providers=_names(row, "ip"),
        zero_retention=bool(row.get("zdr", False)),
        no_training=bool(row.get("nt", False)),
    )


def _names(row: Item, name: str) -> tuple[str, ...]:
    value = row.get(name)
    return tuple(str(entry) for entry in value) if isinstance(value, list) else ()
