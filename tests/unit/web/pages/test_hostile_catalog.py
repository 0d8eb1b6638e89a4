"""A catalog file whose every text means harm, over every page that there is and every form of it."""

import json
import re
import tomllib
from functools import cache
from html.parser import HTMLParser

import pytest
from fastapi import FastAPI
from switchboard.catalog.compile import compile_catalog
from switchboard.catalog.load import load_catalog
from switchboard.health.figures import NO_FIGURES, Rankings
from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import DAYS, HOURS, endpoint_series, model_series

from tests.pages import CLOCK, Row, get, page_app

HARM = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\"' onload='alert(1)' {{7*7}} | `x`"
LINK = "javascript:alert(1)"
# Written as TOML's literals and JSON's strings have the same escapes.
TOLD, AT, WEB = json.dumps(HARM), json.dumps(LINK), json.dumps(f"https://acme.test/{HARM}".replace(" ", ""))
FILE = f"""
[provider]
id = "acme"
name = {TOLD}
base_url = "https://llm.acme.test/v1"
key_env = "ACME_API_KEY"
protocol = "openai-chat"
status_page = {WEB}
docs = {WEB}
privacy_policy_url = {AT}
terms_of_service_url = {AT}
headquarters = {TOLD}

[model]
id = "lab/one"
name = {TOLD}
description = {TOLD}
family = {TOLD}
tokenizer = {TOLD}
benchmarks = [{{ name = {TOLD}, score = 1, metric = {TOLD}, source = {AT}, date = {TOLD} }}]

[[endpoints]]
model = "lab/one"
upstream_id = {TOLD}
quantization = {TOLD}
region = {TOLD}
moderation = {TOLD}
protocols = [{TOLD}]
supported_parameters = ["tools", {TOLD}]
price = {{ input = "1", output = "2" }}
"""
PAGES = (
    *("/models", "/models/lab/one", "/models/lab/onne", "/providers/acme", "/providers/acne", "/rankings", "/status"),
    *("/docs", "/compare?model=lab/one", "/activity", "/playground", "/nowhere", "/models?sort=%3Cscript%3E"),
)


@cache
def app() -> FastAPI:
    catalog = load_catalog(compile_catalog([("acme.toml", FILE)]))
    (endpoint,) = catalog.models["lab/one"].endpoints
    now, seen = CLOCK.now(), Rollup.of([Observation("ok", 1234, 567, 5, 653, 1000), Observation("server")])
    rows = (
        Row(HOURS, endpoint_series(endpoint.id), HOURS.start_of(now), seen),
        Row(DAYS, endpoint_series(endpoint.id), DAYS.start_of(now), seen),
        Row(DAYS, model_series("lab/one"), DAYS.start_of(now), seen),
    )
    return page_app(catalog, Rankings(30_000_000, {endpoint.id: NO_FIGURES}), rows)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_file_is_one_that_the_catalog_takes() -> None:
    assert tomllib.loads(FILE)["provider"]["name"] == HARM
    shown = get(app(), "/models/lab/one.json").json()
    assert (shown["name"], shown["endpoints"][0]["provider_name"]) == (HARM, HARM)


@pytest.mark.parametrize("path", PAGES)
def test_in_html_it_stays_text(path: str) -> None:
    text = get(app(), path).body.decode()
    for tag, attributes in Tags(text).found:
        assert tag != "script" or (attributes.get("src") or "").startswith("./assets/")
        assert not [name for name in attributes if name.startswith("on")]
        assert not any((value or "").lower().startswith("javascript") for value in attributes.values())
        assert tag != "img" or (attributes.get("src") or "").startswith("data:image/svg+xml;base64,")


def test_it_is_no_template_either() -> None:
    assert "{{7*7}}" in get(app(), "/models/lab/one").body.decode()


@pytest.mark.parametrize("path", [path for path in PAGES if "?" not in path])
def test_in_markdown_it_is_neither_a_tag_nor_a_cell_nor_code(path: str) -> None:
    text = get(app(), path + ".md").body.decode()
    outside = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    assert "<script" not in outside
    assert "<img" not in outside
    assert "](javascript" not in outside
    assert text.count("\n```") % 2 == 0
    for row in re.findall(r"^\|.*\|$", outside, re.MULTILINE):
        assert "' onload" not in row or "\\| 'x'" in row


@pytest.mark.parametrize("path", ["/llms.txt", "/openapi.json", "/api/v1/models", "/api/v1/providers"])
def test_elsewhere_it_is_never_a_page(path: str) -> None:
    reply = get(app(), path, "*/*")
    assert reply.status == 200
    assert "html" not in reply.headers["content-type"]
    assert "<script" not in reply.body.decode() or json.loads(reply.body)
