"""Every page as people see it: at two sizes, in light and dark, by keyboard, without scripts, and by axe-core."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.pictures import golden_problem

COMPARED = "&".join(f"model={name}" for name in ("openai/gpt-4.1", "anthropic/claude-sonnet-4.6"))
PAGES = {
    "models": "/models",
    "model": "/models/openai/gpt-4.1",
    "provider": "/providers/openai",
    "rankings": "/rankings",
    "status": "/status",
    "docs": "/docs",
    "compare": f"/compare?{COMPARED}",
    "activity": "/activity",
    "playground": "/playground",
    "missing": "/models/openai/gpt-5000",
}
WIDTHS = (1280, 390)
# The rest of a long page looks like its beginning.
TALLEST = 2600
SMUGGLED = """() => {
  const script = document.createElement('script')
  script.textContent = 'window.smuggled = 1'
  document.body.append(script)
}"""
SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_was_looked_at(visit: Open, name: str, width: int) -> None:
    seen = visit(width=width)
    seen.open(PAGES[name])
    tall = min(TALLEST, seen.page.evaluate("document.documentElement.scrollHeight"))
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width, "the page can be pushed sideways"
    shot = seen.page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": tall})
    assert golden_problem(f"{name}-{width}", shot) is None
    assert [trouble for trouble in seen.troubles if name != "missing" or "404" not in trouble] == []


@pytest.mark.parametrize("name", ["models", "model", "status"])
def test_a_page_looks_as_it_was_looked_at_in_the_dark(visit: Open, name: str) -> None:
    seen = visit(color_scheme="dark")
    seen.open(PAGES[name])
    assert golden_problem(f"{name}-dark", seen.page.screenshot()) is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(visit: Open, axe: str, name: str, scheme: str) -> None:
    seen = visit(color_scheme=scheme)
    seen.open(PAGES[name])
    assert serious_findings(seen.page, axe) == []


def serious_findings(page: Page, axe: str) -> list[str]:
    """In words, with the first place of each and how many there are."""
    page.evaluate(axe)
    found: Any = page.evaluate("axe.run()")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


def test_the_keyboard_leads_past_the_menu_to_a_search(visit: Open) -> None:
    seen = visit()
    seen.open("/models")
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.textContent") == "Skip to content"
    seen.page.keyboard.press("Enter")
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.id") == "f-q"
    seen.page.keyboard.type("embedding 3 small")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/models?q=embedding+3+small*")
    assert seen.page.get_by_role("status").inner_text() == "1 of 100 models"
    assert seen.page.locator("tbody th code").inner_text() == "openai/text-embedding-3-small"


def test_the_keyboard_turns_the_tabs_of_the_code(visit: Open) -> None:
    seen = visit()
    seen.open("/models/openai/gpt-4.1#code")
    seen.page.locator("#code-1").focus()
    seen.page.keyboard.press("ArrowRight")
    assert seen.page.locator("#code-2").is_checked()
    shown = [code.inner_text() for code in seen.page.locator(".tabs pre").all() if code.is_visible()]
    assert len(shown) == 1
    assert "urllib" in shown[0]


def test_two_models_are_ticked_and_compared(visit: Open) -> None:
    seen = visit()
    seen.open("/models?q=gpt-4.1")
    for name in ("GPT-4.1", "GPT-4.1 mini"):
        seen.page.get_by_role("checkbox", name=f"Compare {name}", exact=True).check()
    seen.page.get_by_role("button", name="Compare the ticked").click()
    seen.page.wait_for_url("**/compare?*")
    assert seen.page.locator("thead th[scope=col]").count() == 2


def test_without_scripts_the_pages_do_all_that_they_do(visit: Open) -> None:
    seen = visit(java_script_enabled=False)
    seen.open("/models/openai/gpt-4.1")
    seen.page.get_by_label("Prompt tokens").fill("200000")
    seen.page.get_by_role("button", name="Calculate").click()
    seen.page.wait_for_url("**prompt_tokens=200000**")
    assert seen.page.locator("section[aria-labelledby=calculator] tbody td").first.inner_text() == "$0.404"
    seen.open("/activity")
    assert "This page needs JavaScript" in (seen.page.locator("noscript").text_content() or "")


@pytest.mark.parametrize("path", ["/models", "/playground"])
def test_the_policy_is_honoured(visit: Open, path: str) -> None:
    """A script that somebody smuggled in does not run, and nothing can be sent elsewhere."""
    seen = visit()
    seen.open(path)
    seen.page.evaluate(SMUGGLED)
    assert seen.page.evaluate("window.smuggled") is None
    sent = "() => fetch('http://elsewhere.test/').then(() => 'sent', () => 'refused')"
    assert seen.page.evaluate(sent) == "refused"
    assert any("Content Security Policy" in trouble for trouble in seen.troubles)
