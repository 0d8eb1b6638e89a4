import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.health.breaker import (
    ALL_WELL,
    FIRST_PAUSE,
    JITTER,
    KEY_PAUSE,
    LONGEST_STEP,
    TRIAL_SECONDS,
    Answered,
    Door,
    Failed,
    KeyRefused,
    Signals,
    TrialBegun,
)
from switchboard.health.figures import SLOW_HALF_LIFE, Estimate

USUAL = Estimate(success=0.99, first_token_s=1.0, token_s=0.02, lost_s=2.0, cut_share=0.1, latest_s=2.0)
MIDDLE = 0.5


def failed(times: int, now: float = 1000.0, *, timed_out: bool = False) -> Signals:
    signals = ALL_WELL
    for _ in range(times):
        signals = signals.failed(now, MIDDLE, timed_out=timed_out)
    return signals


def test_three_failures_in_a_row_shut_the_door_and_two_time_outs_do() -> None:
    assert failed(2).door(1000) is Door.OPEN_TO_ALL
    assert failed(3).door(1000) is Door.SHUT
    assert failed(1, timed_out=True).door(1000) is Door.OPEN_TO_ALL
    assert failed(2, timed_out=True).door(1000) is Door.SHUT


def test_an_answer_between_begins_the_count_again() -> None:
    signals = failed(2).after(Answered(1001)).failed(1002, MIDDLE).failed(1003, MIDDLE)
    assert signals.door(1003) is Door.OPEN_TO_ALL


def test_after_the_pause_one_trial_decides() -> None:
    later = 1000 + FIRST_PAUSE
    shut = failed(3)
    assert shut.door(later - 0.01) is Door.SHUT
    assert shut.door(later) is Door.ONE_TRIAL
    assert shut.after(Answered(later)).door(later) is Door.OPEN_TO_ALL
    assert shut.failed(later, MIDDLE).door(later) is Door.SHUT


def test_each_time_the_pause_is_twice_as_long_up_to_a_bound() -> None:
    signals, now, pauses = failed(2), 1000.0, []
    for _ in range(LONGEST_STEP + 3):
        signals = signals.failed(now, MIDDLE)
        pauses.append(signals.shut_until - now)
        now = signals.shut_until
    assert pauses == [FIRST_PAUSE * 2 ** min(step, LONGEST_STEP) for step in range(LONGEST_STEP + 3)]


@given(st.floats(0, 1))
def test_chance_spreads_the_pause_by_a_fifth(chance: float) -> None:
    pause = failed(2).failed(1000, chance).shut_until - 1000
    assert FIRST_PAUSE * (1 - JITTER) - 1e-6 <= pause <= FIRST_PAUSE * (1 + JITTER) + 1e-6


@pytest.mark.parametrize(("first", "second", "until"), [(30, 5, 1030), (5, 30, 1030), (None, None, 1010)])
def test_the_longest_rate_limit_named_holds(first: float | None, second: float | None, until: float) -> None:
    signals = ALL_WELL.limited(1000, first).limited(1000, second)
    assert signals.door(until - 0.01) is Door.RATE_LIMITED
    assert signals.door(until) is Door.OPEN_TO_ALL


def test_a_rate_limit_is_no_failure_and_an_answer_does_not_shorten_it() -> None:
    signals = failed(2).limited(1000, 30).after(Answered(1001))
    assert signals.door(1029) is Door.RATE_LIMITED
    assert failed(2).limited(1000, 1).door(1001) is Door.OPEN_TO_ALL


def lowered(signals: Signals, now: float, usual: Estimate = USUAL) -> float:
    return 1 - signals.applied(usual, now).success / usual.success


@pytest.mark.parametrize(("every_s", "half_life"), [(0.2, 60), (12, 60), (24, 120), (60, 240), (1e6, 240)], ids=str)
def test_a_failure_lowers_the_estimate_for_as_long_as_a_few_attempts_take(every_s: float, half_life: float) -> None:
    usual = replace(USUAL, attempts=SLOW_HALF_LIFE / math.log(2) / every_s)
    assert usual.interval_s == pytest.approx(every_s)
    news = [lowered(failed(1), 1000 + number * half_life, usual) for number in range(3)]
    assert news == pytest.approx([news[0], news[0] / 2, news[0] / 4])
    assert 0.2 < news[0] < 0.4
    assert lowered(failed(1), 1000 + 3600, usual) == pytest.approx(0, abs=1e-4)


def test_where_nobody_knows_how_often_an_endpoint_is_asked_a_failure_counts_by_half_after_a_minute() -> None:
    assert USUAL.attempts == 0
    assert lowered(failed(1), 1060) == pytest.approx(lowered(failed(1), 1000) / 2)


def test_a_failure_says_little_of_an_endpoint_that_has_just_answered() -> None:
    heard = ALL_WELL.after(Answered(1000)).after(Answered(1000)).after(Answered(1000))
    at_once, later, long_after = (heard.failed(1000 + wait, MIDDLE) for wait in (0.2, 2, 50))
    assert lowered(at_once, 1000.2) < 0.02
    assert 0.015 < lowered(later, 1002) < 0.1
    assert lowered(long_after, 1050) > 0.15
    again = at_once.failed(1000.3, MIDDLE).failed(1000.4, MIDDLE)
    assert lowered(again, 1000.4) > 0.5, "three in a row are no chance"


