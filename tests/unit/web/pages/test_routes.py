"""Every page over the same application that serves it, with figures, and with a catalog that means harm."""

import itertools
import re
from dataclasses import replace

import pytest
from fastapi import FastAPI
from switchboard.catalog.model import DataPolicy
from switchboard.health.breaker import Signals
from switchboard.health.figures import NO_FIGURES, Rankings, Spread, Uptime
from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import DAYS, HOURS, endpoint_series, model_series
from switchboard.web.pages.render import STYLE_PATH
from switchboard.web.pages.scripts import SCRIPT_FOLDER

from tests.examples import catalog, endpoint, model, provider
from tests.pages import CLOCK, Row, Seen, get, page_app

HOSTILE = "\"><script>alert(1)</script>'|`\n# x"
OFFER = endpoint(
    supported_parameters=frozenset({"tools", HOSTILE}),
    context=123_457,
    facts={"moderation": HOSTILE, "protocols": ["openai", HOSTILE]},
    provider=provider(name="acme", status_page="javascript:alert(1)", data_policy=DataPolicy()),
)
BARE = endpoint("b")
SPREAD = Spread(41, 311.0, 977.0, 613.0, 587.0, 701.0, 811.0, 941.0)
SCRIPTED = ("/activity", "/playground")
UNSCRIPTED = ("/models", "/models/lab/one", "/providers/acme", "/rankings", "/status", "/docs", "/compare")
PAGES = (*UNSCRIPTED, *SCRIPTED)


SEEN = Rollup.of([Observation("ok", 1234, 567, 5, 653, 1000), Observation("server")])


