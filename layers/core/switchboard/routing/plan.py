"""The plan for one request: the endpoints to try in order, and every rejected one with its reason."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from switchboard.catalog.model import Catalog, Endpoint, Model, Narrowest
from switchboard.chat import ChatRequest
from switchboard.health.breaker import Door
from switchboard.key_policy import NO_POLICY, KeyPolicy
from switchboard.routing.auto import chosen as chosen_models
from switchboard.routing.conditions import Asked
from switchboard.routing.eligibility import Dialects, Rejection, rejection, rules_for, soft_rejections
from switchboard.routing.expected import Size
from switchboard.routing.models import asked_models
from switchboard.routing.order import Ranked, in_order, ranked
from switchboard.routing.outlook import Outlook
from switchboard.routing.preferences import preferences
from switchboard.routing.refusals import all_limited, nothing_fits, paused


@dataclass(frozen=True, slots=True)
class Plan:
    """Endpoints in the order of trying, and the others with their reasons. `ranked` says what decided the order."""

    endpoints: tuple[Endpoint, ...]
    rejected: tuple[Rejection, ...]
    ranked: tuple[Ranked, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be called: `providers` are the ids of those that have a key or need none, `dialects` how to speak, and
    `policy` what the caller's API key may use.
    """

    providers: Container[str]
    dialects: Dialects
    policy: KeyPolicy = NO_POLICY


def make_plan(request: ChatRequest, catalog: Catalog, outlook: Outlook, reach: Reach) -> Plan:
    """The endpoints of every model that was asked for.

    Raises InvalidRequest, ModelNotFound, NoEndpointFits with every endpoint's reason, or AtCapacity when all that fit
    have said until when they take no requests.
    """
    wishes = preferences(request)
    named = asked_models(catalog, request, wishes.models)
    if named[0].sort and not wishes.sort:
        wishes = replace(wishes, sort=named[0].sort)
    groups: list[Sequence[Ranked]] = []
    to_choose_from: list[Sequence[Ranked]] = []
    rejected: list[Rejection] = []
    for name in named:
        size = Size.of(request, outlook.now, outlook.usual_output(name.model.id))
        permitted, misfits = _permitted(reach.policy, name.model)
        own = replace(wishes, pinned=name.pinned, free=name.free) if name.pinned or name.free else wishes
        asked = Asked(request, own, size)
        fit, unfit = _sort_out(asked, permitted, reach, name.model.narrowest)
        (to_choose_from if name.by_auto else groups).append(ranked(fit, size, outlook))
        rejected += misfits + unfit
    if to_choose_from:
        groups = [*chosen_models(to_choose_from, catalog, request), *groups]
    fitting = [one for group in groups for one in group]
    if not fitting:
        raise nothing_fits(request, rejected)
    chosen = in_order(fitting, request, wishes, outlook)
    if not chosen:
        raise all_limited(request, fitting, outlook)
    if len(chosen) < len(fitting):
        rejected += [paused(one, outlook) for one in fitting if one.door is Door.RATE_LIMITED]
    return Plan(tuple([one.endpoint for one in chosen]), tuple(rejected), chosen)


def _permitted(policy: KeyPolicy, model: Model) -> tuple[Sequence[Endpoint], list[Rejection]]:
    """What the caller's API key may use, before anything that the caller asks for."""
    if policy is NO_POLICY:
        return model.endpoints, []
    objections = {endpoint.id: policy.objection(endpoint) for endpoint in model.endpoints}
    rejected = [Rejection(e, "key_policy", reason) for e in model.endpoints if (reason := objections[e.id])]
    return [endpoint for endpoint in model.endpoints if objections[endpoint.id] is None], rejected


def _sort_out(
    asked: Asked, endpoints: Sequence[Endpoint], reach: Reach, among: Narrowest
) -> tuple[list[Endpoint], list[Rejection]]:
    fitting: list[Endpoint] = []
    rejected: list[Rejection] = []
    rules = rules_for(asked, among)
    for endpoint in endpoints:
        misfit = _without_key(endpoint, reach.providers) or rejection(asked, endpoint, reach.dialects, rules)
        if misfit:
            rejected.append(misfit)
        else:
            fitting.append(endpoint)
    soft = soft_rejections(asked.request, fitting, reach.dialects, among)
    if not soft:
        return fitting, rejected
    lost = {misfit.endpoint.id for misfit in soft}
    return [endpoint for endpoint in fitting if endpoint.id not in lost], rejected + soft


def _without_key(endpoint: Endpoint, callable_providers: Container[str]) -> Rejection | None:
    if endpoint.provider.id in callable_providers:
        return None
    name = endpoint.provider.name
    return Rejection(endpoint, "no_credential", f"no key for {name} is configured on this gateway")
