import json
import logging
from typing import Any

import pytest
from switchboard.telemetry import SERVICE, Telemetry


@pytest.fixture(autouse=True)
def _first_of_its_process() -> None:
    """Powertools sets a logger up once; for these tests each is the first."""
    logging.Logger.manager.loggerDict.pop(SERVICE, None)


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_event_is_one_line_of_json_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("INFO").info("generation", {"model": "lab/one", "cost": None})
    (line,) = lines(capsys)
    assert (line["level"], line["message"], line["service"], line["model"]) == (
        "INFO",
        "generation",
        "switchboard",
        "lab/one",
    )
    assert "cost" not in line


def test_below_its_level_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("WARNING").info("generation", {})
    assert lines(capsys) == []


def test_a_spilled_record_is_written_whatever_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("CRITICAL").spill('{"kind":"usage_spill"}')
    assert lines(capsys) == [{"kind": "usage_spill"}]


def test_a_count_is_a_metric_by_provider(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("INFO").count("Fallbacks", "acme")
    (line,) = lines(capsys)
    assert (line["provider"], line["Fallbacks"]) == ("acme", [1.0])
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Switchboard"


def test_metrics_can_be_off(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("INFO", metrics=False).count("Fallbacks", "acme")
    assert lines(capsys) == []
