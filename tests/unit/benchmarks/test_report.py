"""The benchmark's table: any number of contestants, each against the provider in its own repetition."""

from collections.abc import Sequence

import pytest

from benchmarks.overhead.figures import Figures, percentile
from benchmarks.overhead.report import OURS, Repetition, Row, comparison, document, values

LATENCY = Row("added latency, c=1, p50, ms", "one_p50_ms", over="one_p50_ms")


def repetition(**latency: float) -> dict[str, Figures]:
    return {name: {"one_p50_ms": value} for name, value in latency.items()}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def shown(names: Sequence[str], repetitions: Sequence[Repetition], label: str) -> dict[str, str]:
    lines = [cells(line) for line in comparison(names, repetitions).splitlines()]
    return next(dict(zip(lines[0], line, strict=True)) for line in lines if line[0] == label)


def test_what_is_added_is_counted_against_the_provider_in_the_same_repetition() -> None:
    slow_hour = repetition(direct=5.0, switchboard=5.5)
    fast_hour = repetition(direct=1.0, switchboard=1.25)
    assert values(LATENCY, "switchboard", [slow_hour, fast_hour], "direct") == [0.5, 0.25]


def test_the_provider_adds_nothing_to_itself() -> None:
    row = shown(["direct", OURS], [repetition(direct=1.0, switchboard=1.25)], LATENCY.label)
    assert (row["direct"], row[OURS]) == ("", "0.25")


@pytest.mark.parametrize("guests", [[], ["LiteLLM"], ["LiteLLM", "Portkey", "TensorZero"]])
def test_there_is_a_column_for_each_contestant_in_order(guests: list[str]) -> None:
    names = ["direct", "nginx", OURS, *guests]
    head, *lines = comparison(names, [repetition(**dict.fromkeys(names, 1.0))]).splitlines()
    assert cells(head) == ["figure", *names, "target"]
    assert {len(line) for line in lines} == {len(head)}


def test_a_figure_that_a_peer_could_not_give_is_left_empty() -> None:
    measured: list[Repetition] = [{**repetition(direct=1.0, switchboard=2.0), "Portkey": {}}]
    assert shown(["direct", OURS, "Portkey"], measured, LATENCY.label)["Portkey"] == ""


def test_a_cell_is_the_median_with_half_the_distance_of_the_quartiles() -> None:
    runs: list[Repetition] = [repetition(direct=0.0, switchboard=value) for value in (1.0, 2.0, 3.0, 4.0, 9.0)]
    assert shown(["direct", OURS], runs, LATENCY.label)[OURS] == "3.00 ±1.00"


@pytest.mark.parametrize(("added", "verdict"), [(0.25, "<= 0.5 met"), (0.75, "<= 0.5 MISSED")])
def test_the_target_is_held_against_ours_alone(added: float, verdict: str) -> None:
    measured = [repetition(direct=1.0, switchboard=1.0 + added, LiteLLM=13.0)]
    assert shown(["direct", OURS, "LiteLLM"], measured, LATENCY.label)["target"] == verdict


def test_a_throughput_is_to_be_reached_not_kept_under() -> None:
    measured: list[Repetition] = [{"direct": {}, OURS: {"c64_per_second": 3500.0}}]
    assert shown(["direct", OURS], measured, "requests/s, c=64")["target"] == ">= 3000 met"


def test_the_document_keeps_every_repetition_beside_the_medians() -> None:
    runs: list[Repetition] = [repetition(direct=1.0, switchboard=value) for value in (1.5, 2.0, 2.5)]
    written = document(["direct", OURS], runs, {"python": "3.13"})
    assert written["repetitions"] == runs
    assert written["medians"][LATENCY.label][OURS] == 1.0


def test_a_percentile_is_one_of_the_values_and_the_hundredth_the_largest() -> None:
    assert [percentile([3.0, 1.0, 2.0], percent) for percent in (0, 50, 100)] == [1.0, 2.0, 3.0]