def test_an_answer_that_was_under_way_when_the_door_shut_does_not_open_it() -> None:
    shut = failed(3)
    assert shut.after(Answered(1001, 1.0, began=999)) == shut
    assert shut.after(Answered(1009, 1.0, began=1008)).door(1009) is Door.OPEN_TO_ALL


def test_slow_answers_make_the_next_one_expected_later_within_bounds() -> None:
    slow, quick = ALL_WELL, ALL_WELL
    for _ in range(50):
        slow, quick = slow.after(Answered(1000, 1000.0)), quick.after(Answered(1000, 0.001))
    assert slow.applied(USUAL, 1000).first_token_s == pytest.approx(10.0, rel=0.01)
    assert quick.applied(USUAL, 1000).first_token_s == pytest.approx(0.7)
    assert slow.applied(USUAL, 1000).token_s == USUAL.token_s


def test_patience_is_several_times_what_nearly_all_take_and_more_after_a_time_out() -> None:
    assert ALL_WELL.patience(USUAL) == 7.0
    assert failed(1, timed_out=True).patience(USUAL) == pytest.approx(9.1)
    assert ALL_WELL.patience(replace(USUAL, latest_s=0.5)) == 5.0
    assert ALL_WELL.patience(replace(USUAL, latest_s=60.0)) == 20.0


Step = st.tuples(st.sampled_from(["ok", "failed", "timeout", "limited"]), st.floats(0, 100), st.floats(0, 1))


@given(st.lists(Step, max_size=40))
def test_whatever_happens_the_signals_stay_within_their_bounds(steps: list[tuple[str, float, float]]) -> None:
    signals, now = ALL_WELL, 0.0
    for what, seconds, chance in steps:
        now += seconds
        match what:
            case "ok":
                signals = signals.after(Answered(now, chance * 20))
            case "limited":
                signals = signals.limited(now, chance * 60)
            case _:
                signals = signals.failed(now, chance, timed_out=what == "timeout")
        seen = signals.applied(USUAL, now)
        assert 0 <= seen.success <= USUAL.success
        assert 0.7 <= seen.first_token_s <= 10
        assert signals.shut_until <= now + FIRST_PAUSE * 2**LONGEST_STEP * (1 + JITTER)


def test_a_refused_key_is_taken_out_at_once_and_tried_again_when_it_may_have_been_replaced() -> None:
    refused = ALL_WELL.after(KeyRefused(1000))
    assert refused.door(1000 + KEY_PAUSE - 0.1) is Door.SHUT
    assert refused.door(1000 + KEY_PAUSE) is Door.ONE_TRIAL
    assert refused.well == 1, "the endpoint may be as healthy as ever"


def test_whoever_has_the_trial_has_it_alone_until_it_ends_or_takes_too_long() -> None:
    later = 1000 + FIRST_PAUSE
    trying = failed(3).after(TrialBegun(later))
    assert trying.door(later + TRIAL_SECONDS - 0.1) is Door.SHUT
    assert trying.door(later + TRIAL_SECONDS) is Door.ONE_TRIAL
    assert trying.after(Answered(later + 1)).door(later + 1) is Door.OPEN_TO_ALL
    assert trying.after(Failed(later + 1, MIDDLE)).door(later + 2 + 2 * FIRST_PAUSE) is Door.ONE_TRIAL


def test_an_overloaded_provider_that_names_a_pause_is_given_it() -> None:
    assert ALL_WELL.after(Failed(1000, MIDDLE, retry_after=7)).door(1006.9) is Door.RATE_LIMITED


def test_an_answer_whose_slowness_cannot_be_said_leaves_it_as_it_was() -> None:
    slow = ALL_WELL.after(Answered(1000, 6.0))
    assert slow.after(Answered(1000)).slowness == pytest.approx(slow.slowness)


def token_s(signals: Signals, now: float) -> float:
    return signals.applied(USUAL, now).token_s / USUAL.token_s


def test_who_writes_slowly_is_expected_to_and_after_minutes_no_more() -> None:
    slow = ALL_WELL.after(Answered(1000, drag=6.0))
    assert token_s(slow, 1000) == pytest.approx(2.0)
    assert token_s(slow, 1300) == pytest.approx(1.5)
    assert token_s(slow, 9999) == pytest.approx(1.0)
    assert token_s(slow.after(Answered(1000)), 1000) == pytest.approx(2.0)
    assert token_s(slow.failed(1000, MIDDLE), 1000) == pytest.approx(2.0)


@pytest.mark.parametrize("drag", [0.1, 0.9, 1.2, 1.5])
def test_a_pace_within_what_chance_does_is_no_news(drag: float) -> None:
    assert token_s(ALL_WELL.after(Answered(1000, drag=drag)), 1000) == 1.0


def test_only_what_can_matter_no_more_is_past() -> None:
    assert ALL_WELL.failed(1000, MIDDLE).is_past(5000)
    assert not ALL_WELL.failed(1000, MIDDLE).is_past(2000)
    assert not failed(3).is_past(1e9)
    assert not ALL_WELL.limited(1000, 5000).is_past(5999)


@given(st.integers(0, 6), st.booleans())
def test_until_an_answer_has_made_up_for_a_failure_the_next_answer_is_news(failures: int, timed_out: bool) -> None:
    signals = failed(failures, timed_out=timed_out)
    assert signals.is_troubled is (failures > 0)
    answers = 0
    while signals.is_troubled:
        signals, answers = signals.after(Answered(1001)), answers + 1
    assert answers <= max(1, failures)
