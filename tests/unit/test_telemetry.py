import json
import logging
from typing import Any

import pytest
from switchboard.telemetry import SERVICE, UNITS, Telemetry


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


def test_measures_are_metrics_on_the_line_of_their_event_by_stack_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("INFO", "prod").info("generation", {"model": "lab/one"}, {"Generations": 1, "FirstTokenMilliseconds": 9})
    (line,) = lines(capsys)
    assert (line["model"], line["stack"], line["Generations"], line["FirstTokenMilliseconds"]) == (
        "lab/one",
        "prod",
        1,
        9,
    )
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Switchboard", [["stack"]])
    named = {"Name": "Generations", "Unit": "Count"}, {"Name": "FirstTokenMilliseconds", "Unit": "Milliseconds"}
    assert directive["Metrics"] == list(named)
    assert line["_aws"]["Timestamp"] > 1_600_000_000_000  # milliseconds


def test_measures_are_counted_whatever_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("ERROR", "prod").info("generation", {"model": "lab/one"}, {"Generations": 1})
    Telemetry("ERROR", "prod").measure({"SpilledRecords": 1})
    event, alone = lines(capsys)
    assert (event["Generations"], alone["SpilledRecords"], "model" in event) == (1, 1, False)


def test_without_a_stack_nothing_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    Telemetry("INFO").measure({"SpilledRecords": 1})
    assert lines(capsys) == []


@pytest.mark.parametrize("metric", UNITS)
def test_a_metric_has_a_unit_that_cloudwatch_knows(metric: str) -> None:
    assert UNITS[metric] in ("Count", "Milliseconds")
