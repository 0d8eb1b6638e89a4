import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

import pytest
from switchboard.catalog.model import Provider
from switchboard.errors import KeyStoreUnavailable
from switchboard.provider_keys import FRESH_SECONDS, Asked, ProviderKeys
from switchboard.secret import Secret
from switchboard.storage.database import StorageError, StorageUnavailable

from tests.examples import provider
from tests.fakes import FakeClock

ACME, AZURE = provider("acme"), provider("azure")
BOTH = (ACME, AZURE)


@dataclass(slots=True)
class Store:
    """The keys' place, the keys read from it, and their clock. Those in `unreadable` cannot be read."""

    secrets: dict[str, Secret] = field(default_factory=lambda: {"acme": Secret("sk-1")})
    unreadable: set[str] = field(default_factory=set)
    reads: list[str] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)
    keys: ProviderKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = ProviderKeys(self.load, self.clock)

    async def load(self, provider_id: str) -> Secret | None:
        self.reads.append(provider_id)
        await asyncio.sleep(0)
        if provider_id in self.unreadable:
            raise StorageUnavailable("out of reach")
        return self.secrets.get(provider_id)

    async def grow_old(self) -> frozenset[str]:
        """What a request sees once the keys are old; what it begins is done when this returns."""
        self.clock.advance(FRESH_SECONDS + 1)
        seen = await self.keys.callable(BOTH)
        for _ in range(5):
            await asyncio.sleep(0)
        return seen


def secret_of(store: Store, provider_id: str) -> Secret | None:
    (only,) = store.keys.credentials_of(provider_id)
    return only.secret


def can_call(*providers: Provider) -> set[str]:
    return set(asyncio.run(Store().keys.callable(providers)))


def told(story: Coroutine[None, None, None]) -> None:
    asyncio.run(story)


def test_those_with_a_key_can_be_called() -> None:
    assert can_call(ACME, AZURE) == {"acme"}


def test_those_that_need_no_key_can_be_called_and_none_is_read() -> None:
    store = Store()
    assert asyncio.run(store.keys.callable([provider("free", auth="none")])) == {"free"}
    assert store.reads == []


def test_one_who_is_signed_to_can_be_called_without_a_key_and_is_shown_it_where_there_is_one() -> None:
    bedrock = provider("bedrock", auth="aws-sigv4")
    with_key, without, unreadable = Store({"bedrock": Secret("api-key")}), Store(), Store(unreadable={"bedrock"})
    for store in (with_key, without, unreadable):
        assert asyncio.run(store.keys.callable([bedrock])) == {"bedrock"}
    assert secret_of(with_key, "bedrock") == Secret("api-key")
    assert secret_of(without, "bedrock") is secret_of(unreadable, "bedrock") is None


def test_google_is_not_called_without_a_token() -> None:
    assert can_call(provider("vertex", auth="google-oauth")) == set()


def test_an_address_with_an_open_slot_leads_nowhere() -> None:
    assert can_call(provider("acme", base_url="https://{resource}.acme.test/v1")) == set()


def test_only_keys_that_can_serve_the_request_are_read() -> None:
    store = Store()
    asyncio.run(store.keys.callable([ACME]))
    assert store.reads == ["acme"]
    assert secret_of(store, "azure") is None


def test_a_key_is_given_to_its_provider_only() -> None:
    store = Store({"acme": Secret("sk-1"), "azure": Secret("sk-2")})
    asyncio.run(store.keys.callable(BOTH))
    assert (secret_of(store, "acme"), secret_of(store, "azure")) == (Secret("sk-1"), Secret("sk-2"))


def test_keys_do_not_show_in_a_repr() -> None:
    store = Store()
    asyncio.run(store.keys.callable(BOTH))
    assert "sk-1" not in repr(store.keys)


