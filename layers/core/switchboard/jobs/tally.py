"""Which series a generation counts for: each attempt for its endpoint, the whole for its model; a probe's attempts for
neither, but for the endpoint's probes. Pure.

A failure that a fallback rescued counts against the endpoint that failed, though the caller never saw it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from operator import itemgetter

from switchboard.accounting.generation import Attempt, Generation
from switchboard.health.openings import openings
from switchboard.health.rollup import OK, Observation, Rollup
from switchboard.storage.rollups import endpoint_of, endpoint_series, model_series, probe_series

# When an attempt ended, in Unix seconds, and what was seen of it.
Ended = tuple[float, Observation]


def tally(generations: Iterable[Generation]) -> dict[str, Rollup]:
    """One rollup for each series that anything happened to."""
    seen: defaultdict[str, list[Ended]] = defaultdict(list)
    for generation in generations:
        for series, ended in _observations(generation):
            seen[series].append(ended)
    return {series: Rollup.of(_with_openings(series, observed)) for series, observed in seen.items()}


def _with_openings(series: str, observed: list[Ended]) -> Iterator[Observation]:
    """Breakers are endpoints': what happened is gone through as it did, whichever request it belonged to."""
    if not endpoint_of(series):
        yield from (one for _, one in observed)
        return
    in_order = [one for _, one in sorted(observed, key=itemgetter(0))]
    for one, opened in zip(in_order, openings(each.outcome for each in in_order), strict=True):
        yield replace(one, opened=True) if opened else one


def _observations(generation: Generation) -> Iterator[tuple[str, Ended]]:
    """A generation without attempts reached no endpoint: it says nothing about anybody's health."""
    serving = _serving(generation)
    series = probe_series if generation.is_probe else endpoint_series
    waited = 0
    for attempt in generation.attempts:
        ended = generation.created + (waited + attempt.duration_ms) / 1000
        if attempt is serving:
            yield series(attempt.endpoint), (ended, _observed(attempt, generation))
            if not generation.is_probe:
                yield model_series(generation.model), (ended, _observed(attempt, generation, waited))
        else:
            yield series(attempt.endpoint), (ended, _failed(attempt))
        waited += attempt.duration_ms
    if serving is None and generation.attempts and not generation.is_probe:
        yield model_series(generation.model), (generation.finished, _failed(generation.attempts[-1]))


def _serving(generation: Generation) -> Attempt | None:
    """The attempt whose tokens were paid for: the last one, at the endpoint that the record names."""
    if generation.attempts and generation.attempts[-1].endpoint == generation.endpoint:
        return generation.attempts[-1]
    return None


def _observed(attempt: Attempt, generation: Generation, waited_ms: int = 0) -> Observation:
    """`waited_ms` went by in earlier attempts: the caller of the model felt them, this endpoint did not cause them."""
    first = attempt.first_token_ms
    return Observation(
        attempt.outcome,
        generation.usage.prompt_tokens,
        generation.usage.completion_tokens,
        generation.cost or 0,
        first_token_ms=None if first is None else waited_ms + first,
        generation_ms=attempt.generation_ms,
        lost_ms=0 if attempt.outcome == OK else attempt.duration_ms,
        tools_ok=generation.tools_ok,
    )


def _failed(attempt: Attempt) -> Observation:
    return Observation(attempt.outcome, first_token_ms=attempt.first_token_ms, lost_ms=attempt.duration_ms)
