import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from switchboard.auth import CACHED_KEYS, FRESH_SECONDS, STALE_SECONDS, UNKNOWN_SECONDS, Authenticator, key_text
from switchboard.errors import KeyStoreUnavailable, NotAuthenticated, NotPermitted
from switchboard.storage.database import StorageUnavailable
from switchboard.storage.keys import ApiKey

from tests.examples import BEARER, KEY, KEY_TEXT
from tests.fakes import FakeClock

NOBODY = {"authorization": "Bearer sk-sb-nobody"}


@dataclass(slots=True)
class FakeKeys:
    """A key table that can be out of reach; `asked` counts the look-ups."""

    known: dict[str, ApiKey] = field(default_factory=lambda: {KEY.hash: KEY})
    down: bool = False
    asked: int = 0

    async def find(self, key_hash: str) -> ApiKey | None:
        self.asked += 1
        if self.down:
            raise StorageUnavailable("out of reach")
        return self.known.get(key_hash)


@dataclass(slots=True)
class Door:
    """An authenticator with its key table and its clock."""

    keys: FakeKeys = field(default_factory=FakeKeys)
    clock: FakeClock = field(default_factory=FakeClock)
    authenticator: Authenticator = field(init=False)

    def __post_init__(self) -> None:
        self.authenticator = Authenticator(self.keys, self.clock)

    def enter(self, headers: Mapping[str, str] = BEARER) -> ApiKey:
        return asyncio.run(self.authenticator.authenticate(headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY_TEXT}"},
        {"authorization": f"bearer  {KEY_TEXT} "},
        {"authorization": f"BEARER {KEY_TEXT}"},
        {"x-api-key": KEY_TEXT},
        {"api-key": KEY_TEXT},
        {"x-goog-api-key": KEY_TEXT},
        {"authorization": "Basic dXNlcg==", "x-api-key": KEY_TEXT},
    ],
)
def test_a_key_is_read_from_every_header_that_sdks_use(headers: dict[str, str]) -> None:
    assert key_text(headers) == KEY_TEXT


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": ""}, {"authorization": "Bearer "}, {"authorization": KEY_TEXT}, {"x-api-key": ""}]
)
def test_without_a_key_there_is_none(headers: dict[str, str]) -> None:
    assert key_text(headers) is None
    with pytest.raises(NotAuthenticated, match="No API key was sent"):
        Door().enter(headers)


def test_a_known_key_opens() -> None:
    assert Door().enter() == KEY


def test_an_unknown_key_does_not() -> None:
    with pytest.raises(NotAuthenticated, match="not known here") as caught:
        Door().enter(NOBODY)
    assert (caught.value.status, caught.value.code) == (401, "invalid_api_key")
    assert "nobody" not in caught.value.message


def test_a_disabled_key_does_not() -> None:
    with pytest.raises(NotAuthenticated, match="disabled"):
        Door(FakeKeys({KEY.hash: replace(KEY, disabled=True)})).enter()


def test_a_key_expires_on_the_second_though_it_is_cached() -> None:
    door = Door()
    door.keys.known[KEY.hash] = replace(KEY, expires_at=door.clock.now() + 10)
    door.enter()
    door.clock.advance(10)
    with pytest.raises(NotAuthenticated, match="expired"):
        door.enter()


def test_a_management_key_uses_no_models() -> None:
    door = Door(FakeKeys({KEY.hash: replace(KEY, kind="management")}))
    assert door.enter().kind == "management"
    with pytest.raises(NotPermitted):
        asyncio.run(door.authenticator.authenticate_inference(BEARER))


def test_an_inference_key_uses_models() -> None:
    assert asyncio.run(Door().authenticator.authenticate_inference(BEARER)) == KEY


def test_a_key_is_looked_up_once_while_it_is_fresh() -> None:
    door = Door()
    door.enter()
    door.clock.advance(FRESH_SECONDS - 0.1)
    door.enter()
    assert door.keys.asked == 1


def test_a_revoked_key_opens_no_longer_than_it_is_fresh() -> None:
    door = Door()
    door.enter()
    door.keys.known.clear()
    door.clock.advance(FRESH_SECONDS)
    with pytest.raises(NotAuthenticated):
        door.enter()


def test_an_unknown_key_is_looked_up_once_for_a_while() -> None:
    door = Door()
    for _ in range(3):
        with pytest.raises(NotAuthenticated):
            door.enter(NOBODY)
    assert door.keys.asked == 1


def test_a_new_key_opens_soon_after_it_was_tried_too_early() -> None:
    door = Door(FakeKeys({}))
    with pytest.raises(NotAuthenticated):
        door.enter()
    door.keys.known[KEY.hash] = KEY
    door.clock.advance(UNKNOWN_SECONDS)
    assert door.enter() == KEY


def test_a_key_that_was_known_is_good_while_the_table_is_out_of_reach() -> None:
    door = Door()
    door.enter()
    door.keys.down = True
    door.clock.advance(STALE_SECONDS - 0.1)
    assert door.enter() == KEY


def test_but_not_for_ever() -> None:
    door = Door()
    door.enter()
    door.keys.down = True
    door.clock.advance(STALE_SECONDS)
    with pytest.raises(KeyStoreUnavailable):
        door.enter()


def test_a_key_that_was_disabled_stays_so_while_the_table_is_out_of_reach() -> None:
    door = Door(FakeKeys({KEY.hash: replace(KEY, disabled=True)}))
    for _ in range(2):
        with pytest.raises(NotAuthenticated):
            door.enter()
        door.keys.down = True
        door.clock.advance(FRESH_SECONDS)


def test_a_key_that_cannot_be_checked_is_not_called_wrong() -> None:
    door = Door(FakeKeys(down=True))
    with pytest.raises(KeyStoreUnavailable) as caught:
        door.enter()
    assert (caught.value.status, caught.value.retryable) == (503, True)
    assert caught.value.retry_after


def test_a_key_that_was_unknown_cannot_be_checked_either() -> None:
    door = Door()
    with pytest.raises(NotAuthenticated):
        door.enter(NOBODY)
    door.keys.down = True
    door.clock.advance(UNKNOWN_SECONDS)
    with pytest.raises(KeyStoreUnavailable):
        door.enter(NOBODY)


def test_an_outage_that_ends_is_over_at_once() -> None:
    door = Door(FakeKeys(down=True))
    with pytest.raises(KeyStoreUnavailable):
        door.enter()
    door.keys.down = False
    assert door.enter() == KEY


def test_the_cache_keeps_to_its_size() -> None:
    async def many(authenticator: Authenticator) -> None:
        for number in range(CACHED_KEYS + 10):
            with pytest.raises(NotAuthenticated):
                await authenticator.authenticate({"x-api-key": f"sk-sb-{number}"})

    door = Door()
    asyncio.run(many(door.authenticator))
    assert len(door.authenticator._seen) == CACHED_KEYS


def test_only_a_management_key_administers() -> None:
    door = Door(FakeKeys({KEY.hash: replace(KEY, kind="management")}))
    assert asyncio.run(door.authenticator.authenticate_management(BEARER)).kind == "management"
    with pytest.raises(NotPermitted, match="only management keys"):
        asyncio.run(Door().authenticator.authenticate_management(BEARER))
