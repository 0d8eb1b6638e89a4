import gzip
import random
import re
from typing import Any

import pytest
from jinja2 import UndefinedError
from switchboard.health.figures import NO_RANKINGS
from switchboard.health.rollup import Observation, Rollup
from switchboard.json_types import JsonObject
from switchboard.storage.rollups import Bucket
from switchboard.web.pages.calculator import Question
from switchboard.web.pages.listing import Filters, Listing, list_object
from switchboard.web.pages.model_page import Measured, page_object
from switchboard.web.pages.provider_page import provider_page
from switchboard.web.pages.render import STYLE, STYLE_PATH, as_html, as_markdown
from switchboard.web.pages.series import HOURS_SHOWN, endpoint_stats

from tests.pages import many_times, shipped

ERROR: JsonObject = {
    "title": "Not found",
    "status": 404,
    "message": "There is no <b>&'\"",
    "near_matches": ['a"b/<i>'],
    "place": "models",
}


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


LARGEST_LIST, LARGEST_MODEL = 60 * 1024, 15 * 1024


def weight(html: str) -> int:
    return len(gzip.compress(html.encode(), 6))


def test_a_list_of_a_thousand_models_is_light() -> None:
    large = many_times(shipped(), 10)
    html = as_html("models", list_object(Listing(large), NO_RANKINGS, Filters()), "/models")
    assert html.count("<tr ") == 1 + len(large.models) >= 1000
    assert weight(html) <= LARGEST_LIST


def test_the_page_of_the_model_with_the_most_endpoints_is_light() -> None:
    model = max(shipped().models.values(), key=lambda one: len(one.endpoints))
    luck = random.Random(1)
    hours = [Bucket(place * 3600, Rollup.of(observed(luck))) for place in range(HOURS_SHOWN)]
    series: Any = [endpoint_stats(endpoint, hours) for endpoint in model.endpoints]
    stats: JsonObject = {"as_of": 1, "tokens_per_day": [], "endpoints": series}
    page = page_object(model, Measured(NO_RANKINGS, stats, {}), Question(1, 1, 1), "https://here.test")
    assert weight(as_html("model", page, "/models/lab/one")) <= LARGEST_MODEL


def observed(luck: random.Random) -> list[Observation]:
    failed = [Observation("server")] * luck.randint(0, 3)
    return [Observation("ok", 100, 200, 5, luck.randint(200, 3000), luck.randint(500, 9000)), *failed]


def test_every_model_and_provider_that_is_shipped_has_its_page() -> None:
    """Catalog files leave out what they like: a page must not fail for it."""
    catalog = shipped()
    for model in catalog.models.values():
        series: Any = [endpoint_stats(endpoint, []) for endpoint in model.endpoints]
        stats: JsonObject = {"as_of": 1, "tokens_per_day": [], "endpoints": series}
        page = page_object(model, Measured(NO_RANKINGS, stats, {}), Question(1, 1, 1), "https://here.test")
        assert model.id in as_html("model", page, "/models/lab/one")
        assert model.id in as_markdown("model", page, "/models/lab/one.md")
    for provider in catalog.providers.values():
        page = provider_page(catalog, provider, NO_RANKINGS, {})
        assert provider.id in as_html("provider", page, "/providers/x")
        assert provider.id in as_markdown("provider", page, "/providers/x.md")
