"""The plan for one request: the endpoints to try in order, and every rejected one with its reason."""

import difflib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from switchboard.catalog.model import Catalog, Endpoint, Model, Provider
from switchboard.chat import ChatRequest
from switchboard.errors import ModelNotFound, NoEndpointFits
from switchboard.json_types import JsonObject
from switchboard.key_policy import NO_POLICY, KeyPolicy
from switchboard.routing.eligibility import Dialects, Rejection, rejection, soft_rejections
from switchboard.routing.order import in_order
from switchboard.routing.outlook import Outlook
from switchboard.routing.preferences import Preferences, preferences

NEAR_MATCHES = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Endpoints in the order of trying, and the others with their reasons."""

    endpoints: tuple[Endpoint, ...]
    rejected: tuple[Rejection, ...]


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

    Raises InvalidRequest, ModelNotFound, or NoEndpointFits with every endpoint's reason.
    """
    wishes = preferences(request)
    chosen: list[Endpoint] = []
    rejected: list[Rejection] = []
    models = _known_models(catalog, (request.model, *wishes.models))
    for model in {model.id: model for model in models}.values():  # by an alias, one may be named twice
        permitted, misfits = _permitted(reach.policy, model)
        fitting, unfit = _sort_out(request, wishes, permitted, reach)
        chosen += in_order(fitting, request, wishes, outlook.rankings)
        rejected += misfits + unfit
    if not chosen:
        raise _nothing_fits(request, rejected)
    return Plan(tuple(chosen if wishes.allow_fallbacks or wishes.order else chosen[:1]), tuple(rejected))


def _known_models(catalog: Catalog, names: tuple[str, ...]) -> list[Model]:
    """A name that leads nowhere is one more model that cannot answer, as long as another can (OpenRouter's `models`).

    Raises ModelNotFound for the first name if none is known.
    """
    known = [model for name in names if (model := catalog.find(name))]
    return known or [find_model(catalog, names[0])]


def models_for(request: ChatRequest, catalog: Catalog) -> tuple[Model, ...]:
    """Those that might answer the request, each once. Unknown names lead to none."""
    found = [catalog.find(name) for name in (request.model, *preferences(request).models)]
    return tuple({model.id: model for model in found if model}.values())


def providers_of(models: Iterable[Model]) -> tuple[Provider, ...]:
    """Everyone who serves one of them: those whose keys are worth reading."""
    return tuple({endpoint.provider.id: endpoint.provider for model in models for endpoint in model.endpoints}.values())


def find_model(catalog: Catalog, name: str) -> Model:
    """Raises ModelNotFound with near matches."""
    model = catalog.find(name)
    if model:
        return model
    near = _near(catalog, name)
    hint = f" Did you mean {' or '.join(f'`{match}`' for match in near)}?" if near else ""
    error = ModelNotFound(
        f"There is no model `{name}`.{hint} GET /api/v1/models lists all of them.",
        param="model",
        metadata={"near_matches": list(near)},
    )
    error.availability = {"code": "model_not_found", "retryable": False, "requested_models": [name]}
    raise error


def _near(catalog: Catalog, name: str) -> list[str]:
    names = {**{model_id.partition("/")[2]: model_id for model_id in catalog.models}, **catalog.aliases}
    full = difflib.get_close_matches(name, catalog.models, NEAR_MATCHES)
    short = [names[match] for match in difflib.get_close_matches(name.rpartition("/")[2], names, NEAR_MATCHES)]
    return list(dict.fromkeys(full + short))[:NEAR_MATCHES]


def _permitted(policy: KeyPolicy, model: Model) -> tuple[list[Endpoint], list[Rejection]]:
    """What the caller's API key may use, before anything that the caller asks for."""
    objections = {endpoint.id: policy.objection(endpoint) for endpoint in model.endpoints}
    rejected = [Rejection(e, "key_policy", reason) for e in model.endpoints if (reason := objections[e.id])]
    return [endpoint for endpoint in model.endpoints if objections[endpoint.id] is None], rejected


def _sort_out(
    request: ChatRequest, wishes: Preferences, endpoints: Sequence[Endpoint], reach: Reach
) -> tuple[list[Endpoint], list[Rejection]]:
    fitting: list[Endpoint] = []
    rejected: list[Rejection] = []
    for endpoint in endpoints:
        misfit = _without_key(endpoint, reach.providers) or rejection(request, wishes, endpoint, reach.dialects)
        if misfit:
            rejected.append(misfit)
        else:
            fitting.append(endpoint)
    soft = soft_rejections(request, fitting, reach.dialects)
    lost = {misfit.endpoint.id for misfit in soft}
    return [endpoint for endpoint in fitting if endpoint.id not in lost], rejected + soft


def _without_key(endpoint: Endpoint, callable_providers: Container[str]) -> Rejection | None:
    if endpoint.provider.id in callable_providers:
        return None
    name = endpoint.provider.name
    return Rejection(endpoint, "no_credential", f"no key for {name} is configured on this gateway")


def _nothing_fits(request: ChatRequest, rejected: Sequence[Rejection]) -> NoEndpointFits:
    reasons = "; ".join(f"{misfit.endpoint.tag}: {misfit.reason}" for misfit in rejected) or "it has no endpoints"
    error = NoEndpointFits(f"No endpoint of `{request.model}` can serve this request: {reasons}.")
    error.availability = availability(request, rejected)
    return error


def availability(request: ChatRequest, rejected: Sequence[Rejection]) -> JsonObject:
    """OpenRouter's error.availability, and every endpoint's own reason under `endpoints`."""
    return {
        "code": "constraint_filtered" if rejected else "no_endpoints",
        "retryable": False,
        "requested_models": [request.model],
        "affected_providers": list(dict.fromkeys(misfit.endpoint.provider.id for misfit in rejected)),
        "excluded_by": list(dict.fromkeys(misfit.code for misfit in rejected)),
        "endpoints": [
            {"endpoint": misfit.endpoint.id, "code": misfit.code, "reason": misfit.reason} for misfit in rejected
        ],
    }
