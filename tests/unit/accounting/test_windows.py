from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.windows import ROLLING, Window, labels_at, minute_at, next_start, until_next_minute

MOMENTS = st.floats(min_value=0, max_value=4e9)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("moment", "labels"),
    [
        ("2026-11-23T00:00:00", ("2026-11-23", "2026-W48", "2026-11")),
        ("2027-01-01T12:00:00", ("2027-01-01", "2026-W53", "2027-01")),  # the week belongs to the old year
        ("2024-02-29T23:59:59", ("2024-02-29", "2024-W09", "2024-02")),
    ],
)
def test_a_moment_lies_in_a_day_a_week_and_a_month(moment: str, labels: tuple[str, str, str]) -> None:
    assert tuple(labels_at(at(moment)).values()) == labels


@pytest.mark.parametrize(
    ("window", "moment", "start"),
    [
        ("day", "2026-11-23T10:00:00", "2026-11-24"),
        ("week", "2026-11-23T00:00:00", "2026-11-30"),
        ("week", "2026-11-22T23:59:59", "2026-11-23"),
        ("month", "2026-12-31T10:00:00", "2027-01-01"),
        ("month", "2027-01-31T10:00:00", "2027-02-01"),
    ],
)
def test_a_window_ends_where_the_next_begins(window: Window, moment: str, start: str) -> None:
    assert next_start(window, at(moment)) == at(start)


def test_for_ever_does_not_end() -> None:
    assert next_start("total", 0) is None


@given(MOMENTS, MOMENTS)
def test_labels_sort_as_time_does(one: float, other: float) -> None:
    early, late = labels_at(min(one, other)), labels_at(max(one, other))
    assert all(early[window] <= late[window] for window in ROLLING)


@given(MOMENTS)
def test_a_label_changes_exactly_at_the_start_of_the_next_window(now: float) -> None:
    for window in ROLLING:
        start = next_start(window, now)
        assert start is not None
        assert start > now
        assert labels_at(start - 1)[window] == labels_at(now)[window] < labels_at(start)[window]


def test_minutes_are_counted_from_the_epoch() -> None:
    assert (minute_at(119.9), minute_at(120)) == (1, 2)
    assert (until_next_minute(60), until_next_minute(119)) == (60, 1)
