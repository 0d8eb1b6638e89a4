import pytest
from switchboard.accounting.holds import UNLIMITED, Limits, expiry_of, hold_name, new_state, refusal
from switchboard.accounting.windows import WINDOWS, labels_at

from tests.ledger import DAY, NOW, claim


@pytest.mark.parametrize(
    ("limits", "shards"),
    [
        (Limits(), 1),
        (Limits(parallel=32), 1),
        (Limits(parallel=33), 2),
        (Limits(parallel=256), 8),
        (Limits(money=1, parallel=256), 1),
    ],
)
def test_a_state_is_split_for_more_than_32_requests_at_once(limits: Limits, shards: int) -> None:
    assert limits.shards == shards


def test_shards_share_what_is_counted_and_lose_none_of_it() -> None:
    limits = Limits(requests=10, tokens=1001, parallel=100)
    shared = [limits.shared(shard) for shard in range(limits.shards)]
    assert sum(each.requests or 0 for each in shared) == 10
    assert sum(each.tokens or 0 for each in shared) == 1001
    assert sum(each.parallel or 0 for each in shared) == 100


def test_a_limit_is_that_of_its_window_and_no_other() -> None:
    limits = Limits(money=5, reset="weekly")
    assert [limits.allotment(window) for window in WINDOWS] == [UNLIMITED, 5, UNLIMITED, UNLIMITED]
    assert limits.allotment("week", shard=1) == 0


def test_a_hold_tells_when_it_expires_and_is_the_same_for_the_same_request() -> None:
    name = hold_name(1_800_000_000.9, "gen-01ABCDEFGHJKMNPQRSTVWXYZ00")
    assert expiry_of(name) == 1_800_000_000
    assert name == hold_name(1_800_000_000, "gen-01ABCDEFGHJKMNPQRSTVWXYZ00")
    assert name != hold_name(1_800_000_000, "gen-01ABCDEFGHJKMNPQRSTVWXYZ01")


def test_a_claim_on_a_window_that_is_over_is_judged_by_the_next() -> None:
    limits = Limits(money=5, reset="daily")
    state = new_state(limits, labels_at(NOW - DAY))
    assert state.behind(labels_at(NOW)) == ("day",)
    assert refusal(state, claim("one", 5, limits)) is None
    assert refusal(state, claim("one", 6, limits)) == "money"
