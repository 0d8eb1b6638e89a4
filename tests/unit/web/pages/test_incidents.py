import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.health.figures import Uptime
from switchboard.health.rollup import Observation, Rollup
from switchboard.storage.rollups import HOURS, MINUTES, RollupStore, endpoint_series
from switchboard.web.pages.incidents import BadMinute, Incident, failing_minutes, incident_object, incidents

from tests.examples import endpoint
from tests.fakes import FakeDatabase

NOW = 1_800_000_000.0
START = int(NOW) - 3600
BAD, GOOD = Uptime(1, 4), None


def at(*uptimes: Uptime | None, start: int = START, model: str = "lab/one") -> list[BadMinute]:
    """One for each minute from the start; None is a minute that was good."""
    return [BadMinute(start + 60 * place, model, uptime) for place, uptime in enumerate(uptimes) if uptime]


def test_a_run_of_bad_minutes_is_one_incident() -> None:
    (found,) = incidents({"acme": at(GOOD, BAD, BAD, GOOD)}, NOW)
    assert found == Incident("acme", START + 60, START + 180, 8, 6, ("lab/one",))


def test_endpoints_that_fail_together_are_one_incident_of_several_models() -> None:
    (found,) = incidents({"acme": [*at(BAD), *at(GOOD, BAD, model="lab/two")]}, NOW)
    assert (found.models, found.failures) == (("lab/one", "lab/two"), 6)


def test_a_short_pause_belongs_to_it_and_a_long_one_ends_it() -> None:
    assert len(incidents({"acme": at(BAD, GOOD, GOOD, BAD)}, NOW)) == 1
    assert len(incidents({"acme": at(BAD, None, None, None, None, None, BAD)}, NOW)) == 2


def test_one_failure_alone_is_none() -> None:
    assert incidents({"acme": at(Uptime(0, 1)), "b": []}, NOW) == []


def test_a_minute_in_which_nothing_came_through_is_bad() -> None:
    assert len(incidents({"acme": at(Uptime(0, 3))}, NOW)) == 1


def test_one_that_has_not_been_over_for_long_goes_on() -> None:
    ended = [incidents({"acme": at(BAD, start=int(NOW) - ago)}, NOW)[0].ended for ago in (120, 180)]
    assert ended == [None, int(NOW) - 120]


def test_the_newest_comes_first() -> None:
    found = incidents({"a": at(BAD), "b": at(BAD, start=START + 600)}, NOW)
    assert [one.provider for one in found] == ["b", "a"]


def test_it_is_told_with_what_was_left_of_the_uptime() -> None:
    told = incident_object(Incident("acme", 60, 120, 8, 6), "Acme")
    assert (told["provider_name"], told["uptime"], told["ended"]) == ("Acme", 25.0, 120)


minutes = st.lists(
    st.builds(
        BadMinute,
        st.integers(0, 300).map(lambda minute: START + 60 * minute),
        st.sampled_from(["lab/one", "lab/two"]),
        st.integers(0, 9).map(lambda successes: Uptime(successes, 10)),
    )
)


@given(minutes)
def test_incidents_of_a_provider_do_not_touch_and_cover_every_bad_minute_of_weight(found: list[BadMinute]) -> None:
    shown = sorted(incidents({"acme": found}, NOW + 86_400), key=lambda one: one.started)
    for earlier, later in itertools.pairwise(shown):
        assert earlier.ended is not None
        assert later.started > earlier.ended
    heavy = [minute.start for minute in found if minute.uptime.successes <= 7]
    assert all(any(one.started <= start < (one.ended or start + 1) for one in shown) for start in heavy)


@pytest.mark.parametrize(("failures", "successes", "bad"), [(2, 0, 0), (3, 0, 1), (3, 27, 0), (3, 26, 1)])
def test_only_minutes_of_hours_with_failures_are_read_and_those_that_were_well_left_out(
    failures: int, successes: int, bad: int
) -> None:
    store, offer = RollupStore(FakeDatabase(), "UptimeTable"), endpoint("acme")
    seen = Rollup.of([Observation("server")] * failures + [Observation("ok")] * successes)

    async def run() -> dict[str, int]:
        series = endpoint_series(offer.id)
        await store.write(HOURS, series, HOURS.start_of(NOW - 7200), seen)
        await store.write(MINUTES, series, MINUTES.start_of(NOW - 7100), seen)
        found = await failing_minutes(store, {"acme": [offer, endpoint("acme/eu")], "b": []}, NOW)
        return {provider: len(one) for provider, one in found.items()}

    assert asyncio.run(run()) == {"acme": bad, "b": 0}
