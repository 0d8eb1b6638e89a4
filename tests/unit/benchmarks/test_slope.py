"""What is kept of each answer shows as a slope."""

import pytest

from benchmarks.memory.slope import Point, bytes_per_answer


@pytest.mark.parametrize("kept", [0, 100, 1024, 5000])
def test_what_is_kept_of_each_answer_is_the_slope(kept: int) -> None:
    points = [Point(answers, 40.0 + answers * kept / 1024**2) for answers in (0, 700, 1500, 10_000)]
    assert bytes_per_answer(points) == pytest.approx(kept)


def test_a_step_at_the_start_counts_for_less_than_the_line_through_both_ends() -> None:
    points = [Point(0, 40.0), *(Point(answers, 50.0) for answers in range(1_000, 11_000, 1_000))]
    assert 0 < bytes_per_answer(points) < 10 * 1024**2 / 10_000