@pytest.fixture(scope="module")
def app() -> FastAPI:
    figures = replace(NO_FIGURES, uptime_30m=Uptime(9, 11), uptime_1d=Uptime(97, 101), latency_30m=SPREAD)
    figures = replace(figures, throughput_30m=replace(SPREAD, p50=73.3))
    named = model(OFFER, BARE, aliases=("one",), description=HOSTILE, facts={"family": HOSTILE})
    now = CLOCK.now()
    return page_app(
        catalog(named, model(endpoint("b", model="lab/two"), name="lab/two")),
        Rankings(30_000_000, {OFFER.id: figures}),
        (
            Row(HOURS, endpoint_series(OFFER.id), HOURS.start_of(now), SEEN),
            Row(DAYS, endpoint_series(OFFER.id), DAYS.start_of(now), SEEN),
            Row(DAYS, model_series("lab/one"), DAYS.start_of(now), SEEN),
        ),
    )


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("suffix", ["", ".md", ".json"])
def test_every_page_is_there_in_three_forms_and_may_be_kept(app: FastAPI, path: str, suffix: str) -> None:
    shown = get(app, path + suffix)
    assert shown.status == 200
    assert shown.headers["cache-control"].startswith("public, max-age=")
    again = get(app, path + suffix, if_none_match=shown.headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_a_language_and_a_way_past_the_menu(app: FastAPI, path: str) -> None:
    tags = Seen(get(app, path)).tags
    assert [tag for tag, _ in tags].count("h1") == 1
    assert ("html", {"lang": "en"}) in tags
    assert ("a", {"class": "skip", "href": "#main"}) in tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_its_label_and_no_id_is_there_twice(app: FastAPI, path: str) -> None:
    tags = Seen(get(app, path)).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    labelled = {attributes["for"] for tag, attributes in tags if tag == "label"}
    fields = [attributes for tag, attributes in tags if tag in ("input", "select", "textarea")]
    assert all("aria-label" in attributes or attributes["id"] in labelled for attributes in fields)


@pytest.mark.parametrize("path", UNSCRIPTED)
def test_a_page_needs_no_script(app: FastAPI, path: str) -> None:
    page = get(app, path)
    assert b"<script" not in page.body
    assert "script-src" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", SCRIPTED)
def test_a_signed_in_page_runs_our_own_script_and_no_other(app: FastAPI, path: str) -> None:
    page = get(app, path)
    assert "script-src 'self'; connect-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    scripts = [attributes for tag, attributes in Seen(page).tags if tag == "script"]
    assert [one["src"] for one in scripts] == [f"./{SCRIPT_FOLDER}{path.removeprefix('/')}.js"]
    script = get(app, f"/{SCRIPT_FOLDER}{path.removeprefix('/')}.js")
    assert (script.status, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert "immutable" in script.headers["cache-control"]
    assert b"noscript" in page.body


@pytest.mark.parametrize("path", PAGES)
def test_a_page_takes_nothing_from_elsewhere(app: FastAPI, path: str) -> None:
    for tag, attributes in Seen(get(app, path)).tags:
        assert tag not in ("style", "iframe")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        if tag in ("img", "link"):
            source = attributes.get("src") or attributes.get("href") or ""
            assert source.startswith("data:image/svg") or source.endswith(STYLE_PATH)


@pytest.mark.parametrize("path", PAGES)
def test_a_hostile_catalog_is_shown_as_text(app: FastAPI, path: str) -> None:
    assert b"<script>" not in get(app, path).body
    assert b"<script" not in get(app, path + ".md").body
    links = [attributes.get("href") or "" for _, attributes in Seen(get(app, path)).tags]
    assert not [link for link in links if link.startswith("javascript")]


def test_a_hostile_description_is_there_for_its_reader(app: FastAPI) -> None:
    assert Seen(get(app, "/models/lab/one")).has("<script>alert(1)</script>")


def test_page_and_json_of_a_model_show_the_same_numbers(app: FastAPI) -> None:
    page = get(app, "/models/lab/one.json").json()
    seen = Seen(get(app, "/models/lab/one"))
    card = page["endpoints"][0]
    assert card["uptime_last_1d"] == 50.0
    assert seen.has(f"{card['latency_last_30m']['p50']:.0f} ms")
    assert seen.has(f"{card['throughput_last_30m']['p50']} tok/s")
    assert seen.has(f"{card['uptime_last_30m']} %")
    assert seen.has(f"{card['context_length']:,}")
    assert seen.has(f"{card['latency_last_1d']['min']:.0f} ms")
    assert seen.has(f"${page['calculator']['data'][0]['usd']}")
    today = page["tokens_per_day"][-1]
    assert seen.has(f"{today['prompt_tokens']:,}")
    assert seen.has(f"{today['completion_tokens']:,}")
    assert all(seen.has(sample["code"].splitlines()[0]) for sample in page["samples"])


def test_what_is_not_known_is_said_to_be_unknown_and_silence_to_be_no_data(app: FastAPI) -> None:
    seen = Seen(get(app, "/models/lab/one"))
    assert seen.has("Trains on prompts unknown")
    assert seen.has("Keeps prompts unknown Moderation")
    assert seen.has("First token no data")


def test_the_series_of_the_page_are_the_apis(app: FastAPI) -> None:
    stats = get(app, "/api/v1/models/lab/one/stats").json()["data"]
    page = get(app, "/models/lab/one.json").json()
    assert stats["tokens_per_day"] == page["tokens_per_day"]
    assert [one["hours"] for one in stats["endpoints"]] == [one["hours"] for one in page["endpoints"]]
    assert "/api/v1/models/{author}/{slug}/stats" in get(app, "/openapi.json").json()["paths"]


@pytest.fixture(scope="module")
def paused() -> FastAPI:
    offer = endpoint(data_policy=DataPolicy(retention_days=0))
    shut = Signals(failures=3, shut_until=CLOCK.now() + 7)
    return page_app(catalog(model(offer)), Rankings(30_000_000, {offer.id: NO_FIGURES}), signals={offer.id: shut})


@pytest.mark.parametrize("path", ["/models/lab/one", "/providers/acme", "/status"])
def test_an_endpoint_that_requests_pass_by_is_shown_to_be_paused_until_when(
    paused: FastAPI, app: FastAPI, path: str
) -> None:
    assert Seen(get(paused, path)).has("Paused until 08:00:07 UTC: failures")
    assert b"until 08:00:07 UTC" in get(paused, path + ".md").body
    assert b"Paused" not in get(app, path).body


@pytest.mark.parametrize("path", ["models/lab/one/endpoints", "endpoints/zdr"])
def test_the_api_tells_of_pauses_too(paused: FastAPI, path: str) -> None:
    shown = get(paused, f"/api/v1/{path}").json()["data"]
    (row,) = shown if isinstance(shown, list) else shown["endpoints"]
    assert row["paused"] == {"reason": "failures", "until": CLOCK.now() + 7}


def test_an_alias_leads_to_its_model(app: FastAPI) -> None:
    assert get(app, "/models/one.json").json()["id"] == "lab/one"


def test_a_browser_is_told_of_an_unknown_model_in_a_page_and_a_client_in_json(app: FastAPI) -> None:
    page = get(app, "/models/lab/onne")
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert any(attributes.get("href") == "../../models/lab/one" for _, attributes in Seen(page).tags)
    for told in (get(app, "/models/lab/onne", "*/*"), get(app, "/models/lab/onne.json")):
        assert (told.status, told.json()["error"]["metadata"]["near_matches"][0]) == (404, "lab/one")


def test_an_unknown_model_in_markdown_is_told_in_markdown(app: FastAPI) -> None:
    page = get(app, "/models/lab/onne.md", "*/*")
    assert (page.status, page.headers["content-type"]) == (404, "text/markdown; charset=utf-8")
    assert b"- [lab/one](../../models/lab/one.md)" in page.body


@pytest.mark.parametrize("path", ["/nowhere", "/models/", "/status/nowhere"])
def test_a_browser_that_asks_for_no_page_at_all_is_shown_one(app: FastAPI, path: str) -> None:
    page, told = get(app, path), get(app, path, "*/*")
    assert (page.status, told.status) == (404, 404)
    assert Seen(page).has("Not found")
    assert told.json()["error"]["type"]


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/nowhere.json", "/v1/nowhere"])
def test_the_api_answers_browsers_in_json_too(app: FastAPI, path: str) -> None:
    assert get(app, path).json()["error"]["code"] == "not_found"


FIVE = "compare?" + "&".join(f"model={name}" for name in "abcde")


def test_models_are_compared_by_a_link_and_unknown_ones_are_told(app: FastAPI) -> None:
    query = "?model=lab/two&model=&model=one"
    assert [one["id"] for one in get(app, "/compare.json" + query).json()["data"]] == ["lab/two", "lab/one"]
    assert {"./models/lab/one", "./models/lab/two"} <= set(Seen(get(app, "/compare" + query)).links())
    assert get(app, "/compare.json?model=lab/onne").json()["error"]["metadata"]["near_matches"][0] == "lab/one"


@pytest.mark.parametrize("query", [FIVE, "models?sort=x", "models?max_price=-1", "models/lab/one?hour=24"])
def test_an_absurd_question_is_refused_in_the_form_it_came_in(app: FastAPI, query: str) -> None:
    page, told = get(app, f"/{query}"), get(app, f"/{query}", "application/json")
    assert (page.status, told.status) == (400, 400)
    assert b"<h1>" in page.body
    assert told.json()["error"]["type"] == "invalid_request_error"


def test_the_front_is_the_list_for_browsers_and_what_it_was_for_clients(app: FastAPI) -> None:
    assert Seen(get(app, "/")).has("2 of 2 models")
    assert get(app, "/", "*/*").json()["api"] == "/api/v1"


def test_the_form_works_by_itself_and_keeps_what_was_filled_in(app: FastAPI) -> None:
    seen = Seen(get(app, "/models?q=two&sort=price"))
    assert seen.has("1 of 2 models")
    fields = [attributes for tag, attributes in seen.tags if tag == "input"]
    assert "two" in [attributes.get("value") for attributes in fields]


def test_a_hostile_search_comes_back_as_text(app: FastAPI) -> None:
    assert b"<script" not in get(app, "/models?q=%22%3E%3Cscript%3E").body


def test_the_stylesheet_is_kept_for_ever_under_its_name(app: FastAPI) -> None:
    style = get(app, "/" + STYLE_PATH)
    assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in style.headers["cache-control"]
    assert get(app, "/assets/style.000000000000.css").status == 404


def test_agents_have_an_index(app: FastAPI) -> None:
    index = get(app, "/llms.txt", "*/*")
    assert index.headers["content-type"].startswith("text/plain")
    assert b"(http://gateway.test/models/lab/one.md)" in index.body


def test_an_unknown_provider_is_not_found(app: FastAPI) -> None:
    assert get(app, "/providers/nobody").status == 404
    assert "../providers/acme" in Seen(get(app, "/providers/acne")).links()
    assert get(app, "/providers/nobody.json").json()["error"]["code"] == "not_found"
