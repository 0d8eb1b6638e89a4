import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import orjson
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from switchboard.google_tokens import GRANT, SCOPE, with_google_tokens
from switchboard.secret import Secret
from switchboard.storage.database import StorageError, StorageUnavailable

from tests.fakes import FakeClock

PRIVATE = rsa.generate_private_key(65537, 2048)
PEM = PRIVATE.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
ACCOUNT = {
    "type": "service_account",
    "client_email": "gateway@project.test",
    "private_key": PEM,
    "private_key_id": "k1",
    "token_uri": "https://oauth2.test/token",
}


@dataclass(slots=True)
class FakeGoogle:
    """Checks the signature as Google does, then answers as it is told to."""

    status: int = 200
    answer: object = field(default_factory=lambda: {"access_token": "ya29.fresh", "expires_in": 3600})
    fails: OSError | None = None
    claims: dict[str, object] = field(default_factory=dict)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float,  # noqa: ASYNC109
    ) -> tuple[int, Mapping[str, str], bytes]:
        if self.fails:
            raise self.fails
        assert (method, url) == ("POST", ACCOUNT["token_uri"])
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        assert form["grant_type"] == GRANT
        signed, _, signature = form["assertion"].rpartition(".")
        PRIVATE.public_key().verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        self.claims = orjson.loads(_decoded(signed.partition(".")[2]))
        return self.status, {}, orjson.dumps(self.answer)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def token(key: str | None, google: FakeGoogle) -> Secret | None:
    async def load(provider: str) -> Secret | None:
        return Secret(key) if key else None

    async def story() -> Secret | None:
        return await with_google_tokens(load, google, FakeClock())("google-vertex")

    return asyncio.run(story())


def file(**changes: object) -> str:
    return orjson.dumps({**ACCOUNT, **changes}).decode()


def test_a_service_account_s_file_is_exchanged_for_a_token() -> None:
    google = FakeGoogle()
    assert token(file(), google) == Secret("ya29.fresh")
    now = int(FakeClock().now())
    assert google.claims == {
        **{"iss": ACCOUNT["client_email"], "scope": SCOPE, "aud": ACCOUNT["token_uri"]},
        **{"iat": now, "exp": now + 3600},
    }


@pytest.mark.parametrize("key", ["sk-1", "ya29.ready", "{not json", '{"type": "authorized_user"}', None])
def test_any_other_key_is_what_it_is(key: str | None) -> None:
    google = FakeGoogle(fails=AssertionError("nobody is asked"))  # type: ignore[arg-type]  # it would be raised
    assert token(key, google) == (Secret(key) if key else None)


def test_what_google_refuses_is_said_and_a_failure_of_its_own_may_be_tried_again() -> None:
    refusal = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    with pytest.raises(StorageError, match=r"gateway@project\.test.*400.*Invalid JWT Signature"):
        token(file(), FakeGoogle(400, refusal))
    with pytest.raises(StorageUnavailable, match="503"):
        token(file(), FakeGoogle(503, "down"))
    with pytest.raises(StorageUnavailable, match="out of reach"):
        token(file(), FakeGoogle(fails=ConnectionError("refused")))


def test_a_broken_key_is_told_of_and_not_shown() -> None:
    with pytest.raises(StorageError) as told:
        token(file(private_key="-----BEGIN PRIVATE KEY-----\nSECRET"), FakeGoogle())
    assert "private_key" in told.value.message
    assert "SECRET" not in told.value.message
