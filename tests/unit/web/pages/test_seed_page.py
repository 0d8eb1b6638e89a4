"""A model's page and its JSON, field by field; and everything that the page shows which ours was modelled on."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from switchboard.catalog.model import DataPolicy
from switchboard.health.breaker import Signals
from switchboard.health.figures import NO_FIGURES, Rankings, Spread, Uptime
from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import DAYS, HOURS, endpoint_series, model_series
from switchboard.web.pages import wording

from tests.examples import catalog
from tests.pages import CLOCK, Row, Seen, get, page_app, shipped

NAME = "openai/gpt-4.1"
PATH = f"/models/{NAME}"
SECOND = 1000
# Throughput in tokens per second and time to the first token in ms over one hour: least, most, average.
STATISTICS = {
    "openai": ((6.46, 90.27, 26.16), (685, 1139, 923.47)),
    "azure": ((5.75, 70.44, 21.97), (1165, 28649, 3552.5)),
}
SPREAD = Spread(41, 311.0, 977.0, 613.0, 1190.0, 701.0, 811.0, 941.0)
FIGURES = replace(
    NO_FIGURES,
    uptime_5m=Uptime(97, 99),
    uptime_30m=Uptime(48, 49),
    uptime_1d=Uptime(1000, 1013),
    latency_30m=SPREAD,
    throughput_30m=replace(SPREAD, p50=33.23),
)


def seen_at(provider: str) -> Rollup:
    """Three answers whose speeds and first tokens have the least, the most and the average of the statistics."""
    speeds, firsts = STATISTICS[provider]
    answers = zip(_three(*speeds), _three(*firsts), strict=True)
    told = [
        Observation("ok", 1_000, tokens := 10_000, 5, round(first), round(tokens * SECOND / speed))
        for speed, first in answers
    ]
    return Rollup.of([*told, Observation("server")])


def _three(least: float, most: float, average: float) -> tuple[float, float, float]:
    return least, most, 3 * average - least - most if 3 * average > least + most else least


@pytest.fixture(scope="module")
def app() -> FastAPI:
    model = shipped(NAME).models[NAME]
    policy = DataPolicy(training=False, retention_days=0, verified=True)
    first, *others = model.endpoints
    model = replace(model, aliases=("gpt-4.1",), endpoints=(replace(first, data_policy=policy), *others))
    now, day = CLOCK.now(), seen_at("openai")
    return page_app(
        catalog(model),
        Rankings(30_000_000, {first.id: FIGURES, others[0].id: replace(NO_FIGURES, probes_1d=Uptime(47, 48))}),
        (
            *(Row(HOURS, endpoint_series(f"{NAME}@{tag}"), HOURS.start_of(now), seen_at(tag)) for tag in STATISTICS),
            Row(DAYS, model_series(NAME), DAYS.start_of(now), day),
            Row(DAYS, model_series(NAME), DAYS.start_of(now - 86_400), Rollup.of([Observation("ok", 77_001, 33_003)])),
        ),
        {f"{NAME}@azure": Signals(failures=3, shut_until=now + 9)},
    )


@pytest.fixture(scope="module")
def page(app: FastAPI) -> Any:
    return get(app, PATH + ".json").json()


@pytest.fixture(scope="module")
def html(app: FastAPI) -> str:
    return get(app, PATH).body.decode()


def cards(html: str) -> list[Seen]:
    return [Seen(part) for part in re.findall(r"<article.*?</article>", html, re.DOTALL)]


def section(html: str, name: str) -> Seen:
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', html, re.DOTALL)
    assert found, name
    return Seen(found[0])


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value of a document, with where it stands; lists have no numbers."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, f"{path}.{name}" if path else name)
        case list():
            for inner in value:
                yield from leaves(inner, f"{path}[]")
        case _:
            yield path, value


Words = Callable[[Any], str]


def plain(label: str = "") -> Words:
    return lambda value: f"{label} {value or 'unknown'}".strip()


def spoken(label: str, words: Words) -> Words:
    return lambda value: f"{label} {words(value)}".strip()


HEAD: Mapping[str, Words] = {
    "name": plain(),
    "id": plain(),
    "description": plain(),
    "author": plain("Author"),
    "aliases[]": plain("Also called"),
    "architecture.input_modalities[]": plain(),
    "architecture.output_modalities[]": plain("Output"),
    "context_length": spoken("Context", wording.count),
    "max_output": spoken("Most output", wording.count),
    "release_date": plain("Released"),
    "knowledge_cutoff": plain("Knowledge until"),
    "reasoning": spoken("Reasons first", wording.decided),
    "open_weights": spoken("Open weights", wording.decided),
    "measured_until": spoken("Measured until", wording.moment),
}
CARD: Mapping[str, Words] = {
    "provider_name": plain(),
    "tag": plain(),
    "simulated": lambda flag: "simulated" if flag else "",
    "aggregator": lambda flag: "aggregator" if flag else "",
    "latency_last_30m.p50": spoken("First token", wording.latency),
    "latency_last_30m": spoken("First token", wording.latency),
    "throughput_last_30m.p50": spoken("Throughput", wording.throughput),
    "throughput_last_30m": spoken("Throughput", wording.throughput),
    "uptime_last_30m": spoken("Uptime", wording.percent),
    "uptime_last_1d": lambda value: "no attempt in the last day" if value is None else wording.percent(value),
    "attempts_last_1d": lambda number: f"of {wording.times(number, 'attempt')}" if number else "no attempt",
    "probes_last_1d": lambda nothing: "",
    "probes_last_1d.uptime": spoken("probes", wording.percent),
    "probes_last_1d.attempts": lambda number: f"of {wording.times(number, 'attempt')}",
    "paused": lambda nothing: "",
    "paused.until": spoken("Paused until", wording.clock),
    "paused.reason": plain(),
    "hours[].start": spoken("", wording.moment),
    "hours[].uptime": spoken("", wording.percent),
    "unpriced[]": wording.unit_name,
    "context_length": spoken("Context", wording.count),
    "max_completion_tokens": spoken("Most output", wording.count),
    "protocols[]": plain(),
    "input_modalities[]": plain(),
    "quantization": lambda name: name or "",
    "region": lambda name: name or "",
    "deprecation_date": lambda date: f"Ends {date}" if date else "",
    "data_policy.training": spoken("Trains on prompts", wording.decided),
    "data_policy.retention_days": spoken("Keeps prompts", wording.retention),
    "moderation": plain("Moderation"),
    "sources.date": plain("Prices checked"),
    "sources.agreement": plain("sources agree:"),
    "supported_parameters[]": plain(),
    "prices[].when": lambda when: "" if when == "standard" else when[0].upper() + when[1:],
}
CALCULATOR: Mapping[str, Words] = {
    "data[].provider_name": plain(),
    "data[].usd": wording.usd,
    "data[].usd_per_thousand": wording.usd,
    "data[].fits": wording.decided,
}
DAY: Mapping[str, Words] = {name: wording.count for name in ("prompt_tokens", "completion_tokens", "requests")}
SPREADS = ("min", "avg", "p50", "p90", "p99", "max")
# What clients of an API need under these names, and a reader is told under others.
FOR_CLIENTS = re.compile(
    r"title|family|(created|object|owned_by|type|display_name|created_at|lifecycle|max_input_tokens|max_tokens)"
    r"|canonical_slug|architecture\.(modality|tokenizer|instruct_type)|pricing\..+|top_provider\..+|per_request_limits"
    r"|supported_parameters\[\]|providers\[\]|as_of"
)
CARD_FOR_CLIENTS = re.compile(
    r"(id|name|model_id|model_name|provider|status|max_prompt_tokens|supports_implicit_caching|pricing\..+)"
    r"|output_modalities\[\]|uptime_last_5m|requests_last_1d|data_policy\.verified|status_page_url"
    r"|(latency|throughput)_last_30m\.(p75|p90|p99|min|max|avg|count)|hours\[\]\.(requests|latency_p50|throughput_p50)"
    r"|(latency|throughput)_last_1d.*|prices\[\]\.rates\..+|sources"
)


def missing(seen: Seen, document: Any, words: Mapping[str, Words], left_out: re.Pattern[str]) -> list[str]:
    """What stands in the document and neither on the page nor among what is left out on purpose."""
    return [
        f"{path}: {value!r}"
        for path, value in leaves(document)
        if not left_out.fullmatch(path) and not (path in words and seen.has(words[path](value)))
    ]


ELSEWHERE = ("endpoints", "calculator", "samples", "tokens_per_day", "benchmarks")


def test_the_head_shows_every_fact_of_the_json(page: Any, html: str) -> None:
    head = {name: value for name, value in page.items() if name not in ELSEWHERE}
    assert missing(Seen(html), head, HEAD, FOR_CLIENTS) == []


def test_every_card_shows_every_fact_of_its_endpoint(page: Any, html: str) -> None:
    shown = cards(html)
    assert len(shown) == len(page["endpoints"]) == 4
    for endpoint, card in zip(page["endpoints"], shown, strict=True):
        assert missing(card, endpoint, CARD, CARD_FOR_CLIENTS) == [], endpoint["tag"]


def test_the_comparison_notices_what_a_page_does_not_show(page: Any, html: str) -> None:
    endpoint = page["endpoints"][0]
    for changed in ({"context_length": 7}, {"data_policy": {"training": None}}, {"a_new_field": 1}):
        assert len(missing(cards(html)[0], endpoint | changed, CARD, CARD_FOR_CLIENTS)) == 1


def test_every_price_of_the_json_stands_on_its_card(page: Any, html: str) -> None:
    for endpoint, card in zip(page["endpoints"], cards(html), strict=True):
        for row in endpoint["prices"]:
            assert all(card.has(f"{wording.unit_name(unit)} {wording.usd(usd)}") for unit, usd in row["rates"].items())


def test_a_status_page_is_a_link_of_its_card(page: Any, html: str) -> None:
    for endpoint, card in zip(page["endpoints"], cards(html), strict=True):
        assert endpoint["status_page_url"] in card.links()


def test_the_days_spreads_are_rows_of_the_speed_tables(page: Any, html: str) -> None:
    seen = section(html, "speed")
    for endpoint in page["endpoints"]:
        fast, soon = endpoint["throughput_last_1d"], endpoint["latency_last_1d"]
        if fast is None or soon is None:
            assert seen.has(f"{endpoint['provider_name']} no data")
            continue
        assert seen.has(" ".join([endpoint["provider_name"], *(f"{fast[name]:,.1f}" for name in SPREADS)]))
        assert seen.has(" ".join([endpoint["provider_name"], *(wording.latency(soon[name]) for name in SPREADS)]))
        assert seen.has(f"{wording.latency(soon['max'])} {soon['count']}")


def test_tokens_per_day_are_those_of_the_json(page: Any, html: str) -> None:
    asked = [day for day in page["tokens_per_day"] if day["requests"]]
    assert len(asked) == 2
    seen = section(html, "tokens")
    for day in asked:
        assert seen.has(" ".join([day["date"], *(DAY[name](day[name]) for name in DAY)]))
        assert seen.has(f"{day['date']}: {day['prompt_tokens'] + day['completion_tokens']:,}")


def test_the_calculator_shows_what_the_json_answers(app: FastAPI) -> None:
    query = "?prompt_tokens=250000&output_tokens=12345&hour=7"
    answer = get(app, f"{PATH}.json{query}").json()["calculator"]
    seen = section(get(app, PATH + query).body.decode(), "calculator")
    fields = {attributes.get("name"): attributes.get("value") for tag, attributes in seen.tags if tag == "input"}
    assert fields == {"prompt_tokens": "250000", "output_tokens": "12345"}
    left_out = re.compile(r"prompt_tokens|output_tokens|hour|data\[\]\.(id|tag)")
    assert missing(seen, answer, CALCULATOR, left_out) == []
    assert answer["data"][0]["usd"] == "0.59876"


def test_samples_and_benchmarks_are_those_of_the_json(page: Any, html: str) -> None:
    code = re.sub(r"\s+", " ", section(html, "code").text)
    assert all(re.sub(r"\s+", " ", f"{one['language']} {one['code']}").strip() in code for one in page["samples"])
    (benchmark,) = page["benchmarks"]
    seen = section(html, "benchmarks")
    assert seen.has("{name} {score} {metric} {date}".format(**benchmark))
    assert benchmark["source"] in seen.links()


def test_everything_that_the_seed_page_shows_is_in_the_json(page: Any) -> None:
    """The figures, facts and prices of the page that ours was modelled on, each under its public name."""
    for endpoint in page["endpoints"][:2]:
        speeds, firsts = STATISTICS[endpoint["tag"]]
        assert endpoint["throughput_last_1d"]["min"] == pytest.approx(speeds[0], rel=0.01)
        assert endpoint["throughput_last_1d"]["max"] == pytest.approx(speeds[1], rel=0.01)
        assert (endpoint["latency_last_1d"]["min"], endpoint["latency_last_1d"]["max"]) == firsts[:2]
    first = page["endpoints"][0]
    assert (first["latency_last_30m"]["p50"], first["throughput_last_30m"]["p50"]) == (1190.0, 33.23)
    assert first["uptime_last_30m"] == 97.96
    assert first["prices"][0] == {
        "when": "standard",
        "rates": {"input": "2", "output": "8", "cache_read": "0.5", "web_search": "0.025"},
    }
    assert first["unpriced"] == ["cache_write_5m", "cache_write_1h"]
    assert (first["context_length"], first["max_completion_tokens"]) == (1_047_576, 32_768)
    assert len(first["supported_parameters"]) == 14
    assert first["protocols"] == ["openai", "anthropic"]
    assert (first["data_policy"]["training"], first["data_policy"]["retention_days"]) == (False, 0)
    assert (first["moderation"], first["status_page_url"]) == (
        "responsibility of developer",
        "https://status.openai.com",
    )
    assert len(first["hours"]) == 48
    assert [sample["language"] for sample in page["samples"]] == [
        *("OpenAI-Python", "Python", "TypeScript", "OpenAI-TypeScript", "cURL", "Anthropic-Python"),
    ]
