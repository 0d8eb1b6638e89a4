import pytest
from switchboard.web.pages import wording


@pytest.mark.parametrize(
    ("number", "words"),
    [(None, "unknown"), (0, "0"), (999, "999"), (1000, "1K"), (128_000, "128K"), (1_047_576, "1.05M"), (2e9, "2B")],
)
def test_a_large_number_is_three_digits_and_a_letter(number: float | None, words: str) -> None:
    assert wording.short_count(number) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [(None, "unknown"), ("2", "$2.00"), ("0.5", "$0.50"), ("0.0001375", "$0.0001375"), ("1234.5", "$1,234.50")],
)
def test_a_price_has_cents_and_loses_no_digit(amount: str | None, words: str) -> None:
    assert wording.usd(amount) == words


def test_no_data_is_neither_zero_nor_a_hundred_percent() -> None:
    assert {wording.percent(None), wording.latency(None), wording.throughput(None)} == {"no data"}
    assert (wording.percent(100.0), wording.percent(0.0), wording.percent(97.96)) == ("100 %", "0 %", "97.96 %")


def test_an_unknown_policy_is_unknown_and_not_no() -> None:
    assert [wording.decided(value) for value in (None, False, True)] == ["unknown", "no", "yes"]
    assert [wording.retention(days) for days in (None, 0, 1, 30)] == ["unknown", "none", "1 day", "30 days"]


def test_a_second_and_more_is_told_in_seconds() -> None:
    assert [wording.latency(value) for value in (685.4, 1190.0)] == ["685 ms", "1.19 s"]


def test_a_moment_says_that_it_is_utc() -> None:
    assert wording.moment(0) == "1970-01-01 00:00 UTC"


def test_a_unit_without_a_name_of_its_own_is_readable_all_the_same() -> None:
    assert (wording.unit_name("new_thing"), wording.unit_measure("new_thing")) == ("new thing", "/ 1M tokens")
    assert wording.unit_measure("web_search") == "each"


def test_counts_are_grouped_by_thousands() -> None:
    assert (wording.count(1_047_576), wording.count(None)) == ("1,047,576", "unknown")


def test_a_tenth_is_told_of_a_usual_speed_only() -> None:
    assert [wording.throughput(value) for value in (26.16, 3302.6)] == ["26.2 tok/s", "3,303 tok/s"]


def test_one_has_no_plural() -> None:
    assert (wording.times(1, "attempt"), wording.times(1200, "attempt")) == ("1 attempt", "1,200 attempts")


def test_a_time_of_day_has_its_seconds() -> None:
    assert wording.clock(1_800_000_007.9) == "08:00:07 UTC"
