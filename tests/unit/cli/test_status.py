from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
import pytest

from cli.gateway import Answer, HttpGateway
from cli.status import look

NOW = 1_800_000_000.0
ROW = {
    "provider": "acme",
    "state": "normal",
    "uptime_last_30m": 99.9,
    "uptime_last_1d": 99.5,
    "endpoints": 2,
    "days": [],
}
PAGE = {"measured_until": NOW - 60, "providers": [ROW]}


@dataclass(frozen=True)
class FakeHttp(HttpGateway):
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        return self.answers[path]


def seen(health: int = 200, page: object = PAGE, status: int = 200) -> dict[str, object]:
    answers = {"/healthz": Answer(health, {}, b""), "/status.json": Answer(status, {}, orjson.dumps(page))}
    return look(FakeHttp("http://gateway", None, answers), NOW)


def test_a_gateway_is_shown_with_the_providers_that_were_asked_lately() -> None:
    found = seen()
    assert (found["health"], found["rankings"]) == ("ok", "60 s old")
    assert found["providers"] == [{name: value for name, value in ROW.items() if name != "days"}]


@pytest.mark.parametrize(
    ("measured", "words"), [(None, "none yet"), (NOW - 3600, "switchboard logs rankings"), (NOW + 5, "0 s old")]
)
def test_old_rankings_say_where_to_look(measured: float | None, words: str) -> None:
    assert words in str(seen(page={"measured_until": measured, "providers": []})["rankings"])


def test_what_does_not_answer_well_is_not_called_ok() -> None:
    found = seen(health=502, status=502)
    assert (found["health"], found["providers"]) == ("answered 502", [])
