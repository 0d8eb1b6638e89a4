import pytest
from switchboard.catalog.model import DataPolicy
from switchboard.key_policy import NO_POLICY, KeyPolicy

from tests.examples import endpoint

PLAIN = endpoint("acme/eu", model="lab/one")


def test_no_policy_objects_to_nothing() -> None:
    assert NO_POLICY.objection(PLAIN) is None


@pytest.mark.parametrize(
    ("policy", "may"),
    [
        (KeyPolicy(allowed_models=("lab/one",)), True),
        (KeyPolicy(allowed_models=("lab/two",)), False),
        (KeyPolicy(ignored_models=("lab/one",)), False),
        (KeyPolicy(ignored_models=("lab/two",)), True),
        (KeyPolicy(allowed_models=("lab/one",), ignored_models=("lab/one",)), False),
        (KeyPolicy(allowed_providers=("acme",)), True),
        (KeyPolicy(allowed_providers=("acme/eu",)), True),
        (KeyPolicy(allowed_providers=("acme/us",)), False),
        (KeyPolicy(allowed_providers=("acm",)), False),
        (KeyPolicy(ignored_providers=("acme",)), False),
        (KeyPolicy(ignored_providers=("acme/eu",)), False),
        (KeyPolicy(ignored_providers=("acme/us",)), True),
    ],
)
def test_lists_allow_and_ignore_models_and_providers(policy: KeyPolicy, may: bool) -> None:
    reason = policy.objection(PLAIN)
    assert (reason is None) == may
    assert may or "this API key may not use" in str(reason)


@pytest.mark.parametrize(
    ("days", "training", "keeps", "learns"),
    [
        (0, False, None, None),
        (30, True, "keeps them 30 days", "trains on them"),
        (None, None, "does not say", "does not say"),
    ],
)
def test_what_a_provider_does_not_say_counts_as_the_worst(
    days: int | None, training: bool | None, keeps: str | None, learns: str | None
) -> None:
    offer = endpoint(data_policy=DataPolicy(training, days))
    for policy, said in ((KeyPolicy(zero_retention=True), keeps), (KeyPolicy(no_training=True), learns)):
        reason = policy.objection(offer)
        assert (reason is None) == (said is None)
        assert (said or "") in (reason or "")
