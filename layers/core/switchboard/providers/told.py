"""What a provider's own tools left in a conversation, told in words to those who cannot read it."""

import orjson

from switchboard.json_types import Json, JsonObject


def told(native: JsonObject) -> str:
    """As JSON, less what only the provider that wrote it can read."""
    return orjson.dumps(_readable(native)).decode()


def _readable(value: Json) -> Json:
    if isinstance(value, dict):
        return {
            name: _readable(member)
            for name, member in value.items()
            if not name.startswith(("encrypted_", "cache_control"))
        }
    return [_readable(member) for member in value] if isinstance(value, list) else value
