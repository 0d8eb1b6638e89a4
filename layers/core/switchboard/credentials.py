"""A provider's keys: usually one, or several in order, each for some models or callers only. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import orjson

from switchboard.json_types import Json, JsonObject
from switchboard.secret import Secret

FIELDS = frozenset({"name", "key", "models", "keys"})
EXAMPLE = '[{"name": "first", "key": "...", "models": ["openai/*"], "keys": ["<id of a gateway key>"]}, "..."]'


class CredentialsError(ValueError):
    """A list of keys cannot be read. The message says where, and never what."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One key. `models` are patterns of model ids, `keys` the ids of the gateway keys that it is for; empty is all.

    A name is only there where several have to be told apart.
    """

    secret: Secret | None
    name: str = ""
    models: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def serves(self, model: str, key_id: str) -> bool:
        if self.keys and key_id not in self.keys:
            return False
        return not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)

    def serves_any(self, models: Iterable[str], key_id: str) -> bool:
        return any(self.serves(model, key_id) for model in models)


WITHOUT_KEY = Credential(None)


def read_credentials(secret: Secret) -> tuple[Credential, ...]:
    """What a provider's parameter or variable holds: a key, or a JSON list of them. Raises CredentialsError."""
    if not secret.reveal().lstrip().startswith("["):
        return (Credential(secret),)
    try:
        rows: Json = orjson.loads(secret.reveal())
    except orjson.JSONDecodeError:
        raise CredentialsError(f"The list of keys is no JSON. Write it as {EXAMPLE}.") from None
    if not isinstance(rows, list) or not rows:
        raise CredentialsError(f"The list of keys is empty. Write it as {EXAMPLE}.")
    found = tuple(_credential(number, row) for number, row in enumerate(rows, start=1))
    if len(found) == 1:
        return (replace(found[0], name=""),)
    if len({credential.name for credential in found}) < len(found):
        raise CredentialsError("Two keys of the list have the same name.")
    return found


def _credential(number: int, row: Json) -> Credential:
    table: JsonObject = row if isinstance(row, dict) else {"key": row}
    unknown = table.keys() - FIELDS
    if unknown:
        raise CredentialsError(f"Key {number} of the list has unknown fields. Known: {', '.join(sorted(FIELDS))}.")
    key, name = table.get("key"), table.get("name", str(number))
    if not isinstance(key, str) or not key or not isinstance(name, str) or not name:
        raise CredentialsError(f"Key {number} of the list needs a text `key`, and its `name` must be a text.")
    return Credential(Secret(key), name, _texts(number, table, "models"), _texts(number, table, "keys"))


def _texts(number: int, table: JsonObject, field: str) -> tuple[str, ...]:
    value = table.get(field, [])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise CredentialsError(f"`{field}` of key {number} of the list must be a list of texts.")
    return tuple(str(text) for text in value)
