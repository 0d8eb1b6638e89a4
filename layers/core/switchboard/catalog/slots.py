"""What depends on where the gateway runs: addresses with something left open, as in
`https://bedrock-runtime.{region}.amazonaws.com`, and endpoints that only one part of the world can call. A provider
whose address keeps an open slot cannot be called.
"""

from collections.abc import Mapping
from dataclasses import replace

from switchboard.catalog.model import Catalog, Endpoint, Model, Provider
from switchboard.catalog.on_demand import OnDemand
from switchboard.json_types import Json

REGION = "region"
# Where each geography of Bedrock's cross-region inference profiles can be called from: the regions that begin so.
# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
CALLED_FROM = {
    "us": ("us-", "ca-"),
    "eu": ("eu-",),
    "au": ("ap-southeast-2", "ap-southeast-4"),
    "jp": ("ap-northeast-1", "ap-northeast-3"),
}


def with_slots(catalog: Catalog, variables: Mapping[str, str]) -> Catalog:
    """The same catalog, its slots filled with what the variables named in a provider's base_url_env say, without the
    endpoints that cannot be called from the region in which their provider is called.
    """
    filled = {key: _filled(provider, variables) for key, provider in catalog.providers.items()}
    regions = {key: provider.region or _own_region(provider, variables) for key, provider in filled.items()}

    def here(key: str) -> Model:
        model = catalog.models[key]
        offers = tuple(offer for offer in model.endpoints if _can_be_called(offer, regions[offer.provider.id]))
        return replace(model, endpoints=offers)

    return with_providers(replace(catalog, models=OnDemand(catalog.models, here)), filled)


def with_providers(catalog: Catalog, providers: Mapping[str, Provider]) -> Catalog:
    """The same models, served by these providers."""

    def served(key: str) -> Model:
        model = catalog.models[key]
        offers = tuple(replace(offer, provider=providers[offer.provider.id]) for offer in model.endpoints)
        return replace(model, endpoints=offers)

    return Catalog(OnDemand(catalog.models, served), providers, catalog.aliases)


def _can_be_called(endpoint: Endpoint, region: str | None) -> bool:
    """Unknown counts as yes: a laptop without a region shows them all."""
    starts = CALLED_FROM.get(endpoint.region or "")
    return starts is None or not region or region.startswith(starts)


def _own_region(provider: Provider, variables: Mapping[str, str]) -> str | None:
    slots: Json = provider.facts.get("base_url_env")
    return variables.get(str(slots.get(REGION))) if isinstance(slots, dict) else None


def _filled(provider: Provider, variables: Mapping[str, str]) -> Provider:
    """A region that the provider's row names goes before the process's own."""
    slots: Json = provider.facts.get("base_url_env")
    url = provider.base_url.replace("{" + REGION + "}", provider.region) if provider.region else provider.base_url
    for slot, name in (slots if isinstance(slots, dict) else {}).items():
        if value := variables.get(str(name)):
            url = url.replace("{" + slot + "}", value)
    return replace(provider, base_url=url)
