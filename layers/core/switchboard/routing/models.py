"""Which models a request names, and what a name says besides: OpenRouter's suffixes, or a provider as ZenMux has it.

https://openrouter.ai/docs/guides/routing/model-variants, https://docs.zenmux.ai/guide/advanced/provider-routing
"""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

from switchboard.catalog.model import Catalog, Model, Provider
from switchboard.chat import ChatRequest
from switchboard.errors import ModelNotFound
from switchboard.routing.auto import is_auto, pool
from switchboard.routing.preferences import EXACTO, PRICE, THROUGHPUT, names_endpoint, preferences

NEAR_MATCHES = 3
SORT_SUFFIXES = {"nitro": THROUGHPUT, "floor": PRICE, "exacto": EXACTO}
FREE = "free"


class Named(NamedTuple):
    """`sort`, `pinned` (a provider's id or an endpoint's tag) and `free` are what the name says besides the model.

    `by_auto` if it is one of those that the gateway may choose from.
    """

    model: Model
    sort: str | None = None
    pinned: str | None = None
    free: bool = False
    by_auto: bool = False


def named(catalog: Catalog, name: str) -> Named | None:
    """What is meant by a name: a model of the catalog before a suffix to one."""
    model = catalog.find(name)
    if model:
        return Named(model)
    base, colon, suffix = name.partition(":")
    model = catalog.find(base)
    if not colon or model is None:
        return None
    if suffix in SORT_SUFFIXES:
        return Named(model, sort=SORT_SUFFIXES[suffix])
    if suffix == FREE:
        return Named(model, free=True)
    serves = any(names_endpoint(suffix, endpoint.tag) for endpoint in model.endpoints)
    return Named(model, pinned=suffix) if serves else None


def asked_models(catalog: Catalog, request: ChatRequest, others: Iterable[str]) -> list[Named]:
    """The request's own and the `others`, each once. A name that leads nowhere is one more model that cannot answer, as
    long as another can.

    Raises ModelNotFound for the first name if none is known.
    """
    found: dict[str, Named] = {}
    for name in (request.model, *others):
        for meant in _meant(catalog, name, request):
            found.setdefault(meant.model.id, meant)
    if not found:
        find_model(catalog, request.model)
    return list(found.values())


def _meant(catalog: Catalog, name: str, request: ChatRequest) -> list[Named]:
    if is_auto(name):
        return [Named(model, by_auto=True) for model in pool(catalog, request)]
    one = named(catalog, name)
    return [one] if one else []


def models_for(request: ChatRequest, catalog: Catalog) -> tuple[Model, ...]:
    """Those that might answer the request, each once. Unknown names lead to none."""
    names = (request.model, *preferences(request).models)
    found = [meant.model for name in names for meant in _meant(catalog, name, request)]
    return tuple({model.id: model for model in found}.values())


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
