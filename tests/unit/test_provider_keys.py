import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from switchboard.catalog.model import Provider
from switchboard.errors import KeyStoreUnavailable
from switchboard.provider_keys import FRESH_SECONDS, ProviderKeys
from switchboard.secret import Secret
from switchboard.storage.database import StorageUnavailable

from tests.examples import provider
from tests.fakes import FakeClock

ACME, AZURE = provider("acme"), provider("azure")


@dataclass(slots=True)
class FakeSource:
    """Where keys are read from; it can be out of reach."""

    secrets: dict[str, Secret] = field(default_factory=lambda: {"acme": Secret("sk-1")})
    down: bool = False
    reads: int = 0

    async def load(self) -> Mapping[str, Secret]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.down:
            raise StorageUnavailable("out of reach")
        return dict(self.secrets)


def keys_of(source: FakeSource, *providers: Provider, clock: FakeClock | None = None) -> ProviderKeys:
    return ProviderKeys(providers, source.load, clock or FakeClock())


def can_call(*providers: Provider) -> set[str]:
    return set(asyncio.run(keys_of(FakeSource(), *providers).callable()))


def test_those_with_a_key_can_be_called() -> None:
    assert can_call(ACME, AZURE) == {"acme"}


@pytest.mark.parametrize("auth", ["none", "aws-sigv4", "google-oauth"])
def test_those_that_need_no_key_can_be_called(auth: str) -> None:
    assert can_call(provider("free", auth=auth)) == {"free"}


def test_an_address_with_an_open_slot_leads_nowhere() -> None:
    assert can_call(provider("acme", base_url="https://{resource}.acme.test/v1")) == set()


def test_a_key_of_nobody_is_of_no_use() -> None:
    assert can_call(AZURE) == set()


def test_a_key_is_given_to_its_provider_only() -> None:
    keys = keys_of(FakeSource(), ACME, AZURE)
    asyncio.run(keys.callable())
    assert keys.secret_of("acme") == Secret("sk-1")
    assert keys.secret_of("azure") is None


def test_keys_do_not_show_in_a_repr() -> None:
    keys = keys_of(FakeSource(), ACME)
    asyncio.run(keys.callable())
    assert "sk-1" not in repr(keys)


def test_keys_are_read_once_while_they_are_fresh() -> None:
    async def twice() -> None:
        await keys.callable()
        clock.advance(FRESH_SECONDS)
        await keys.callable()

    source, clock = FakeSource(), FakeClock()
    keys = keys_of(source, ACME, clock=clock)
    asyncio.run(twice())
    assert source.reads == 1


async def grown_old(keys: ProviderKeys, clock: FakeClock) -> frozenset[str]:
    """Ask when the keys are old, and once more when what that began is done."""
    clock.advance(FRESH_SECONDS + 1)
    before = await keys.callable()
    for _ in range(5):
        await asyncio.sleep(0)
    assert before <= await keys.callable()
    return await keys.callable()


def test_a_new_key_is_read_behind_a_request_that_does_not_wait_for_it() -> None:
    async def story() -> None:
        assert await keys.callable() == {"acme"}
        source.secrets["azure"] = Secret("sk-2")
        assert await grown_old(keys, clock) == {"acme", "azure"}
        assert source.reads == 2

    source, clock = FakeSource(), FakeClock()
    keys = keys_of(source, ACME, AZURE, clock=clock)
    asyncio.run(story())


def test_many_requests_begin_one_refresh() -> None:
    async def story() -> None:
        await keys.callable()
        clock.advance(FRESH_SECONDS + 1)
        await asyncio.gather(*(keys.callable() for _ in range(10)))
        for _ in range(5):
            await asyncio.sleep(0)
        assert source.reads == 2

    source, clock = FakeSource(), FakeClock()
    keys = keys_of(source, ACME, clock=clock)
    asyncio.run(story())


def test_known_keys_stay_good_when_they_cannot_be_read_again() -> None:
    async def story() -> None:
        await keys.callable()
        source.down = True
        assert await grown_old(keys, clock) == {"acme"}
        assert keys.secret_of("acme") == Secret("sk-1")

    source, clock = FakeSource(), FakeClock()
    keys = keys_of(source, ACME, clock=clock)
    asyncio.run(story())


def test_keys_that_were_never_read_are_an_outage_not_an_empty_gateway() -> None:
    source = FakeSource(down=True)
    keys = keys_of(source, ACME)
    with pytest.raises(KeyStoreUnavailable):
        asyncio.run(keys.callable())
    source.down = False
    assert asyncio.run(keys.callable()) == {"acme"}
