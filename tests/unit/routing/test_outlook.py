"""What a plan takes for likely: the rankings first, then what is like it, and the last attempts on top."""

from dataclasses import replace

import pytest
from switchboard.health.breaker import ALL_WELL, Door
from switchboard.health.estimates import STRANGER
from switchboard.health.figures import NO_FIGURES, NO_RANKINGS, Estimate, Rankings
from switchboard.routing.outlook import Outlook

from tests.examples import endpoint
from tests.fakes import SteadyChance

NOW = 1_800_000_000.0
OFFER = endpoint("acme/east")
OWN, MODELS, PROVIDERS = (replace(STRANGER, first_token_s=seconds) for seconds in (1.0, 2.0, 3.0))


def outlook(rankings: Rankings = NO_RANKINGS) -> Outlook:
    return Outlook(rankings, {}, NOW, SteadyChance())


def rankings(own: Estimate | None, pools: dict[str, Estimate]) -> Rankings:
    return Rankings(1, {OFFER.id: replace(NO_FIGURES, estimate=own)}, pools=pools)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (rankings(OWN, {"lab/one": MODELS, "acme": PROVIDERS}), OWN),
        (rankings(None, {"lab/one": MODELS, "acme": PROVIDERS}), MODELS),
        (rankings(None, {"lab/two": MODELS, "acme": PROVIDERS}), PROVIDERS),
        (rankings(None, {}), STRANGER),
        (NO_RANKINGS, STRANGER),
    ],
)
def test_an_endpoint_is_taken_for_the_nearest_thing_that_is_known(known: Rankings, expected: Estimate) -> None:
    assert outlook(known).published(OFFER) == expected
    assert outlook(known).standings([OFFER]) == [(expected, Door.OPEN_TO_ALL)]


def test_the_last_attempts_change_the_estimate_but_not_what_was_published() -> None:
    failed = ALL_WELL.failed(NOW, 0.5)
    seen = replace(outlook(), signals={OFFER.id: failed})
    assert seen.signals_of(OFFER) == failed
    assert seen.signals_of(endpoint("other")) == ALL_WELL
    assert seen.standings([OFFER]) == [(failed.applied(STRANGER, NOW), failed.door(NOW))]
    assert seen.published(OFFER) == STRANGER
