from switchboard.credentials import WITHOUT_KEY, Credential
from switchboard.dispatch.offers import Offer, offers_of, signals_by_endpoint
from switchboard.health.breaker import ALL_WELL, Signals
from switchboard.secret import Secret

from tests.examples import endpoint

ACME = endpoint("acme")
FIRST = Credential(Secret("1"), "first")
SECOND = Credential(Secret("2"), "second", keys=("key-2",))
NOW = 1000.0
SHUT = Signals(failures=3, shut_until=NOW + 9)
LIMITED = Signals(limited_until=NOW + 9)


def by_endpoint(known: dict[str, Signals], key_id: str = "key-2") -> Signals | None:
    return signals_by_endpoint(known, [ACME], lambda _: (FIRST, SECOND), key_id, NOW).get(ACME.id)


def test_each_key_has_a_breaker_of_its_own_and_a_lone_one_the_endpoints() -> None:
    assert [offer.breaker for offer in offers_of(ACME, lambda _: (FIRST, SECOND), "key-2")] == [
        *(f"{ACME.id}#first", f"{ACME.id}#second")
    ]
    assert Offer(ACME, WITHOUT_KEY).breaker == ACME.id


def test_a_key_that_is_not_for_the_caller_is_not_used() -> None:
    assert [offer.credential for offer in offers_of(ACME, lambda _: (FIRST, SECOND), "key-1")] == [FIRST]


def test_an_endpoint_is_as_open_as_with_the_key_that_opens_it_furthest() -> None:
    assert by_endpoint({f"{ACME.id}#first": LIMITED, f"{ACME.id}#second": SHUT}) == SHUT
    assert by_endpoint({f"{ACME.id}#first": LIMITED}) == ALL_WELL
    assert by_endpoint({f"{ACME.id}#first": LIMITED}, "key-1") == LIMITED


def test_with_one_key_each_nothing_is_changed() -> None:
    known = {ACME.id: SHUT}
    assert signals_by_endpoint(known, [ACME], lambda _: (WITHOUT_KEY,), "key-1", NOW) is known
