import csv
from datetime import date
from typing import Any

import pytest
from switchboard.accounting.activity import Activity, Subject
from switchboard.storage.activity import DayRow
from switchboard.web.activity import Wanted, activity_rows, as_csv

from tests.examples import KEY, KEY_TEXT
from tests.key_office import ADMIN, FakeOffice

PATH = "/api/v1/activity"
TODAY, YESTERDAY, LAST_MONTH = "2027-01-15", "2027-01-14", "2026-12-10"


@pytest.fixture(scope="module")
def office() -> FakeOffice:
    office = FakeOffice()
    for cost, offer, days_ago in ((7, "lab/one@acme", 0), (20, "lab/one@bee", 0), (300, "lab/two@acme", 1)):
        office.used(cost, offer=offer, days_ago=days_ago)
    office.used(4000, "deleted-key")
    office.used(50_000, days_ago=36)
    return office


def rows(office: FakeOffice, query: str = "") -> Any:  # Any: JSON
    answered = office.ask("GET", PATH + query)
    assert answered.status == 200, answered.body
    return answered.json()["data"]


def costs(office: FakeOffice, query: str = "") -> list[int]:
    return [row["usage_nano_dollars"] for row in rows(office, query)]


def test_a_row_has_openrouters_fields(office: FakeOffice) -> None:
    row = rows(office, f"?date={YESTERDAY}")[0]
    assert row == {
        "date": YESTERDAY,
        "model": "lab/two",
        "model_permaslug": "lab/two",
        "endpoint_id": "lab/two@acme",
        "provider_name": "acme",
        "requests": 1,
        "failed_requests": 0,
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "reasoning_tokens": 1,
        "cached_tokens": 2,
        "usage": 3e-7,
        "usage_nano_dollars": 300,
        "unpriced_requests": 0,
        "byok_usage_inference": 0,
    }


def test_thirty_days_are_shown_the_newest_first(office: FakeOffice) -> None:
    assert [row["date"] for row in rows(office)] == [TODAY, TODAY, YESTERDAY]
    assert costs(office) == [4007, 20, 300]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("group_by=date", [4027, 300]),
        ("group_by=model", [4027, 300]),
        ("group_by=provider", [4007, 300, 20]),
        ("group_by=key", [4000, 327]),
        ("group_by=key,date", [4000, 27, 300]),
        (f"group_by=date&start_date={LAST_MONTH}", [4027, 300, 50_000]),
        (f"group_by=date&start_date={LAST_MONTH}&end_date={YESTERDAY}", [300, 50_000]),
        (f"group_by=date&end_date={YESTERDAY}", [300]),
        ("group_by=date&model=lab/two", [300]),
        ("group_by=date&provider=acme", [4007, 300]),
        (f"group_by=date&api_key_hash={KEY.hash}", [27, 300]),
        (f"group_by=date&api_key_hash={ADMIN.hash}", []),
    ],
)
def test_rows_are_grouped_and_filtered(office: FakeOffice, query: str, expected: list[int]) -> None:
    assert costs(office, f"?{query}") == expected


def test_a_key_is_named_as_long_as_it_is_there(office: FakeOffice) -> None:
    named = [(row["key_id"], row["api_key_hash"], row["api_key_name"]) for row in rows(office, "?group_by=key")]
    assert named == [("deleted-key", None, None), (KEY.id, KEY.hash, KEY.name)]


@pytest.mark.parametrize(("query", "accept"), [("?format=csv", "*/*"), ("", "text/csv"), ("?format=csv", "text/html")])
def test_the_same_as_csv(office: FakeOffice, query: str, accept: str) -> None:
    answered = office.ask("GET", PATH + query, accept=accept)
    assert answered.headers["content-type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(answered.body.decode().splitlines()))
    assert [row["usage"] for row in table] == ["0.000004007", "0.000000020", "0.000000300"]
    assert [list(row) for row in table] == [list(row) for row in rows(office)]


def test_a_format_that_is_asked_for_goes_before_what_is_accepted(office: FakeOffice) -> None:
    assert office.ask("GET", f"{PATH}?format=json", accept="text/csv").headers["content-type"] == "application/json"


def test_a_table_without_rows_has_its_header() -> None:
    wanted = Wanted(date(2027, 1, 1), date(2027, 1, 1), ("date", "key"))
    assert as_csv([], wanted.groups).startswith("date,key_id,api_key_hash,api_key_name,requests,")


def test_sums_stay_exact_beyond_a_floats_digits() -> None:
    huge = 2**53 + 1
    subject = Subject("key", "m")
    shown = activity_rows(
        [DayRow(date(2027, 1, day), subject, Activity(cost=huge)) for day in (1, 2)],
        Wanted(date(2027, 1, 1), date(2027, 1, 2), ("model",)),
        {},
    )
    assert shown[0]["usage_nano_dollars"] == 2 * huge
    assert f"{2 * huge // 10**9}.{2 * huge % 10**9:09d}" in as_csv(shown, ("model",))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date=yesterday", "date"),
        ("date=2028-01-01", "date"),
        ("date=20270115", "date"),
        ("start_date=2020-01-01", "start_date"),
        (f"start_date={TODAY}&end_date={YESTERDAY}", "start_date"),
        ("group_by=colour", "group_by"),
        ("group_by=workspace", "group_by"),
        ("format=xml", "format"),
    ],
)
def test_a_bad_query_names_its_field(office: FakeOffice, query: str, field: str) -> None:
    answered = office.ask("GET", f"{PATH}?{query}")
    assert (answered.status, answered.json()["error"]["param"]) == (400, field)


def test_the_activity_of_an_unknown_key_is_not_found(office: FakeOffice) -> None:
    assert office.ask("GET", f"{PATH}?api_key_hash=nobody").status == 404


def test_only_administrators_see_it(office: FakeOffice) -> None:
    assert office.ask("GET", PATH, text=KEY_TEXT).status == 403
