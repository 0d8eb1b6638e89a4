"""Playground and activity against what `make run` starts."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Visit, broken
from tests.contract.conftest import ADMIN_KEY, Running

MODEL = "openai/gpt-4.1"


def signed_in(visit: Open, live: Running, path: str, label: str, key: str) -> Visit:
    seen = visit(live.url)
    seen.open(path)
    seen.page.get_by_label(label).fill(key)
    seen.page.get_by_role("button", name="Open").click()
    return seen


def asked(seen: Visit) -> None:
    seen.page.get_by_role("button", name="Send").click()
    expect(seen.page.locator("#outcome")).to_be_visible(timeout=30_000)


def test_the_playground_streams_and_shows_what_became_of_the_request(visit: Open, live: Running) -> None:
    seen = signed_in(visit, live, f"/playground?model={MODEL}", "API key", live.key)
    asked(seen)
    assert len(seen.page.locator("#answer").inner_text()) > 10
    assert seen.page.locator("#cost").inner_text().startswith("$0.0")
    assert seen.page.locator("#attempts tr").count() == 1
    assert "ok" in seen.page.locator("#attempts tr").inner_text()
    assert MODEL in seen.page.locator("#code").inner_text()
    assert live.key not in seen.page.locator("#code").inner_text()
    assert seen.troubles == []


def test_the_playground_shows_a_fallback(visit: Open, live: Running) -> None:
    seen = signed_in(visit, live, f"/playground?model={MODEL}", "API key", live.key)
    asked(seen)
    with broken(live, "openai", "openrouter", "vercel"):  # azure is well
        for _ in range(20):  # which endpoint is tried first is drawn by lot: one in 4 ** 20 runs never sees a fallback
            seen.page.locator("#outcome").evaluate("element => { element.hidden = true }")
            asked(seen)
            if seen.page.locator("#attempts tr").count() > 1:
                break
    rows = seen.page.locator("#attempts tr").all_inner_texts()
    assert len(rows) > 1
    assert "500" in rows[0]
    assert "ok" in rows[-1]


def test_the_activity_of_every_key_is_summed_and_comes_as_csv(visit: Open, live: Running) -> None:
    asked(signed_in(visit, live, f"/playground?model={MODEL}", "API key", live.key))
    seen = signed_in(visit, live, "/activity", "Management key", ADMIN_KEY)
    for _ in range(30):  # the next run of the rankings sums up what was used
        expect(seen.page.locator("#requests")).not_to_have_text("-")
        if seen.page.locator("#requests").inner_text() != "0":
            break
        seen.page.wait_for_timeout(500)
        seen.page.reload()
    assert seen.page.locator("#rows th").first.inner_text() == MODEL
    seen.page.get_by_label("By", exact=True).select_option("key")
    assert seen.page.locator("#rows th").first.inner_text() == "first key"
    with seen.page.expect_download() as download:
        seen.page.get_by_role("button", name="Download CSV").click()
    assert download.value.path().read_text().startswith("date,key_id,")
    assert seen.troubles == []


@pytest.mark.parametrize(("path", "label"), [("/activity", "Management key"), ("/playground", "API key")])
def test_a_wrong_key_is_told_and_forgotten(visit: Open, live: Running, path: str, label: str) -> None:
    seen = signed_in(visit, live, path, label, "sk-sb-wrong")
    if path == "/playground":
        seen.page.get_by_role("button", name="Send").click()
    expect(seen.page.get_by_role("alert")).to_contain_text("key")
    expect(seen.page.get_by_label(label)).to_be_visible()
    assert seen.page.evaluate("sessionStorage.length") == 0


def test_the_key_stays_in_its_tab(visit: Open, live: Running) -> None:
    seen = signed_in(visit, live, "/playground", "API key", live.key)
    expect(seen.page.get_by_label("Message")).to_be_visible()
    seen.page.reload()
    expect(seen.page.get_by_label("Message")).to_be_visible()
    assert seen.page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    other = seen.page.context.new_page()
    other.goto(f"{live.url}/playground")
    expect(other.get_by_label("API key")).to_be_visible()