def test_a_key_is_read_once_while_it_is_fresh_and_so_is_its_absence() -> None:
    async def story() -> None:
        await store.keys.callable(BOTH)
        store.clock.advance(FRESH_SECONDS)
        await store.keys.callable(BOTH)
        assert sorted(store.reads) == ["acme", "azure"]

    store = Store()
    told(story())


def test_a_new_key_is_read_behind_a_request_that_does_not_wait_for_it() -> None:
    async def story() -> None:
        assert await store.keys.callable(BOTH) == {"acme"}
        store.secrets["azure"] = Secret("sk-2")
        assert await store.grow_old() == {"acme"}
        assert await store.keys.callable(BOTH) == {"acme", "azure"}

    store = Store()
    told(story())


def test_a_key_that_is_taken_away_is_noticed() -> None:
    async def story() -> None:
        await store.keys.callable(BOTH)
        store.secrets.clear()
        await store.grow_old()
        assert await store.keys.callable(BOTH) == set()
        assert secret_of(store, "acme") is None

    store = Store()
    told(story())


def test_many_requests_begin_one_refresh() -> None:
    async def story() -> None:
        await store.keys.callable([ACME])
        store.clock.advance(FRESH_SECONDS + 1)
        await asyncio.gather(*(store.keys.callable([ACME]) for _ in range(10)))
        for _ in range(5):
            await asyncio.sleep(0)
        assert store.reads == ["acme", "acme"]

    store = Store()
    told(story())


def test_a_known_key_stays_good_when_it_cannot_be_read_again() -> None:
    async def story() -> None:
        await store.keys.callable(BOTH)
        store.unreadable = {"acme", "azure"}
        await store.grow_old()
        assert await store.keys.callable(BOTH) == {"acme"}
        assert secret_of(store, "acme") == Secret("sk-1")

    store = Store()
    told(story())


def test_keys_that_were_never_read_are_an_outage_not_an_empty_gateway() -> None:
    async def story() -> None:
        with pytest.raises(KeyStoreUnavailable) as caught:
            await store.keys.callable([ACME])
        assert isinstance(caught.value.__cause__, StorageError)
        store.unreadable.clear()
        assert await store.keys.callable([ACME]) == {"acme"}

    store = Store(unreadable={"acme"})
    told(story())


def test_a_key_that_cannot_be_read_stops_nobody_else() -> None:
    assert asyncio.run(Store(unreadable={"azure"}).keys.callable(BOTH)) == {"acme"}


def test_what_was_not_read_is_tried_again_with_the_next_request() -> None:
    async def story() -> None:
        await store.keys.callable(BOTH)
        store.unreadable.clear()
        store.secrets["azure"] = Secret("sk-2")
        assert await store.keys.callable(BOTH) == {"acme", "azure"}

    store = Store(unreadable={"azure"})
    told(story())


def test_several_keys_are_kept_in_their_order() -> None:
    async def story() -> None:
        store = Store({"acme": Secret('["sk-1", "sk-2"]')})
        await store.keys.callable([ACME])
        assert [each.secret for each in store.keys.credentials_of("acme")] == [Secret("sk-1"), Secret("sk-2")]

    told(story())


@pytest.mark.parametrize(("key_id", "expected"), [("key-1", {"acme"}), ("key-2", set())])
def test_whoever_has_no_key_for_the_caller_cannot_be_called(key_id: str, expected: set[str]) -> None:
    async def story() -> None:
        store = Store({"acme": Secret('[{"key": "sk-1", "keys": ["key-1"]}]')})
        assert await store.keys.callable([ACME], Asked(("lab/one",), key_id)) == expected

    told(story())


def test_a_list_that_cannot_be_read_is_a_key_that_cannot() -> None:
    async def story() -> None:
        store = Store({"acme": Secret('[{"ky": "sk-canary"}]')})
        with pytest.raises(KeyStoreUnavailable) as caught:
            await store.keys.callable([ACME])
        assert "canary" not in repr(caught.value.__cause__)

    told(story())
