import asyncio
from dataclasses import replace
from typing import Any

import pytest
from switchboard.storage.keys import hash_key
from switchboard.web.reference.document import api_document

from tests.examples import KEY, KEY_TEXT
from tests.fakes import Answered
from tests.key_office import ADMIN, FakeOffice

KEYS = "/api/v1/keys"


@pytest.fixture
def office() -> FakeOffice:
    return FakeOffice()


def error(answered: Answered) -> Any:  # Any: JSON
    return answered.json()["error"]


@pytest.mark.parametrize("prefix", ["/api/v1", "/v1"])
def test_who_shows_a_key_is_told_about_it(office: FakeOffice, prefix: str) -> None:
    office.used(2_000_000_000)
    shown = office.ask("GET", f"{prefix}/key", text=KEY_TEXT).json()["data"]
    assert (shown["label"], shown["usage"], shown["limit_remaining"]) == (KEY.label, 2.0, None)


def test_who_shows_none_is_told_nothing(office: FakeOffice) -> None:
    assert office.ask("GET", "/api/v1/key", text="").status == 401


def test_the_text_of_a_new_key_is_shown_once_and_opens_it(office: FakeOffice) -> None:
    answered = office.ask("POST", KEYS, {"name": "laptop", "limit": 5, "limit_reset": "daily"})
    assert (answered.status, answered.headers["cache-control"]) == (201, "no-store")
    text, shown = answered.json()["key"], answered.json()["data"]
    assert (shown["hash"], shown["name"], shown["limit"], shown["limit_remaining"]) == (hash_key(text), "laptop", 5, 5)
    assert office.ask("GET", "/api/v1/key", text=text).json()["data"]["label"] == shown["label"]
    assert text.encode() not in office.ask("GET", KEYS).body
    assert text not in repr(office.database.tables)


def test_keys_are_listed_oldest_first_without_the_disabled_ones(office: FakeOffice) -> None:
    office.clock.advance(1)
    new, _ = office.create()
    office.ask("PATCH", f"{KEYS}/{KEY.hash}", {"disabled": True})
    assert [row["hash"] for row in office.ask("GET", KEYS).json()["data"]] == [ADMIN.hash, new["hash"]]
    rows = office.ask("GET", f"{KEYS}?include_disabled=true&offset=1").json()["data"]
    assert [row["hash"] for row in rows] == [KEY.hash, new["hash"]]


def test_a_page_has_a_hundred_keys(office: FakeOffice) -> None:
    for _ in range(100):
        office.create()
    assert len(office.ask("GET", KEYS).json()["data"]) == 100
    assert len(office.ask("GET", f"{KEYS}?offset=100").json()["data"]) == 2
    assert error(office.ask("GET", f"{KEYS}?offset=-1"))["param"] == "offset"


def test_a_key_is_read_by_its_hash(office: FakeOffice) -> None:
    office.used(250_000_000)
    shown = office.ask("GET", f"{KEYS}/{KEY.hash}").json()["data"]
    assert (shown["name"], shown["usage_daily"]) == (KEY.name, 0.25)


