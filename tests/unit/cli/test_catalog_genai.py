from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cli.catalog_genai import genai_offers, matches, plain
from cli.catalog_offers import Said

TODAY = date(2026, 11, 23)
OFFER = ("amazon-bedrock", "us.anthropic.claude-3:0")


def said(prices: Any) -> Said:
    model = {"id": "claude-3", "match": {"contains": "claude-3"}, "prices": prices}
    return genai_offers([{"id": "aws", "models": [model]}], [OFFER], TODAY)[OFFER]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"equals": "GPT-4"}, True),
        ({"equals": "gpt"}, False),
        ({"starts_with": "gpt"}, True),
        ({"ends_with": "4"}, True),
        ({"contains": "pt-"}, True),
        ({"or": [{"equals": "x"}, {"contains": "4"}]}, True),
        ({"and": [{"equals": "x"}, {"contains": "4"}]}, False),
        ({"regex": ".*"}, False),
        (None, False),
    ],
)
def test_a_model_is_named_by_a_rule(rule: Any, found: bool) -> None:
    assert matches(rule, "gpt-4") is found


def test_our_own_names_are_looked_up_and_the_rest_keeps_its_own() -> None:
    models = [{"id": "one", "match": {"starts_with": "on"}}, {"id": "two", "match": {"equals": "two"}}, "nonsense"]
    known = [("xai", "once"), ("openai", "two")]
    assert set(genai_offers([{"id": "x-ai", "models": models}, "nonsense"], known, TODAY)) == {
        ("xai", "once"),
        ("xai", "two"),
    }


def test_the_base_of_a_tiered_price_counts() -> None:
    tiered = {"base": Decimal(3), "tiers": [{"start": 200000, "price": 6}]}
    assert said({"input_mtok": tiered, "output_mtok": 15}) == Said(Decimal(3), Decimal(15))


def test_the_newest_price_that_has_begun_counts_and_none_of_an_hour() -> None:
    begun = {"constraint": {"start_date": "2026-11-23"}, "prices": {"input_mtok": 2}}
    to_come = {"constraint": {"start_date": "2026-11-24"}, "prices": {"input_mtok": 3}}
    by_night = {"constraint": {"start_time": "00:30:00Z", "end_time": "16:30:00Z"}, "prices": {"input_mtok": 4}}
    assert said([{"prices": {"input_mtok": 1}}, begun, to_come, by_night]).input == 2


@dataclass
class ClauseOr:
    or_: list[Any]
    start: date | None = None


def test_the_packages_objects_come_into_the_form_of_its_file() -> None:
    assert plain(ClauseOr([ClauseOr(["x"], TODAY)])) == {"or": [{"or": ["x"], "start": "2026-11-23"}]}
