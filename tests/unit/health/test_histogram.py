from hypothesis import given
from hypothesis import strategies as st
from switchboard.health.histogram import EMPTY, Histogram

values = st.lists(st.integers(0, 10**9), max_size=60)
SHARES = (0.0, 0.5, 0.75, 0.9, 0.99, 1.0)


@given(values.filter(bool), st.sampled_from(SHARES))
def test_a_percentile_is_at_most_5_percent_off(numbers: list[int], share: float) -> None:
    exact = sorted(numbers)[int(share * (len(numbers) - 1))]
    assert abs(Histogram.of(numbers).percentile(share) - exact) <= 0.05 * exact


@given(values.filter(bool))
def test_count_sum_and_ends_are_exact(numbers: list[int]) -> None:
    histogram = Histogram.of(numbers)
    assert (histogram.count, histogram.sum, histogram.min, histogram.max) == (
        len(numbers),
        sum(numbers),
        min(numbers),
        max(numbers),
    )
    assert sum(histogram.buckets.values()) == len(numbers)


@given(values, values)
def test_a_merge_equals_one_histogram_of_all(left: list[int], right: list[int]) -> None:
    both = Histogram.merged((Histogram.of(left), Histogram.of(right)))
    assert both == Histogram.of(left + right) == Histogram.merged((Histogram.of(right), Histogram.of(left)))


@given(values, values, values)
def test_a_merge_may_be_grouped_at_will(a: list[int], b: list[int], c: list[int]) -> None:
    parts = [Histogram.of(numbers) for numbers in (a, b, c)]
    first = Histogram.merged((Histogram.merged(parts[:2]), parts[2]))
    assert first == Histogram.merged((parts[0], Histogram.merged(parts[1:])))


def test_nothing_has_no_spread() -> None:
    assert Histogram.merged([]) == Histogram.of([]) == EMPTY
    assert EMPTY.spread() is None
    assert EMPTY.percentile(0.5) == 0


def test_a_spread_is_given_in_the_unit_asked_for() -> None:
    spread = Histogram.of([40_000, 50_000, 60_000]).spread(1000)
    assert spread is not None
    assert (spread.count, spread.min, spread.max, spread.avg) == (3, 40, 60, 50)
    assert abs(spread.p50 - 50) < 2.5


def test_equal_values_have_exact_percentiles() -> None:
    assert Histogram.of([612] * 9).percentile(0.99) == 612


def test_what_is_below_zero_counts_as_zero() -> None:
    assert Histogram.of([-5, 0]).percentile(0.5) == 0
