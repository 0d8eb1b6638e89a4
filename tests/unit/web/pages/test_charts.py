from hypothesis import given
from hypothesis import strategies as st
from switchboard.web.pages.charts import bars, column, has_values, lines, nice_top, uptime_bars, uptime_class

VALUES = st.lists(st.none() | st.floats(0, 1e12), min_size=1, max_size=60)
UPTIMES = st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=60)


@given(VALUES)
def test_every_bar_stays_inside_and_stands_on_the_baseline(values: list[float | None]) -> None:
    for bar in bars(values, 720, 120):
        assert 0 <= bar.x <= bar.x + bar.width <= 720.1
        assert bar.y >= 0
        assert abs(bar.y + bar.height - 120) < 0.02


def test_a_gap_and_a_zero_draw_nothing_and_little_draws_something() -> None:
    drawn = bars([None, 0, 1, 1_000_000], 400, 100)
    assert [bar.place for bar in drawn] == [2, 3]
    assert drawn[0].height > 0


def test_nothing_at_all_draws_nothing() -> None:
    assert bars([], 10, 10) == bars([None, 0], 10, 10) == []


@given(UPTIMES)
def test_each_hour_has_its_bar_and_a_better_hour_is_no_lower(values: list[float | None]) -> None:
    drawn = uptime_bars(values, 480, 32)
    assert [bar.place for bar in drawn] == list(range(len(values)))
    known = sorted((value, bar.height) for value, bar in zip(values, drawn, strict=True) if value is not None)
    assert [height for _, height in known] == sorted(height for _, height in known)


def test_no_data_is_told_apart_from_a_total_outage_by_height_and_by_colour() -> None:
    outage, silence = uptime_bars([0.0, None], 480, 32)
    assert outage.height > silence.height
    assert [uptime_class(value) for value in (None, 0, 85, 96, 100)] == ["none", "bad", "poor", "fair", "good"]


def test_a_gap_breaks_a_line_and_a_lonely_value_is_a_dash() -> None:
    first, alone = lines([0, 10, None, 5, None], 50, 100, 10)
    assert first == "5.0,100.0 15.0,0.0"
    assert alone == "31.7,50.0 38.3,50.0"
    assert lines([None, None], 50, 100, 10) == lines([], 50, 100, 10) == []


@given(VALUES, st.floats(0.1, 1e12))
def test_a_line_stays_inside(values: list[float | None], most: float) -> None:
    for points in lines(values, 480, 120, most):
        for point in points.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= 480
            assert 0 <= y <= 120


@given(VALUES)
def test_no_value_is_above_a_scale_that_is_less_than_three_times_too_high(values: list[float | None]) -> None:
    highest = max((value for value in values if value is not None), default=0)
    top = nice_top(values)
    assert top >= highest * (1 - 1e-9)
    assert top <= highest * 2.6


def test_a_column_keeps_its_gaps_and_zero_is_a_value() -> None:
    assert column([{"a": 1, "b": 2}, {"a": None, "b": 3}], "a") == [1, None]
    assert [has_values(values) for values in ([], [None], [None, 0])] == [False, False, True]
