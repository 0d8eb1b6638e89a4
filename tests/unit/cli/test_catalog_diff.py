from decimal import Decimal

from cli.catalog_diff import Difference, differences
from cli.catalog_offers import Said

OURS = {("acme", "one"): Said(Decimal("2"), Decimal("8"), 1000), ("acme", "old"): Said(), ("other", "x"): Said()}
THEIRS = {("acme", "one"): Said(Decimal("2.01"), Decimal("9"), None), ("acme", "new"): Said(), ("third", "y"): Said()}


def test_what_is_new_gone_and_changed_at_providers_that_both_know() -> None:
    assert differences("s", OURS, THEIRS) == [
        Difference("s", "changed", "acme", "one", "output", "8", "9"),
        Difference("s", "gone", "acme", "old"),
        Difference("s", "new", "acme", "new"),
    ]


def test_of_a_whole_catalog_every_provider_is_compared() -> None:
    found = {(one.kind, one.provider) for one in differences("s", OURS, THEIRS, whole=True)}
    assert {("gone", "other"), ("new", "third")} <= found


def test_equal_catalogs_have_no_differences() -> None:
    assert differences("s", OURS, OURS) == []


def test_free_here_and_priced_there_is_a_change() -> None:
    free, priced = Said(Decimal(0)), Said(Decimal("0.1"))
    assert [one.field for one in differences("s", {("a", "b"): free}, {("a", "b"): priced})] == ["input"]
