"""Activity and playground with a key, over answers that are always the same: to look at, by keyboard, by axe-core."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import signed_in
from tests.browser.conftest import Open, Visit
from tests.browser.pictures import golden_problem
from tests.browser.test_pages import WIDTHS, serious_findings

ANSWERED = {"access-control-expose-headers": "x-generation-id", "x-generation-id": signed_in.GENERATION}
KEY = "sk-sb-pictures"


def answering(page: Page) -> None:
    """The API's three answers, each for whoever has the key."""

    def given(shown: dict[str, Any]) -> Callable[[Route], None]:
        return lambda route: route.fulfill(status=200 if _has_key(route) else 401, body=json.dumps(shown))

    def streamed(route: Route) -> None:
        route.fulfill(headers={**ANSWERED, "content-type": "text/event-stream"}, body=signed_in.stream())

    page.route("**/api/v1/activity?*", given(signed_in.activity()))
    page.route("**/api/v1/generation?*", given(signed_in.generation()))
    page.route("**/api/v1/chat/completions", streamed)


def _has_key(route: Route) -> bool:
    return bool(route.request.headers.get("authorization") == f"Bearer {KEY}")


def activity(visit: Open, **options: Any) -> Visit:
    seen = opened(visit, "/activity", **options)
    expect(seen.page.locator("#requests")).not_to_have_text("-")
    return seen


def playground(visit: Open, **options: Any) -> Visit:
    seen = opened(visit, "/playground?model=openai/gpt-4.1", **options)
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("ControlOrMeta+a")
    seen.page.keyboard.type("Why is the sky blue?")
    for _ in ("instructions", "send"):
        seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#outcome")).to_be_visible()
    return seen


def opened(visit: Open, path: str, **options: Any) -> Visit:
    """Signed in by keyboard alone; the first field has the focus."""
    seen = visit(**options)
    answering(seen.page)
    seen.page.clock.set_fixed_time(signed_in.NOW)
    seen.open(path)
    seen.page.locator("#key").focus()
    seen.page.keyboard.type(KEY)
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#signed-in :is(select, input)").first).to_be_focused()
    return seen


SIGNED_IN = {"activity-signed-in": activity, "playground-signed-in": playground}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", SIGNED_IN)
def test_a_signed_in_page_looks_as_it_was_looked_at(visit: Open, name: str, width: int) -> None:
    seen = SIGNED_IN[name](visit, width=width)
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width, "the page can be pushed sideways"
    assert golden_problem(f"{name}-{width}", seen.page.screenshot(full_page=True)) is None
    assert seen.troubles == []


@pytest.mark.parametrize("name", SIGNED_IN)
def test_a_signed_in_page_looks_as_it_was_looked_at_in_the_dark(visit: Open, name: str) -> None:
    seen = SIGNED_IN[name](visit, color_scheme="dark")
    assert golden_problem(f"{name}-dark", seen.page.screenshot()) is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SIGNED_IN)
def test_axe_finds_nothing_serious_on_a_signed_in_page(visit: Open, axe: str, name: str, scheme: str) -> None:
    seen = SIGNED_IN[name](visit, color_scheme=scheme)
    assert serious_findings(seen.page, axe) == []


def test_the_activity_of_a_key_is_the_sum_of_its_rows(visit: Open) -> None:
    seen = activity(visit)
    seen.page.locator("#by").select_option("key")
    assert seen.page.get_by_role("heading", name="By key").is_visible()
    rows = [row for row in signed_in.activity()["data"] if row["key_id"] == "laptop"]
    (shown,) = [text for text in seen.page.locator("#rows tr").all_inner_texts() if "laptop" in text]
    assert f"{sum(row['requests'] for row in rows):,}" in shown
    assert f"{sum(row['prompt_tokens'] for row in rows):,}" in shown


def test_the_playground_shows_thoughts_apart_from_the_answer_and_the_attempt_that_failed(visit: Open) -> None:
    seen = playground(visit)
    assert seen.page.locator("#answer").inner_text().strip() == signed_in.ANSWER
    seen.page.get_by_text("Reasoning", exact=True).click()
    assert "Rayleigh" in seen.page.locator("#thoughts").inner_text()
    assert [row.split("\t")[1] for row in seen.page.locator("#attempts tr").all_inner_texts()] == [
        "server (500)",
        "ok (200)",
    ]
