"""The expressions as DynamoDB is sent them: one item, one write, and no arithmetic where it allows none."""

import re

import pytest
from switchboard.accounting.holds import Limits, new_state
from switchboard.accounting.windows import labels_at
from switchboard.storage import budget_items as items
from switchboard.storage.budget_items import Change, state_key
from switchboard.storage.expressions import update_request

from tests.ledger import DAY, KEY_ID, NOW, claim

LIMITS = Limits(money=100, reset="daily", requests=5, tokens=50, parallel=3)
WANTED = claim("one", 40, LIMITS, tokens=7)


def changes() -> dict[str, Change]:
    item = items.new_item(KEY_ID, 0, LIMITS, labels_at(NOW))
    followed = items.follow(item, Limits(money=50), 0, active=False)
    assert followed is not None
    return {
        "reserve": items.reserve(WANTED),
        "roll": items.roll(new_state(LIMITS, labels_at(NOW)), labels_at(NOW + DAY)),
        "settle": items.settle(WANTED.hold, 40, 25, -3),
        "sweep": items.sweep(WANTED.hold, 40),
        "follow": followed,
    }


def sent(change: Change) -> dict[str, str]:
    request = update_request("KeysTable", state_key(KEY_ID), change.update, change.condition)
    return {name: str(request[name]) for name in ("UpdateExpression", "ConditionExpression")}


@pytest.mark.parametrize("name", changes())
def test_no_condition_calculates(name: str) -> None:
    """DynamoDB refuses + and - in a condition, and moto does not always say so."""
    assert not re.search(r"[+-]", sent(changes()[name])["ConditionExpression"])


@pytest.mark.parametrize("name", changes())
def test_an_update_has_one_difference_at_most_in_each_value(name: str) -> None:
    clauses = re.split(r",| (?=ADD|REMOVE)", sent(changes()[name])["UpdateExpression"])
    assert all(len(re.findall(r" - | \+ ", clause)) <= 1 for clause in clauses)


@pytest.mark.parametrize("name", changes())
def test_every_change_is_conditional(name: str) -> None:
    assert sent(changes()[name])["ConditionExpression"]


def test_nothing_is_changed_when_nothing_has_changed() -> None:
    item = items.new_item(KEY_ID, 0, LIMITS, labels_at(NOW))
    assert items.follow(item, LIMITS, 0, active=True) is None


def test_a_new_item_is_read_as_the_state_it_was_made_of() -> None:
    item = items.new_item(KEY_ID, 2, LIMITS, labels_at(NOW))
    assert (items.state_of(item), items.shard_of(item)) == (new_state(LIMITS, labels_at(NOW), 2), 2)
