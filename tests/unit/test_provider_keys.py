import asyncio
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
    reads: list[str] = field(default_factory=list)

    async def load(self, provider_id: str) -> Secret | None:
        self.reads.append(provider_id)
        await asyncio.sleep(0)
        if self.down:
            raise StorageUnavailable("out of reach")
        return self.secrets.get(provider_id)


def can_call(*providers: Provider) -> set[str]:
    return set(asyncio.run(ProviderKeys(FakeSource().load, FakeClock()).callable(providers)))


def test_those_with_a_key_can_be_called() -> None:
    assert can_call(ACME, AZURE) == {"acme"}


@pytest.mark.parametrize("auth", ["none", "aws-sigv4", "google-oauth"])
def test_those_that_need_no_key_can_be_called(auth: str) -> None:
    assert can_call(provider("free", auth=auth)) == {"free"}


def test_an_address_with_an_open_slot_leads_nowhere() -> None:
    assert can_call(provider("acme", base_url="https://{resource}.acme.test/v1")) == set()


def test_only_the_keys_that_a_request_can_use_are_read() -> None:
    source = FakeSource()
    asyncio.run(ProviderKeys(source.load, FakeClock()).callable([AZURE, provider("free", auth="none")]))
    assert source.reads == ["azure"]


def test_a_key_is_given_to_its_provider_only() -> None:
    keys = ProviderKeys(FakeSource().load, FakeClock())
    asyncio.run(keys.callable([ACME, AZURE]))
    assert keys.secret_of("acme") == Secret("sk-1")
    assert keys.secret_of("azure") is None


def test_keys_do_not_show_in_a_repr() -> None:
    keys = ProviderKeys(FakeSource().load, FakeClock())
    asyncio.run(keys.callable([ACME]))
    assert "sk-1" not in repr(keys)


def test_a_key_is_read_once_while_it_is_fresh() -> None:
    async def twice() -> None:
        await keys.callable([ACME])
        clock.advance(FRESH_SECONDS)
        await keys.callable([ACME])

    source, clock = FakeSource(), FakeClock()
    keys = ProviderKeys(source.load, clock)
    asyncio.run(twice())
    assert source.reads == ["acme"]


async def grown_old(keys: ProviderKeys, clock: FakeClock, *providers: Provider) -> frozenset[str]:
    """Ask when the keys are old, and once more when what that began is done."""
    clock.advance(FRESH_SECONDS + 1)
    await keys.callable(providers)
    for _ in range(5):
        await asyncio.sleep(0)
    return await keys.callable(providers)


def test_a_new_key_is_read_behind_a_request_that_does_not_wait_for_it() -> None:
    async def story() -> None:
        assert await keys.callable([AZURE]) == set()
        source.secrets["azure"] = Secret("sk-2")
        clock.advance(FRESH_SECONDS + 1)
        assert await keys.callable([AZURE]) == set()
        assert await grown_old(keys, clock, AZURE) == {"azure"}

    source, clock = FakeSource(), FakeClock()
    keys = ProviderKeys(source.load, clock)
    asyncio.run(story())


def test_many_requests_begin_one_refresh() -> None:
    async def story() -> None:
        await keys.callable([ACME])
        clock.advance(FRESH_SECONDS + 1)
        await asyncio.gather(*(keys.callable([ACME]) for _ in range(10)))
        for _ in range(5):
            await asyncio.sleep(0)
        assert source.reads == ["acme", "acme"]

    source, clock = FakeSource(), FakeClock()
    keys = ProviderKeys(source.load, clock)
    asyncio.run(story())


def test_a_known_key_stays_good_when_it_cannot_be_read_again() -> None:
    async def story() -> None:
        await keys.callable([ACME])
        source.down = True
        assert await grown_old(keys, clock, ACME) == {"acme"}
        assert keys.secret_of("acme") == Secret("sk-1")

    source, clock = FakeSource(), FakeClock()
    keys = ProviderKeys(source.load, clock)
    asyncio.run(story())


def test_keys_that_were_never_read_are_an_outage_not_an_empty_gateway() -> None:
    source = FakeSource(down=True)
    keys = ProviderKeys(source.load, FakeClock())
    with pytest.raises(KeyStoreUnavailable):
        asyncio.run(keys.callable([ACME]))
    source.down = False
    assert asyncio.run(keys.callable([ACME])) == {"acme"}


def test_one_that_needs_no_key_goes_on_while_keys_cannot_be_read() -> None:
    keys = ProviderKeys(FakeSource(down=True).load, FakeClock())
    assert asyncio.run(keys.callable([ACME, provider("free", auth="none")])) == {"free"}
