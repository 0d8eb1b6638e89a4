import re
from typing import Any

import pytest
from jinja2 import UndefinedError
from switchboard.catalog.compile import compile_directories
from switchboard.catalog.load import load_catalog
from switchboard.health.figures import NO_RANKINGS
from switchboard.json_types import JsonObject
from switchboard.web.pages.calculator import Question
from switchboard.web.pages.model_page import page_object
from switchboard.web.pages.provider_page import provider_page
from switchboard.web.pages.render import STYLE, STYLE_PATH, as_html, as_markdown
from switchboard.web.pages.series import endpoint_stats

from tests.house import ROOT

ERROR: JsonObject = {"title": "Not found", "status": 404, "message": "There is no <b>&'\"", "near_matches": ['a"b/<i>']}


def test_what_a_page_is_given_is_text_and_never_markup() -> None:
    html = as_html("error", ERROR, "/models/x")
    assert "There is no &lt;b&gt;&amp;&#39;&#34;" in html
    assert 'href="../models/a&#34;b/&lt;i&gt;"' in html


def test_the_stylesheets_name_follows_its_content() -> None:
    assert re.fullmatch(r"assets/style\.[0-9a-f]{12}\.css", STYLE_PATH)
    assert b"http" not in STYLE


@pytest.mark.parametrize(
    ("path", "root"), [("/", "./"), ("/models", "./"), ("/providers/x", "../"), ("/models/lab/one", "../../")]
)
def test_links_are_relative_so_that_they_hold_below_any_prefix(path: str, root: str) -> None:
    html = as_html("error", ERROR, path)
    assert f'href="{root}{STYLE_PATH}"' in html
    assert 'href="/' not in html


def test_a_template_that_asks_for_what_is_not_there_fails() -> None:
    with pytest.raises(UndefinedError):
        as_markdown("provider", {"name": "x"}, "/providers/x.md")


def test_no_template_writes_a_script_or_a_style_of_its_own() -> None:
    html = as_html("error", ERROR, "/models/x")
    assert not re.search(r"<script|<style|style=|\son\w+=|javascript:", html)


def test_every_model_and_provider_that_is_shipped_has_its_page() -> None:
    """Catalog files leave out what they like: a page must not fail for it."""
    catalog = load_catalog(compile_directories(ROOT / "layers" / "catalog", None))
    for model in catalog.models.values():
        series: Any = [endpoint_stats(endpoint, []) for endpoint in model.endpoints]
        stats: JsonObject = {"as_of": 1, "tokens_per_day": [], "endpoints": series}
        page = page_object(model, NO_RANKINGS, stats, Question(1, 1, 1), "https://here.test")
        assert model.id in as_html("model", page, "/models/lab/one")
        assert model.id in as_markdown("model", page, "/models/lab/one.md")
    for provider in catalog.providers.values():
        page = provider_page(catalog, provider, NO_RANKINGS)
        assert provider.id in as_html("provider", page, "/providers/x")
        assert provider.id in as_markdown("provider", page, "/providers/x.md")
