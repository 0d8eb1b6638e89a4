from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from switchboard.accounting.activity import NOTHING, Activity, Subject, activity_of, subject_of
from switchboard.accounting.generation import Generation
from switchboard.chat import Usage

from tests.records import START, answered, generations, names


def test_a_generation_counts_with_its_tokens_and_its_cost() -> None:
    usage = Usage(input=10, cache_read=5, output=3, reasoning=2)
    made = replace(answered(START), usage=usage, cost=70)
    assert Activity.of(made) == Activity(1, 0, 15, 5, 2, 5, 70, 0)


def test_a_cost_that_nobody_knows_is_counted_as_unknown() -> None:
    assert Activity.of(replace(answered(START), cost=None)).unpriced == 1


def test_what_nobody_answered_is_counted_for_its_model() -> None:
    failed = replace(answered(START), endpoint=None, provider=None, cost=0, error="provider_unavailable")
    assert subject_of(failed) == Subject("key", "m")
    assert Activity.of(failed).failures == 1


@given(st.lists(generations(words=names), max_size=12), st.integers(0, 12))
def test_sums_are_the_same_however_they_are_cut(records: list[Generation], cut: int) -> None:
    whole, parts = activity_of(records), (activity_of(records[:cut]), activity_of(records[cut:]))
    subjects = {subject for part in parts for subject in part}
    assert whole == {subject: Activity.merged(part.get(subject, NOTHING) for part in parts) for subject in subjects}
    assert sum(row.cost for row in whole.values()) == sum(record.cost or 0 for record in records)
    assert sum(row.requests for row in whole.values()) == len(records)
