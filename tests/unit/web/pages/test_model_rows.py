from switchboard.json_types import JsonObject
from switchboard.web.pages.model_rows import model_rows

from tests.pages import Seen

HOSTILE = "\"><script>alert('1')</script>"


def row(**changes: object) -> JsonObject:
    shown: dict[str, object] = {
        "id": "lab/one",
        "name": "One",
        "usd_per_million": {"input": "0.5", "output": "12"},
        "context_length": 128_000,
        "best_throughput": 81.25,
        "best_latency": 420.0,
        "providers": ["a", "b/fast"],
    }
    return shown | changes  # type: ignore[return-value]  # what a test puts in is JSON


def test_a_row_has_all_that_its_object_tells() -> None:
    seen = Seen(str(model_rows([row()], "../")))
    assert seen.text.strip() == "One lab/one $0.50 $12.00 128K 81.2 tok/s 420 ms 2"
    assert seen.links() == ["../models/lab/one"]


def test_what_is_not_known_is_no_zero() -> None:
    unknown = row(
        usd_per_million={"input": None, "output": None}, context_length=None, best_throughput=None, best_latency=None
    )
    html = str(model_rows([unknown], "./"))
    assert Seen(html).has("unknown unknown unknown no data no data 2")
    assert html.count('class="n quiet"') == 2


def test_a_name_stays_text() -> None:
    seen = Seen(str(model_rows([row(id=HOSTILE, name=HOSTILE)], "./")))
    assert "script" not in {tag for tag, _ in seen.tags}
    assert seen.text.count(HOSTILE) == 2
    assert dict(seen.tags)["input"]["value"] == HOSTILE


def test_a_row_follows_its_figures_though_the_rest_is_kept() -> None:
    first, second = (str(model_rows([row(best_latency=each)], "./")) for each in (100.0, 200.0))
    assert (Seen(first).has("100 ms"), Seen(second).has("200 ms")) == (True, True)
