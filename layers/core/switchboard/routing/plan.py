"""The plan for one request: the endpoints to try in order, and every rejected one with its reason."""

import difflib
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from switchboard.catalog.model import Catalog, Endpoint, Model, Provider
from switchboard.chat import ChatRequest
from switchboard.errors import ModelNotFound
from switchboard.key_policy import NO_POLICY, KeyPolicy
from switchboard.routing.eligibility import Dialects, Rejection, rejection, soft_rejections
from switchboard.routing.order import Ranked, in_order, ranked
from switchboard.routing.outlook import Outlook
from switchboard.routing.preferences import Preferences, preferences
from switchboard.routing.refusals import all_limited, nothing_fits, paused

NEAR_MATCHES = 3


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
    fitting: list[Ranked] = []
    rejected: list[Rejection] = []
    models = _known_models(catalog, (request.model, *wishes.models))
    for model in {model.id: model for model in models}.values():  # by an alias, one may be named twice
        permitted, misfits = _permitted(reach.policy, model)
        fit, unfit = _sort_out(request, wishes, permitted, reach)
        fitting += ranked(fit, request, outlook)
        rejected += misfits + unfit
    if not fitting:
        raise nothing_fits(request, rejected)
    chosen = in_order(fitting, request, wishes, outlook)
    if not chosen:
        raise all_limited(request, fitting, outlook)
    waiting = [pause for one in fitting if (pause := paused(one, outlook))]
    return Plan(tuple(one.endpoint for one in chosen), (*rejected, *waiting), chosen)


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
