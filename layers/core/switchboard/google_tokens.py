"""Google's access tokens: where a provider's key is a service account's file, it signs for itself and Google answers
with a token that is good for an hour. https://developers.google.com/identity/protocols/oauth2/service-account

google-auth signs; it is loaded when the first such key is met, since it brings cryptography with it.
"""

import importlib
from typing import Any
from urllib.parse import urlencode

import orjson

from switchboard.clock import Clock
from switchboard.json_types import JsonObject
from switchboard.provider_keys import Load
from switchboard.secret import Secret
from switchboard.storage.database import StorageError, StorageUnavailable
from switchboard.wire.http import HttpPort

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SERVICE_ACCOUNT = "service_account"
LIFETIME_SECONDS = 3600
TIMEOUT = 5.0
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


def with_google_tokens(load: Load, http: HttpPort, clock: Clock) -> Load:
    """The same keys, but for service accounts a token in place of their file."""

    async def loaded(provider: str) -> Secret | None:
        secret = await load(provider)
        account = _service_account(secret) if secret else None
        return secret if account is None else await _token(account, http, clock.now())

    return loaded


def _service_account(secret: Secret) -> JsonObject | None:
    """None for any other kind of key."""
    text = secret.reveal().lstrip()
    if not text.startswith("{"):
        return None
    try:
        account = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return account if account.get("type") == SERVICE_ACCOUNT else None


async def _token(account: JsonObject, http: HttpPort, now: float) -> Secret:
    """Raises StorageUnavailable while Google is out of reach, StorageError if it refuses the account."""
    url = str(account.get("token_uri") or "https://oauth2.googleapis.com/token")
    form = urlencode({"grant_type": GRANT, "assertion": _assertion(account, url, int(now))}).encode()
    try:
        status, _, body = await http.request("POST", url, FORM, form, TIMEOUT)
    except OSError as error:
        raise StorageUnavailable(f"Google's token server is out of reach: {error}.") from error
    answer = _object(body)
    token = answer.get("access_token")
    if status == 200 and isinstance(token, str):
        return Secret(token)
    why = answer.get("error_description") or answer.get("error") or "no reason given"
    refusal = StorageUnavailable if status >= 500 else StorageError
    raise refusal(f"Google gives {account.get('client_email')} no token (HTTP {status}): {why}.")


def _assertion(account: JsonObject, url: str, now: int) -> bytes:
    crypt: Any = importlib.import_module("google.auth.crypt")
    jwt: Any = importlib.import_module("google.auth.jwt")
    claims = {
        "iss": account.get("client_email"),
        "scope": SCOPE,
        "aud": url,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
    }
    try:
        signer = crypt.RSASigner.from_service_account_info(account)
    except ValueError as error:
        # What it says may quote the key.
        raise StorageError("The service account's file has no usable private_key.") from error
    return bytes(jwt.encode(signer, claims))


def _object(body: bytes) -> JsonObject:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
