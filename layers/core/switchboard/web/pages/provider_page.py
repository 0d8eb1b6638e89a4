"""A provider's page as one object: who it is, and every endpoint it serves with its figures. Pure."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import cast

from switchboard.catalog.model import Catalog, Provider
from switchboard.errors import NotFound
from switchboard.health.figures import NO_FIGURES, Rankings
from switchboard.health.pauses import Pause
from switchboard.json_types import Json, JsonObject
from switchboard.web.pages.prices import price_rows
from switchboard.web.views import endpoint_object, policy_object, provider_object

# Long texts are nobody's typing error, and take long to compare.
LONGEST_NAME = 100
MOST_NEAR = 3


def find_provider(catalog: Catalog, provider_id: str) -> Provider:
    """Raises NotFound, which names near matches and the providers that there are."""
    provider = catalog.providers.get(provider_id)
    if provider is None:
        near = get_close_matches(provider_id[:LONGEST_NAME].lower(), catalog.providers, MOST_NEAR)
        hint = f" Did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""
        raise NotFound(
            f"There is no provider `{provider_id}`.{hint} GET /api/v1/providers lists all of them.",
            param="provider",
            metadata={"providers": cast(Json, sorted(catalog.providers)), "near_matches": cast(Json, near)},
        )
    return provider


def provider_page(catalog: Catalog, provider: Provider, rankings: Rankings, pauses: Mapping[str, Pause]) -> JsonObject:
    """`pauses` are by endpoint."""
    rows = [
        {
            **endpoint_object(
                model, endpoint, rankings.endpoints.get(endpoint.id, NO_FIGURES), pauses.get(endpoint.id)
            ),
            "prices": price_rows(endpoint.price),
        }
        for model in catalog.models.values()
        for endpoint in model.endpoints
        if endpoint.provider.id == provider.id
    ]
    return {
        **provider_object(provider),
        "title": provider.name,
        "data_policy": policy_object(provider.data_policy),
        "measured_until": rankings.version * 60 if rankings.version else None,
        "endpoints": cast(Json, rows),
    }