def test_a_change_changes_what_it_names(office: FakeOffice) -> None:
    new, _ = office.create(limit=5, rpm=10)
    shown = office.ask("PATCH", f"{KEYS}/{new['hash']}", {"limit": None, "name": "desk"}).json()["data"]
    assert (shown["limit"], shown["name"], shown["rpm"]) == (None, "desk", 10)
    assert shown["updated_at"] is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"limit": -1}, "limit"),
        ({"limit_reset": "yearly"}, "limit_reset"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"allowed_models": ["lab/nine"]}, "allowed_models"),
        ({"colour": "red"}, "colour"),
        ({"disabled": "no"}, "disabled"),
    ],
)
def test_bad_input_names_its_field_and_changes_nothing(office: FakeOffice, body: Any, field: str) -> None:
    before = office.stored()
    tries = [("POST", KEYS, {"name": "x", **body}), ("PATCH", f"{KEYS}/{KEY.hash}", {"rpm": 3, **body})]
    for answered in (office.ask(*one) for one in tries):
        assert (answered.status, error(answered)["param"]) == (400, field)
    assert office.stored() == before


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"'])
def test_a_body_must_be_an_object(office: FakeOffice, body: bytes) -> None:
    for path in (KEYS, f"{KEYS}/{KEY.hash}/rotate"):
        if body or path == KEYS:
            answered = office.send("POST", path, body)
            assert (answered.status, error(answered)["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "nobody"), ("PATCH", "nobody"), ("DELETE", "nobody"), ("POST", "nobody/rotate")]
)
def test_a_key_that_is_not_there_is_not_found(office: FakeOffice, method: str, path: str) -> None:
    answered = office.ask(method, f"{KEYS}/{path}", {})
    assert (answered.status, error(answered)["code"]) == (404, "not_found")


def test_a_disabled_key_opens_nothing_until_it_is_enabled(office: FakeOffice) -> None:
    new, text = office.create()
    office.ask("PATCH", f"{KEYS}/{new['hash']}", {"disabled": True})
    assert office.ask("GET", "/api/v1/key", text=text).status == 401
    office.ask("PATCH", f"{KEYS}/{new['hash']}", {"disabled": False})
    office.clock.advance(31)
    assert office.ask("GET", "/api/v1/key", text=text).status == 200


def test_a_rotated_key_answers_to_both_texts_until_the_overlap_ends(office: FakeOffice) -> None:
    new, old_text = office.create(limit=5)
    answered = office.ask("POST", f"{KEYS}/{new['hash']}/rotate", {"overlap_seconds": 60})
    assert (answered.status, answered.headers["cache-control"]) == (200, "no-store")
    text, shown = answered.json()["key"], answered.json()["data"]
    assert (shown["hash"], shown["id"], shown["limit"]) == (new["hash"], new["id"], 5)
    assert shown["label"] != new["label"]
    assert [office.ask("GET", "/api/v1/key", text=one).status for one in (old_text, text)] == [200, 200]
    office.clock.advance(61)
    assert [office.ask("GET", "/api/v1/key", text=one).status for one in (old_text, text)] == [401, 200]


def test_a_rotation_without_overlap_ends_the_old_text_at_once(office: FakeOffice) -> None:
    new, old_text = office.create()
    text = office.ask("POST", f"{KEYS}/{new['hash']}/rotate").json()["key"]
    assert [office.ask("GET", "/api/v1/key", text=one).status for one in (old_text, text)] == [401, 200]


def test_a_deleted_key_is_gone(office: FakeOffice) -> None:
    new, text = office.create()
    assert office.ask("DELETE", f"{KEYS}/{new['hash']}").json() == {"deleted": True}
    assert office.ask("GET", "/api/v1/key", text=text).status == 401
    assert office.ask("GET", f"{KEYS}/{new['hash']}").status == 404
    assert office.ask("DELETE", f"{KEYS}/{new['hash']}").status == 404


def test_credits_are_what_was_used_and_what_limits_leave(office: FakeOffice) -> None:
    office.create(limit=5)
    office.used(2_000_000_000)
    data = office.ask("GET", "/api/v1/credits").json()["data"]
    assert data == {"total_credits": 7.0, "total_usage": 2.0, "unlimited_keys": 1}


def test_a_key_whose_table_is_out_of_reach_is_not_called_wrong(office: FakeOffice) -> None:
    office.database.down = True
    answered = office.ask("GET", KEYS)
    assert (answered.status, error(answered)["code"]) == (503, "key_store_unavailable")


def test_the_document_describes_every_route(office: FakeOffice) -> None:
    paths: Any = api_document((office.app,))["paths"]
    assert set(paths) >= {
        *("/api/v1/key", "/api/v1/credits", "/api/v1/activity"),
        *("/api/v1/keys", "/api/v1/keys/{hash}", "/api/v1/keys/{hash}/rotate"),
    }
    assert "limit_reset" in repr(paths["/api/v1/keys"]["post"]["requestBody"])


def test_a_change_of_a_limit_is_what_the_ledger_holds_to(office: FakeOffice) -> None:
    new, _ = office.create(limit=5)
    shown = office.ask("PATCH", f"{KEYS}/{new['hash']}", {"limit": 2}).json()["data"]
    assert (shown["limit"], shown["limit_remaining"]) == (2, 2)
    asyncio.run(office.budgets.follow(office.stored()[-1], office.clock.now()))
    office.ask("PATCH", f"{KEYS}/{new['hash']}", {"limit": 3})
    state = asyncio.run(office.budgets.states(new["id"]))[0]
    assert state.purses["total"].remaining == 3_000_000_000
    assert state.active


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_disabled_or_deleted_key_is_closed_in_the_ledger_at_once(office: FakeOffice, method: str) -> None:
    new, _ = office.create(limit=5)
    office.ask("PATCH", f"{KEYS}/{new['hash']}", {"limit": 2})
    office.ask(method, f"{KEYS}/{new['hash']}", {"disabled": True} if method == "PATCH" else None)
    assert not asyncio.run(office.budgets.states(new["id"]))[0].active


def test_a_ledger_that_a_crash_left_behind_follows_when_the_key_is_looked_at(office: FakeOffice) -> None:
    new, _ = office.create(limit=5)
    office.ask("GET", f"{KEYS}/{new['hash']}")
    asyncio.run(office.keys.change(new["hash"], lambda key: replace(key, limit_nano=10**9)))
    assert office.ask("GET", f"{KEYS}/{new['hash']}").json()["data"]["limit_remaining"] == 1
    assert asyncio.run(office.budgets.states(new["id"]))[0].purses["total"].limit == 10**9
